import { describe, expect, it } from 'vitest';
import { rounded, shown } from '../../bench/table.ts';

describe('table', () => {
  it('a figure: rows in columns, what is aimed at as text, and how it was taken', () => {
    const rows = [
      { what: 'append', unit: 'ms', values: { n: 1000, p50: 0.3742, max: 1234.5 }, aim: 'p99 ≤ 5 ms' },
      { what: 'bare write', unit: 'ms', values: { n: 12, p50: 12.345 } },
    ] as const;
    expect(shown({ title: 'journal' }, { is: 'measured', how: 'A thousand times.', rows })).toBe(
      [
        'journal',
        '  append      n 1000  p50 0.374  max 1235 ms   (aim: p99 ≤ 5 ms)',
        '  bare write  n 12  p50 12.3 ms',
        '  · A thousand times.',
        '',
      ].join('\n'),
    );
  });

  it('says what was not measured, and why something could not be', () => {
    expect(shown({ title: 'a' }, { is: 'not measured' })).toContain('not measured');
    expect(shown({ title: 'a' }, { is: 'failed', reason: 'Docker is away' })).toContain(
      'could not be measured: Docker is away',
    );
  });

  it.each([
    [0.0012345, '0.00123'],
    [1, '1'],
    [99.96, '100'],
    [123456, '123456'],
  ])('three digits of %d are %s', (value, text) => {
    expect(rounded(value)).toBe(text);
  });
});
