import type { Check } from '../chain/change.ts';
import { Head } from '../chain/ids.ts';
import type { SessionSpec, Validator } from '../chain/ports.ts';
import { inTree, makeCheckout, removeCheckout } from './checkout.ts';
import type { Site } from './checkout.ts';
import { git, gitOut } from './git.ts';
import { tail } from './once.ts';
import type { Once } from './once.ts';
import { POLICY_PATH } from './policy.ts';

/** How much a check may use. */
export type CheckLimits = { readonly memoryGiB: number; readonly cpus: number; readonly minutes: number };

type Merge =
  | { readonly kind: 'merged'; readonly commit: Head }
  | { readonly kind: 'conflict'; readonly paths: readonly string[] };

const TAIL_BYTES = 8 * 1024;
const TAIL_LINES = 60;

/** Tests the would-be merge commit in a clean container without a network, at the agent's uid. */
export function containerValidator(
  site: Site,
  limits: CheckLimits = { memoryGiB: 2, cpus: 2, minutes: 30 },
): Validator {
  return {
    async check({ project, task, base, head, policy, acceptance }): Promise<Check> {
      const { folder, repository } = site.mirror(project);
      const answer = (outcome: Check['outcome'], what: string, tail = ''): Check => ({
        head,
        base,
        outcome,
        what,
        tail,
      });
      const merge = await wouldBeMerge(folder, base, head);
      if (merge.kind === 'conflict') return answer('conflict', conflictSentence(merge.paths, repository.base));
      if (policy.test === null) {
        return answer('missing', `No test command. Write one as \`test:\` in ${POLICY_PATH} on ${repository.base}.`);
      }
      const tree = `check-${merge.commit.slice(0, 12)}`;
      const checkout: SessionSpec['checkout'] = { tree, branch: 'signalbox-check', head: merge.commit, access: 'read' };
      // What an earlier check of the same commit left behind is not a clean checkout.
      await removeCheckout(site, task, tree);
      try {
        const at = await makeCheckout(site, { project, task, checkout });
        return await runTests(site, at, { setup: policy.setup, test: policy.test, acceptance }, limits, answer);
      } finally {
        await removeCheckout(site, task, tree);
      }
    },
  };
}

async function runTests(
  site: Site,
  folder: string,
  commands: Commands,
  limits: CheckLimits,
  answer: (outcome: Check['outcome'], what: string, tail: string) => Check,
): Promise<Check> {
  const { setup, test, acceptance } = commands;
  const said = tail(TAIL_BYTES);
  const errand = {
    command: ['bash', '-c', inOrder, 'check', String(setup.length), test, ...setup, ...acceptance],
    env: { HOME: '/home/agent', CI: 'true', LANG: 'C.UTF-8' },
    ...limits,
  };
  const ran = await inTree(site, folder, errand, said.add, said.add);
  const shown = plainTail(said.text());
  if (ran.code === 0) return answer('green', test, shown);
  return answer('red', whatFailed(ran, commands, limits), shown);
}

/** What is run, in this order. */
type Commands = { readonly setup: readonly string[]; readonly test: string; readonly acceptance: readonly string[] };

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

function whatFailed(ran: Once, { setup, test, acceptance }: Commands, limits: CheckLimits): string {
  if (ran.outgrew !== undefined) return `${test} (stopped: ${ran.outgrew})`;
  if (ran.code === null) return `${test} (stopped after ${limits.minutes} minutes)`;
  const command = acceptance[ran.code - 200] ?? setup[ran.code - 100] ?? test;
  return ran.ranOutOfMemory ? `${command} (ran out of ${limits.memoryGiB} GiB of memory)` : command;
}

/**
 * Merges in the mirror alone, without a worktree. The commit's dates are the change's own, so the same two heads give the same commit.
 * Nothing refers to it: it is only to be tested.
 */
async function wouldBeMerge(folder: string, base: Head, head: Head): Promise<Merge> {
  const merged = await git(folder, ['merge-tree', '--write-tree', '--name-only', '--no-messages', '-z', base, head]);
  const [tree = '', ...paths] = merged.out.split('\0').filter(Boolean);
  if (merged.code === 1) return { kind: 'conflict', paths };
  if (!merged.ok) throw new Error(`git could not merge ${head} onto ${base}: ${merged.errors}`);
  const date = await gitOut(folder, ['show', '--no-patch', '--format=%cd', '--date=raw', head]);
  const env = Object.fromEntries(
    ['AUTHOR', 'COMMITTER'].flatMap((who) => [
      [`GIT_${who}_NAME`, 'Signalbox'],
      [`GIT_${who}_EMAIL`, 'signalbox@signalbox.invalid'],
      [`GIT_${who}_DATE`, date],
    ]),
  );
  const commit = await gitOut(folder, ['commit-tree', tree, '-p', base, '-p', head, '-m', 'Would-be merge'], { env });
  return { kind: 'merged', commit: Head.parse(commit) };
}

function conflictSentence(paths: readonly string[], base: string): string {
  const [first = 'The change'] = paths;
  const more = paths.length > 1 ? ` and ${paths.length - 1} more` : '';
  return `${first}${more}: conflict with what ${base} has now.`;
}

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
