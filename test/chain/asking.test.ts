import { describe, expect, it } from 'vitest';
import { DAY_MS, REMIND_MS } from '../../src/chain/ask.ts';
import { taskIdOf } from '../../src/chain/desk.ts';
import { SessionId } from '../../src/chain/ids.ts';
import type { TaskId } from '../../src/chain/ids.ts';
import type { Notice } from '../../src/chain/notice.ts';
import { schedule } from '../../src/chain/schedule.ts';
import type { View } from '../../src/chain/schedule.ts';
import type { Task } from '../../src/chain/task.ts';
import { transition } from '../../src/chain/transition.ts';
import * as sample from './samples.ts';
import { ana, ben, due, ended, part, picks, play, QUESTION_ID, questioned, reach, watcher } from './samples.ts';
import { boot, fixTheTypo, give, pass, quiet, until, world } from './world.ts';
import type { Box, World } from './world.ts';

const MINUTE = 60_000;
const database = part('Which database?', ['Postgres', 'SQLite']);
const features = part('Which features?', ['Auth', 'Search', 'Log'], true);
const several = [...reach.brainstorming, questioned([database, features])];

const accountOf = { brainstormer: 'claude', planner: 'claude', coder: 'codex', reviewer: 'claude', answerer: 'claude' };
const empty: View = {
  tasks: [],
  giving: new Set(),
  slots: 1,
  locked: false,
  room: true,
  now: 0,
  accountOf,
  accounts: new Map(),
  dayCap: () => null,
  taskCap: () => null,
};

const answers = (task: ReturnType<typeof play>) => task.questions[0]?.replies.map(({ text }) => text);

describe('an answer', () => {
  it('is the label of what was tapped, and goes to the session once all parts have one', () => {
    const first = play([picks(2)], play(several));
    const moved = transition(play([picks(3, ana, 2)], first), picks(0, ana, 2), { at: 1 });
    expect(moved).toMatchObject({
      state: { questions: [{ open: false }] },
      effects: [{ do: 'tell' }, { do: 'send', answer: { ask: 9, replies: ['SQLite', 'Log'], allows: null } }],
    });
  });

  it('takes several options in any order, each once, and all of them without Done', () => {
    const one = play([picks(1), picks(3, ben, 2), picks(1, ben, 2), picks(3, ben, 2)], play(several));
    expect(one.questions[0]).toMatchObject({ open: true, picked: [1, 3] });
    expect(answers(play([picks(2, ben, 2)], one))).toEqual(['Postgres', 'Auth, Search, Log']);
    expect(transition(play([picks(1)], play(several)), picks(0, ben, 2), { at: 1 })).toMatchObject({ kind: 'ignored' });
  });

  it.each([
    ['2', 'SQLite'],
    [' 1 ', 'Postgres'],
    ['3', '3'],
    ['1, 2', '1, 2'],
    ['neither: use a file', 'neither: use a file'],
  ])('may be written: %s', (text, reply) => {
    const task = play([{ is: 'said', by: ben, text, uuid: 'u' }], play(reach.questioning));
    expect(answers(task)).toEqual([reply]);
  });

  it('may be several numbers where several may be taken', () => {
    const task = play([picks(1), { is: 'said', by: ben, text: '1 3', uuid: 'u' }], play(several));
    expect(answers(task)).toEqual(['Postgres', 'Auth, Log']);
  });

  it('is the first one; the second changes nothing, and a watcher’s neither', () => {
    const task = play([...reach.questioning, picks(1)]);
    expect(transition(task, picks(2, ana), { at: 1 })).toMatchObject({ kind: 'ignored' });
    expect(transition(play(reach.questioning), picks(1, watcher), { at: 1 })).toMatchObject({ kind: 'ignored' });
  });

  it.each([
    ['allow', true, ''],
    ['Yes', true, ''],
    ['1', true, ''],
    ['no', false, ''],
    ['yes, if the tests are green', false, 'yes, if the tests are green'],
    ['not on a Friday', false, 'not on a Friday'],
  ])('gives leave in plain words alone: %s', (text, allows, why) => {
    const moved = transition(play(reach.seekingLeave), { is: 'said', by: ben, text, uuid: 'u' }, { at: 1 });
    expect(moved).toMatchObject({ effects: [{}, { do: 'send', answer: { allows, replies: [why] } }] });
  });
});

