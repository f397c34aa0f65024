import { expect, test } from 'vitest';
import { windowsWriter } from '../../src/boundary/windows.ts';
import type { WindowsLine } from '../../src/boundary/windows.ts';
import type { Window } from '../../src/boundary/told.ts';

const reset = Date.UTC(2026, 10, 20, 17);

function ground(last: readonly WindowsLine[] = []) {
  const clock = { now: reset - 3_600_000 };
  const lines: WindowsLine[] = [];
  const read = new Map(last.map((line) => [line.account, line]));
  const writer = windowsWriter(
    read,
    () => clock.now,
    (line) => void lines.push(line),
  );
  return { clock, lines, writer };
}

const used = (part: number, more: Partial<Window> = {}): readonly Window[] => [
  { name: '5-hour window', used: part, until: reset, status: 'allowed', ...more },
];

const shown = (lines: readonly WindowsLine[]): readonly number[] => lines.map(({ windows }) => windows[0]?.used ?? NaN);

test('a line when a whole percent changed, and none for less', () => {
  const { clock, lines, writer } = ground();
  for (const part of [0.121, 0.122, 0.129, 0.13, 0.139]) {
    writer.see('claude', used(part));
    clock.now += 60_000;
  }
  expect(lines).toEqual([
    {
      event: 'windows',
      t: reset - 3_600_000,
      account: 'claude',
      windows: [{ name: '5-hour window', used: 0.121, until: reset }],
    },
    {
      event: 'windows',
      t: reset - 3_420_000,
      account: 'claude',
      windows: [{ name: '5-hour window', used: 0.13, until: reset }],
    },
  ]);
});

test.each([
  ['status', used(0.5, { status: 'allowed_warning' })],
  ['window', used(0.5, { until: reset + 18_000_000 })],
  ['set of windows', [...used(0.5), ...used(0.5, { name: 'weekly window' })]],
])('a line when the %s changed', (_, next) => {
  const { clock, lines, writer } = ground();
  writer.see('claude', used(0.5));
  clock.now += 60_000;
  writer.see('claude', used(0.5, { until: reset + 1_000 }));
  writer.see('claude', []);
  expect(lines).toHaveLength(1);
  writer.see('claude', next);
  expect(lines).toHaveLength(2);
});

test('at most one a minute an account; the latest of what came in between is written when the minute is over', () => {
  const { clock, lines, writer } = ground();
  for (const part of [0.1, 0.2, 0.3]) {
    writer.see('claude', used(part));
  }
  writer.see('other', used(0.4));
  expect(shown(lines)).toEqual([0.1, 0.4]);
  clock.now += 59_999;
  writer.flush();
  expect(lines).toHaveLength(2);
  clock.now += 1;
  writer.flush();
  writer.flush();
  expect(shown(lines)).toEqual([0.1, 0.4, 0.3]);
});

test('what is as it was before the minute is over is no news', () => {
  const { clock, lines, writer } = ground();
  writer.see('claude', used(0.1));
  writer.see('claude', used(0.2));
  writer.see('claude', used(0.1));
  clock.now += 60_000;
  writer.flush();
  expect(shown(lines)).toEqual([0.1]);
});

test('a clock that is set back does not silence it', () => {
  const { clock, lines, writer } = ground();
  writer.see('claude', used(0.1));
  clock.now -= 86_400_000;
  writer.see('claude', used(0.2));
  expect(shown(lines)).toEqual([0.1, 0.2]);
});

test('what is in the record already is not written again', () => {
  const before = ground();
  before.writer.see('claude', used(0.1));
  const { clock, lines, writer } = ground(before.lines);
  clock.now += 60_000;
  writer.see('claude', used(0.105, { status: 'allowed_warning' }));
  expect(lines).toEqual([]);
  writer.see('claude', used(0.11));
  expect(shown(lines)).toEqual([0.11]);
});
