import type { Check } from './change.ts';
import type { TaskEvent } from './event.ts';
import { mergeWaits, outage } from './held.ts';
import { enter, fail, first, go, hold, ignored, move, tell } from './moves.ts';
import type { Moved, Stamp } from './moves.ts';
import type { TaskEffect } from './effect.ts';
import type { DocumentRole, Task } from './task.ts';

/** How often a coder is sent back because its work could not be taken in. */
export const INTAKE_TRIES = 2;

type Name =
  | 'opened'
  | 'prepared'
  | 'proved'
  | 'recorded'
  | 'taken'
  | 'checked'
  | 'proposed'
  | 'judged'
  | 'merged'
  | 'merge-refused'
  | 'merge-waits';
type Of<K extends Name> = Extract<TaskEvent, { is: K }>;
export type Outcome = Of<Name>;

/** Outcomes of the chain's own effects. Each belongs to one phase and is late in every other. */
export function outcome(task: Task, event: Outcome, stamp: Stamp): Moved {
  const { phase } = task;
  if (event.is === 'opened') return opened(task, event, stamp);
  if (event.is === 'prepared' && phase.at === 'preparing') return prepared(task, event, stamp);
  if (event.is === 'proved' && phase.at === 'proving') return proved(task, phase.next, event, stamp);
  if (event.is === 'recorded' && phase.at === 'recording') return recorded(task, phase.role, event, stamp);
  if (event.is === 'taken' && phase.at === 'taking') return taken(task, event, stamp);
  if (event.is === 'checked' && phase.at === 'validating') return checked(task, event, stamp);
  if (event.is === 'proposed' && phase.at === 'proposing') return proposed(task, event, stamp);
  if (event.is === 'judged' && phase.at === 'judging') return judged(task, event, stamp);
  if (event.is === 'merged' && phase.at === 'merging') return merged(task, event, stamp);
  if (event.is === 'merge-refused' && phase.at === 'merging') return mergeRefused(task, event, stamp);
  if (event.is === 'merge-waits') return mergeWaits(task, event);
  return ignored(`${event.is} came late: the task is ${phase.at}`);
}

/** A task that was stopped meanwhile is still told so in its threads. */
function opened(task: Task, { threads }: Of<'opened'>, stamp: Stamp): Moved {
  const { at } = task.phase;
  const next = { ...task, threads };
  if (at === 'opening') return go(next, { step: 'prepare' }, stamp);
  return at === 'stopped' && task.threads.length === 0
    ? move(next, [])
    : ignored(`opened came late: the task is ${at}`);
}

/** What the branch has already stays: a task that was prepared before goes on from its head. */
function prepared(task: Task, event: Of<'prepared'>, stamp: Stamp): Moved {
  const { base, policy } = event;
  const ready = { ...task, policy, base: task.base ?? base, head: task.head ?? base, outages: 0 };
  // Who only reads and answers needs no green base.
  if (task.proven === base || task.mode === 'ask') return startChain(ready, stamp);
  return go(ready, { step: 'prove', base, next: 'begin' }, stamp);
}

const firstRole = { dialogue: 'brainstormer', headless: 'brainstormer', quick: 'coder', ask: 'answerer' } as const;

const startChain = (task: Task, stamp: Stamp): Moved =>
  go(task, { step: 'work', role: firstRole[task.mode], feedback: null }, stamp);

/** A base that is already red is said before anything is spent, and never held against a coder. */
function proved(task: Task, next: 'begin' | 'red', { check }: Of<'proved'>, stamp: Stamp): Moved {
  if (check.outcome === 'green') {
    const green = { ...task, proven: check.base };
    return next === 'begin' ? startChain(green, stamp) : go(green, { step: 'validate' }, stamp);
  }
  const reason =
    check.outcome === 'red'
      ? `The base branch is red: \`${check.what}\` fails on ${check.base.slice(0, 7)} alone.`
      : check.what;
  const from = next === 'begin' ? ({ step: 'prepare' } as const) : ({ step: 'validate' } as const);
  const ends = { by: 'base', not: check.base } as const;
  const todo = 'It goes on by itself when the base branch has moved.';
  const held = hold(task, { kind: 'checks', ends, reason, todo, from }, true, stamp);
  return check.outcome === 'red' ? first([tell({ kind: 'checked', check })], held) : held;
}

