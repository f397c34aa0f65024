import { live } from './drive.ts';
import type { Scenario } from './drive.ts';
import { brokenAtTheEnd } from './invariants.ts';
import { newLife } from './life.ts';
import { copy, keyOf, newWorld } from './world.ts';
import type { World } from './world.ts';

/** A schedule that broke a rule: at which points, counted from 1 in each life, the controller was killed. */
export type Broken = {
  readonly scenario: string;
  readonly kills: readonly number[];
  readonly rules: readonly string[];
};

export type Explored = {
  /** How many ways there are to kill the controller up to so often. */
  readonly schedules: number;
  /** How many lives it took to go through them: two worlds that are the same have the same futures. */
  readonly lives: number;
  readonly broken: readonly Broken[];
  /** Worlds in which nothing more happens. */
  readonly ends: ReadonlyMap<string, World>;
};

const startOf = ({ start = {} }: Scenario): World => copy(newWorld(structuredClone(start)));

type Node = { readonly world: World; readonly kills: readonly number[] };

/** Every way to kill the controller up to `crashes` times, at every point of every life. */
export async function explore(scenario: Scenario, crashes: number): Promise<Explored> {
  const start = startOf(scenario);
  const pointsOf = new Map<string, readonly string[]>();
  const ends = new Map<string, World>();
  const broken: Broken[] = [];
  let level = new Map<string, Node>([[keyOf(start), { world: start, kills: [] }]]);
  const first = [...level.keys()].join('');
  for (let depth = 0; depth <= crashes; depth += 1) {
    const next = new Map<string, Node>();
    for (const [key, { world, kills }] of level) {
      if (pointsOf.has(key)) continue;
      const points: string[] = [];
      const own = copy(world);
      let at = key;
      const visit = (): void => {
        if (life.changed) at = keyOf(own);
        points.push(at);
        if (depth < crashes && !next.has(at) && !pointsOf.has(at))
          next.set(at, { world: copy(own), kills: [...kills, points.length] });
      };
      const life = newLife(own, { visit, meanwhile: (call) => scenario.meanwhile(own, call) });
      const { broken: rules, tasks } = await live(life, scenario);
      pointsOf.set(key, points);
      const end = keyOf(own);
      const all = ends.has(end) ? rules : [...rules, ...brokenAtTheEnd(own, scenario, tasks)];
      if (all.length > 0) broken.push({ scenario: scenario.name, kills, rules: all });
      ends.set(end, own);
    }
    level = next;
  }
  return { schedules: count(pointsOf, first, crashes), lives: pointsOf.size, broken, ends };
}

/** One that is not killed, and for every point all that may follow. */
function count(pointsOf: ReadonlyMap<string, readonly string[]>, key: string, crashes: number): number {
  const known = new Map<string, number>();
  const of = (world: string, left: number): number => {
    const name = `${left} ${world}`;
    const before = known.get(name);
    if (before !== undefined) return before;
    const points = left === 0 ? [] : (pointsOf.get(world) ?? []);
    const sum = points.reduce((all, at) => all + of(at, left - 1), 1);
    known.set(name, sum);
    return sum;
  };
  return of(key, crashes);
}

/** One schedule again, with what happened at each point: for somebody who looks for the cause. */
export async function replay(scenario: Scenario, kills: readonly number[]): Promise<string[]> {
  const world = startOf(scenario);
  const trail: string[] = [];
  for (const diesAt of [...kills, Infinity]) {
    const visit = (at: string): void => void trail.push(at);
    const { broken, tasks } = await live(
      newLife(world, { visit, diesAt, meanwhile: (call) => scenario.meanwhile(world, call) }),
      scenario,
    );
    trail.push(...(diesAt === Infinity ? [...broken, ...brokenAtTheEnd(world, scenario, tasks)] : ['KILLED']));
  }
  return trail;
}
