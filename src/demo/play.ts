import { setTimeout as sleep } from 'node:timers/promises';
import { playPerson } from './auto.ts';
import type { Ending } from './auto.ts';
import { checksOf } from './checks.ts';
import type { Check } from './checks.ts';
import { untilUp } from './controller.ts';
import { draw } from './draw.ts';
import { gather, headOf, leftIn } from './evidence.ts';
import type { Scene } from './evidence.ts';
import type { Wishes } from './flags.ts';
import { performKills } from './kills.ts';
import type { Killed } from './kills.ts';
import { person } from './person.ts';
import { onStage } from './stage.ts';
import type { Stage, StageOptions } from './stage.ts';

/** An automatic demo that is over. `checks` are empty when it was interrupted. */
export type Played = {
  readonly ending: Ending;
  readonly checks: readonly Check[];
  readonly kills: readonly Killed[];
  readonly repository: string;
  /** Its data folder. It is still there when a check failed, or when it was named. */
  readonly data: string;
  readonly ms: number;
};

export type PlayOptions = StageOptions &
  Pick<Scene, 'read'> & {
    readonly wishes: Wishes;
    readonly seed: number;
    readonly print: (line: string) => void;
    /** Called after a merge, while the repository is still there. */
    readonly show?: (played: Played) => Promise<void>;
  };

export const IDEA = 'fix the typo in the README';
/** Nothing takes so long: a play that does is over. On top of the time that the account is shut. */
const LONGEST_MS = 15 * 60_000;

/** Plays one whole task with the person's part, and judges what came of it. */
export async function play(options: PlayOptions, interrupt: AbortSignal): Promise<Played> {
  const { wishes, show } = options;
  const { quota } = wishes;
  // In mid-turn: the account's first request was answered.
  const faults = quota === null ? [] : [{ role: 'coder', kind: '429', nth: 2, resetIn: quota } as const];
  const signal = AbortSignal.any([interrupt, AbortSignal.timeout(LONGEST_MS + (quota ?? 0) * 1000)]);
  return onStage(options, { faults }, signal, async (stage) => {
    const played = await act(options, stage, signal);
    if (isWrong(played)) stage.keep();
    if (played.ending.state === 'merged') await show?.(played);
    return played;
  });
}

/** Whether something is to be looked into; an interruption is nothing. */
export const isWrong = ({ ending, checks }: Played): boolean =>
  ending.state !== 'interrupted' && (ending.state !== 'merged' || checks.some(({ wrong }) => wrong !== null));

async function act(options: PlayOptions, { world, url }: Stage, signal: AbortSignal): Promise<Played> {
  const { wishes, seed, print, read } = options;
  const { data, repository, channel, keys } = world;
  const began = Date.now();
  const before = await headOf(repository);
  const others = await leftIn(data, repository);
  const plan = draw({ kills: wishes.kills, seed, quick: wishes.quick, quota: wishes.quota !== null });
  if (plan.length > 0) print(`${plan.length} kills to come, seed ${seed}`);
  const kills = performKills(plan, { data, print, signal });
  const you = person({ url, key: keys.you });
  const ending = await playPerson(you, { channel, idea: IDEA, quick: wishes.quick, print, signal, kills });
  const result = { ending, kills: kills.killed(), repository, data };
  if (ending.state === 'interrupted') return { ...result, checks: [], ms: Date.now() - began };
  const ms = Date.now() - began;
  const isTidy = async (): Promise<boolean> => (await leftIn(data, repository)).every((one) => others.includes(one));
  if (ending.state === 'merged') await kills.all();
  await untilUp(data, url, signal);
  if (ending.state === 'merged') await untilTidy(isTidy, print, signal);
  const rest = {
    ending,
    kills: { wanted: plan.length, done: kills.killed() },
    asked: world.rehearsal.asked(),
  };
  const evidence = await gather({ data, repository, you, before, others, read }, rest);
  return { ...result, checks: checksOf(evidence, wishes.quota !== null), ms };
}

const TIDY_MS = 20_000;

/** Clearing up follows the merge, and begins again where it was killed. */
async function untilTidy(
  isTidy: () => Promise<boolean>,
  print: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const began = Date.now();
  let told = false;
  while (Date.now() - began < TIDY_MS && !signal.aborted && !(await isTidy())) {
    if (!told && Date.now() - began > 1_500) {
      print('  … it clears up');
      told = true;
    }
    await sleep(100);
  }
}
