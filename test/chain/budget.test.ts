import { describe, expect, it } from 'vitest';
import { ceilingOf, dayOf, endOfDay, raiseTo, usd, widest } from '../../src/chain/budget.ts';
import type { Spent } from '../../src/chain/budget.ts';
import type { TaskId } from '../../src/chain/ids.ts';
import type { SessionEnd } from '../../src/chain/ports.ts';
import { boot, fixTheTypo, give, pass, quiet, until, world } from './world.ts';
import type { Box, World } from './world.ts';
import { ana, ben, ended, over, play, reach } from './samples.ts';

const caps = { warn: 5, task: 20, day: 100 };
const refused: SessionEnd = { kind: 'refused', why: 'quota', text: 'usage limit', until: null };

describe('money', () => {
  it.each([
    [5, '$5'],
    [5.204, '$5.20'],
    [0.004, '$0'],
  ])('%d is %s', (of, text) => expect(usd(of)).toBe(text));

  it.each([
    ['twice the cap', { cap: 20, spent: 18, worst: 3 }, 40],
    ['what the request takes, where that is more', { cap: 20, spent: 18, worst: 30.2 }, 49],
    ['to the cent below ten', { cap: 1.333, spent: 0, worst: 2 }, 2.67],
  ])('a raise is offered: %s', (_name, of, to) => expect(raiseTo(of)).toBe(to));

  it('a day is one of UTC, and ends when the next begins', () => {
    const at = Date.UTC(2026, 11, 31, 23, 59);
    expect([dayOf(at), endOfDay('2026-12-31')]).toEqual(['2026-12-31', Date.UTC(2027, 0, 1)]);
  });

  it.each([
    ['of a task, the higher', { task: 40 }, { task: 20 }, { task: 40 }],
    [
      'of days, the later',
      { raised: { day: '2026-11-28', to: 150 } },
      { raised: { day: '2026-11-27', to: 200 } },
      { raised: { day: '2026-11-28', to: 150 } },
    ],
    [
      'of one day, the higher',
      { raised: { day: '2026-11-28', to: 150 } },
      { raised: { day: '2026-11-28', to: 200 } },
      { raised: { day: '2026-11-28', to: 200 } },
    ],
    [
      'of a day, the one that was raised',
      { raised: { day: '2026-11-28', to: 150 } },
      {},
      { raised: { day: '2026-11-28', to: 150 } },
    ],
  ])('two budgets in whatever order: %s', (_name, one, other, expected) => {
    const of = (over: object) => ({ task: 20, day: 100, raised: null, ...over });
    expect([widest(of(one), of(other)), widest(of(other), of(one))]).toEqual([of(expected), of(expected)]);
    expect(widest(of(one), null)).toBeNull();
  });

  it('a raise holds until the config allows more', () => {
    expect([
      ceilingOf({ raised: null }, caps),
      ceilingOf({ raised: 40 }, caps),
      ceilingOf({ raised: 10 }, caps),
    ]).toEqual([20, 40, 20]);
  });
});

it('a refusal that was acted on is not acted on again', () => {
  const quota = { kind: 'refused', why: 'overloaded', text: 'busy', until: null } as const;
  const [raised] = [{ is: 'raise-tapped', by: ben, what: 'task', day: '1970-01-01', dollars: 40, from: 20 } as const];
  const again = play([
    ...reach.heldForRaise,
    raised,
    { is: 'granted' },
    ended('coder', quota, 1, 2, null, over({ lifted: true })),
  ]);
  expect(again.phase).toMatchObject({ at: 'held', kind: 'infrastructure' });
  const next = play([
    ...reach.heldForRaise,
    raised,
    { is: 'granted' },
    ended('coder', quota, 1, 2, null, over({ id: 'r2', cap: 40 })),
  ]);
  expect(next.phase).toMatchObject({ at: 'held', kind: 'budget', ends: { by: 'raise', cap: 40 } });
});

const spent = (of: Partial<Spent> = {}): Spent => ({ usd: 18, accounts: [], over: null, ...of });

