import type { ProjectRow, Reply } from '../chain/commands.ts';
import type { DiffFile, DiffLook, UsageLook } from '../chain/looks.ts';
import type { TaskId } from '../chain/ids.ts';
import type { Wait } from '../chain/schedule.ts';
import type { Task } from '../chain/task.ts';
import { count, short, taskRow } from './cards.ts';
import { clean, code, line, quoted, reveal } from './markdown.ts';
import type { Message } from './message.ts';
import { clockTime } from './phases.ts';

/** What people look at, in words. Words of agents go into `agent` and `file`. */
export type Shown = { readonly text: string } & Pick<Message, 'agent' | 'verbatim' | 'file'>;

type Of<K extends Reply['kind']> = Extract<Reply, { kind: K }>;

/** Rows of a list that a phone shows. */
const FILE_ROWS = 20;
/** As much of a patch as a chat shows; it follows whole as a file. */
const PATCH_MAX = 1_500;

export function diff({ slug, diff }: Of<'diff'>): Shown {
  if (!diff) return { text: 'There is nothing to see yet: no commit of this task was taken in.' };
  const { head, base, files, patch } = diff;
  const more = files.length - FILE_ROWS;
  const text = [
    `${count(files.length, 'file')} changed at ${short(head)}, on ${short(base)}${sums(diff)}`,
    ...files.slice(0, FILE_ROWS).map(fileRow),
    ...(more > 0 ? [`… and ${more} more`] : []),
    ...(patch === null ? ['The patch is too large to be shown. The branch has it.'] : []),
  ].join('\n');
  if (patch === null || patch === '') return { text };
  const whole = reveal(patch);
  const file = { name: `${slug}-${head.slice(0, 7)}.patch`, text: whole };
  return whole.length <= PATCH_MAX ? { text, agent: whole, verbatim: 'diff', file } : { text, file };
}

function sums({ files, patch }: DiffLook): string {
  if (patch === null) return '';
  const sum = (of: (file: DiffFile) => number): number => files.reduce((all, file) => all + of(file), 0);
  return `: +${sum(({ plus }) => plus)} −${sum(({ minus }) => minus)}`;
}

const statuses: Readonly<Record<DiffFile['status'], string>> = { A: 'new', D: 'removed', M: '', T: 'another kind' };

function fileRow({ path, status, plus, minus }: DiffFile): string {
  const what = statuses[status];
  return `${code(path, 100)} +${plus} −${minus}${what === '' ? '' : `, ${what}`}`;
}

/** Its end, because that is what is asked for; it follows whole as a file. */
const TAIL = 1_499;

export function logs({ logs }: Of<'logs'>): Shown {
  if (!logs) return { text: 'There is nothing to see yet: no session has begun.' };
  const whole = clean(logs.text).trim();
  const tail = whole.length <= TAIL ? whole : `…${whole.slice(-TAIL)}`;
  const { agent } = quoted(tail, '');
  return {
    text: `The ${logs.role}, as its record has it. It is what the agent says of itself.`,
    ...(agent === undefined ? {} : { agent }),
    file: { name: `${logs.session}.md`, text: whole },
  };
}

export function findings({ review }: Of<'findings'>): Shown {
  if (!review) return { text: 'There is no review yet.' };
  const { head, handoff } = review;
  if (handoff.findings.length === 0) return { text: `The reviewer found nothing at ${short(head)}.` };
  const titles = handoff.findings.map(({ severity, title, file }) => {
    const where = file === null ? '' : ` (${line(file, 100)})`;
    return `${severity}: ${line(title, 200)}${where}`;
  });
  const { agent = '', file } = quoted(titles.join('\n'), 'findings.txt');
  return {
    text: `What the reviewer found at ${short(head)}. It advises; you decide.`,
    agent,
    ...(file ? { file } : {}),
  };
}

