import { describe, expect, it } from 'vitest';
import { boxKind } from '../../src/chain/box.ts';
import type { Box, BoxEvent } from '../../src/chain/box.ts';
import { taskIdOf } from '../../src/chain/desk.ts';
import { SessionId } from '../../src/chain/ids.ts';
import type { SessionEnd } from '../../src/chain/ports.ts';
import type { Task } from '../../src/chain/task.ts';
import { ana, ben, coder, review, watcher } from './samples.ts';
import { boot, fixTheTypo, give, quiet, until, world } from './world.ts';
import type { Box as Running, World } from './world.ts';

const id = taskIdOf('s1');
const quick = { ...fixTheTypo, mode: 'quick' } as const;
const tap = (task: Task) => ({ name: 'merge', head: task.change!.head, second: false }) as const;
const done: SessionEnd = { kind: 'ended', handoff: coder('done'), text: '' };

/** Somebody on the machine unlocks what is locked now. */
async function unlock(of: World, upTo = 1): Promise<void> {
  await of.machine.ask({ is: 'unlock', upTo });
  await quiet();
}

async function inReview(of: World): Promise<{ readonly box: Running; readonly task: Task }> {
  const box = await boot(of);
  await give(box, quick, { source: 's1' });
  return { box, task: await until(box, id, 'review') };
}

describe('the lock', () => {
  const locked: Box = { format: 1, starts: 1, since: 0, locks: 2, lock: { n: 2, by: ana, at: 7 } };
  const open: Box = { ...locked, lock: null };
  const rows: readonly [string, Box | null, BoxEvent, Partial<Box> | 'ignored'][] = [
    ['started, nothing is known', null, { is: 'started', format: 1 }, { starts: 1, since: 9, locks: 0, lock: null }],
    ['started, locked', locked, { is: 'started', format: 1 }, { ...locked, starts: 2, since: 9 }],
    ['locked by a person', open, { is: 'locked', by: ben }, { locks: 3, lock: { n: 3, by: ben, at: 9 } }],
    ['locked on the machine', open, { is: 'locked', by: null }, { locks: 3, lock: { n: 3, by: null, at: 9 } }],
    ['locked by a watcher', open, { is: 'locked', by: watcher }, 'ignored'],
    ['locked twice: the first stays', locked, { is: 'locked', by: ben }, 'ignored'],
    ['unlocked', locked, { is: 'unlocked', upTo: 2 }, { locks: 2, lock: null }],
    ['unlocked, an earlier lock', locked, { is: 'unlocked', upTo: 1 }, 'ignored'],
    ['unlocked, nothing is', open, { is: 'unlocked', upTo: 2 }, 'ignored'],
  ];
  it.each(rows)('%s', (_name, before, event, after) => {
    const moved = boxKind.transition(before, event, { at: 9 });
    if (after === 'ignored') expect(moved.kind).toBe('ignored');
    else expect(moved).toMatchObject({ kind: 'moved', state: after });
  });

  it('is taken from whoever steers, and refuses everything but looking', async () => {
    const of = world();
    const { box, task } = await inReview(of);
    expect(await give(box, { name: 'lock' }, { person: watcher })).toMatchObject({ why: { code: 'not-allowed' } });
    expect(await give(box, { name: 'lock' }, { person: ben, source: 'l1' })).toMatchObject({
      kind: 'locked',
      already: false,
      lock: { by: ben },
    });
    expect(await give(box, { name: 'lock' })).toMatchObject({ already: true, lock: { by: ben } });
    const commands = [
      tap(task),
      { name: 'stop' },
      { name: 'say', text: 'hello' },
      { name: 'approve', head: null, plan: null },
    ] as const;
    for (const command of commands)
      expect(await give(box, command, { task: id })).toMatchObject({ why: { code: 'locked', lock: { by: ben } } });
    expect(await give(box, quick)).toMatchObject({ why: { code: 'locked' } });
    expect(await give(box, { name: 'status' }, { person: watcher })).toMatchObject({
      kind: 'status',
      lock: { by: ben },
    });
    expect(await give(box, { name: 'help', about: null })).toEqual({ kind: 'help', about: null });
    expect(box.supervisor.tasks()).toHaveLength(1);
    await unlock(of);
    expect(await give(box, { name: 'lock' }, { person: ben, source: 'l1' })).toMatchObject({ lock: null });
    expect(box.supervisor.locked()).toBeNull();
    await give(box, tap(task), { task: id });
    await until(box, id, 'merged');
  });

  it('outlives the controller, and one from the machine comes before what is pending', async () => {
    const of = world();
    const first = await boot(of);
    await give(first, { name: 'lock' });
    await first.supervisor.close();
    const second = await boot(of);
    expect(second.supervisor.locked()).toMatchObject({ n: 1, by: ana });
    await unlock(of);
    expect(second.supervisor.locked()).toBeNull();
    await second.supervisor.close();
    await of.machine.ask({ is: 'lock' });
    const third = await boot(of);
    expect(third.supervisor.locked()).toMatchObject({ n: 2, by: null });
    expect(of.machine.waiting).toEqual([]);
    await unlock(of, 1);
    expect(third.supervisor.locked()).toMatchObject({ n: 2 });
    await unlock(of, 2);
    expect(third.supervisor.locked()).toBeNull();
  });

  it('keeps what waits where it is, says so, and lets it go on when it is unlocked', async () => {
    const of = world();
    of.slots = 1;
    of.sessions.agent = (spec) => (spec.role === 'coder' ? null : { kind: 'ended', handoff: null, text: '' });
    const box = await boot(of);
    await give(box, quick, { source: 's1' });
    await until(box, id, 'working');
    await give(box, quick, { source: 's2' });
    await until(box, taskIdOf('s2'), 'queued');
    await give(box, { name: 'lock' });
    // A session at work finishes its turn; what it leaves is taken in, and goes no further.
    of.sessions.end(SessionId.parse(`${id}-coder-1`), done);
    await until(box, id, 'validating');
    await quiet();
    expect(box.supervisor.task(id)?.phase.at).toBe('validating');
    expect([...box.supervisor.waits()]).toEqual([[taskIdOf('s2'), { for: 'lock' }]]);
    expect(of.validator.checks.filter(({ head, base }) => head !== base)).toEqual([]);
    await unlock(of);
    await quiet();
    expect(of.validator.checks.filter(({ head, base }) => head !== base)).toHaveLength(1);
  });

  it('begins no session after a restart, and adopts the one that had begun', async () => {
    const of = world();
    of.sessions.agent = () => null;
    const first = await boot(of);
    await give(first, quick, { source: 's1' });
    await of.sessions.began(SessionId.parse(`${id}-coder-1`));
    of.sessions.broken = 'The engine is out of reach.';
    await give(first, quick, { source: 's2' });
    await until(first, taskIdOf('s2'), 'working');
    await give(first, { name: 'lock' });
    await first.supervisor.close();
    of.sessions.broken = null;
    const second = await boot(of);
    await quiet();
    expect(of.sessions.begun.map(({ session }) => session)).toEqual([`${id}-coder-1`]);
    of.sessions.end(SessionId.parse(`${id}-coder-1`), done);
    await until(second, id, 'validating');
    await unlock(of);
    expect(of.sessions.begun.map(({ session }) => session)).toContain(`${taskIdOf('s2')}-coder-1`);
  });

  it('stops a merge that was tapped before it, which goes on when it is unlocked', async () => {
    const of = world();
    const { box, task } = await inReview(of);
    const facts = of.forge.facts.bind(of.forge);
    // The lock comes while the gate looks once more, just before the merge.
    of.forge.facts = async (project, number) => {
      of.forge.facts = facts;
      await give(box, { name: 'lock' });
      return facts(project, number);
    };
    await give(box, tap(task), { task: id });
    await until(box, id, 'merging');
    await quiet();
    expect(box.supervisor.locked()).not.toBeNull();
    expect(box.supervisor.task(id)?.phase.at).toBe('merging');
    expect(of.forge.merges).toEqual([]);
    await unlock(of);
    await until(box, id, 'merged');
    expect(of.forge.merges).toHaveLength(1);
  });
});

