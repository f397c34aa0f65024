import type { World } from './world.ts';

/**
 * One life of a controller on a world. It may end at any point: before something is done outside, in its middle where it has one, and after
 * it is done and before the answer arrives.
 */
export type Life = {
  readonly world: World;
  /** How many points there were. */
  points: number;
  /** The world may have changed since the last point. */
  changed: boolean;
  dead: boolean;
  /** The life ends at this point. Infinity lets it live. */
  readonly diesAt: number;
  /** Called at each point, with the world as it is there. */
  readonly visit: (at: string) => void;
  /** Called when a call reaches the world, before it does anything: others act there too. */
  readonly meanwhile: (call: string) => void;
  /** Which of the calls under way goes on; null: each at once, as it comes. */
  readonly pick: ((calls: number) => number) | null;
  readonly calls: (() => void)[];
};

type Options = Partial<Pick<Life, 'visit' | 'meanwhile' | 'diesAt' | 'pick'>>;

export function newLife(world: World, of: Options = {}): Life {
  const nothing = (): void => undefined;
  const { visit = nothing, meanwhile = nothing, diesAt = Infinity, pick = null } = of;
  return { world, points: 0, changed: true, dead: false, visit, meanwhile, diesAt, pick, calls: [] };
}

/** A dead controller hears of nothing any more. */
export const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

/** True when the life ends here. */
export function point(life: Life, at: string): boolean {
  if (life.dead) return true;
  life.points += 1;
  life.visit(at);
  life.changed = false;
  if (life.points >= life.diesAt) life.dead = true;
  return life.dead;
}

/** One call of a port that can happen in part: after each of `parts` the world is as a crash there would leave it. */
export async function call<T>(life: Life, name: string, act: () => T, parts: readonly (() => void)[] = []): Promise<T> {
  if (life.pick !== null) await new Promise<void>((go) => life.calls.push(go));
  if (point(life, `before ${name}`)) return never();
  const { world } = life;
  life.changed = true;
  life.meanwhile(name);
  if (take(world.outages, name)) throw new Error(`${name} is out of reach`);
  for (const part of parts) {
    part();
    life.changed = true;
    if (point(life, `within ${name}`)) return never();
  }
  const value = act();
  life.changed = true;
  if (point(life, `after ${name}`)) return never();
  if (!take(world.losses, name)) return value;
  life.changed = true;
  throw new Error(`the answer of ${name} was lost`);
}

/** Counts one down, if there is one. */
function take(counts: Record<string, number>, name: string): boolean {
  const left = counts[name] ?? 0;
  if (left === 0) return false;
  if (left === 1) delete counts[name];
  else counts[name] = left - 1;
  return true;
}
