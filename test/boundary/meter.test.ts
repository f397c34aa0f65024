import { describe, expect, test } from 'vitest';
import { refusalWriter } from '../../src/boundary/meter.ts';
import { perMinute, timedPerMinute } from '../../src/boundary/rate.ts';

describe('refusals', () => {
  test('as many in a minute as may be, and the rest are counted with the next', () => {
    let now = 0;
    const written: string[] = [];
    const refused = refusalWriter(
      perMinute(2, () => now),
      (why, method, path) => written.push(`${why} ${method} ${path}`),
    );
    for (let n = 1; n <= 5; n += 1) {
      refused(`no ${n}`, 'GET', '/');
    }
    now = 59_999;
    refused('no 6', 'GET', '/');
    now = 60_000;
    refused('no 7', undefined, undefined);
    refused('no 8', 'X'.repeat(100), '/'.repeat(1000));
    expect(written).toEqual([
      'no 1 GET /',
      'no 2 GET /',
      'no 7 (and 4 refusals before it that were not written)  ',
      `no 8 ${'X'.repeat(20)} ${'/'.repeat(200)}`,
    ]);
  });
});

test('work is counted by how long it takes, failed work too, and is done again in the next minute', () => {
  let now = 0;
  const judge = timedPerMinute(100, () => now);
  const work = (ms: number) => (): string => {
    now += ms;
    return 'judged';
  };
  expect(judge(work(60))).toBe('judged');
  expect(() =>
    judge(() => {
      now += 41;
      throw new Error('no JSON');
    }),
  ).toThrow('no JSON');
  expect(judge(work(1))).toBeNull();
  now = 59_999;
  expect(judge(work(1))).toBeNull();
  now = 60_000;
  expect(judge(work(100))).toBe('judged');
  expect(judge(work(1))).toBe('judged');
  expect(judge(work(1))).toBeNull();
});
