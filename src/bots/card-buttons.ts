import { between } from '../chain/drafting.ts';
import type { Beside } from '../chain/instead.ts';
import type { Task } from '../chain/task.ts';
import { holdButtons, pressId, retry, reviewButtons, stop } from './buttons.ts';
import { draftButtons, pauseButtons } from './drafts.ts';
import type { Button } from './message.ts';

/** Approve: merge when green. From when there is a change until somebody has approved it at this head. */
function approve({ id: task, change, head, approval }: Task): Button[] {
  const armed = approval?.armed === true && approval.head === change?.head;
  if (!change || change.head !== head || armed) return [];
  return [{ id: pressId({ act: 'approve', task, head: change.head }), label: 'Approve', style: 'plain' }];
}

/** Change and Wait until a coder begins; what waits already only changes. */
function drafts(task: Task): Button[] {
  const { id, draft, phase } = task;
  if (!draft || between(task) === null) return [];
  const [change, wait] = draftButtons(id, draft.n);
  const rests = draft.pause !== null || phase.at === 'held' || phase.at === 'failed';
  return [...(draft.pause?.what === 'change' ? [] : change), ...(rests ? [] : wait)];
}

/** Stop stays the last. */
const amid = (buttons: readonly Button[], more: readonly Button[]): Button[] => [
  ...buttons.slice(0, -1),
  ...more,
  ...buttons.slice(-1),
];

/** What can be done with a task where it stands. */
export function buttonsOf(task: Task, beside: Beside): Button[] {
  const { phase, holds } = task;
  const of = { task: task.id, holds };
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
      return [...approve(task), ...drafts(task), stop(task.id)];
    case 'review':
      return reviewButtons(of, task.change?.head ?? null, phase.verdict);
    case 'held':
      return task.draft?.pause?.what === 'change'
        ? pauseButtons(of, 'change', task.draft.n)
        : amid(holdButtons(of, phase.kind, phase.ends, beside), drafts(task));
    case 'failed':
      return [retry(of), ...drafts(task), stop(task.id)];
    case 'merging':
    case 'merged':
    case 'stopped':
      return [];
  }
}
