import { describe, expect, it } from 'vitest';
import { draw, targets } from '../../src/demo/draw.ts';
import type { Drawing, Kill } from '../../src/demo/draw.ts';

const drawn = (of: Partial<Drawing> = {}): readonly Kill[] =>
  draw({ kills: 5, seed: 7, quick: false, quota: false, ...of });
const many = (of: Partial<Drawing> = {}): readonly Kill[] =>
  Array.from({ length: 200 }, (_, seed) => drawn({ ...of, seed })).flat();

describe('the kills of a demo', () => {
  it('are as many as were asked for, and the same ones for the same seed', () => {
    expect(drawn({ kills: 0 })).toEqual([]);
    expect(drawn()).toHaveLength(5);
    expect(drawn()).toEqual(drawn());
    expect(drawn()).not.toEqual(drawn({ seed: 8 }));
    expect(drawn({ kills: 50 })).toHaveLength(50);
  });

  it('hit the controller most often, and everything sometimes; each knows what to hit instead', () => {
    const first = many().map(({ prefers }) => prefers[0]);
    const count = (target: string): number => first.filter((one) => one === target).length;
    expect(count('controller')).toBeGreaterThan(600);
    expect(count('boundary')).toBeGreaterThan(100);
    expect(count('container')).toBeGreaterThan(70);
    for (const { prefers } of many()) expect(prefers.toSorted()).toEqual(targets.toSorted());
  });

  it('come over the whole life, in its order, and the tap comes last', () => {
    const life = ['opening', 'proving', 'brainstormer', 'planner', 'coder', 'validating', 'reviewer', 'review', 'tap'];
    expect(new Set(many().map(({ moment }) => moment.at))).toEqual(new Set(life));
    for (const seed of [1, 2, 3, 4, 5]) {
      const order = drawn({ seed, kills: 20 }).map(({ moment }) => life.indexOf(moment.at));
      expect(order).toEqual(order.toSorted((a, b) => a - b));
    }
  });

  it('spare the roles that a quick task has not', () => {
    expect(many({ quick: true }).map(({ moment }) => moment.at)).not.toContain('planner');
  });

  it('begin with the moments that matter where an account is rejected, on the controller', () => {
    const kills = many({ kills: 3, quota: true });
    expect(kills.slice(0, 3).map(({ moment }) => moment.at)).toEqual(['held', 'reset', 'resuming']);
    expect(new Set(kills.map(({ prefers }) => prefers[0]))).toEqual(new Set(['controller']));
    for (const { moment } of kills) {
      if (moment.at === 'reset') expect(Math.abs(moment.off)).toBeLessThanOrEqual(300);
      if (moment.at === 'held') expect(moment.share).toBeGreaterThan(0.1);
    }
    expect(drawn({ kills: 2, quota: true }).map(({ moment }) => moment.at)).toEqual(['held', 'reset']);
    expect(drawn({ kills: 8, quota: true }).slice(3)).toHaveLength(5);
    expect(many({ kills: 8, quota: true }).map(({ moment }) => moment.at)).not.toContain('coder');
  });
});
