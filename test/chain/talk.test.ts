import { describe, expect, it } from 'vitest';
import { taskIdOf } from '../../src/chain/desk.ts';
import { ProjectId, SessionId } from '../../src/chain/ids.ts';
import { projectKind, soakOf } from '../../src/chain/project.ts';
import type { Project, ProjectEvent } from '../../src/chain/project.ts';
import type { Task } from '../../src/chain/task.ts';
import { ana, base, ben, coder, head, review, watcher } from './samples.ts';
import { boot, fixTheTypo, give, quiet, until, world } from './world.ts';
import type { Box, World } from './world.ts';

const id = taskIdOf('s1');
const quick = { ...fixTheTypo, mode: 'quick' } as const;
const site = ProjectId.parse('site');

async function inReview(of: World): Promise<{ readonly box: Box; readonly task: Task }> {
  const box = await boot(of);
  await give(box, quick, { source: 's1' });
  return { box, task: await until(box, id, 'review') };
}

describe('what people look at', () => {
  it('is answered to whoever watches, changes nothing, and says when there is nothing', async () => {
    const of = world();
    of.sessions.agent = () => null;
    const box = await boot(of);
    const look = (name: 'diff' | 'logs' | 'findings' | 'policy') => give(box, { name }, { person: watcher, task: id });
    expect(await look('diff')).toMatchObject({ why: { code: 'no-task-here' } });
    await give(box, quick, { source: 's1' });
    expect(await look('logs')).toMatchObject({ kind: 'logs', logs: null });
    await until(box, id, 'working');
    expect(await look('diff')).toMatchObject({ kind: 'diff', slug: 'fix-the-typo', diff: null });
    expect(await look('logs')).toMatchObject({ logs: { session: `${id}-coder-1`, role: 'coder' } });
    expect(await look('findings')).toEqual({ kind: 'findings', review: null });
    expect(await look('policy')).toMatchObject({ kind: 'policy', project: 'site', policy: { test: 'npm test' } });
    of.sessions.broken = 'Docker does not answer.';
    expect(await look('logs')).toMatchObject({ why: { code: 'unreadable', reason: 'Docker does not answer.' } });
    of.sessions.broken = null;
  });

  it('shows the diff of what is merged, and the findings once it was seen at that head, to each for themselves', async () => {
    const of = world();
    const { box, task } = await inReview(of);
    const findings = () => give(box, { name: 'findings' }, { task: id, person: watcher });
    expect(await findings()).toMatchObject({ why: { code: 'diff-first' } });
    await give(box, { name: 'diff' }, { task: id, person: ben });
    expect(await findings()).toMatchObject({ why: { code: 'diff-first' } });
    expect(await give(box, { name: 'diff' }, { task: id, person: watcher })).toMatchObject({
      diff: { base: task.change!.base, head: task.change!.head },
    });
    expect(await findings()).toMatchObject({ kind: 'findings', review: { count: review().findings.length } });
  });

  it('adds up the windows of every account, and the projects with their tasks', async () => {
    const of = world();
    of.accounts.told = [{ account: 'claude2', t: 1, windows: [{ name: '5-hour window', used: 0.5, until: 9 }] }];
    const { box } = await inReview(of);
    expect(await give(box, { name: 'usage' })).toEqual({
      kind: 'usage',
      accounts: [
        { account: 'claude', shut: null, windows: null },
        { account: 'claude2', shut: null, windows: of.accounts.told[0] },
        { account: 'codex', shut: null, windows: null },
      ],
    });
    expect(await give(box, { name: 'fleet' }, { person: watcher })).toMatchObject({
      kind: 'fleet',
      projects: [{ id: 'site', merges: true, soak: true, merged: 0, tasks: [{ id }] }],
      lock: null,
    });
  });
});

