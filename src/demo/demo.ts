import { randomInt } from 'node:crypto';
import { execa } from 'execa';
import { freeSlug } from '../chain/making.ts';
import type { Check } from './checks.ts';
import { targets } from './draw.ts';
import type { Scene } from './evidence.ts';
import type { Wishes } from './flags.ts';
import type { Killed } from './kills.ts';
import { IDEA, isWrong, play } from './play.ts';
import type { Played } from './play.ts';
import { onStage } from './stage.ts';
import type { StageOptions } from './stage.ts';
import type { World } from './world.ts';

export { freePort } from './stage.ts';

/** So that a person sees the model at work. */
const THINKS_MS = 1_500;

export type DemoOptions = Omit<StageOptions, 'port'> & Pick<Scene, 'read'> & { readonly wishes: Wishes };

/** The whole product with real containers, git and agent CLIs; only the model's answers are rehearsed. Answers with an exit code. */
export async function demo(options: DemoOptions, signal: AbortSignal): Promise<number> {
  const { wishes } = options;
  const whole = { ...options, port: wishes.port };
  if (!wishes.auto)
    return onStage(whole, { latencyMs: THINKS_MS }, signal, ({ world, url }) => untilInterrupted(world, url, signal));
  const seed = wishes.seed ?? randomInt(2 ** 32);
  if (wishes.times > 1) return many({ ...whole, seed }, signal);
  const print = (line: string): void => console.log(line);
  const played = await play({ ...whole, seed, print, show: showBase }, signal);
  report(played);
  return exitCode([played]);
}

const exitCode = (all: readonly Played[]): number =>
  all.every((played) => played.ending.state === 'merged' && !isWrong(played)) ? 0 : 1;

/** The checks, and as the last line of stdout one JSON object. */
function report(played: Played): void {
  const { ending, checks, kills, ms } = played;
  for (const check of checks) console.log(checkLine(check));
  if (isWrong(played)) console.log(lookAt(played));
  const { task, state, head, merged } = ending;
  const seconds = Number((ms / 1000).toFixed(1));
  const failed = checks.flatMap(({ sentence, wrong }) => (wrong === null ? [] : [sentence]));
  console.log(JSON.stringify({ task, state, head, merged, seconds, kills: kills.length, failed }));
}

const checkLine = ({ sentence, wrong }: Check): string =>
  wrong === null ? `✓ ${sentence}` : `✗ ${sentence}: ${wrong}`;

const lookAt = ({ data }: Played): string => `  What is there to be looked at is in ${data}`;

/** One line a demo, and all that a demo said which went wrong. */
async function many(options: DemoOptions & { port: number; seed: number }, signal: AbortSignal): Promise<number> {
  const { times } = options.wishes;
  const all: Played[] = [];
  for (let n = 1; n <= times && !signal.aborted; n += 1) {
    const seed = (options.seed + n - 1) % 2 ** 32;
    const said: string[] = [];
    const print = (line: string): void => {
      said.push(line);
      // Somebody who watches sees that it goes on; a file gets the lines of the demos alone.
      if (process.stderr.isTTY) process.stderr.write(`\x1b[2K\r${n} of ${times} ${line.slice(0, 70)}`);
    };
    const played = await play({ ...options, seed, print }, signal);
    if (process.stderr.isTTY) process.stderr.write('\x1b[2K\r');
    all.push(played);
    if (isWrong(played)) for (const line of [...said, lookAt(played)]) console.log(`    ${line}`);
    console.log(`${n} of ${times}: ${playedLine(played, options.wishes, seed)}`);
  }
  const good = all.filter((played) => played.ending.state === 'merged' && !isWrong(played));
  console.log(`${good.length} of ${times}: merged${sumOf(all.flatMap(({ kills }) => kills))}`);
  return all.length === times ? exitCode(all) : 1;
}

function playedLine({ ending, checks, kills, ms }: Played, wishes: Wishes, seed: number): string {
  const failed = checks.filter(({ wrong }) => wrong !== null);
  const commit = ending.merged === null ? '' : ` ${ending.merged.slice(0, 7)}`;
  const drawn = wishes.kills === 0 ? '' : `${sumOf(kills)}, seed ${seed}`;
  const judged = failed.length === 0 ? `${checks.length} checks ✓` : failed.map(checkLine).join(', ');
  return `${ending.state}${commit} in ${(ms / 1000).toFixed(1)} s${drawn}; ${judged}`;
}

/** `; 5 kills (3 controller, 1 boundary, 1 container)`. */
function sumOf(kills: readonly Killed[]): string {
  if (kills.length === 0) return '';
  const each = targets.map((target) => `${kills.filter((one) => one.target === target).length} ${target}`);
  return `; ${kills.length} kills (${each.join(', ')})`;
}

async function showBase({ repository }: Played): Promise<void> {
  const { stdout } = await execa('git', ['-C', repository, 'log', '--oneline', '-3', 'main']);
  console.log(`main now:\n${stdout.replace(/^/gm, '   ')}`);
}

/** What a person who tries it is told. A key stands behind the #, where no server sees it. */
export function invitation(url: string, { keys, channel, data }: Pick<World, 'keys' | 'channel' | 'data'>): string {
  return `Signalbox is up. Open its page in a browser on this machine:

  ${url}/#key=${keys.you}

1. Write in #${channel}:   /task ${IDEA}
   A thread opens. An agent asks you one thing there, and you see it write: tap an answer, or write your own.
2. Then it runs by itself: requirements, plan, code, tests and review, each in a container of its own. About a minute.
   Meanwhile write to the agent in the thread, type / to see what else there is, or open the card at the top.
3. It ends with a message that asks you: Merge? Look at /diff, then tap it.

To see an agent at its terminal while it works (Ctrl-B, then D leaves it):   ./signalbox attach ${freeSlug(IDEA, new Map())} --data ${data}
To ask something instead, write in #${channel}:   @signalbox What is this repository for?

To be two people, open this one in another browser or a private window (a guest, who may merge). Both tap Merge: one merge, and the other is told.

  ${url}/#key=${keys.guest}

From another machine:   ssh -L ${new URL(url).port}:127.0.0.1:${new URL(url).port} <this machine>
Only the model's answers are rehearsed: whatever you ask for, it mends the spelling in the README; a task after the merge finds nothing left to mend, and fails. The data is in ${data}.
Ctrl-C ends the demo and removes what it made.`;
}

async function untilInterrupted(world: World, url: string, signal: AbortSignal): Promise<number> {
  console.log(invitation(url, world));
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  return 0;
}