function recorded(task: Task, role: DocumentRole, event: Of<'recorded'>, stamp: Stamp): Moved {
  const document = role === 'brainstormer' ? task.requirements : task.plan;
  const isDraft = role === 'brainstormer';
  const draft = isDraft && task.draft ? { ...task.draft, head: event.head } : task.draft;
  const onto = { ...task, head: event.head, draft, tree: task.tree + 1, outages: 0 };
  const what = isDraft ? 'requirements' : 'plan';
  const about = document && ({ kind: 'document', what, path: document.path, text: document.text } as const);
  const told = about ? [tell({ ...about, ...(isDraft && draft ? { draft: draft.n } : {}) })] : [];
  const from = { step: 'work', role: role === 'brainstormer' ? 'planner' : 'coder', feedback: null } as const;
  // Who waits for it to be approved waits; who changes what it was made from does not.
  if (isDraft || !event.asks || draft?.pause?.what === 'change') return first(told, go(onto, from, stamp));
  const todo = 'Approve it, or go back with /back plan and why.';
  const ends = { by: 'approval', head: event.head } as const;
  const of = { kind: 'person', ends, reason: 'The plan waits for a person.', todo, from } as const;
  return first(told, hold(onto, of, true, stamp));
}

function taken(task: Task, event: Of<'taken'>, stamp: Stamp): Moved {
  const { work } = event;
  if (work.kind === 'taken') return go({ ...task, head: work.head, outages: 0 }, { step: 'validate' }, stamp);
  const reason = intakeReason(task, work);
  const tries = task.rework.intake + 1;
  const next = { ...task, rework: { ...task.rework, intake: tries } };
  if (tries > INTAKE_TRIES) return fail(next, reason, { step: 'work', role: 'coder', feedback: reason }, stamp);
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

function sendBack(task: Task, reason: string, left: number, before: readonly TaskEffect[], stamp: Stamp): Moved {
  const told = [...before, tell({ kind: 'again', role: 'coder', reason, left })];
  return first(told, go(task, { step: 'work', role: 'coder', feedback: reason }, stamp));
}

function checked(task: Task, { check }: Of<'checked'>, stamp: Stamp): Moved {
  const next = { ...task, check, outages: 0 };
  const from = { step: 'validate' } as const;
  const ends = { by: 'base', not: check.base } as const;
  switch (check.outcome) {
    case 'green':
      return green({ ...next, rework: { ...task.rework, intake: 0, handoff: 0 } }, stamp);
    case 'missing': {
      const todo = 'Add it to the base branch: it goes on by itself then.';
      return hold(next, { kind: 'checks', ends, reason: check.what, todo, from }, true, stamp);
    }
    case 'conflict': {
      const todo = 'Clear it on the base branch and it goes on by itself; or Send back and say what to do.';
      return hold(next, { kind: 'conflict', ends, reason: check.what, todo, from }, true, stamp);
    }
    case 'red': {
      // Tests that fail now and then are not the coder's to mend: the base is looked at, and they run once more.
      if (task.proven !== check.base) return go(next, { step: 'prove', base: check.base, next: 'red' }, stamp);
      return wasRed(task.check, check) ? red(next, check, stamp) : go(next, { step: 'validate' }, stamp);
    }
  }
}

const wasRed = (before: Task['check'], { head, base }: Check): boolean =>
  before?.outcome === 'red' && before.head === head && before.base === base;

/** Red on the change twice and green on its base alone: the coder's to mend, as often as the policy says. */
function red(task: Task, check: Check, stamp: Stamp): Moved {
  const tries = task.rework.tests + 1;
  const tried = { ...task, rework: { ...task.rework, tests: tries } };
  const most = task.policy?.rework ?? 0;
  const reason = `\`${check.what}\` fails on the would-be merge commit.`;
  const notice = tell({ kind: 'checked', check });
  if (tries <= most) return sendBack(tried, `${reason}\n\n${check.tail}`, most - tries, [notice], stamp);
  const from = { step: 'validate' } as const;
  const todo = 'Re-run, or Send back and say what to do.';
  return first(
    [notice],
    hold(
      tried,
      { kind: 'checks', ends: { by: 'person' }, reason: `${reason} Sent back ${most} times already.`, todo, from },
      true,
      stamp,
    ),
  );
}

/** A change that exists at this head was judged before: only its base moved. */
function green(task: Task, stamp: Stamp): Moved {
  const { change, check } = task;
  if (!check || change?.head !== check.head) return go(task, { step: 'propose' }, stamp);
  const onto = { ...task, change: { ...change, base: check.base } };
  if (task.review?.head === check.head) return go(onto, { step: 'judge' }, stamp);
  return go(onto, { step: 'work', role: 'reviewer', feedback: null }, stamp);
}

/** An approval is of one head: at another one it is void, and says so. */
function proposed(task: Task, { change }: Of<'proposed'>, stamp: Stamp): Moved {
  const { approval } = task;
  const onto = { ...task, change, movedTo: null, outages: 0 };
  const review = { step: 'work', role: 'reviewer', feedback: null } as const;
  if (!approval || approval.head === change.head) return go(onto, review, stamp);
  const told = tell({ kind: 'approval-void', by: approval.by.name, head: approval.head, now: change.head });
  return first([told], go({ ...onto, approval: null }, review, stamp));
}

function judged(task: Task, event: Of<'judged'>, stamp: Stamp): Moved {
  const { change, approval } = task;
  if (!change || event.head !== change.head) return ignored('that verdict is about another head');
  if (event.moved) return go(task, { step: 'validate' }, stamp);
  const ours = approval?.head === change.head ? approval : null;
  if (event.verdict.says === 'merge') {
    const by = ours?.by ?? null;
    return enter(task, { at: 'merging', by, waits: null }, stamp, [
      { do: 'merge', change, by, second: by !== null && ours?.second === true },
    ]);
  }
  const { number, head } = change;
  const { verdict, patch, byHand } = event;
  // An approval that is armed waits for the gates; a tap was one try.
  const kept = ours?.armed === true ? ours : null;
  return enter({ ...task, approval: kept }, { at: 'review', verdict, patch }, stamp, [
    tell({ kind: 'held-for-review', number, head, verdict, byHand, holds: task.holds }),
  ]);
}

function merged(task: Task, { commit }: Of<'merged'>, stamp: Stamp): Moved {
  const { change, phase, project, id } = task;
  if (!change || phase.at !== 'merging') return ignored('there is no change to merge');
  const by = phase.by?.name ?? null;
  return enter(task, { at: 'merged', commit }, stamp, [
    tell({ kind: 'merged', number: change.number, head: change.head, commit, by }),
    { do: 'report', event: { is: 'merged', project, task: id, commit } },
    { do: 'close', number: change.number },
    { do: 'clear' },
  ]);
}

/** A base that moved is judged again with the same tap; what is out of reach is tried again; everything else is shown and waits for a person. */
function mergeRefused(task: Task, event: Of<'merge-refused'>, stamp: Stamp): Moved {
  const { why, text } = event;
  if (why === 'base-moved') return go(task, { step: 'validate' }, stamp);
  const from = { step: 'judge' } as const;
  if (why === 'forge') return outage(task, text, from, 1, stamp);
  const by = task.phase.at === 'merging' ? (task.phase.by?.name ?? 'Signalbox') : 'Signalbox';
  const kind = why === 'conflict' ? 'conflict' : 'person';
  const todo =
    why === 'empty'
      ? 'Stop it, or /back code and say what else to do.'
      : why === 'conflict'
        ? 'Resume judges it again; or Send back and say what to do.'
        : 'Resume judges it again.';
  const told = tell({ kind: 'merge-refused', by, reason: text, cause: kind, todo, holds: task.holds + 1 });
  const of = { kind, ends: { by: 'person' }, reason: text, todo, from } as const;
  return first([told], hold({ ...task, approval: null }, of, null, stamp));
}
