import type { World } from './world.ts';

/** Where one life of a controller may end: before something is done outside, and after it is done and before the answer arrives. */
export type Point = { readonly at: string; readonly n: number };

export type Life = {
  readonly world: World;
  /** How many points there were. */
  points: number;
  dead: boolean;
  /** Called at each point, with the world as a crash there would leave it. */
  readonly visit: (point: Point) => void;
  /** Ends the life at this point; Infinity lets it live. */
  readonly diesAt: number;
  /** In which order answers arrive: an index into the calls under way. null: at once, as they come. */
  readonly pick: ((calls: number) => number) | null;
  readonly calls: (() => void)[];
};

export function newLife(world: World, of: Partial<Pick<Life, 'visit' | 'diesAt' | 'pick'>> = {}): Life {
  const { visit = () => undefined, diesAt = Infinity, pick = null } = of;
  return { world, points: 0, dead: false, visit, diesAt, pick, calls: [] };
}

/** A dead controller hears of nothing any more. */
const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

/** True when the life ends here. */
export function point(life: Life, at: string): boolean {
  if (life.dead) return true;
  life.points += 1;
  life.visit({ at, n: life.points });
  if (life.points >= life.diesAt) life.dead = true;
  return life.dead;
}

/**
 * One call of a port: `act` changes the world at once or throws. The world's list of failures may refuse the call or lose its answer; both are an
 * error to the caller, who cannot tell them apart.
 */
export async function call<T>(life: Life, name: string, act: () => T): Promise<T> {
  await turn(life);
  if (point(life, `before ${name}`)) return never();
  const { world } = life;
  if (take(world.outages, name)) throw new Error(`${name} is out of reach`);
  const value = act();
  if (point(life, `after ${name}`)) return never();
  if (take(world.losses, name)) throw new Error(`the answer of ${name} was lost`);
  return value;
}

/** Waits until the scheduler lets this call go on. */
function turn(life: Life): Promise<void> | null {
  return life.pick === null ? null : new Promise((resolve) => life.calls.push(resolve));
}

function take(counts: Record<string, number>, name: string): boolean {
  const left = counts[name] ?? 0;
  if (left === 0) return false;
  if (left === 1) delete counts[name];
  else counts[name] = left - 1;
  return true;
}
