import { unpaused } from './draft.ts';
import type { Draft, DraftEvent } from './draft.ts';
import { isBudget } from './held.ts';
import { first, halt, ignored, move, paused, stepOf, tell } from './moves.ts';
import type { Moved, Stamp } from './moves.ts';
import { may } from './person.ts';
import type { Step, Task } from './task.ts';

/** Change and Wait: what people say of the requirements until a coder begins. */

type Wait = Extract<DraftEvent, { is: 'wait-tapped' }>;
type Change = Extract<DraftEvent, { is: 'change-tapped' }>;

export const aboutDraft = (task: Task, event: DraftEvent, stamp: Stamp): Moved =>
  event.is === 'wait-tapped' ? waitTapped(task, event, stamp) : changeTapped(task, event, stamp);

/** Where the chain stands between the requirements and the coder; null where it does not. */
export function between({ phase, draft }: Task): Step | null {
  if (!draft?.open || draft.head === null) return null;
  const step = stepOf(phase);
  if (step === null || !('role' in step)) return null;
  const isNext = step.role === 'coder' && step.step === 'work';
  return step.role === 'planner' || isNext ? step : null;
}

/** What a person is told whose tap came too late: newer requirements, a coder at work, or somebody was first. */
export function tooLate({ draft }: Task, n: number): 'newer' | 'begun' | 'first' | null {
  if (draft && draft.n !== n) return 'newer';
  if (draft && !draft.open) return 'begun';
  return draft?.pause ? 'first' : null;
}

/** The requirements that the person saw, and where the chain stands with them; null where it goes by others, or a coder has begun. */
function seen(task: Task, n: number): { readonly draft: Draft; readonly step: Step } | null {
  const { draft } = task;
  const step = between(task);
  return draft?.n === n && step ? { draft, step } : null;
}

/** Holds that end by themselves; the others wait for a person already. */
const BY_ITSELF: readonly string[] = ['account', 'time', 'room', 'base', 'day'];

/** Who works may finish; the next role is not begun. */
function waitTapped(task: Task, { by, draft: n }: Wait, stamp: Stamp): Moved {
  if (!may(by, 'steer')) return ignored('this person may not have it wait');
  const { phase } = task;
  const at = seen(task, n);
  if (!at) return ignored('those requirements are not the ones that it goes by');
  const { draft, step } = at;
  if (draft.pause || phase.at === 'failed' || (phase.at === 'held' && !BY_ITSELF.includes(phase.ends.by)))
    return ignored('it waits already');
  const waits = { ...task, draft: { ...draft, pause: { what: 'wait', by } as const } };
  if (phase.at === 'queued' && step.step === 'work') return paused(waits, waits.draft, step, false, stamp);
  return move(waits, [tell({ kind: 'pause-asked', what: 'wait', by: by.name })]);
}

/** Who plans is stopped, and what was planned is void: the next words go to who wrote the requirements. */
function changeTapped(task: Task, { by, draft: n }: Change, stamp: Stamp): Moved {
  if (!may(by, 'steer')) return ignored('this person may not have it changed');
  if (isBudget(task)) return ignored('its budget is used up');
  const { phase } = task;
  const at = seen(task, n);
  if (!at) return ignored('those requirements are not the ones that it goes by');
  const { draft, step } = at;
  if (draft.pause?.what === 'change') return ignored('somebody changes them already');
  const changes = { ...task, draft: { ...draft, pause: { what: 'change', by } as const } };
  // The plan is being kept just now: what is written to the branch is let finish.
  if (phase.at === 'recording') return move(changes, [tell({ kind: 'pause-asked', what: 'change', by: by.name })]);
  return first(halt(task), paused(changes, changes.draft, step, false, stamp));
}

const WORDS =
  'A person wants the requirements changed, before anything was built from them. What they say follows. Then leave the whole document anew, as it shall be now.';

/** With the next words: the same conversation goes on, and writes the requirements anew. null where nobody asked for that. */
export function rewriting({ draft, phase }: Task): { readonly draft: Task['draft']; readonly step: Step } | null {
  if (phase.at !== 'held' || draft?.pause?.what !== 'change') return null;
  const { session, leg } = draft;
  const step = { step: 'resume', role: 'brainstormer', session, leg: leg + 1, words: WORDS, halted: false } as const;
  return { draft: unpaused(draft), step };
}
