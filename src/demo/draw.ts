/** What a SIGKILL can hit. */
export const targets = ['controller', 'boundary', 'container'] as const;
export type Target = (typeof targets)[number];

/**
 * Stretches of a task's life by the card's step that begins them, with how long each usually lasts, in ms: the first longer, for
 * kills that fall on the asking itself.
 */
const stretches = [
  ['opening', 500],
  ['proving', 1_500],
  ['brainstormer', 1_500],
  ['planner', 1_400],
  ['coder', 2_300],
  ['validating', 1_400],
  ['reviewer', 1_700],
  ['review', 600],
] as const;
export type Milestone = (typeof stretches)[number][0];

/** When a kill happens. `after` in ms; it may reach into the next stretch on a fast machine. */
export type Moment =
  | { readonly at: Milestone; readonly after: number }
  /** While the tap is on its way and what it asks for is being done. */
  | { readonly at: 'tap'; readonly after: number }
  /** While the account is shut, so far into it: from 0 to 1. */
  | { readonly at: 'held'; readonly share: number }
  /** When the account opens, that many ms later, or earlier where it is negative. */
  | { readonly at: 'reset'; readonly off: number }
  /** When the next leg of the session has begun. */
  | { readonly at: 'resuming'; readonly after: number };

/** One kill to come. `prefers`: the first of these that is there is hit. */
export type Kill = { readonly moment: Moment; readonly prefers: readonly Target[] };

export type Drawing = {
  readonly kills: number;
  /** The same seed draws the same kills. From 0 to 2³² - 1. */
  readonly seed: number;
  readonly quick: boolean;
  /** Whether the coder's account is rejected on the way: then the first three hit the controller at the moments that matter there. */
  readonly quota: boolean;
};

const RESET_MS = 300;
const TAP_MS = 150;
const RESUMING_MS = 300;
const CHANCE_OF_TAP = 0.3;

/** Kills over the whole life of a task, in the order in which they come. */
export function draw({ kills, seed, quick, quota }: Drawing): readonly Kill[] {
  const random = randomOf(seed);
  const onlyController = targets;
  const named: Moment[] = [
    { at: 'held', share: 0.2 + 0.6 * random() },
    { at: 'reset', off: Math.round((2 * random() - 1) * RESET_MS) },
    { at: 'resuming', after: Math.round(random() * RESUMING_MS) },
  ];
  const first = quota ? named.slice(0, kills).map((moment) => ({ moment, prefers: onlyController })) : [];
  const rest = Math.max(0, kills - first.length);
  const tap: Kill[] =
    rest > 0 && random() < CHANCE_OF_TAP
      ? [{ moment: { at: 'tap', after: Math.round(random() * TAP_MS) }, prefers: onlyController }]
      : [];
  const life = stretchesOf(quick, quota);
  const spread = Array.from({ length: rest - tap.length }, () => ({
    place: random() * life.reduce((sum, [, ms]) => sum + ms, 0),
    prefers: preference(random(), random()),
  })).toSorted((a, b) => a.place - b.place);
  return [...first, ...spread.map(({ place, prefers }) => ({ moment: momentAt(life, place), prefers })), ...tap];
}

type Stretches = readonly (readonly [Milestone, number])[];

/** After the named moments of a hold comes what is left of the coder's work. */
function stretchesOf(quick: boolean, quota: boolean): Stretches {
  const early: readonly Milestone[] = quota
    ? ['opening', 'proving', 'brainstormer', 'planner', 'coder']
    : quick
      ? ['brainstormer', 'planner']
      : [];
  return stretches.filter(([name]) => !early.includes(name));
}

function momentAt(life: Stretches, place: number): Moment {
  let left = place;
  for (const [at, ms] of life) {
    if (left < ms) return { at, after: Math.round(left) };
    left -= ms;
  }
  return { at: 'review', after: 0 };
}

/** Most often the controller, sometimes the boundary, sometimes a container; then the others, in either order. */
function preference(first: number, second: number): readonly Target[] {
  const wanted: Target = first < 0.7 ? 'controller' : first < 0.87 ? 'boundary' : 'container';
  const others = targets.filter((target) => target !== wanted);
  return [wanted, ...(second < 0.5 ? others : others.toReversed())];
}

/** Mulberry32: numbers from 0 to 1, the same ones for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const order = stretches.map(([name]) => name);

/** The last stretch that a step of the card begins; null for a step between two. */
export const milestoneOf = (step: string): Milestone | null => order.find((name) => name === step) ?? null;

/** Whether a stretch is over or begun when the task is at `now`. */
export const isReached = (wanted: Milestone, now: Milestone): boolean => order.indexOf(now) >= order.indexOf(wanted);
