import { describe, expect, it } from 'vitest';
import { demoUsage, readWishes } from '../../src/demo/flags.ts';
import type { Typed } from '../../src/demo/flags.ts';

describe("the demo's flags", () => {
  it('are as typed, or what a demo without any does', () => {
    expect(readWishes({})).toEqual({
      ok: true,
      wishes: { auto: false, quick: false, port: 0, kills: 0, quota: null, seed: null, times: 1 },
    });
    const typed = { auto: true, quick: true, port: '80', kill: '5', quota: '20', seed: '4294967295', times: '20' };
    expect(readWishes(typed)).toEqual({
      ok: true,
      wishes: { auto: true, quick: true, port: 80, kills: 5, quota: 20, seed: 4_294_967_295, times: 20 },
    });
  });

  const bad: readonly (readonly [Typed, RegExp])[] = [
    [{ kill: '5' }, /--kill needs --auto/],
    [{ quota: '20' }, /--quota needs --auto/],
    [{ times: '20' }, /--times needs --auto/],
    [{ auto: true, kill: '51' }, /--kill 51 .* from 0 to 50/],
    [{ auto: true, kill: '-1' }, /--kill -1 .* from 0 to 50/],
    [{ auto: true, kill: 'many' }, /--kill many .* from 0 to 50/],
    [{ auto: true, kill: '1.5' }, /--kill 1\.5 /],
    [{ auto: true, kill: '' }, /--kill {2}is/],
    [{ auto: true, quota: '4' }, /--quota 4 .* from 5 to 3600 seconds/],
    [{ auto: true, quota: '3601' }, /--quota 3601 .* from 5 to 3600 seconds/],
    [{ auto: true, kill: '1', seed: '4294967296' }, /--seed 4294967296 .* from 0 to 4294967295/],
    [{ auto: true, seed: '1' }, /--seed draws kills: say how many with --kill/],
    [{ auto: true, times: '0' }, /--times 0 .* from 1 to 100/],
    [{ auto: true, times: '2', data: 'here' }, /--times .*: leave --data out/],
    [{ port: '65536' }, /--port 65536 is no port: a number from 0 to 65535/],
  ];
  it.each(bad)('%j: says what is allowed', (typed, sentence) => {
    const read = readWishes(typed);
    expect(read.ok ? '' : read.reason).toMatch(sentence);
  });

  it('are told, each with what it takes', () => {
    for (const flag of ['--auto', '--quick', '--kill 0..50', '--seed S', '--quota 5..3600', '--times 1..100', '--port'])
      expect(demoUsage).toContain(`\n  ${flag} `);
  });
});
