import { describe, expect, it } from 'vitest';
import { asks, doing, duration, lasted, phaseWords, sign, timetable } from '../../src/bots/phases.ts';
import type { Ask } from '../../src/chain/ask.ts';
import { SessionId } from '../../src/chain/ids.ts';
import { tasks } from './samples.ts';

describe('a duration', () => {
  it.each([
    [0, '0s'],
    [-5, '0s'],
    [59_999, '59s'],
    [60_000, '1m00s'],
    [150_000, '2m30s'],
    [3_900_000, '1h05m'],
    [86_400_000 * 3 + 3_600_000 * 4, '3d4h'],
  ])('%d ms is %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });
});

describe('the timetable of a task', () => {
  const at = Date.UTC(2026, 0, 2, 3, 4);

  it('is empty before anything began, and counts from there', () => {
    expect(timetable([])).toEqual([]);
    expect(lasted([])).toBe('0s');
    expect(
      lasted([
        { at: 'opening', since: at },
        { at: 'coder', since: at + 61_000 },
      ]),
    ).toBe('1m01s');
  });

  it('joins phases of one stage, and what has no stage with the one before it', () => {
    const names = ['opening', 'preparing', 'brainstormer', 'recording', 'planner', 'from a later version', 'coder'];
    expect(timetable(names.map((name, n) => ({ at: name, since: at + n * 10_000 })))).toEqual([
      '✓ Preparing 20s',
      '✓ Requirements 20s',
      '✓ Plan 20s',
      '▸ Code, since 03:05 UTC, 2 Jan',
    ]);
  });

  it('ends with what is final, and goes on after a Retry', () => {
    const times = [
      { at: 'coder', since: at },
      { at: 'failed', since: at + 1_000 },
    ];
    expect(timetable(times)).toEqual(['✓ Code 1s', '• Failed 03:04 UTC, 2 Jan']);
    expect(timetable([...times, { at: 'coder', since: at + 3_000 }])).toEqual([
      '✓ Code 1s',
      '• Failed 2s',
      '▸ Code, since 03:04 UTC, 2 Jan',
    ]);
  });

  it('keeps to a screen', () => {
    const times = Array.from({ length: 30 }, (_, n) => ({ at: n % 2 === 0 ? 'coder' : 'validating', since: at + n }));
    expect(timetable(times)).toHaveLength(11);
    expect(timetable(times)[0]).toBe('… 20 earlier');
  });
});

const question: Ask = {
  id: 'c1-7',
  session: SessionId.parse(`${tasks.working.id}-coder-1`),
  n: 7,
  about: 'question',
  parts: ['Which?', 'When?'].map((text) => ({ question: text, header: 'One', options: [], multi: false })),
  replies: [{ by: 'Ana', text: 'This' }],
  picked: [],
  allows: null,
  since: 0,
  told: 0,
  open: true,
};

describe('a phase', () => {
  it('has a sign and words', () => {
    const all = Object.values(tasks).map((task) => `${sign(task)} ${phaseWords(task.phase.at)}`);
    expect(new Set(all).size).toBe(all.length);
    expect(doing(tasks.working)).toBe('with the coder');
    expect(doing(tasks.merged)).toBe('merged');
  });

  it('of a task whose session asks waits for a person, until nothing is asked any more', () => {
    const asked = (open: boolean) => ({ ...tasks.working, questions: [{ ...question, open }] });
    expect([sign(asked(true)), doing(asked(true)), asks(asked(true))]).toEqual([
      '🟡',
      'waits for your answer',
      ['c1-7:2'],
    ]);
    expect([sign(asked(false)), doing(asked(false)), asks(asked(false))]).toEqual(['🟢', 'with the coder', []]);
    expect(asks({ ...asked(true), phase: tasks.stopped.phase })).toEqual([]);
  });
});
