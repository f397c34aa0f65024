import { usd } from '../budget.ts';
import type { GateBudget } from '../budget.ts';
import type { Change, ChangeFacts, Check } from '../change.ts';
import type { Severity } from '../handoff.ts';
import { filePatches } from './hunks.ts';
import type { Head } from '../ids.ts';
import { loosened } from './loosened.ts';
import { clipped, quoted } from './pathname.ts';
import { place } from './paths.ts';
import type { Band, Diff, Placed } from './paths.ts';
import { may } from '../person.ts';
import type { Person } from '../person.ts';
import type { Policy } from '../policy.ts';
import { unread } from './unread.ts';
import type { Answer, Verdict } from '../verdict.ts';

/** More files than this are not read one by one by anybody. */
const FILES_MAX = 300;

/** So many characters of paths fit into a sentence that is shown whole. */
const LISTED = 220;

/** What the gate judges, gathered on the host just now. null is missing or unknown, and holds. */
export type GateFacts = {
  /** From the config, read now. `soak`: while true nothing merges without a tap. */
  readonly project: { readonly merges: boolean; readonly soak: boolean };
  /** What is to be merged: the head that was shown, onto the base head that it was judged against. */
  readonly change: Change;
  /** What the forge says of the change now. */
  readonly now: Omit<ChangeFacts, 'byHand'> | null;
  /** The base branch's head that `policy` was read at. */
  readonly policyAt: Head | null;
  readonly check: Check | null;
  readonly diff: Diff | null;
  readonly review: {
    readonly head: Head;
    readonly severity: Severity;
    readonly scope: 'implemented' | 'design-only';
  } | null;
  /** What the task has spent, as the boundary counts it, of what it may, USD; null where nothing is capped. */
  readonly budget: GateBudget | null;
  /** A person's tap; null without one. `by` as the person stands in the config now: who was removed has approved nothing. */
  readonly approval: { readonly by: Person; readonly head: Head; readonly second: boolean } | null;
};

type Yields = Answer['yields'];
type Found = Omit<Answer, 'gate'>;

/** In the order in which they are asked and shown. Bots and judge are not built yet and say so. */
const gates: readonly (readonly [Answer['gate'], (facts: GateFacts, policy: Policy) => Found])[] = [
  ['project', project],
  ['change', change],
  ['checks', checks],
  ['base', base],
  ['bots', () => unset('No review bots are set up.')],
  ['paths', paths],
  ['risk', risk],
  ['judge', () => hold('No judge is set up, so a person decides.', 'merge')],
  ['review', review],
  ['budget', budget],
  ['soak', soak],
];

/**
 * Whether the change may merge now. Pure; every gate answers, also after one that blocks. Without an approval it speaks for an
 * unattended merge; with one it says what that person's tap lets through. Sentences hold path names that agents chose: data.
 */
export function judge(facts: GateFacts, policy: Policy): Verdict {
  const answers = gates.map(([gate, ask]) => letThrough({ gate, ...ask(facts, policy) }, facts));
  const says = (what: Answer['says']): boolean => answers.some((answer) => answer.says === what);
  return { says: says('block') ? 'block' : says('hold') ? 'hold' : 'merge', answers };
}

/** A tap counts for the head that it was given to, and for no more than its giver may do. */
function letThrough(answer: Answer, { approval, change }: GateFacts): Answer {
  if (answer.says !== 'hold' || approval === null || approval.head !== change.head) return answer;
  const reaches: Record<Yields, boolean> = {
    merge: may(approval.by, 'merge'),
    admin: approval.second && may(approval.by, 'admin'),
    nobody: false,
  };
  if (!reaches[answer.yields]) return answer;
  return { ...answer, says: 'pass', sentence: `${answer.sentence} ${approval.by.name} let it through.` };
}

const pass = (sentence: string): Found => ({ says: 'pass', yields: 'nobody', sentence });
const unset = (sentence: string): Found => ({ says: 'unset', yields: 'nobody', sentence });
const block = (sentence: string): Found => ({ says: 'block', yields: 'nobody', sentence });
const hold = (sentence: string, yields: Yields = 'nobody'): Found => ({ says: 'hold', yields, sentence });
const short = (head: Head): string => head.slice(0, 7);

function project({ project }: GateFacts): Found {
  if (project.merges) return pass('This project may merge.');
  return block('Merging is off for this project: set `merges: true` for it in signalbox.yaml.');
}

function change({ change: { number, head }, now }: GateFacts): Found {
  const it = `Change #${number}`;
  if (now === null) return hold(`The forge could not be asked about change #${number}.`);
  if (now.state === 'merged') return block(`${it} is merged already.`);
  if (now.state === 'closed') return block(`${it} is closed.`);
  if (now.state === 'draft') return hold(`${it} is a draft.`);
  if (now.head !== head) return hold(`${it} moved to ${short(now.head)}; ${short(head)} was judged.`);
  if (now.mergeable === null) return hold(`The forge does not know yet whether change #${number} merges cleanly.`);
  if (!now.mergeable) return hold(`${it} conflicts with the base branch.`);
  return pass(`${it} is open at ${short(head)} and merges cleanly.`);
}

