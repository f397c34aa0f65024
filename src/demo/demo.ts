import { randomInt } from 'node:crypto';
import { execa } from 'execa';
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

export type DemoOptions = Omit<StageOptions, 'port'> & Pick<Scene, 'read'> & { readonly wishes: Wishes };

/** The whole product with real containers, git and agent CLIs; only the model's answers are rehearsed. Answers with an exit code. */
export async function demo(options: DemoOptions, signal: AbortSignal): Promise<number> {
  const { wishes } = options;
  const whole = { ...options, port: wishes.port };
  if (!wishes.auto) return onStage(whole, {}, signal, ({ world, url }) => untilInterrupted(world, url, signal));
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

async function untilInterrupted({ keys, channel, data }: World, url: string, signal: AbortSignal): Promise<number> {
  console.log(`Signalbox is up at ${url}; its data is in ${data}.

Ask for something, as the person in the chat would:

  curl -s ${url}/api/inputs -H 'Authorization: Bearer ${keys.you}' -H 'Content-Type: application/json' \\
    -d '{"source":"my-first-task","channel":"${channel}","text":"/task ${IDEA}"}'

Watch the thread:

  curl -sN ${url}/api/events -H 'Authorization: Bearer ${keys.you}'

When the change is held for review, press its button ({"source":"my-first-tap","button":"<id>"}). A second person's key, who may merge: ${keys.guest}
Ctrl-C ends the demo and removes what it made.`);
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  return 0;
}
