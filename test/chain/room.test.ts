import { afterEach, describe, expect, it } from 'vitest';
import { schedule } from '../../src/chain/schedule.ts';
import type { View } from '../../src/chain/schedule.ts';
import { play, reach } from './samples.ts';
import { boot, fixTheTypo, give, pass, quiet, until, world } from './world.ts';
import type { Box } from './world.ts';

let box: Box | undefined;
afterEach(() => box?.supervisor.close());

const view = (of: Partial<View>): View => ({
  tasks: [],
  giving: new Set(),
  slots: 2,
  room: true,
  locked: false,
  now: 1_000_000_000,
  accountOf: { brainstormer: 'claude', planner: 'claude', coder: 'codex', reviewer: 'claude', answerer: 'claude' },
  accounts: new Map(),
  dayCap: () => null,
  taskCap: () => null,
  ...of,
});

describe('a disk that is nearly full', () => {
  it('nothing starts, not even what has a slot, and says why it waits', () => {
    const tasks = [play(reach.queuedToCode)];
    const [{ id }] = tasks as [(typeof tasks)[number]];
    expect(schedule(view({ tasks })).grants).toEqual([id]);
    const { grants, waits, wakeAt } = schedule(view({ tasks, room: false }));
    expect([grants, [...waits], wakeAt]).toEqual([[], [[id, { for: 'room' }]], null]);
  });

  it('a hold for it ends when there is room, and not before', () => {
    const tasks = [play(reach.heldForRoom)];
    const [{ id }] = tasks as [(typeof tasks)[number]];
    expect(schedule(view({ tasks, room: false })).ended).toEqual([]);
    expect(schedule(view({ tasks })).ended).toEqual([{ task: id, hold: 1, why: 'The disk has room again.' }]);
  });

  it('a task that was stopped for it goes on by itself, with the same conversation', async () => {
    const of = world();
    of.sessions.agent = ({ role, leg }) => {
      if (role !== 'coder' || leg > 1) return { kind: 'ended', handoff: of.handoffs[role], text: 'done' };
      of.room = false;
      return { kind: 'cramped', text: 'The disk of /data has 9 % free, and 10 % are kept.' };
    };
    box = await boot(of);
    const answer = await give(box, fixTheTypo);
    const id = answer.kind === 'accepted' ? answer.task : null;
    const held = await until(box, id!, 'held');
    expect(held.phase).toMatchObject({ kind: 'infrastructure', ends: { by: 'room' } });
    await pass(3_600_000);
    await quiet();
    expect(box.supervisor.task(id!)?.phase.at).toBe('held');
    of.room = true;
    const done = await until(box, id!, 'review');
    expect(done.attempts.coder).toBe(1);
    expect(of.sessions.begun.filter(({ role }) => role === 'coder').map(({ leg }) => leg)).toEqual([1, 2]);
  });
});
