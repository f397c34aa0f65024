import { usd } from '../chain/budget.ts';
import type { Spent } from '../chain/budget.ts';
import type { Beside } from '../chain/instead.ts';
import { isKept } from '../chain/tapped.ts';
import type { Wait } from '../chain/schedule.ts';
import type { Phase, Task } from '../chain/task.ts';
import { buttonsOf } from './card-buttons.ts';
import { code, line, plain } from './markdown.ts';
import type { Message } from './message.ts';
import { doing, lasted, sign, timetable } from './phases.ts';
import { reasons } from './verdicts.ts';

/** The first characters of a commit id, as git shows it. */
export const short = (head: string): string => code(head.slice(0, 7));

export const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

/** Name of the task's thread: state and title. Plain text. */
export function threadName(task: Task): string {
  return `${sign(task)} ${plain(task.title, 80)}`;
}

/** One row of a list of tasks. */
export function taskRow(task: Task, wait?: Wait, project = `${line(task.project)} ⋅ `): string {
  const { phase } = task;
  const why =
    phase.at === 'held' ? `: ${line(phase.reason, 120)}` : phase.at === 'queued' && wait ? `: ${waitWords(wait)}` : '';
  return `${sign(task)} ${project}${line(task.title, 80)} ⋅ ${doing(task)}${why}`;
}

/** Why a task waits in the queue. */
export function waitWords(wait: Wait): string {
  switch (wait.for) {
    case 'slot':
      return `${count(wait.ahead, 'task')} before it, ${count(wait.slots, 'slot')} on this machine`;
    case 'start':
      return 'starts in a moment';
    case 'room':
      return 'the disk is nearly full';
    case 'account':
      return `the account ${code(wait.account)} is shut`;
    case 'lock':
      return 'everything is locked';
  }
}

const RESTS: readonly Phase['at'][] = ['review', 'held', 'failed', 'merged', 'stopped'];

/** Known once it rests: while it goes on, that would be how long its earlier phases took. */
const took = ({ phase, times }: Task): string => (RESTS.includes(phase.at) ? ` ⋅ ${lasted(times)}` : '');

/** The one status message of a task. The same task gives the same card, as long as the config names the same accounts. */
export function card(task: Task, beside: Beside, spent?: Spent): Message {
  const blocks = [
    [`${sign(task)} **${line(task.title, 100)}** ⋅ ${doing(task)}`],
    [`> ${line(task.idea, 280)}`],
    timetable(task.times),
    [...facts(task), ...cost(task, spent)],
    awaited(task),
    [`${line(task.project)} ⋅ ${code(task.branch)}${took(task)}`],
  ];
  return {
    text: blocks
      .filter((block) => block.length > 0)
      .map((block) => block.join('\n'))
      .join('\n\n'),
    buttons: buttonsOf(task, beside),
    loud: false,
  };
}

function facts({ change, head, check, review, sessions, instead, owner, asker }: Task): readonly string[] {
  return [
    ...(change
      ? [`Change #${change.number} at ${short(change.head)}`]
      : head && sessions.length > 0
        ? [`Branch at ${short(head)}`]
        : []),
    ...(check ? [checkRow(check)] : []),
    ...(review ? [`${reviewRow(review)} at ${short(review.head)}`] : []),
    ...(asker === null ? [] : [`Handed over to ${line(owner.name, 60)}, asked for by ${line(asker, 60)}`]),
    ...Object.entries(instead).map(([of, to]) => `Uses ${code(to)} instead of ${code(of)}`),
  ];
}

/** In dollars. What a subscription serves is not paid: the dollars say what a key would cost, and beside them stands how full its window is. */
function cost({ spent: known }: Task, now: Spent | undefined): readonly string[] {
  const total = Math.max(known ?? 0, now?.usd ?? 0);
  if (total === 0) return [];
  const each = (now?.accounts ?? []).map(({ account, usd: of, plan }) => {
    if (plan === null) return `${code(account)} ${usd(of)}`;
    const full = plan === 'no window known' ? '' : `, its ${plan.window} is ${Math.round(plan.used * 100)} % full`;
    return `${code(account)} ${usd(of)} by list price, in the subscription${full}`;
  });
  const [only] = each;
  if (each.length === 1 && only !== undefined) return [`Spent: ${only}`];
  return [`Spent: ${[usd(total), ...each].join(' ⋅ ')}`];
}

/** What the validator saw. `what` is a sentence for an outcome without a command. */
export function checkRow({ outcome, what, head }: NonNullable<Task['check']>): string {
  switch (outcome) {
    case 'green':
      return `Checks green: ${code(what)} at ${short(head)}`;
    case 'red':
      return `Checks red: ${code(what)} at ${short(head)}`;
    case 'conflict':
    case 'missing':
      return `Checks: ${line(what)}`;
  }
}

/** Severity and count, never what was found: the reviewer advises and does not plead. */
export function reviewRow(review: {
  readonly severity: string;
  readonly scope: string;
  readonly count: number;
}): string {
  const scope = review.scope === 'design-only' ? '; it describes the work instead of doing it' : '';
  return `Review: ${line(review.severity, 20)}, ${count(review.count, 'finding')}${scope}`;
}

export const KEPT = 'The work is kept on its branch.';

/** What can be done about a merge that lasts: no answer says that it was not made. */
export const MERGE_WAITS = 'It is tried again by itself. It may be merged already, so it cannot be stopped now.';

/** What ends the phase, where a person has a part in it. */
function awaited(task: Task): readonly string[] {
  const { phase, draft } = task;
  switch (phase.at) {
    case 'review':
      return ['Waits for a person:', ...reasons(phase.verdict)];
    case 'held':
      return [line(phase.reason), line(phase.todo)];
    case 'failed':
      return [line(phase.reason)];
    case 'merging':
      return [
        ...(phase.by ? [`Merge asked for by ${line(phase.by.name)}.`] : []),
        ...(phase.waits === null ? [] : [line(phase.waits), MERGE_WAITS]),
      ];
    case 'merged':
      return [`Merged as ${short(phase.commit)}.`];
    case 'stopped':
      return phase.cleared === true || !isKept(task) ? [] : [KEPT];
    default:
      return draft?.pause
        ? [`${line(draft.pause.by.name, 60)} said ${draft.pause.what}: the next role does not begin.`]
        : [];
  }
}
