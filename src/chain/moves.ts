import { kept } from './ask.ts';
import { endOfDay } from './budget.ts';
import type { Draft } from './draft.ts';
import type { TaskEffect } from './effect.ts';
import type { Hold } from './hold.ts';
import { SessionId } from './ids.ts';
import type { Notice } from './notice.ts';
import { proposal } from './proposal.ts';
import type { Role } from './roles.ts';
import { ignored } from './stream.ts';
import type { Moved as MovedOf, Stamp } from './stream.ts';
import type { DocumentRole, Phase, Step, Task } from './task.ts';

export { ignored };
export type { Stamp } from './stream.ts';

export type Moved = MovedOf<Task, TaskEffect>;

export const move = (state: Task, effects: readonly TaskEffect[]): Moved => ({ kind: 'moved', state, effects });

export const tell = (notice: Notice): TaskEffect => ({ do: 'tell', notice });

/** The same move, with something to be done before the rest. */
export const first = (before: readonly TaskEffect[], moved: Moved): Moved =>
  moved.kind === 'moved' ? { ...moved, effects: [...before, ...moved.effects] } : moved;

const RESTING: readonly Phase['at'][] = ['held', 'review', 'merged', 'failed', 'stopped'];

/** Enters a phase and notes when, for the card. A phase that waits for people or causes gives the slot back. */
export function enter(task: Task, phase: Phase, stamp: Stamp, effects: readonly TaskEffect[]): Moved {
  const name = phase.at === 'working' ? phase.role : phase.at;
  const slot = RESTING.includes(phase.at) ? null : task.slot;
  const times = [...task.times, { at: name, since: stamp.at }];
  const feedback = isHeard(phase) ? null : task.feedback;
  return move({ ...task, phase, slot, times, feedback, questions: stillAsked(task, phase) }, effects);
}

/** A coder who works hears everything, and what is merged or over is not sent back. */
const isHeard = (phase: Phase): boolean =>
  (phase.at === 'working' && phase.role === 'coder') || ['merging', 'merged', 'stopped'].includes(phase.at);

/** A question is over with the conversation that asked it. */
function stillAsked({ questions }: Task, phase: Phase): Task['questions'] {
  const step = phase.at === 'failed' ? null : stepOf(phase);
  const session = step?.step === 'resume' ? step.session : null;
  return kept(questions.map((ask) => (ask.session === session ? ask : { ...ask, open: false })));
}

/** Where a phase stands in the chain; null where no role or document is about to be made, or is under way. */
export function stepOf(phase: Phase): Step | null {
  switch (phase.at) {
    case 'queued':
    case 'verifying':
      return phase.step;
    case 'held':
    case 'failed':
      return phase.from;
    case 'recording':
      return { step: 'record', role: phase.role };
    case 'working': {
      const { role, session, leg, words } = phase;
      return { step: 'resume', role, session, leg, words, halted: true };
    }
    default:
      return null;
  }
}

/**
 * Goes to a point of the chain. What takes a container waits in the queue until the schedule grants it: a role always, because its account
 * may be shut; tests only while the task has no slot.
 */
export function go(task: Task, step: Step, stamp: Stamp): Moved {
  const { draft } = task;
  if (step.step === 'work' && draft?.pause) return paused(task, draft, step, true, stamp);
  const heavy = step.step === 'prove' || step.step === 'validate';
  const queues = step.step === 'work' || step.step === 'resume' || (heavy && task.slot === null);
  return queues ? enter(task, { at: 'queued', step }, stamp, []) : begin(task, step, stamp);
}

/** Asks for what has to be done at a point of the chain. A step whose facts are missing starts over from `prepare`. */
export function begin(task: Task, step: Step, stamp: Stamp): Moved {
  const { head, change } = task;
  switch (step.step) {
    case 'work':
      return start(task, step, stamp);
    case 'resume':
      return resume(task, step, stamp);
    case 'record':
      return record(task, step.role, stamp);
    case 'prove': {
      const { base, next } = step;
      return enter(task, { at: 'proving', base, next }, stamp, [{ do: 'prove', base }]);
    }
    case 'take': {
      const { session } = step;
      if (!head) break;
      return enter(task, { at: 'taking', session }, stamp, [{ do: 'take', session, tree: treeName(task), from: head }]);
    }
    case 'validate':
      if (!head) break;
      return enter(task, { at: 'validating' }, stamp, [{ do: 'validate', head }]);
    case 'propose':
      if (!head) break;
      return enter(task, { at: 'proposing' }, stamp, [{ do: 'propose', head, ...proposal(task) }]);
    case 'judge':
      if (!change) break;
      return enter(task, { at: 'judging' }, stamp, [{ do: 'judge', change }]);
    case 'prepare':
      break;
  }
  return enter(task, { at: 'preparing' }, stamp, [{ do: 'prepare' }]);
}

