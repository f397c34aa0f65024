import type { TaskEvent } from './event.ts';
import { enter, fail, go, hold, ignored, move, start, tell } from './moves.ts';
import type { Moved, Stamp } from './moves.ts';
import type { Task } from './task.ts';

/** How often a coder is sent back because its work could not be taken in. */
export const INTAKE_TRIES = 2;

type Name =
  | 'opened'
  | 'prepared'
  | 'recorded'
  | 'taken'
  | 'checked'
  | 'proposed'
  | 'judged'
  | 'merged'
  | 'merge-refused';
type Of<K extends Name> = Extract<TaskEvent, { is: K }>;
export type Outcome = Of<Name>;

/** Outcomes of the chain's own effects. Each belongs to one phase and is late in every other. */
export function outcome(task: Task, event: Outcome, stamp: Stamp): Moved {
  const { phase } = task;
  if (event.is === 'opened' && phase.at === 'opening')
    return go({ ...task, threads: event.threads }, { step: 'prepare' }, stamp);
  if (event.is === 'prepared' && phase.at === 'preparing') return prepared(task, event, stamp);
  if (event.is === 'recorded' && phase.at === 'recording') return recorded(task, phase.role, event, stamp);
  if (event.is === 'taken' && phase.at === 'taking') return taken(task, event, stamp);
  if (event.is === 'checked' && phase.at === 'validating') return checked(task, event, stamp);
  if (event.is === 'proposed' && phase.at === 'proposing')
    return start({ ...task, change: event.change }, 'reviewer', null, stamp);
  if (event.is === 'judged' && phase.at === 'judging') return judged(task, event, stamp);
  if (event.is === 'merged' && phase.at === 'merging') return merged(task, event, stamp);
  if (event.is === 'merge-refused' && phase.at === 'merging') return mergeRefused(task, event, stamp);
  return ignored(`${event.is} came late: the task is ${phase.at}`);
}

function prepared(task: Task, event: Of<'prepared'>, stamp: Stamp): Moved {
  const ready = { ...task, policy: event.policy, base: event.base, head: event.base };
  return start(ready, task.mode === 'quick' ? 'coder' : 'brainstormer', null, stamp);
}

function recorded(task: Task, role: 'brainstormer' | 'planner', event: Of<'recorded'>, stamp: Stamp): Moved {
  const document = role === 'brainstormer' ? task.requirements : task.plan;
  const next = start(
    { ...task, head: event.head, tree: task.tree + 1 },
    role === 'brainstormer' ? 'planner' : 'coder',
    null,
    stamp,
  );
  if (!document || next.kind === 'ignored') return next;
  const what = role === 'brainstormer' ? 'requirements' : 'plan';
  return move(next.task, [tell({ kind: 'document', what, path: document.path, text: document.text }), ...next.effects]);
}

function taken(task: Task, event: Of<'taken'>, stamp: Stamp): Moved {
  const { work } = event;
  if (work.kind === 'taken') return go({ ...task, head: work.head }, { step: 'validate' }, stamp);
  const reason = intakeReason(task, work);
  const tries = task.rework.intake + 1;
  const next = { ...task, rework: { ...task.rework, intake: tries } };
  if (tries > INTAKE_TRIES) return fail(next, reason, { step: 'work', role: 'coder' }, stamp);
  return sendBack(next, reason, INTAKE_TRIES - tries, [], stamp);
}

function intakeReason(task: Task, work: Exclude<Of<'taken'>['work'], { kind: 'taken' }>): string {
  switch (work.kind) {
    case 'uncommitted':
      return `The coder left work that is not committed: ${work.paths.slice(0, 5).join(', ')}.`;
    case 'nothing':
      return `The coder left no commit on ${task.branch}.`;
    case 'elsewhere':
      return `The coder committed to ${work.branch} instead of ${task.branch}.`;
    case 'rewritten':
      return `The coder rewrote the history of ${task.branch}: the commits that it began on are gone.`;
    case 'refused':
      return `The coder's commits were refused: ${work.reason}`;
  }
}