/** A world whose coder is refused once, for a budget. */
async function refusedCoder(
  what: 'task' | 'day',
  of: Partial<World> = {},
): Promise<{ at: World; box: Box; id: TaskId }> {
  const at = { ...world(), caps, ...of };
  const { agent } = at.sessions;
  at.sessions.agent = (spec) => {
    if (spec.role !== 'coder' || spec.leg > 1) return agent(spec);
    const cap = what === 'task' ? (spec.budget?.task ?? 0) : (spec.budget?.day ?? 0);
    const one = {
      id: `r-${spec.session}`,
      what,
      day: dayOf(at.clock.now()),
      cap,
      spent: cap - 2,
      worst: 3,
      session: spec.session,
    };
    at.spent.set(spec.task, spent({ over: one }));
    return refused;
  };
  const box = await boot(at);
  const asked = await give(box, { ...fixTheTypo, mode: 'quick' });
  if (asked.kind !== 'accepted') throw new Error(asked.kind);
  return { at, box, id: asked.task };
}

const raise = (what: 'task' | 'day' | null, dollars: number, day: string | null = null) =>
  ({ name: 'raise', what, day, dollars }) as const;
const told = (at: World) => at.chat.world.told.map(({ notice }) => notice);

describe('a task over its budget', () => {
  it('waits, loudly, and goes on with the same conversation and the new ceiling', async () => {
    const { at, box, id } = await refusedCoder('task');
    await until(box, id, 'held');
    await quiet();
    expect(told(at).filter(({ kind }) => kind === 'held')).toMatchObject([
      { cause: 'budget', loud: true, ends: { by: 'raise', cap: 20 } },
    ]);
    expect(await give(box, { name: 'resume', holds: null }, { task: id })).toMatchObject({ why: { code: 'budget' } });
    expect(await give(box, { name: 'retry', holds: null }, { task: id })).toMatchObject({ why: { code: 'budget' } });
    expect(await give(box, raise(null, 20), { task: id })).toMatchObject({
      why: { code: 'not-raised', what: 'task', at: 20 },
    });
    expect(await give(box, raise(null, 40), { task: id, person: ben })).toMatchObject({ kind: 'accepted' });
    const task = await until(box, id, 'review');
    const coders = at.sessions.begun.filter(({ role }) => role === 'coder');
    expect(coders.map(({ session, leg, budget }) => [session, leg, budget?.task])).toEqual([
      [`${id}-coder-1`, 1, 20],
      [`${id}-coder-1`, 2, 40],
    ]);
    expect(task).toMatchObject({ raised: 40, spent: 18 });
    // What each session cost stands with its phase: all of it with the first, and nothing with the second leg.
    expect(task.times.flatMap(({ at: phase, usd }) => (usd === undefined ? [] : [[phase, usd]]))).toEqual([
      ['coder', 18],
      ['coder', 0],
      ['reviewer', 0],
    ]);
    if (task.phase.at === 'review')
      expect(task.phase.verdict.answers.find(({ gate }) => gate === 'budget')).toMatchObject({
        says: 'pass',
        sentence: 'It has spent $18 of $40.',
      });
    expect(await give(box, raise('task', 30), { task: id })).toMatchObject({ why: { code: 'not-raised', at: 40 } });
  });

  it.each([
    ['lets it spend more', { ...caps, task: 50 }, 'review'],
    ['caps nothing any more', null, 'review'],
    ['lets it spend as much as before', caps, 'held'],
  ] as const)('waits no longer where the config %s', async (_name, now, phase) => {
    const { at, box, id } = await refusedCoder('task');
    await until(box, id, 'held');
    await box.supervisor.close();
    at.caps = now;
    const next = await boot(at);
    await pass(60_000);
    await quiet();
    expect(next.supervisor.task(id)?.phase.at).toBe(phase);
  });

  it('raised while its session works: that hears of it, and is not held for what was refused before', async () => {
    const at = { ...world(), caps };
    at.sessions.agent = () => null;
    const box = await boot(at);
    const asked = await give(box, { ...fixTheTypo, mode: 'quick' });
    if (asked.kind !== 'accepted') throw new Error(asked.kind);
    const { session } = await at.sessions.began(`${asked.task}-coder-1` as never);
    await give(box, raise('task', 40), { task: asked.task });
    await quiet();
    expect(at.sessions.allowed.get(session)).toEqual({ task: 40, day: 100, raised: null });
    at.spent.set(
      asked.task,
      spent({ over: { id: 'r', what: 'task', day: '', cap: 20, spent: 18, worst: 3, session } }),
    );
    at.sessions.end(session, refused);
    await quiet();
    expect(box.supervisor.task(asked.task)).toMatchObject({ phase: { at: 'working', leg: 2 }, holds: 0 });
  });

  it('is looked at once after a start while it does not work', async () => {
    const at = world();
    const box = await boot(at);
    await give(box, { ...fixTheTypo, mode: 'quick' });
    await until(box, box.supervisor.tasks()[0]!.id, 'review');
    await box.supervisor.close();
    const asked: TaskId[] = [];
    at.spent.get = (id) => {
      asked.push(id);
      return undefined;
    };
    const next = await boot(at);
    for (let n = 0; n < 10; n += 1) await pass(3_000);
    expect(asked).toEqual([next.supervisor.tasks()[0]!.id]);
  });

  it('says once that it has spent much, and its card what it has spent', async () => {
    const at = { ...world(), caps };
    at.sessions.agent = () => null;
    const box = await boot(at);
    const asked = await give(box, { ...fixTheTypo, mode: 'quick' });
    if (asked.kind !== 'accepted') throw new Error(asked.kind);
    await until(box, asked.task, 'working');
    at.spent.set(asked.task, spent({ usd: 4.99 }));
    await pass(4_000);
    at.spent.set(asked.task, spent({ usd: 5 }));
    for (let n = 0; n < 4; n += 1) await pass(4_000);
    await quiet();
    expect(told(at)).toMatchObject([{ kind: 'spent-much', usd: 5, ceiling: 20 }]);
  });

  it('is said of a task though the record of an earlier one cannot be read', async () => {
    const at = { ...world(), caps };
    at.sessions.agent = () => null;
    const box = await boot(at);
    const [first, second] = [
      await give(box, { ...fixTheTypo, mode: 'quick' }, { source: 's1' }),
      await give(box, { ...fixTheTypo, slug: 'other', mode: 'quick' }, { source: 's2' }),
    ];
    if (first.kind !== 'accepted' || second.kind !== 'accepted') throw new Error(first.kind);
    await until(box, first.task, 'working');
    await until(box, second.task, 'working');
    at.spent.get = (task) => {
      if (task === first.task) throw new Error('none that a boundary writes');
      return spent({ usd: 5 });
    };
    for (let n = 0; n < 4; n += 1) await pass(4_000);
    await quiet();
    expect(told(at)).toMatchObject([{ kind: 'spent-much', usd: 5 }]);
    expect(box.errors.join('\n')).toContain('what a task has spent could not be read');
  });
});