describe('a handover', () => {
  it('addresses somebody else, who is found by name or id and may steer', async () => {
    const of = world();
    const { box } = await inReview(of);
    const to = (name: string, person = ana) => give(box, { name: 'handover', to: name }, { task: id, person });
    expect(await to('Nobody')).toMatchObject({ why: { code: 'no-such-person', people: ['Ana', 'Ben'] } });
    expect(await to(`@${watcher.name}`)).toMatchObject({ why: { code: 'no-such-person' } });
    expect(await to('Ben', watcher)).toMatchObject({ why: { code: 'not-allowed' } });
    expect(await to('ana')).toMatchObject({ why: { code: 'not-now' } });
    expect(await to('@BEN')).toMatchObject({ kind: 'accepted' });
    expect(box.supervisor.task(id)).toMatchObject({ owner: ben, asker: 'Ana' });
    await to('ana', ben);
    expect(box.supervisor.task(id)).toMatchObject({ owner: ana, asker: 'Ana' });
    await quiet();
    expect(of.chat.world.told.filter(({ notice }) => notice.kind === 'handed-over')).toHaveLength(2);
  });

  it('leaves it with the next session who asked for it', async () => {
    const of = world();
    of.sessions.agent = () => null;
    const box = await boot(of);
    await give(box, quick, { source: 's1' });
    await until(box, id, 'working');
    await give(box, { name: 'handover', to: 'ben' }, { task: id });
    of.sessions.end(SessionId.parse(`${id}-coder-1`), { kind: 'ended', handoff: coder('done'), text: '' });
    await quiet();
    expect(of.sessions.begun.at(-1)?.prompt).toContain('Ana asked for');
  });
});

describe('soak', () => {
  it.each([
    [true, null, true],
    [true, false, true],
    [null, null, true],
    [null, false, false],
    [null, true, true],
    [false, null, false],
    [false, true, true],
  ] as const)('written %s, said %s: %s', (written, said, on) => {
    expect(soakOf(written, said === null ? null : { on: said, by: ana, at: 0 })).toBe(on);
  });

  const merged = (n: number): ProjectEvent => ({ is: 'merged', project: site, task: id, commit: head(String(n)) });
  const proved = (outcome: 'green' | 'red'): ProjectEvent => ({
    is: 'proved',
    project: site,
    under: '',
    check: { head: base, base, outcome, what: 'npm test', tail: '' },
  });
  const said = (on: boolean, by = ana): ProjectEvent => ({ is: 'soak-said', project: site, on, by });
  const fold = (events: readonly ProjectEvent[]): Project | null =>
    events.reduce<Project | null>((state, event) => {
      const moved = projectKind.transition(state, event, { at: 1 });
      return moved.kind === 'moved' ? moved.state : state;
    }, null);
  const five = [1, 2, 3, 4, 5].map(merged);

  it('ends after five clean merges in a row, by an admin alone, and comes back at any time', () => {
    expect(fold(five)?.clean).toBe(5);
    expect(fold([...five, said(false)])?.soak).toEqual({ on: false, by: ana, at: 1 });
    expect(fold([...five, said(false, ben)])?.soak).toBeNull();
    expect(fold([...five.slice(1), said(false)])?.soak).toBeNull();
    expect(fold([...five.slice(1), merged(5), said(false)])?.soak).toBeNull();
    expect(fold([...five, proved('red'), merged(6), said(false)])).toMatchObject({ clean: 1, soak: null });
    expect(fold([...five, proved('green'), said(false)])?.soak?.on).toBe(false);
    expect(fold([said(true)])?.soak?.on).toBe(true);
    expect(fold([...five, said(false), proved('red'), said(true)])?.soak?.on).toBe(true);
  });

  it('is said in the channel; what is written on the machine comes first', async () => {
    const of = world();
    of.project = { merges: true, soak: null };
    const first = await boot(of);
    expect(await give(first, { name: 'soak', on: false })).toMatchObject({ why: { code: 'too-few-merges', needs: 5 } });
    await first.supervisor.close();
    const entries = five.map((event) => ({ at: 1, source: null, settles: null, event, effects: [] }));
    await of.store.append('project-site', 0, entries);
    const box = await boot(of);
    const say = (on: boolean | null, person = ana) => give(box, { name: 'soak', on }, { person });
    expect(await say(null, watcher)).toMatchObject({ kind: 'soak', soak: true, clean: 5, written: null });
    expect(await say(true, ben)).toMatchObject({ why: { code: 'not-allowed', needs: 'admin' } });
    expect(await say(false)).toMatchObject({ kind: 'soak', soak: false, clean: 5 });
    await box.supervisor.close();
    const again = await boot(of);
    const look = () => give(again, { name: 'soak', on: null });
    expect(await look()).toMatchObject({ soak: false });
    of.project = { merges: true, soak: true };
    expect(await look()).toMatchObject({ soak: true, written: true });
    expect(await give(again, { name: 'soak', on: false })).toMatchObject({ why: { code: 'soak-written' } });
    of.project = { merges: true, soak: null };
    expect(await give(again, { name: 'soak', on: true })).toMatchObject({ soak: true });
  });
});
