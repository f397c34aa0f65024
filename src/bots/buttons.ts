import type { Command } from '../chain/commands.ts';
import { Head, TaskId } from '../chain/ids.ts';
import type { Task } from '../chain/task.ts';
import type { Verdict } from '../chain/verdict.ts';
import type { Button } from './message.ts';

/** What a button asks for. `merge` and `merge2`, the admin's second tap, are bound to the head that was shown. */
export type Press = { readonly task: TaskId } & (
  | { readonly act: 'merge' | 'merge2'; readonly head: Head }
  | { readonly act: 'stop' | 'retry' | 'status' }
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
  if (act === 'merge' || act === 'merge2') {
    const at = Head.safeParse(head);
    return at.success ? { act, task: task.data, head: at.data } : null;
  }
  if (act !== 'stop' && act !== 'retry' && act !== 'status') return null;
  return head === undefined ? { act, task: task.data } : null;
}

export function commandOf(press: Press): Command {
  switch (press.act) {
    case 'merge':
      return { name: 'merge', head: press.head, second: false };
    case 'merge2':
      return { name: 'merge', head: press.head, second: true };
    case 'stop':
    case 'retry':
    case 'status':
      return { name: press.act };
  }
}

/** What was pressed, in words for the thread. */
export function pressed(press: Press): string {
  const label = { merge: 'Merge', merge2: 'Confirm merge', stop: 'Stop', retry: 'Retry', status: 'Status' }[press.act];
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

/** Merge where a tap can let every hold through; else the facts have to change first, and Judge again looks at them. */
export function reviewButtons(task: TaskId, head: Head | null, verdict: Verdict): Button[] {
  const yields =
    verdict.says !== 'block' && verdict.answers.every(({ says, yields }) => says !== 'hold' || yields !== 'nobody');
  const first: Button =
    yields && head
      ? { id: pressId({ act: 'merge', task, head }), label: 'Merge', style: 'primary' }
      : retry(task, 'Judge again');
  return [first, stop(task)];
}

/** What can be done with a task where it stands. */
export function buttonsOf(task: Task): Button[] {
  const { phase } = task;
  switch (phase.at) {
    case 'opening':
    case 'preparing':
    case 'working':
    case 'recording':
    case 'taking':
    case 'validating':
    case 'proposing':
    case 'judging':
      return [stop(task.id)];
    case 'review':
      return reviewButtons(task.id, task.change?.head ?? null, phase.verdict);
    case 'held':
    case 'failed':
      return [retry(task.id), stop(task.id)];
    case 'merging':
    case 'merged':
    case 'stopped':
      return [];
  }
}