describe('a question without an answer', () => {
  it('gives the slot back after ten minutes, and its next leg begins with question and answer', () => {
    const held = play(reach.heldForQuestion);
    expect(held).toMatchObject({ slot: null, phase: { at: 'held', kind: 'question', ends: { by: 'answer' } } });
    const moved = transition(play([picks(2)], held), sample.granted, { at: 1 });
    expect(moved).toMatchObject({
      effects: [
        {
          do: 'run',
          leg: 2,
          notes: [{ by: 'Ben', text: 'Answer to your question "Which database?": SQLite', answer: { ask: 9 } }],
        },
      ],
    });
  });

  it('that is answered while its session is being stopped is given to the next leg', () => {
    const task = play([...reach.yielding, picks(1), ended('brainstormer', { kind: 'stopped' })]);
    expect(task).toMatchObject({ phase: { at: 'queued', step: { step: 'resume', leg: 2 } }, notes: [{ by: 'Ben' }] });
  });

  it('waits for the other one too', () => {
    const second = { ...questioned(), ask: 'ffffffff', n: 10 };
    const task = play([...reach.questioning, second, due(1), ended('brainstormer', { kind: 'stopped' }), picks(1)]);
    expect(task.phase.at).toBe('held');
    expect(play([{ ...picks(1), ask: 'ffffffff' } as typeof second & ReturnType<typeof picks>], task).phase.at).toBe(
      'queued',
    );
  });

  it('is told of once more after a day, and no more', () => {
    const view = (task: Task, now: number) => schedule({ ...empty, tasks: [task], now });
    const held = play(reach.heldForQuestion);
    const since = held.questions[0]?.since ?? 0;
    expect(view(play(reach.questioning), since + REMIND_MS).due).toEqual([
      { task: held.id, ask: QUESTION_ID, told: 1 },
    ]);
    expect(view(play(reach.yielding), since + 2 * DAY_MS).due).toEqual([]);
    expect(view(held, since + DAY_MS - 1)).toMatchObject({ due: [], wakeAt: since + DAY_MS });
    expect(view(held, since + DAY_MS).due).toEqual([{ task: held.id, ask: QUESTION_ID, told: 2 }]);
    const moved = transition(held, due(2), { at: since + DAY_MS });
    expect(moved).toMatchObject({ effects: [{ do: 'tell', notice: { kind: 'question', again: 'day', loud: true } }] });
    expect(view(play([due(2)], held), since + 9 * DAY_MS)).toMatchObject({ due: [], wakeAt: null });
  });

  it('cannot be passed over by Resume, and is over with its conversation', () => {
    const held = play(reach.heldForQuestion);
    expect(transition(held, { is: 'resume-tapped', by: ana, holds: null }, { at: 1 })).toMatchObject({
      kind: 'ignored',
    });
    expect(play([{ is: 'retry-tapped', by: ana, holds: null }], held).questions).toMatchObject([{ open: false }]);
  });

  it('is asked once, whoever says it again', () => {
    expect(transition(play(reach.questioning), questioned(), { at: 1 })).toMatchObject({ kind: 'ignored' });
  });

  it('is asked of people for eight at once, and no more', () => {
    const asks = Array.from({ length: 8 }, (_, n) => ({ ...questioned(), ask: `0000000${n}`, n }));
    const task = play([...reach.brainstorming, ...asks]);
    expect(transition(task, questioned(), { at: 1 })).toMatchObject({ kind: 'ignored' });
  });
});

