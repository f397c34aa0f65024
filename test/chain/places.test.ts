import { describe, expect, it } from 'vitest';
import { taskIdOf } from '../../src/chain/desk.ts';
import { ProjectId } from '../../src/chain/ids.ts';
import type { TaskId } from '../../src/chain/ids.ts';
import type { RefusedSeen } from '../../src/chain/refused.ts';
import { ana, ben, watcher } from './samples.ts';
import { boot, fixTheTypo, give, pass, quiet, until, world } from './world.ts';
import type { Box, World } from './world.ts';

describe('a place that sessions were refused', () => {
  const line = (task: TaskId, host = 'example.org'): RefusedSeen => ({
    task,
    host,
    port: 443,
    why: 'unlisted',
    count: 3,
    listable: true,
  });
  const project = ProjectId.parse('site');

  /** A coder at work that was refused. */
  async function asked(of: World): Promise<{ box: Box; id: TaskId }> {
    of.sessions.agent = () => null;
    const box = await boot(of);
    await give(box, { ...fixTheTypo, mode: 'quick' }, { source: 's1' });
    const id = taskIdOf('s1');
    await until(box, id, 'working');
    of.refused.push(line(id));
    await pass(5_000);
    await quiet();
    return { box, id };
  }
  const notices = (of: World) => of.chat.world.told.map(({ notice }) => notice);

  it('is allowed by an admin: journaled, told, heard by the session at work, and taken back', async () => {
    const of = world();
    const { box, id } = await asked(of);
    expect(notices(of)).toMatchObject([{ kind: 'refused', ask: 0 }]);
    const allow = { name: 'allow', place: 0 } as const;
    expect(await give(box, allow, { task: id, person: ben })).toMatchObject({
      why: { code: 'not-allowed', needs: 'admin' },
    });
    expect(await give(box, { name: 'allow', place: 1 }, { task: id })).toMatchObject({ why: { code: 'not-now' } });
    expect(await give(box, allow, { task: id, source: 'tap' })).toMatchObject({ kind: 'accepted' });
    expect(await give(box, allow, { task: id, source: 'tap' })).toMatchObject({ kind: 'repeated' });
    expect(await give(box, { name: 'keep', place: 0 }, { task: id })).toMatchObject({ why: { code: 'not-asked' } });
    await quiet();
    expect(box.supervisor.project(project)).toMatchObject({ hosts: [{ host: 'example.org', by: ana }], kept: [] });
    expect(of.sessions.admitted).toEqual([project]);
    expect(of.sessions.heard).toMatchObject([
      { letter: { text: expect.stringContaining('example.org may be reached') } },
    ]);
    expect(notices(of)).toContainEqual({ kind: 'place', by: 'Ana', place: 'example.org', answer: 'allow' });

    const hosts = { name: 'hosts', remove: null } as const;
    expect(await give(box, hosts, { person: watcher })).toMatchObject({
      settings: ['registry.npmjs.org'],
      said: { hosts: [{ host: 'example.org' }] },
    });
    const remove = { name: 'hosts', remove: 'example.org' } as const;
    expect(await give(box, remove, { person: ben })).toMatchObject({ why: { code: 'not-allowed', needs: 'admin' } });
    expect(await give(box, { ...remove, remove: 'registry.npmjs.org' })).toMatchObject({
      why: { code: 'no-such-host', settings: true },
    });
    const again = await boot(of);
    expect(await give(again, remove, { source: 'back' })).toMatchObject({
      said: { hosts: [] },
      removed: 'example.org',
    });
    expect(await give(again, remove, { source: 'back' })).toMatchObject({ said: { hosts: [] } });
    expect(await give(again, remove)).toMatchObject({ why: { code: 'no-such-host', settings: false } });
    await quiet();
    expect(of.sessions.admitted).toEqual([project, project]);
  });

  it('is kept refused: no other task of the project asks again, until that is taken back', async () => {
    const of = world();
    const { box, id } = await asked(of);
    await give(box, { name: 'keep', place: 0 }, { task: id });
    await quiet();
    expect(box.supervisor.project(project)).toMatchObject({ hosts: [], kept: [{ host: 'example.org' }] });
    expect([of.sessions.admitted, of.sessions.heard]).toEqual([[], []]);
    const next = async (source: string): Promise<void> => {
      await give(box, { ...fixTheTypo, mode: 'quick' }, { source });
      await until(box, taskIdOf(source), 'working', 'queued');
      of.refused.push(line(taskIdOf(source)));
      await pass(5_000);
      await quiet();
    };
    await next('s2');
    expect(notices(of).at(-1)).toMatchObject({ kind: 'refused', ask: null, kept: 'Ana' });
    await give(box, { name: 'hosts', remove: 'example.org' });
    await next('s3');
    expect(notices(of).at(-1)).toMatchObject({ kind: 'refused', ask: 0, kept: null });
  });

  it('twelve names are told and the twelfth says so; what its provider was asked for is told all the same', async () => {
    const of = world();
    const { id } = await asked(of);
    for (let n = 0; n < 20; n += 1) of.refused.push(line(id, `n${n}.example`));
    of.refused.push({ ...line(id, 'model requests'), why: 'request', listable: false });
    await pass(5_000);
    await quiet();
    const told = notices(of).filter(({ kind }) => kind === 'refused');
    expect(told.map((one) => ('place' in one ? one.place : ''))).toEqual([
      'example.org',
      ...Array.from({ length: 11 }, (_, n) => `n${n}.example`),
      'model requests',
    ]);
    expect(told.map((one) => 'last' in one)).toEqual(told.map((_, n) => n === 11));
  });

  it('is not allowed any more where enough are', async () => {
    const of = world();
    const { box, id } = await asked(of);
    for (let n = 0; n < 100; n += 1)
      await box.supervisor.report({ is: 'host-allowed', project, by: ana, host: `n${n}.example` }, `h${n}`);
    const allow = { name: 'allow', place: 0 } as const;
    expect(await give(box, allow, { task: id })).toMatchObject({ why: { code: 'hosts-full', max: 100 } });
    expect(await give(box, { name: 'keep', place: 0 }, { task: id })).toMatchObject({ kind: 'accepted' });
  });
});
