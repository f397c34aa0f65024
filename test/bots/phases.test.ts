import { describe, expect, it } from 'vitest';
import { doing, duration, lasted, phaseWords, sign, timetable } from '../../src/bots/phases.ts';
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

describe('a phase', () => {
  it('has a sign and words', () => {
    const all = Object.values(tasks).map(({ phase }) => `${sign(phase.at)} ${phaseWords(phase.at)}`);
    expect(new Set(all).size).toBe(all.length);
    expect(doing(tasks.working.phase)).toBe('with the coder');
    expect(doing(tasks.merged.phase)).toBe('merged');
  });
});
