import { describe, expect, it } from 'vitest';
import { median, middle, percentile, spread } from '../../bench/statistics.ts';

const hundred = Array.from({ length: 100 }, (_, n) => 100 - n);

describe('percentile', () => {
  it.each([
    [0, 1],
    [0.01, 1],
    [0.5, 50],
    [0.95, 95],
    [0.99, 99],
    [0.991, 100],
    [1, 100],
  ])('%d of 1 to 100, in any order, is %d', (share, value) => {
    expect(percentile(hundred, share)).toBe(value);
  });

  it('is a value that was seen, and the only one of one', () => {
    expect(percentile([1, 10], 0.5)).toBe(1);
    expect(percentile([1, 10], 0.51)).toBe(10);
    expect(percentile([7], 0.99)).toBe(7);
  });

  it('orders by size, not as text, and leaves what it was given as it was', () => {
    const values = [10, 9, 100];
    expect(percentile(values, 1)).toBe(100);
    expect(values).toEqual([10, 9, 100]);
  });

  it('refuses no values', () => {
    expect(() => percentile([], 0.5)).toThrow(RangeError);
    expect(() => median([])).toThrow(RangeError);
  });
});

describe('summaries', () => {
  it('the middle of an odd and of an even number of values', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(middle([5, 1, 2])).toEqual({ n: 3, median: 2, min: 1, max: 5 });
  });

  it('where many are, and the worst', () => {
    expect(spread(hundred)).toEqual({ n: 100, p50: 50, p95: 95, p99: 99, max: 100 });
  });
});