export function soak({ project, soak, clean, written, merges }: Of<'soak'>): string {
  const counted = `${count(clean, 'clean merge')} in a row, as counted here.`;
  const from = written === null ? '' : ` signalbox.yaml says ${code(`soak: ${written}`)}.`;
  const allowed = merges ? '' : ' Nothing merges from here at all: the project is not on the merge allowlist.';
  const what = soak
    ? 'soak is on: nothing merges without a tap.'
    : 'soak is over: what the policy names merges by itself. `/soak on` ends that.';
  return `**${line(project)}**: ${what} ${counted}${from}${allowed}`;
}

export function usage({ accounts }: Of<'usage'>): string {
  return accounts.map(accountRows).join('\n\n');
}

function accountRows({ account, shut, windows }: UsageLook): string {
  const opens = shut?.until ? ` until ${clockTime(shut.until)}` : '';
  const state = shut ? `⏸ ${code(account)} is shut${opens}` : `${code(account)} is open`;
  if (!windows) return `${state}\nNothing is known of its windows.`;
  const rows = windows.windows.map(({ name, used, until }) => {
    const resets = until === null ? '' : `, resets ${clockTime(until)}`;
    return `${bar(used)} ${Math.round(used * 100)} % of the ${line(name, 40)}${resets}`;
  });
  return [state, ...rows, `As of ${clockTime(windows.t)}.`].join('\n');
}

/** Ten squares. */
const bar = (used: number): string => {
  const full = Math.round(Math.min(Math.max(used, 0), 1) * 10);
  return `${'▓'.repeat(full)}${'░'.repeat(10 - full)}`;
};

/** Tasks of a project that a glance shows. */
const TASK_ROWS = 8;
const over = ({ phase }: Task): boolean => phase.at === 'merged' || phase.at === 'stopped';

export function fleet({ projects, waits }: Pick<Of<'fleet'>, 'projects' | 'waits'>): string {
  return projects.map((project) => projectRows(project, waits)).join('\n\n');
}

function projectRows({ id, merges, soak, merged, tasks }: ProjectRow, waits: ReadonlyMap<TaskId, Wait>): string {
  const open = tasks.filter((task) => !over(task));
  const how = merges ? (soak ? 'merges on a tap' : 'merges documents by itself') : 'merges nothing from here';
  const more = open.length - TASK_ROWS;
  return [
    `**${line(id)}** ⋅ ${how} ⋅ ${count(merged, 'merge')}`,
    ...(open.length === 0 ? ['No tasks in flight.'] : []),
    ...open.slice(0, TASK_ROWS).map((task) => taskRow(task, waits.get(task.id), '')),
    ...(more > 0 ? [`… and ${more} more`] : []),
  ].join('\n');
}

export function policy({ project, base, merges, soak, policy }: Of<'policy'>): string {
  const globs = (list: readonly string[]): string =>
    list.length === 0 ? 'none' : list.map((one) => code(one)).join(', ');
  const soaks = soak ? 'on: nothing merges without a tap' : 'over: what may merge by itself does';
  return [
    `**${line(project)}**: ${code('.signalbox/policy.yaml')} on the base branch at ${short(base)}; what is not there is the default.`,
    `setup: ${globs(policy.setup)}`,
    `test: ${policy.test === null ? 'none, so nothing is green' : code(policy.test)}`,
    `merges by itself: ${globs(policy.merges)}`,
    `sensitive, beside the usual: ${globs(policy.sensitive)}`,
    `blocked, beside the usual: ${globs(policy.blocked)}`,
    `red tests send the coder back: ${count(policy.rework, 'time')}`,
    `a person approves the plan: ${{ soak: 'while soak is on', always: 'always', never: 'never' }[policy.approvePlan]}`,
    `From signalbox.yaml: ${merges ? 'on the merge allowlist' : 'not on the merge allowlist, so nothing merges'}; soak is ${soaks}.`,
  ].join('\n');
}
