import type { TaskEffect } from './effect.ts';
import { SessionId } from './ids.ts';
import type { Millis } from './ids.ts';
import type { Notice } from './notice.ts';
import { proposal } from './proposal.ts';
import type { Role } from './roles.ts';
import type { DocumentRole, Phase, Step, Task } from './task.ts';

/** When an event was journaled. */
export type Stamp = { readonly at: Millis };

export type Moved =
  | { readonly kind: 'moved'; readonly task: Task; readonly effects: readonly TaskEffect[] }
  | { readonly kind: 'ignored'; readonly why: string };

export const ignored = (why: string): Moved => ({ kind: 'ignored', why });

export const move = (task: Task, effects: readonly TaskEffect[]): Moved => ({ kind: 'moved', task, effects });

export const tell = (notice: Notice): TaskEffect => ({ do: 'tell', notice });

/** Enters a phase and notes when, for the card. */
export function enter(task: Task, phase: Phase, stamp: Stamp, effects: readonly TaskEffect[]): Moved {
  const name = phase.at === 'working' ? phase.role : phase.at;
  return move({ ...task, phase, times: [...task.times, { at: name, since: stamp.at }] }, effects);
}

/** A new session of `role`; what people said meanwhile goes with it. */
export function start(task: Task, role: Role, feedback: string | null, stamp: Stamp): Moved {
  const attempt = (task.attempts[role] ?? 0) + 1;
  const session = SessionId.parse(`${task.id}-${role}-${attempt}`);
  const next = { ...task, notes: [], attempts: { ...task.attempts, [role]: attempt } };
  return enter(next, { at: 'working', role, session }, stamp, [
    { do: 'run', role, session, feedback, notes: task.notes },
  ]);
}

/** Goes to a point of the chain and asks for what has to be done there. A step whose facts are missing starts over from `prepare`. */
export function go(task: Task, step: Step, stamp: Stamp): Moved {
  switch (step.step) {
    case 'work':
      return start(task, step.role, null, stamp);
    case 'record':
      return record(task, step.role, stamp);
    case 'take':
      return task.head
        ? enter(task, { at: 'taking', session: step.session }, stamp, [
            { do: 'take', session: step.session, tree: treeName(task), from: task.head },
          ])
        : prepare(task, stamp);
    case 'validate':
      return task.head
        ? enter(task, { at: 'validating' }, stamp, [{ do: 'validate', head: task.head }])
        : prepare(task, stamp);
    case 'propose':
      return task.head
        ? enter(task, { at: 'proposing' }, stamp, [{ do: 'propose', head: task.head, ...proposal(task) }])
        : prepare(task, stamp);
    case 'judge':
      return task.change
        ? enter(task, { at: 'judging' }, stamp, [{ do: 'judge', change: task.change }])
        : prepare(task, stamp);
    case 'prepare':
      return prepare(task, stamp);
  }
}

const prepare = (task: Task, stamp: Stamp): Moved => enter(task, { at: 'preparing' }, stamp, [{ do: 'prepare' }]);

/** Commits the document that a role left to the task's branch. */
function record(task: Task, role: DocumentRole, stamp: Stamp): Moved {
  const document = role === 'brainstormer' ? task.requirements : task.plan;
  if (!document || !task.head) return prepare(task, stamp);
  const subject = `docs: ${role === 'brainstormer' ? 'requirements' : 'plan'} for ${task.slug}`;
  const { path, text } = document;
  return enter(task, { at: 'recording', role }, stamp, [
    { do: 'record', on: task.head, path, text, subject, at: stamp.at },
  ]);
}

/** The checkout of the coder; the planner's and the reviewer's are named after their session. */
export const treeName = (task: Task): string => `coder-${task.tree}`;

/** Loud: something stands in the way, and Retry goes on from `from` when it is gone. */
export function hold(task: Task, reason: string, todo: string, from: Step, stamp: Stamp): Moved {
  return enter(task, { at: 'held', reason, todo, from }, stamp, [tell({ kind: 'held', reason, todo })]);
}

/** Loud, terminal until a person taps Retry. */
export function fail(task: Task, reason: string, from: Step, stamp: Stamp): Moved {
  return enter(task, { at: 'failed', reason, from }, stamp, [tell({ kind: 'failed', reason })]);
}
