import type { Command } from '../chain/commands.ts';
import { Head, TaskId } from '../chain/ids.ts';
import type { Ends, Hold } from '../chain/hold.ts';
import type { Task } from '../chain/task.ts';
import type { Verdict } from '../chain/verdict.ts';
import type { Button } from './message.ts';

/** Acts that a press names without a head. `plan` approves a plan. */
const plain = ['stop', 'retry', 'resume', 'status', 'sendback', 'plan'] as const;

/** What a button asks for. `approve`, `merge` and `merge2`, the admin's second tap, are bound to the head that was shown. */
export type Press = { readonly task: TaskId } & (
  | { readonly act: 'merge' | 'merge2' | 'approve'; readonly head: Head }
  | { readonly act: (typeof plain)[number] }
);

/** `act:task` or `act:task:head`: at most 59 bytes, and all that is needed to act on it. */
export function pressId(press: Press): string {
  return 'head' in press ? `${press.act}:${press.task}:${press.head}` : `${press.act}:${press.task}`;
}

/** The press that an id stands for; null for anything that `pressId` does not make. */
export function parsePress(id: string): Press | null {
  const [act, named, head, more] = id.split(':');
  const task = TaskId.safeParse(named);
  if (!task.success || more !== undefined) return null;
  if (act === 'merge' || act === 'merge2' || act === 'approve') {
    const at = Head.safeParse(head);
    return at.success ? { act, task: task.data, head: at.data } : null;
  }
  const known = plain.find((name) => name === act);
  return known !== undefined && head === undefined ? { act: known, task: task.data } : null;
}

export function commandOf(press: Press): Command {
  switch (press.act) {
    case 'merge':
      return { name: 'merge', head: press.head, second: false };
    case 'merge2':
      return { name: 'merge', head: press.head, second: true };
    case 'approve':
      return { name: 'approve', head: press.head };
    case 'plan':
      return { name: 'approve', head: null };
    case 'stop':
    case 'retry':
    case 'resume':
    case 'sendback':
    case 'status':
      return { name: press.act };
  }
}

const labels: Readonly<Record<Press['act'], string>> = {
  merge: 'Merge',
  merge2: 'Confirm merge',
  approve: 'Approve',
  plan: 'Approve the plan',
  sendback: 'Send back',
  stop: 'Stop',
  retry: 'Retry',
  resume: 'Resume now',
  status: 'Status',
};

/** What was pressed, in words for the thread. */
export function pressed(press: Press): string {
  const label = labels[press.act];
  return 'head' in press ? `${label} ${press.head.slice(0, 7)}` : label;
}

export const stop = (task: TaskId): Button => ({ id: pressId({ act: 'stop', task }), label: 'Stop', style: 'danger' });

export const retry = (task: TaskId, label = 'Retry'): Button => ({
  id: pressId({ act: 'retry', task }),
  label,
  style: 'primary',
});

export const confirm = (task: TaskId, head: Head): Button => ({
  id: pressId({ act: 'merge2', task, head }),
  label: 'Confirm merge',
  style: 'danger',
});

const sendBack = (task: TaskId): Button => ({
  id: pressId({ act: 'sendback', task }),
  label: labels.sendback,
  style: 'plain',
});

/** What ends a hold, as far as a person can. */
export function holdButtons(task: TaskId, cause: Hold['kind'], ends: Ends['by']): Button[] {
  if (cause === 'checks' && ends === 'person') return [retry(task, 'Re-run'), sendBack(task), stop(task)];
  const back = cause === 'conflict' ? [sendBack(task)] : [];
  switch (ends) {
    case 'approval':
      return [{ id: pressId({ act: 'plan', task }), label: labels.plan, style: 'primary' }, stop(task)];
    case 'answer':
      return [stop(task)];
    case 'account':
    case 'time':
    case 'base':
    case 'person':
      return [{ id: pressId({ act: 'resume', task }), label: labels.resume, style: 'primary' }, ...back, stop(task)];
  }
}

/** Merge where a tap can let every hold through; else the facts have to change first, and Judge again looks at them. */
export function reviewButtons(task: TaskId, head: Head | null, verdict: Verdict): Button[] {
  const yields =
    verdict.says !== 'block' && verdict.answers.every(({ says, yields }) => says !== 'hold' || yields !== 'nobody');
  const first: Button =
    yields && head
      ? { id: pressId({ act: 'merge', task, head }), label: 'Merge', style: 'primary' }
      : retry(task, 'Judge again');
  return [first, sendBack(task), stop(task)];
}

/** Approve: merge when green. From when there is a change until somebody has approved it at this head. */
function approve({ id: task, change, head, approval }: Task): Button[] {
  const armed = approval?.armed === true && approval.head === change?.head;
  if (!change || change.head !== head || armed) return [];
  return [{ id: pressId({ act: 'approve', task, head: change.head }), label: labels.approve, style: 'plain' }];
}

/** What can be done with a task where it stands. */
export function buttonsOf(task: Task): Button[] {
  const { phase } = task;
  switch (phase.at) {
    case 'opening':
    case 'preparing':
    case 'queued':
    case 'proving':
    case 'verifying':
    case 'working':
    case 'recording':
    case 'taking':
    case 'validating':
    case 'proposing':
    case 'judging':
      return [...approve(task), stop(task.id)];
    case 'review':
      return reviewButtons(task.id, task.change?.head ?? null, phase.verdict);
    case 'held':
      return holdButtons(task.id, phase.kind, phase.ends.by);
    case 'failed':
      return [retry(task.id), stop(task.id)];
    case 'merging':
    case 'merged':
    case 'stopped':
      return [];
  }
}
