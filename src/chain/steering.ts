import { filesOf } from './files.ts';
import { ignored, move, tell } from './moves.ts';
import type { Moved } from './moves.ts';
import { may } from './person.ts';
import type { TaskEvent } from './event.ts';
import type { Task } from './task.ts';

/** What people say to a session in mid-turn. */

type Of<K extends TaskEvent['is']> = Extract<TaskEvent, { is: K }>;

export const aboutWords = (task: Task, event: Of<'heard' | 'interrupt-tapped'>): Moved =>
  event.is === 'heard' ? heard(task, event) : interruptTapped(task, event);

/** So many of the latest messages may still be told at once. */
const KEPT = 8;

/** The session's answer to `send`. One that no longer listened leaves the message for the next. */
function heard(task: Task, event: Of<'heard'>): Moved {
  const { uuid, by, text, files, when, answer } = event;
  const { phase } = task;
  if (when !== 'late' && answer) return ignored('its session has the answer');
  if (when !== 'late') {
    if (phase.at !== 'working') return move(task, [tell({ kind: 'heard', by, when })]);
    const steers = [...task.steers, { uuid, session: phase.session }].slice(-KEPT);
    return move({ ...task, steers }, [tell({ kind: 'heard', by, when, uuid })]);
  }
  if (phase.at === 'merged' || phase.at === 'stopped') return ignored('the task is over');
  return move(
    { ...task, notes: [...task.notes, { uuid, by, text, ...filesOf(files), ...(answer ? { answer } : {}) }] },
    [tell({ kind: 'heard', by, when: 'next-session' })],
  );
}

/** The turn is ended and that message heard, once: the worker knows whether it was heard meanwhile, and ends nothing then. */
function interruptTapped(task: Task, { by, message, uuid }: Of<'interrupt-tapped'>): Moved {
  if (!may(by, 'steer')) return ignored('this person may not interrupt');
  const { phase } = task;
  const steer = task.steers.find((one) => one.uuid === message);
  if (phase.at !== 'working' || phase.yields || steer?.session !== phase.session)
    return ignored('nobody waits to hear that');
  const steers = task.steers.filter((one) => one !== steer);
  return move({ ...task, steers }, [
    { do: 'interrupt', session: phase.session, uuid, message },
    tell({ kind: 'interrupted', by: by.name }),
  ]);
}