function sendBack(task: Task, reason: string, left: number, before: Parameters<typeof move>[1], stamp: Stamp): Moved {
  const next = start(task, 'coder', reason, stamp);
  if (next.kind === 'ignored') return next;
  return move(next.task, [...before, tell({ kind: 'again', role: 'coder', reason, left }), ...next.effects]);
}

function checked(task: Task, event: Of<'checked'>, stamp: Stamp): Moved {
  const { check } = event;
  const next = { ...task, check };
  const step = { step: 'validate' } as const;
  switch (check.outcome) {
    case 'green':
      return green({ ...next, rework: { ...task.rework, intake: 0, handoff: 0 } }, event, stamp);
    case 'missing':
      return hold(next, check.what, 'Add it to the base branch, then Retry.', step, stamp);
    case 'conflict':
      return hold(next, check.what, 'Clear the conflict on the base branch, then Retry.', step, stamp);
    case 'red': {
      const tries = task.rework.tests + 1;
      const tried = { ...next, rework: { ...task.rework, tests: tries } };
      const most = task.policy?.rework ?? 0;
      const reason = `\`${check.what}\` fails on the would-be merge commit.`;
      const notice = tell({ kind: 'checked', check });
      if (tries <= most) return sendBack(tried, `${reason}\n\n${check.tail}`, most - tries, [notice], stamp);
      const failed = fail(tried, reason, { step: 'work', role: 'coder' }, stamp);
      return failed.kind === 'moved' ? move(failed.task, [notice, ...failed.effects]) : failed;
    }
  }
}

/** A change that exists at this head was judged before: only its base moved. */
function green(task: Task, event: Of<'checked'>, stamp: Stamp): Moved {
  const { check } = event;
  const { change } = task;
  if (change?.head !== check.head) return go(task, { step: 'propose' }, stamp);
  const onto = { ...task, change: { ...change, base: check.base } };
  if (task.review?.head === check.head) return go(onto, { step: 'judge' }, stamp);
  return start(onto, 'reviewer', null, stamp);
}

function judged(task: Task, event: Of<'judged'>, stamp: Stamp): Moved {
  const { change, approval } = task;
  if (!change || event.head !== change.head) return ignored('that verdict is about another head');
  if (event.moved) return go(task, { step: 'validate' }, stamp);
  if (event.verdict.says === 'merge') {
    const by = approval?.head === change.head ? approval.by : null;
    const second = by !== null && approval?.second === true;
    return enter(task, { at: 'merging', by }, stamp, [{ do: 'merge', change, by, second }]);
  }
  const { number, head } = change;
  const phase = { at: 'review', verdict: event.verdict, patch: event.patch } as const;
  return enter({ ...task, approval: null }, phase, stamp, [
    tell({ kind: 'held-for-review', number, head, verdict: event.verdict, byHand: event.byHand }),
  ]);
}

function merged(task: Task, event: Of<'merged'>, stamp: Stamp): Moved {
  const { change, phase } = task;
  if (!change || phase.at !== 'merging') return ignored('there is no change to merge');
  const by = phase.by?.name ?? null;
  return enter(task, { at: 'merged', commit: event.commit }, stamp, [
    tell({ kind: 'merged', number: change.number, head: change.head, commit: event.commit, by }),
    { do: 'close', number: change.number },
    { do: 'clear' },
  ]);
}

/** A base that moved is judged again with the same tap; everything else is shown and waits for a person. */
function mergeRefused(task: Task, event: Of<'merge-refused'>, stamp: Stamp): Moved {
  if (event.why === 'base-moved') return go(task, { step: 'validate' }, stamp);
  const by = task.phase.at === 'merging' ? (task.phase.by?.name ?? 'Signalbox') : 'Signalbox';
  const notice = tell({ kind: 'merge-refused', by, reason: event.text });
  const next = hold({ ...task, approval: null }, event.text, 'Retry judges it again.', { step: 'judge' }, stamp);
  return next.kind === 'moved' ? move(next.task, [notice]) : next;
}