function checks({ change: { head }, check }: GateFacts, policy: Policy): Found {
  if (policy.test === null) return hold('The policy names no test command, and nothing is green without one.');
  if (check === null) return hold(`The tests did not run on ${short(head)} yet.`);
  if (check.head !== head) return hold(`The tests ran on ${short(check.head)}, not on ${short(head)}.`);
  const what = clipped(check.what);
  switch (check.outcome) {
    case 'green':
      return pass(`Green on ${short(head)}: ${what}`);
    case 'red':
      return hold(`Red on ${short(head)}: ${what}`);
    case 'conflict':
      return hold(`No tests on ${short(head)}: it does not merge onto ${short(check.base)}.`);
    case 'missing':
      return hold(`No tests on ${short(head)}: ${what}`);
  }
}

function base({ change, now, check, policyAt }: GateFacts): Found {
  if (now === null) return hold('Where the base branch stands is unknown.');
  const is = short(now.base);
  if (check !== null && check.base !== now.base)
    return hold(`The base branch moved from ${short(check.base)} to ${is} since the tests ran.`);
  if (change.base !== now.base) return hold(`The base branch moved from ${short(change.base)} to ${is}.`);
  if (policyAt === null) return hold('The policy of the base branch could not be read.');
  if (policyAt !== now.base) return hold(`The policy was read at ${short(policyAt)}; the base branch is at ${is}.`);
  return pass(`The base branch is still at ${is}.`);
}

/** The diff, where it is of the very heads that are judged, and its paths in their bands; else a sentence. */
function placed(
  { change, diff }: GateFacts,
  policy: Policy,
): { readonly diff: Diff; readonly paths: readonly Placed[] } | string {
  if (diff === null) return 'What the change touches could not be read.';
  if (diff.head !== change.head) return `The diff is of ${short(diff.head)}, not of ${short(change.head)}.`;
  if (diff.base !== change.base) return `The diff is against ${short(diff.base)}, not against ${short(change.base)}.`;
  if (diff.paths.length === 0) return 'The change touches no file.';
  const bands = place(diff, policy);
  return bands.ok ? { diff, paths: bands.placed } : `The policy has a glob that cannot be read: ${clipped(bands.glob)}`;
}

function paths(facts: GateFacts, policy: Policy): Found {
  const read = placed(facts, policy);
  if (typeof read === 'string') return hold(read);
  const of = (band: Band): readonly Placed[] => read.paths.filter((path) => path.band === band);
  const files = read.paths.length;
  const [stop, ask, rest] = [of('blocked'), of('admin'), of('holds')];
  if (stop.length > 0) return block(`Only by hand, never from chat: ${list(stop)}.`);
  if (ask.length > 0) return hold(`Needs an admin's second tap: ${list(ask)}.`, 'admin');
  if (files > FILES_MAX)
    return hold(`${files} files are too many to merge unseen; the limit is ${FILES_MAX}.`, 'merge');
  if (rest.length > 0) return hold(`Needs a person's tap: ${list(rest)}.`, 'merge');
  return pass(`${files === 1 ? 'The one file' : `All ${files} files`} may merge unattended.`);
}

/** At most three paths by name, and of long ones fewer: a phone shows no more. */
function list(paths: readonly Placed[]): string {
  const all = paths.slice(0, 3).map(({ path, why }) => (why === '' ? quoted(path) : `${quoted(path)} (${why})`));
  const named = all.filter((_, n) => n === 0 || all.slice(0, n + 1).join(', ').length <= LISTED);
  const more = paths.length - named.length;
  return more > 0 ? `${named.join(', ')} and ${more} more` : named.join(', ');
}

/** low merges itself, medium asks the phone, high is only for hands. */
function risk(facts: GateFacts, policy: Policy): Found {
  const read = placed(facts, policy);
  if (typeof read === 'string') return hold('The risk is unknown without a diff that can be judged.');
  if (read.paths.some(({ band }) => band === 'blocked'))
    return block('High risk: it touches what merges only by hand.');
  const patches = filePatches(read.diff.patch ?? '');
  const reasons = [...loosened(read.diff.paths, patches), ...unread(read.paths, patches)];
  const beyond = read.paths.filter(({ band }) => band !== 'merges').length;
  if (beyond > 0) reasons.push(`${beyond} ${beyond === 1 ? 'file' : 'files'} beyond what merges unattended`);
  if (read.paths.length > FILES_MAX) reasons.push(`${read.paths.length} files`);
  return reasons.length > 0 ? hold(`Medium risk: ${reasons.join(', ')}.`, 'merge') : pass('Low risk.');
}

function review({ change: { head }, review }: GateFacts): Found {
  if (review === null) return hold(`${short(head)} was not reviewed yet.`);
  if (review.head !== head) return hold(`The review is of ${short(review.head)}, not of ${short(head)}.`);
  if (review.scope === 'design-only')
    return hold('The reviewer says that it describes the work instead of doing it.', 'merge');
  if (review.severity === 'high') return hold('The reviewer found something of high severity.', 'merge');
  return pass(
    review.severity === 'none'
      ? 'The reviewer found nothing.'
      : `The reviewer's highest severity is ${review.severity}.`,
  );
}

/** Merging spends nothing: who may raise the ceiling may as well let it through. */
function budget({ budget }: GateFacts): Found {
  if (budget === null) return unset('No budget is set up.');
  const { spent, ceiling } = budget;
  if (spent === null) return hold('What it has spent is unknown.', 'merge');
  if (spent > ceiling) return hold(`It has spent ${usd(spent)}, more than its ${usd(ceiling)}.`, 'merge');
  return pass(`It has spent ${usd(spent)} of ${usd(ceiling)}.`);
}

function soak({ project }: GateFacts): Found {
  return project.soak ? hold('Soak: every merge of this project waits for a tap.', 'merge') : pass('Soak is over.');
}
