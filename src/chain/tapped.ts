import { unpaused } from './draft.ts';
import type { TaskEffect } from './effect.ts';
import type { TaskEvent } from './event.ts';
import { afresh, isBudget, isPast } from './held.ts';
import { enter, first, go, halt, ignored, move, tell } from './moves.ts';
import type { Moved, Stamp } from './moves.ts';
import { may } from './person.ts';
import type { Role } from './roles.ts';
import type { Step, Task } from './task.ts';

type Of<K extends TaskEvent['is']> = Extract<TaskEvent, { is: K }>;

/** What people decide about a task. The rights are checked here again: nothing that was journaled may do more than its person may. */

export function stopped(task: Task, event: Of<'stop-tapped'>, stamp: Stamp): Moved {
  const { phase } = task;
  if (!may(event.by, 'steer')) return ignored('this person may not stop a task');
  if (phase.at === 'merging') return ignored('the merge is under way');
  if (phase.at === 'merged' || phase.at === 'stopped') return ignored('the task is over');
  const { name } = event.by;
  // Who only read left nothing on a branch.
  const over: TaskEffect[] =
    task.mode === 'ask'
      ? [tell({ kind: 'talk-over', by: name }), { do: 'clear' }]
      : [tell({ kind: 'stopped', by: name, ...(isKept(task) ? {} : { kept: false }) })];
  return enter(task, { at: 'stopped' }, stamp, [...halt(task), ...over]);
}

/** Something of it is on its branch. */
export const isKept = ({ head, base }: Task): boolean => head !== null && head !== base;

/** Repeats the phase: a role begins a new conversation. A person's Retry gives every bound afresh. */
export function retried(task: Task, event: Of<'retry-tapped'>, stamp: Stamp): Moved {
  if (!may(event.by, 'steer')) return ignored('this person may not retry');
  const { phase } = task;
  if (isPast(task, event)) return ignored('that was about an earlier hold');
  if (phase.at === 'held' && phase.ends.by === 'approval') return ignored('the plan waits for Approve');
  if (isBudget(task)) return ignored('its budget is used up');
  if (phase.at === 'held' || phase.at === 'failed') return go(afresh(task), anew(phase.from), stamp);
  if (phase.at === 'review') return go(afresh(task), { step: 'judge' }, stamp);
  return ignored(`nothing to retry: the task is ${phase.at}`);
}

const anew = (step: Step): Step =>
  step.step === 'resume' ? { step: 'work', role: step.role, feedback: step.words } : step;

/** The tap is bound to the head that the person saw. Sensitive paths take an admin's second tap, after seeing them. */
export function mergeTapped(task: Task, event: Of<'merge-tapped'>, stamp: Stamp): Moved {
  const { phase, change } = task;
  const { by, head, second } = event;
  if (!may(by, 'merge')) return ignored('this person may not merge');
  if (phase.at !== 'review' || !change) return ignored(`nothing to merge: the task is ${phase.at}`);
  if (head !== change.head) return ignored('the head moved');
  if (phase.verdict.says === 'block') return ignored('the gate blocks it');
  const sensitive = phase.verdict.answers.some((answer) => answer.says === 'hold' && answer.yields === 'admin');
  if (sensitive && !(second && may(by, 'admin'))) {
    return move(task, [tell({ kind: 'confirm', by: by.name, head, patch: phase.patch })]);
  }
  return enter({ ...task, approval: { by, head, second, armed: false } }, { at: 'merging', by, waits: null }, stamp, [
    { do: 'merge', change, by, second },
  ]);
}

/** Approves the plan that the person saw; else arms the merge of one head: it merges when the gates are green, and is void at another head. */
export function approveTapped(task: Task, event: Of<'approve-tapped'>, stamp: Stamp): Moved {
  const { phase, change } = task;
  const { by, head } = event;
  if (!may(by, 'merge')) return ignored('this person may not approve');
  if (isPast(task, event)) return ignored('that plan waits no more');
  if (head === null && phase.at === 'held' && phase.ends.by === 'approval') {
    return first(
      [tell({ kind: 'plan-approved', by: by.name })],
      go({ ...task, draft: unpaused(task.draft) }, phase.from, stamp),
    );
  }
  if (head === null || !change || ['merging', 'merged', 'stopped'].includes(phase.at))
    return ignored(`nothing to approve: the task is ${phase.at}`);
  if (head !== change.head) return ignored('the head moved');
  const armed = { ...task, approval: { by, head, second: false, armed: true } };
  const told = tell({ kind: 'approved', by: by.name, head });
  return phase.at === 'review' ? first([told], go(armed, { step: 'judge' }, stamp)) : move(armed, [told]);
}

const roles: Readonly<Record<Of<'back-asked'>['to'], Role>> = {
  requirements: 'brainstormer',
  plan: 'planner',
  code: 'coder',
};

/** From where there is no way back: nothing is there yet, a document is being kept, or the merge is under way. */
const FIXED: readonly Task['phase']['at'][] = ['opening', 'preparing', 'recording', 'merging', 'merged', 'stopped'];

/** Goes back to a role with a person's reason. The commits stay on the branch, and the role begins on them. */
export function backAsked(task: Task, { by, to, why }: Of<'back-asked'>, stamp: Stamp): Moved {
  const { phase, head, proven } = task;
  if (!may(by, 'steer')) return ignored('this person may not send a task back');
  // Nothing is spent before the base branch was seen green, on nobody's word.
  if (FIXED.includes(phase.at) || head === null || proven === null)
    return ignored(`no way back: the task is ${phase.at}`);
  if (isBudget(task)) return ignored('its budget is used up');
  const role = roles[to];
  const feedback = `${by.name} sends it back: ${why}`;
  const fresh = { ...afresh(task), approval: null, feedback: null, tree: task.tree + (to === 'code' ? 0 : 1) };
  const told = tell({ kind: 'back', by: by.name, to: role, why });
  return first([...halt(task), told], go(fresh, { step: 'work', role, feedback }, stamp));
}

/** Somebody else is addressed from now on. What was approved and asked for stays with who did it. */
export function handedOver(task: Task, { by, to }: Of<'handed-over'>): Moved {
  const { phase, owner } = task;
  if (!may(by, 'steer')) return ignored('this person may not hand a task over');
  if (!may(to, 'steer')) return ignored('that person could do nothing about it');
  if (phase.at === 'merged' || phase.at === 'stopped') return ignored('the task is over');
  if (owner.id === to.id) return ignored('it is theirs already');
  const next = { ...task, owner: to, asker: task.asker ?? owner.name };
  return move(next, [tell({ kind: 'handed-over', by: by.name, to: to.name })]);
}

/** Send back: the next words of the same person are the feedback. */
export function feedbackAsked(task: Task, { by }: Of<'feedback-asked'>): Moved {
  const { phase } = task;
  if (!may(by, 'steer')) return ignored('this person may not send a task back');
  // A hold that a coder can mend: tests that stay red, a conflict.
  const mends = phase.at === 'held' && (phase.kind === 'checks' || phase.kind === 'conflict') && task.coder !== null;
  if (phase.at !== 'review' && !mends) return ignored(`nothing to send back: the task is ${phase.at}`);
  return move({ ...task, feedback: by.id }, [tell({ kind: 'feedback-asked', by: by.name })]);
}
