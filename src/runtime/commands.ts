import { inTree } from './checkout.ts';
import type { Errand, Site } from './checkout.ts';
import { tail } from './once.ts';

/** What is run, in this order; the first that fails ends it. */
export type Commands = {
  readonly setup: readonly string[];
  readonly test?: string;
  readonly acceptance?: readonly string[];
};

/** How much they may use. */
export type CheckLimits = { readonly memoryGiB: number; readonly cpus: number; readonly minutes: number };

/** `failed` names the command that did, and why where that is not its exit code; null when all exited 0. `tail` is the end of what was printed; a claim. */
export type Ran = { readonly failed: string | null; readonly tail: string };

const TAIL_BYTES = 8 * 1024;
const TAIL_LINES = 60;

/** Runs commands of the policy in a checkout, in one clean container at the agent's uid. */
export async function runCommands(
  site: Site,
  folder: string,
  { setup, test = 'true', acceptance = [] }: Commands,
  { env, ...errand }: Omit<Errand, 'command'> & CheckLimits,
): Promise<Ran> {
  const said = tail(TAIL_BYTES);
  const ran = await inTree(
    site,
    folder,
    {
      ...errand,
      command: ['bash', '-c', inOrder, 'check', String(setup.length), test, ...setup, ...acceptance],
      env: { HOME: '/home/agent', CI: 'true', LANG: 'C.UTF-8', ...env },
    },
    said.add,
    said.add,
  );
  const shown = plainTail(said.text());
  if (ran.code === 0) return { failed: null, tail: shown };
  if (ran.outgrew !== undefined)
    return { failed: `${test === 'true' ? 'setup' : test} (stopped: ${ran.outgrew})`, tail: shown };
  if (ran.code === null) {
    const last = test === 'true' ? (setup.at(-1) ?? test) : test;
    return { failed: `${last} (stopped after ${errand.minutes} minutes)`, tail: shown };
  }
  const command = acceptance[ran.code - 200] ?? setup[ran.code - 100] ?? test;
  return {
    failed: ran.ranOutOfMemory ? `${command} (ran out of ${errand.memoryGiB} GiB of memory)` : command,
    tail: shown,
  };
}

/** How many the setup commands are, the test, the setup, the acceptance checks. Exit codes of its own, because a command may exit with any. */
const inOrder = `setups="$1"; test="$2"; shift 2; n=0
while [ "$n" -lt "$setups" ]; do
  bash -c "$1" </dev/null || exit $((100 + n)); shift; n=$((n + 1))
done
bash -c "$test" </dev/null || exit 1
n=0
for command in "$@"; do
  bash -c "$command" </dev/null || exit $((200 + n)); n=$((n + 1))
done`;

/** The last lines, without colours and control characters. */
export function plainTail(text: string): string {
  // oxlint-disable-next-line no-control-regex
  const colours = /\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\))/g;
  const lines = text
    .replaceAll(colours, '')
    .replaceAll('\r\n', '\n')
    .replaceAll(/[^\P{C}\n\t]/gu, '')
    .split('\n');
  return lines.slice(-TAIL_LINES).join('\n').trim();
}
