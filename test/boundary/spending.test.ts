import { describe, expect, test } from 'vitest';
import { spending } from '../../src/boundary/spending.ts';
import type { Leaving, Sums } from '../../src/boundary/spending.ts';

const noon = Date.UTC(2026, 10, 27, 12);
const day = '2026-11-27';
const nobody = new AbortController().signal;
const leaving = (worst: number, of: Partial<Leaving> = {}): Leaving => ({
  session: 's',
  task: 't',
  account: 'claude',
  worst,
  budget: { task: 10, day: 15, raised: null },
  ...of,
});
const empty = (): Sums => ({ tasks: new Map(), days: new Map(), open: new Map() });

function world(sums: Sums = empty(), at = { now: noon }) {
  const changed: string[] = [];
  return {
    changed,
    at,
    ...spending(
      sums,
      () => at.now,
      (task) => changed.push(task),
    ),
  };
}

/** Whether a promise has not resolved when all that can happen has. */
async function waits(promise: Promise<unknown>): Promise<boolean> {
  const late = Symbol();
  return (await Promise.race([promise, new Promise((resolve) => setImmediate(resolve, late))])) === late;
}

describe('the ceiling of a task', () => {
  test('takes what fits to the cent, and says what does not', async () => {
    const { take, settle } = world();
    expect(await take('1', leaving(6), nobody)).toBeNull();
    settle('1', 6);
    expect(await take('2', leaving(4), nobody)).toBeNull();
    settle('2', 4);
    expect(await take('3', leaving(0.000001), nobody)).toMatchObject({
      id: '3',
      session: 's',
      what: 'task',
      day,
      cap: 10,
      spent: 10,
      worst: 0.000001,
    });
  });

  test('the worst is counted first, and gives way to what it cost', async () => {
    const { take, settle, of, changed } = world();
    expect(await take('1', leaving(9), nobody)).toBeNull();
    expect(of('t')).toEqual({});
    settle('1', 1);
    expect([of('t'), changed]).toEqual([{ claude: 1 }, ['t']]);
    expect(await take('2', leaving(9), nobody)).toBeNull();
    expect(await take('3', leaving(9.5), nobody)).toMatchObject({ spent: 10, worst: 9.5 });
  });

  test('an end that tells no cost counts in full, and only once', async () => {
    const { take, settle, of } = world();
    await take('1', leaving(4), nobody);
    settle('1', null);
    settle('1', null);
    expect(of('t')).toEqual({ claude: 4 });
  });

  test('many small sums do not drift across it', async () => {
    const { take, settle } = world();
    for (let n = 0; n < 100; n += 1) {
      expect(await take(`${n}`, leaving(0.1), nobody)).toBeNull();
      settle(`${n}`, 0.1);
    }
    expect(await take('last', leaving(0.1), nobody)).not.toBeNull();
  });

  test('other tasks, and those without one, are not held by it', async () => {
    const { take, settle, of } = world();
    await take('1', leaving(10), nobody);
    settle('1', 10);
    expect(await take('2', leaving(5, { task: 'other' }), nobody)).toBeNull();
    expect(await take('3', leaving(99, { budget: null }), nobody)).toBeNull();
    settle('3', 99);
    expect(of('t')).toEqual({ claude: 109 });
  });

  test('a raised one holds at once', async () => {
    const { take, settle } = world();
    await take('1', leaving(10), nobody);
    settle('1', 10);
    expect(await take('2', leaving(1), nobody)).not.toBeNull();
    expect(await take('3', leaving(1, { budget: { task: 11, day: 15, raised: null } }), nobody)).toBeNull();
  });
});

describe('what is under way', () => {
  test('is waited for, where it alone stands in the way', async () => {
    const { take, settle } = world();
    await take('1', leaving(8), nobody);
    const second = take('2', leaving(8), nobody);
    const third = take('3', leaving(3), nobody);
    expect(await waits(second)).toBe(true);
    settle('1', 1);
    expect(await second).toBeNull();
    expect(await waits(third)).toBe(true);
    settle('2', 8);
    expect(await third).toMatchObject({ spent: 9, worst: 3 });
  });

  test('who goes away does not wait on, and nothing stays counted', async () => {
    const { take, settle, of } = world();
    await take('1', leaving(8), nobody);
    const gone = new AbortController();
    const second = take('2', leaving(8), gone.signal);
    gone.abort();
    expect(await second).not.toBeNull();
    settle('1', 0);
    settle('2', null);
    expect(of('t')).toEqual({ claude: 0 });
    expect(await take('3', leaving(10), nobody)).toBeNull();
  });
});

describe('the cap of a day', () => {
  test('holds all tasks together, until the day is over', async () => {
    const { take, settle, at } = world();
    await take('1', leaving(9, { task: 'one' }), nobody);
    settle('1', 9);
    expect(await take('2', leaving(7, { task: 'two' }), nobody)).toMatchObject({
      id: '2',
      session: 's',
      what: 'day',
      day,
      cap: 15,
      spent: 9,
      worst: 7,
    });
    at.now = Date.UTC(2026, 10, 28) - 1;
    expect(await take('3', leaving(7, { task: 'two' }), nobody)).not.toBeNull();
    at.now += 1;
    expect(await take('4', leaving(7, { task: 'two' }), nobody)).toBeNull();
  });

  test('what began before midnight is of the day on which it began', async () => {
    const { take, settle, at } = world();
    await take('1', leaving(9, { task: 'one' }), nobody);
    at.now = Date.UTC(2026, 10, 28);
    settle('1', 9);
    expect(await take('2', leaving(9, { task: 'two' }), nobody)).toBeNull();
  });

  test('a raise is of its day alone, and never lowers', async () => {
    const raise = (of: string, to: number) =>
      leaving(9, { task: 'two', budget: { task: 10, day: 15, raised: { day: of, to } } });
    const { take, settle } = world();
    await take('1', leaving(9, { task: 'one' }), nobody);
    settle('1', 9);
    expect(await take('2', raise('2026-11-26', 30), nobody)).not.toBeNull();
    expect(await take('3', raise(day, 10), nobody)).toMatchObject({ cap: 15 });
    expect(await take('4', raise(day, 18), nobody)).toBeNull();
  });
});

test('what an earlier boundary had under way counts in full', async () => {
  const open = new Map([['old', { task: 't', account: 'codex', day, worst: 9 }]]);
  const { take, of, settle } = world({ ...empty(), open });
  settle('old', 0);
  expect(of('t')).toEqual({ codex: 9 });
  expect(await take('1', leaving(2), nobody)).toMatchObject({ spent: 9 });
});