describe('a person who was removed', () => {
  /** Both roles work until the test ends them. */
  async function approved(): Promise<{ readonly of: World; readonly box: Running; readonly task: Task }> {
    const of = world();
    of.sessions.agent = () => null;
    const box = await boot(of);
    await give(box, quick, { source: 's1' });
    await until(box, id, 'working');
    of.sessions.end(SessionId.parse(`${id}-coder-1`), done);
    await quiet();
    const task = box.supervisor.task(id)!;
    expect(task.phase).toMatchObject({ at: 'working', role: 'reviewer' });
    await give(box, { name: 'approve', head: task.change!.head, plan: null }, { task: id, person: ben });
    expect(box.supervisor.task(id)?.approval).toMatchObject({ by: ben, armed: true });
    return { of, box, task };
  }
  const reviewed: SessionEnd = { kind: 'ended', handoff: review(), text: '' };

  it.each([
    ['merges nothing that they approved', [ana, watcher], 'review'],
    ['merges nothing that they approved, when they may only watch', [ana, { ...ben, may: 'watch' as const }], 'review'],
    ['and who still may merge what they approved', [ana, ben, watcher], 'merged'],
  ] as const)('%s', async (_name, people, end) => {
    const { of, box } = await approved();
    of.people = people;
    of.sessions.end(SessionId.parse(`${id}-reviewer-1`), reviewed);
    await until(box, id, end);
    await quiet();
    expect(box.supervisor.task(id)?.phase.at).toBe(end);
    expect(of.forge.merges).toHaveLength(end === 'merged' ? 1 : 0);
  });

  it('merges nothing that they tapped before', async () => {
    const { of, box, task } = await approved();
    of.people = [ana, watcher];
    of.sessions.end(SessionId.parse(`${id}-reviewer-1`), reviewed);
    await until(box, id, 'review');
    await give(box, tap(task), { task: id, person: ben });
    await until(box, id, 'held');
    expect(of.forge.merges).toEqual([]);
  });
});
