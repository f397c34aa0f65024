import { awaits } from './awaits.ts';
import { sessionEnded } from './ended.ts';
import type { Asked, TaskEvent } from './event.ts';
import { enter, go, hold, ignored, move, tell } from './moves.ts';
import type { Moved, Stamp } from './moves.ts';
import { outcome } from './outcomes.ts';
import { may } from './person.ts';
import type { Task } from './task.ts';

/**
 * The chain: what an event makes of a task, and what is to be done then. Pure; replaying a journal's events gives the same task.
 * `ignored` changes nothing: the event came late or twice, or does nothing in this phase, and says which.
 */
export function transition(task: Task | null, event: TaskEvent, stamp: Stamp): Moved {
  if (event.is === 'asked') return task ? ignored('the task exists already') : asked(event, stamp);
  if (!task) return ignored('there is no such task');
  switch (event.is) {
    case 'said':
      return said(task, event);
    case 'typed':
      return task.phase.at === 'working' && task.phase.session === event.session
        ? move(task, [tell({ kind: 'typed', role: task.phase.role, text: event.text })])
        : ignored('that session is not at work');
    case 'heard':
      return heard(task, event);
    case 'stop-tapped':
      return stopped(task, event, stamp);
    case 'retry-tapped':
      return retried(task, event, stamp);
    case 'merge-tapped':
      return mergeTapped(task, event, stamp);
    case 'broke':
      return broke(task, event, stamp);
    case 'done':
      return ignored('nothing more to do');
    case 'session-ended':
      return sessionEnded(task, event, stamp);
    default:
      return outcome(task, event, stamp);
  }
}

type Of<K extends TaskEvent['is']> = Extract<TaskEvent, { is: K }>;

function asked(event: Asked, stamp: Stamp): Moved {
  const { project, slug, idea, mode, places, by } = event;
  const nothing = {
    policy: null,
    base: null,
    head: null,
    requirements: null,
    plan: null,
    coder: null,
    check: null,
  } as const;
  const task: Task = {
    ...nothing,
    id: event.task,
    project,
    slug,
    idea,
    mode,
    places,
    owner: by,
    review: null,
    change: null,
    approval: null,
    title: idea.split('\n', 1).join('').slice(0, 80),
    branch: `signalbox/${slug}`,
    threads: [],
    phase: { at: 'opening' },
    times: [{ at: 'opening', since: stamp.at }],
    sessions: [],
    notes: [],
    attempts: {},
    rework: { tests: 0, intake: 0, plan: 0, handoff: 0 },
    tree: 0,
  };
  return move(task, [{ do: 'open' }]);
}

/** A session at work hears it; otherwise it waits for the next one. */
function said(task: Task, event: Of<'said'>): Moved {
  if (!may(event.by, 'steer')) return ignored('this person may not steer');
  const { uuid, text } = event;
  const by = event.by.name;
  const { phase } = task;
  if (phase.at === 'merged' || phase.at === 'stopped') return ignored('the task is over');
  if (phase.at === 'working') return move(task, [{ do: 'send', session: phase.session, uuid, by, text }]);
  return move({ ...task, notes: [...task.notes, { uuid, by, text }] }, [
    tell({ kind: 'heard', by, when: 'next-session' }),
  ]);
}

/** The session's answer to `send`. One that no longer listened leaves the message for the next. */
function heard(task: Task, event: Of<'heard'>): Moved {
  const { uuid, by, text, when } = event;
  if (when !== 'late') return move(task, [tell({ kind: 'heard', by, when })]);
  if (task.phase.at === 'merged' || task.phase.at === 'stopped') return ignored('the task is over');
  return move({ ...task, notes: [...task.notes, { uuid, by, text }] }, [
    tell({ kind: 'heard', by, when: 'next-session' }),
  ]);
}

function stopped(task: Task, event: Of<'stop-tapped'>, stamp: Stamp): Moved {
  const { phase } = task;
  if (!may(event.by, 'steer')) return ignored('this person may not stop a task');
  if (phase.at === 'merging') return ignored('the merge is under way');
  if (phase.at === 'merged' || phase.at === 'stopped') return ignored('the task is over');
  const halt = phase.at === 'working' ? [{ do: 'halt', session: phase.session } as const] : [];
  return enter(task, { at: 'stopped' }, stamp, [...halt, tell({ kind: 'stopped', by: event.by.name })]);
}

/** A person's Retry gives every bound afresh. */
function retried(task: Task, event: Of<'retry-tapped'>, stamp: Stamp): Moved {
  if (!may(event.by, 'steer')) return ignored('this person may not retry');
  const { phase } = task;
  const fresh = { ...task, rework: { tests: 0, intake: 0, plan: 0, handoff: 0 } };
  if (phase.at === 'held' || phase.at === 'failed') return go(fresh, phase.from, stamp);
  if (phase.at === 'review') return go(fresh, { step: 'judge' }, stamp);
  return ignored(`nothing to retry: the task is ${phase.at}`);
}

/** The tap is bound to the head that the person saw. Sensitive paths take an admin's second tap, after seeing them. */
function mergeTapped(task: Task, event: Of<'merge-tapped'>, stamp: Stamp): Moved {
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
  return enter({ ...task, approval: { by, head, second } }, { at: 'merging', by }, stamp, [
    { do: 'merge', change, by, second },
  ]);
}

/** An effect that the chain waits for could not be done: held, and Retry starts from there. Others are not waited for. */
function broke(task: Task, event: Of<'broke'>, stamp: Stamp): Moved {
  const from = awaits(task, event.of);
  return from
    ? hold(task, event.reason, 'Retry when it is mended.', from, stamp)
    : ignored(`${event.of} is not waited for`);
}