/** A brainstormer that asks for a database, at work in a world with a controller. */
async function asks(of: World): Promise<{ box: Box; id: TaskId; session: SessionId }> {
  of.sessions.agent = () => null;
  const box = await boot(of);
  await give(box, fixTheTypo, { source: 's1' });
  const id = taskIdOf('s1');
  await until(box, id, 'working');
  const session = SessionId.parse(`${id}-brainstormer-1`);
  await of.sessions.began(session);
  of.sessions.say(session, { kind: 'asked', n: 5, about: 'question', parts: [database] });
  await quiet();
  return { box, id, session };
}

const told = (of: World, kind: Notice['kind']) => of.chat.world.told.filter(({ notice }) => notice.kind === kind);

function askOf(box: Box, id: TaskId): string {
  return box.supervisor.task(id)?.questions[0]?.id ?? '';
}

describe('a controller with a question pending', () => {
  it('asks once, gives the first answer once, and tells the second person who was first', async () => {
    const of = world();
    const { box, id, session } = await asks(of);
    of.sessions.say(session, { kind: 'asked', n: 5, about: 'question', parts: [database] });
    await quiet();
    expect(told(of, 'question')).toHaveLength(1);
    const ask = askOf(box, id);
    const tap = (person: typeof ana, pick: number, source: string) =>
      give(box, { name: 'answer', ask, part: 1, pick }, { task: id, person, source });
    expect(await tap(ben, 2, 'tap-1')).toMatchObject({ kind: 'accepted' });
    expect(await tap(ben, 2, 'tap-1')).toMatchObject({ kind: 'repeated' });
    expect(await tap(ana, 1, 'tap-2')).toEqual({ kind: 'refused', why: { code: 'answered', by: 'Ben' } });
    await quiet();
    expect(told(of, 'answered')).toHaveLength(1);
    expect(of.sessions.heard.map(({ letter }) => letter)).toMatchObject([
      { kind: 'answer', ask: 5, replies: ['SQLite'], text: expect.stringContaining('Which database?') },
    ]);
  });

  it('that is killed takes the same button afterwards, and asks no second time', async () => {
    const of = world();
    const { box, id } = await asks(of);
    const ask = askOf(box, id);
    await box.supervisor.close();
    const after = await boot(of);
    await quiet();
    expect(told(of, 'question')).toHaveLength(1);
    await give(after, { name: 'answer', ask, part: 1, pick: 1 }, { task: id });
    await quiet();
    expect(of.sessions.heard).toMatchObject([{ letter: { replies: ['Postgres'] } }]);
  });

  it('reminds after ten minutes, also of what was asked before it was started, and goes on with the answer', async () => {
    const of = world();
    const { box, id, session } = await asks(of);
    await pass(6 * MINUTE);
    expect(told(of, 'question')).toHaveLength(1);
    await box.supervisor.close();
    const after = await boot(of);
    await pass(5 * MINUTE);
    await until(after, id, 'held');
    await quiet();
    expect(told(of, 'question').map(({ notice }) => notice)).toMatchObject([{ again: null }, { again: 'reminder' }]);
    expect(of.sessions.running()).toEqual([]);
    expect(after.supervisor.task(id)?.slot).toBeNull();
    await give(after, { name: 'say', text: '2' }, { task: id, person: ben });
    await until(after, id, 'working');
    await quiet();
    expect(of.sessions.told(session).at(-1)).toContain(
      'Ben says:\n> Answer to your question "Which database?": SQLite',
    );
  });

  it('lets other tasks work meanwhile', async () => {
    const of = { ...world(), slots: 1 };
    const { box, id } = await asks(of);
    await give(box, fixTheTypo, { source: 's2' });
    await quiet();
    expect(box.supervisor.task(taskIdOf('s2'))?.phase.at).toBe('queued');
    await pass(11 * MINUTE);
    await until(box, id, 'held');
    await until(box, taskIdOf('s2'), 'working');
  });
});
