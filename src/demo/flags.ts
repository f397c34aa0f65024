/** The demo's flags as they were typed. */
export type Typed = {
  readonly auto?: boolean;
  readonly quick?: boolean;
  readonly port?: string;
  readonly kill?: string;
  readonly quota?: string;
  readonly seed?: string;
  readonly times?: string;
  readonly data?: string;
};

export type Wishes = {
  /** Plays the person, too, and ends with the task. */
  readonly auto: boolean;
  readonly quick: boolean;
  /** 0 takes any free one. */
  readonly port: number;
  /** How many SIGKILLs strike while the task lives. */
  readonly kills: number;
  /** The coder's account is rejected in mid-turn, and its window opens again after so many seconds; null: it is not. */
  readonly quota: number | null;
  /** Of the kills; null draws one. */
  readonly seed: number | null;
  /** How many demos, one after the other, each on a folder of its own. */
  readonly times: number;
};

export const demoUsage = `usage: ./signalbox demo [options]

A whole task with real containers, real git and the real agent CLIs; only the model's answers are rehearsed.

  --auto            plays the person, too: asks, reads, taps Merge, and then checks what came of it. Exit code 0: merged, and every check passed.
                    Without it the person's part is yours
  --quick           from the idea straight to the coder
  --kill 0..50      with --auto: so many SIGKILLs at random moments of the task's life, most often of the controller, sometimes of the boundary,
                    sometimes of a container
  --seed S          draws the same kills again; S is printed by the run that drew them
  --quota 5..3600   with --auto: the model's service rejects the coder's account in mid-turn, and the window opens again after so many seconds.
                    With --kill the first three hit the controller while the task is held, at the reset, and while it resumes
  --times 1..100    with --auto: so many demos one after the other, each on a fresh folder; one line each, and the sum
  --data DIR        keeps the data in DIR and goes on with what is there (default: a folder of its own, removed at the end)
  --port N          where the local web chat listens on 127.0.0.1 (default: any free port)
`;

type Read = { readonly ok: true; readonly wishes: Wishes } | { readonly ok: false; readonly reason: string };

/** Reads the flags, or says in a sentence what is wrong with one and what is allowed. */
export function readWishes(typed: Typed): Read {
  const { auto = false, quick = false } = typed;
  const needing = (['kill', 'quota', 'seed', 'times'] as const).find((flag) => typed[flag] !== undefined);
  if (needing && !auto) return wrong(`--${needing} needs --auto: without it the person's part is yours`);
  if (typed.data !== undefined && typed.times !== undefined)
    return wrong('--times plays each demo on a fresh folder of its own: leave --data out');
  if (typed.seed !== undefined && typed.kill === undefined)
    return wrong('--seed draws kills: say how many with --kill');
  const numbers = {
    port: numberIn(typed.port, 0, 65_535),
    kills: numberIn(typed.kill, 0, 50),
    quota: numberIn(typed.quota, 5, 3_600),
    seed: numberIn(typed.seed, 0, 2 ** 32 - 1),
    times: numberIn(typed.times, 1, 100),
  };
  if (Number.isNaN(numbers.port)) return wrong(`--port ${typed.port} is no port: a number from 0 to 65535`);
  if (Number.isNaN(numbers.kills)) return wrong(`--kill ${typed.kill} is no number of kills: from 0 to 50`);
  if (Number.isNaN(numbers.quota)) return wrong(`--quota ${typed.quota} is no time: from 5 to 3600 seconds`);
  if (Number.isNaN(numbers.seed)) return wrong(`--seed ${typed.seed} is no seed: a whole number from 0 to 4294967295`);
  if (Number.isNaN(numbers.times)) return wrong(`--times ${typed.times} is no number of demos: from 1 to 100`);
  const { port, kills, quota, seed, times } = numbers;
  return { ok: true, wishes: { auto, quick, port: port ?? 0, kills: kills ?? 0, quota, seed, times: times ?? 1 } };
}

const wrong = (reason: string): Read => ({ ok: false, reason });

/** null where nothing was typed, NaN for what is no whole number from `least` to `most`. */
function numberIn(text: string | undefined, least: number, most: number): number | null {
  if (text === undefined) return null;
  const number = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  return number >= least && number <= most ? number : NaN;
}