describe('a day that costs no more', () => {
  it('rings for one of all that wait, and ends by itself when the day is over', async () => {
    const { at, box, id } = await refusedCoder('day');
    await until(box, id, 'held');
    const other = await give(box, { ...fixTheTypo, slug: 'other', mode: 'quick' });
    if (other.kind !== 'accepted') throw new Error(other.kind);
    await until(box, other.task, 'held');
    await quiet();
    const held = told(at).flatMap((one) => (one.kind === 'held' ? [[one.cause, one.loud, one.until !== null]] : []));
    expect(held).toEqual([
      ['budget', true, true],
      ['budget', false, true],
    ]);
    await pass(endOfDay(dayOf(at.clock.now())) - at.clock.now() + 1_000);
    await until(box, id, 'review');
    await until(box, other.task, 'review');
  });

  it('an admin raises it for all, and for that day alone', async () => {
    const { at, box, id } = await refusedCoder('day');
    await until(box, id, 'held');
    const other = await give(box, { ...fixTheTypo, slug: 'other', mode: 'quick' });
    if (other.kind !== 'accepted') throw new Error(other.kind);
    await until(box, other.task, 'held');
    expect(await give(box, raise(null, 200), { task: id, person: ben })).toMatchObject({
      why: { code: 'not-allowed', needs: 'admin' },
    });
    expect(await give(box, raise('day', 200, '1999-01-01'), { task: id })).toMatchObject({
      why: { code: 'not-raised', at: Infinity },
    });
    expect(await give(box, raise(null, 200), { task: id, person: ana })).toMatchObject({ kind: 'accepted' });
    await until(box, id, 'review');
    await until(box, other.task, 'review');
    const day = dayOf(at.clock.now());
    expect(at.sessions.begun.at(-1)?.budget).toEqual({ task: 20, day: 100, raised: { day, to: 200 } });
    expect(box.supervisor.budget()).toMatchObject({ day, dayCap: 200 });
    await box.supervisor.close();
    expect((await boot(at)).supervisor.budget()).toMatchObject({ dayCap: 200 });
    await pass(24 * 3_600_000);
    expect(box.supervisor.budget()).toMatchObject({ dayCap: 100 });
  });
});