type Of<K extends Step['step']> = Extract<Step, { step: K }>;

/** A new conversation of a role. */
function start(task: Task, { role, feedback }: Of<'work'>, stamp: Stamp): Moved {
  const attempt = (task.attempts[role] ?? 0) + 1;
  const session = SessionId.parse(`${task.id}-${role}-${attempt}`);
  const next = { ...task, attempts: { ...task.attempts, [role]: attempt } };
  return resume(next, { step: 'resume', role, session, leg: 1, words: feedback, halted: false }, stamp);
}

/** A leg of a conversation; what people said meanwhile goes with it. */
function resume(task: Task, { role, session, leg, words, halted }: Of<'resume'>, stamp: Stamp): Moved {
  const { notes } = task;
  const draft = task.draft && draftAt(task.draft, role, session, leg);
  return enter(
    { ...task, notes: [], draft },
    { at: 'working', role, session, leg, words, notes, halted, yields: false },
    stamp,
    [{ do: 'run', role, session, leg, words, notes }],
  );
}

/** A coder ends what may be changed; who wrote it may have gone on meanwhile. */
function draftAt(draft: Draft, role: Role, session: SessionId, leg: number): Draft {
  if (role === 'coder') return { ...draft, open: false };
  return session === draft.session ? { ...draft, leg } : draft;
}

/** Commits the document that a role left to the task's branch. */
function record(task: Task, role: DocumentRole, stamp: Stamp): Moved {
  const document = role === 'brainstormer' ? task.requirements : task.plan;
  if (!document || !task.head) return begin(task, { step: 'prepare' }, stamp);
  const subject = `docs: ${role === 'brainstormer' ? 'requirements' : 'plan'} for ${task.slug}`;
  const { path, text } = document;
  return enter(task, { at: 'recording', role }, stamp, [
    { do: 'record', on: task.head, path, text, subject, at: stamp.at },
  ]);
}

/** The checkout of the coder; the planner's and the reviewer's are named after their session. */
export const treeName = (task: Task): string => `coder-${task.tree}`;

export type Holding = Hold & { readonly reason: string; readonly todo: string; readonly from: Step };

/** Stops the session at work, if there is one. */
export const halt = ({ phase }: Task): TaskEffect[] =>
  phase.at === 'working' ? [{ do: 'halt', session: phase.session }] : [];

/** Something stands in the way. `loud` rings; null says nothing now, because the account that is waited for answers. */
export function hold(task: Task, of: Holding, loud: boolean | null, stamp: Stamp): Moved {
  const holds = task.holds + 1;
  const { kind, ends, reason, todo } = of;
  const until = ends.by === 'time' ? ends.at : ends.by === 'day' ? endOfDay(ends.day) : null;
  const told = loud === null ? [] : [tell({ kind: 'held', cause: kind, ends, reason, todo, until, loud, holds })];
  return enter({ ...task, holds }, { at: 'held', hold: holds, ...of }, stamp, told);
}

/** Stands still because a person said so. `loud`: they may not be there any more. */
export function paused(task: Task, draft: Draft, step: Step, loud: boolean, stamp: Stamp): Moved {
  const { pause, n, head } = draft;
  if (!pause) return ignored('nobody asked for that');
  const { what } = pause;
  const by = pause.by.name;
  const role = step.step === 'work' && what === 'wait' ? step.role : 'planner';
  const told = tell({ kind: 'paused', what, by, role, draft: n, loud, holds: task.holds + 1 });
  if (what === 'wait') {
    const todo = 'Resume goes on, Change rewrites the requirements.';
    const of = {
      kind: 'person',
      ends: { by: 'person' },
      reason: `${by} said wait: the ${role} has not begun.`,
    } as const;
    return first([told], hold(task, { ...of, todo, from: step }, null, stamp));
  }
  const todo = 'Write here what should change. Resume keeps them as they are.';
  const of = { kind: 'person', ends: { by: 'answer' }, reason: `${by} asked to change the requirements.` } as const;
  const from = { step: 'work', role, feedback: null } as const;
  return first([told], hold({ ...task, plan: null, head }, { ...of, todo, from }, null, stamp));
}

/** Loud, terminal until a person taps Retry. */
export function fail(task: Task, reason: string, from: Step, stamp: Stamp): Moved {
  return enter(task, { at: 'failed', reason, from }, stamp, [tell({ kind: 'failed', reason, holds: task.holds })]);
}
