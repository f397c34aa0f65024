import { openAsk } from './asking.ts';
import { unpaused } from './draft.ts';
import type { TaskEvent } from './event.ts';
import { tryAgainAt } from './hold.ts';
import { insteadOf } from './instead.ts';
import { begin, enter, first, go, hold, ignored, move, tell } from './moves.ts';
import type { Moved, Stamp } from './moves.ts';
import { may } from './person.ts';
import type { Step, Task } from './task.ts';

type Of<K extends TaskEvent['is']> = Extract<TaskEvent, { is: K }>;

/** What ends a hold, and what the schedule says to a task that waits in the queue. */

export function granted(task: Task, stamp: Stamp): Moved {
  const { phase } = task;
  if (phase.at !== 'queued') return ignored(`nothing waits: the task is ${phase.at}`);
  return begin({ ...task, slot: task.slot ?? stamp.at }, phase.step, stamp);
}

export function aboutHold(task: Task, event: Of<'account-shut' | 'account-held' | 'hold-ended'>, stamp: Stamp): Moved {
  if (event.is === 'account-shut') return accountShut(task, event, stamp);
  return event.is === 'account-held' ? accountHeld(task, event) : holdEnded(task, event, stamp);
}

/** The next safe point is here: the role is not begun, and the account is asked to say when it opens. */
function accountShut(task: Task, { account }: Of<'account-shut'>, stamp: Stamp): Moved {
  const { phase } = task;
  if (phase.at !== 'queued' || (phase.step.step !== 'work' && phase.step.step !== 'resume'))
    return ignored(`no role waits: the task is ${phase.at}`);
  return waitForAccount(task, account, phase.step, stamp);
}

/** Held until the account opens. It answers with the reason, and says whether this task is the one that rings. */
export function waitForAccount(task: Task, account: string, from: Step, stamp: Stamp): Moved {
  const held = hold(
    task,
    {
      kind: 'quota',
      ends: { by: 'account', account },
      reason: `The account ${account} is shut.`,
      todo: 'It goes on by itself. Nothing was paid.',
      from,
    },
    null,
    stamp,
  );
  const waits = { is: 'waits', account, task: task.id, hold: task.holds + 1 } as const;
  return first([{ do: 'post', event: waits }], held);
}

const todos: Readonly<Record<Of<'account-held'>['why'], string>> = {
  quota: 'It goes on by itself. Nothing was paid.',
  overage:
    'It would be paid extra usage, so nothing goes out. Switch that off with the provider; Resume tries once more.',
  login: 'Log in again on the machine: it goes on by itself then.',
  billing: 'Look at the account with the provider, then Resume. Nothing was paid.',
};

function shutReason(account: string, { why, window }: Of<'account-held'>): string {
  switch (why) {
    case 'quota':
      return `The ${window ?? 'usage limit'} of ${account} is used up.`;
    case 'overage':
      return `The ${window ?? 'usage limit'} of ${account} is used up, and the provider offers paid extra usage.`;
    case 'login':
      return `The login of ${account} has expired or was revoked.`;
    case 'billing':
      return `The provider turns ${account} away for its billing.`;
  }
}

/** The account's answer: the card says why and until when. One of all tasks that wait rings. */
function accountHeld(task: Task, event: Of<'account-held'>): Moved {
  const { phase } = task;
  if (phase.at !== 'held' || phase.hold !== event.hold || phase.ends.by !== 'account')
    return ignored('that hold is over');
  const kind = event.why === 'login' ? 'login' : 'quota';
  const reason = shutReason(phase.ends.account, event);
  const todo = todos[event.why];
  const notice = { kind: 'held', cause: kind, ends: phase.ends, reason, todo, holds: task.holds } as const;
  return move({ ...task, phase: { ...phase, kind, reason, todo } }, [
    tell({ ...notice, until: event.until, loud: event.loud }),
  ]);
}

/** The cause is gone: it goes on where it stood, in the queue if that takes a container. */
function holdEnded(task: Task, { hold: ended, why }: Of<'hold-ended'>, stamp: Stamp): Moved {
  const { phase } = task;
  if (phase.at !== 'held' || phase.hold !== ended) return ignored('that hold is over');
  if (['approval', 'answer', 'person'].includes(phase.ends.by)) return ignored('only a person ends that hold');
  if (phase.ends.by === 'words')
    return enter(task, { at: 'stopped' }, stamp, [tell({ kind: 'talk-over', by: null }), { do: 'clear' }]);
  return first([tell({ kind: 'resumed', why, by: null })], go(task, phase.from, stamp));
}

/**
 * A person's Resume. An account is opened by the boundary alone, so it is asked and the task waits for the answer; everything else is looked
 * at first, and goes on where it stood.
 */
export function resumeTapped(task: Task, event: Of<'resume-tapped'>, stamp: Stamp): Moved {
  const { by } = event;
  if (!may(by, 'steer')) return ignored('this person may not resume');
  const { phase } = task;
  if (phase.at !== 'held' && phase.at !== 'failed') return ignored(`nothing to resume: the task is ${phase.at}`);
  if (isPast(task, event)) return ignored('that was about an earlier hold');
  if (phase.at === 'held' && phase.ends.by === 'approval') return ignored('the plan waits for Approve');
  if (phase.at === 'held' && phase.ends.by === 'words') return ignored('the talk goes on with words');
  if (phase.at === 'held' && phase.ends.by === 'answer' && openAsk(task))
    return ignored('its question waits for an answer');
  if (isBudget(task)) return ignored('its budget is used up');
  if (phase.at === 'held' && phase.ends.by === 'account')
    return move(task, [{ do: 'post', event: { is: 'open-asked', account: phase.ends.account } }]);
  const told = tell({ kind: 'resumed', why: 'What is there was looked at.', by: by.name });
  const fresh = afresh(task);
  return task.head
    ? enter(fresh, { at: 'verifying', step: phase.from }, stamp, [
        { do: 'verify', head: task.head, paths: documents(task, phase.from) },
        told,
      ])
    : first([told], go(fresh, phase.from, stamp));
}

/**
 * A person lets it go on with another account. What waits for the shut one goes on as when that opens; if the other one is shut too, the queue holds
 * it again.
 */
export function useTapped(task: Task, { by, account, of, keeps }: Of<'use-tapped'>, stamp: Stamp): Moved {
  if (!may(by, 'steer')) return ignored('this person may not choose an account');
  const { phase } = task;
  if (phase.at !== 'held' || phase.ends.by !== 'account')
    return ignored(`no account is waited for: the task is ${phase.at}`);
  if (of !== phase.ends.account) return ignored('that account does not stand beside the shut one');
  const next = { ...task, instead: insteadOf(task.instead, of, account) };
  const told = tell({ kind: 'resumed', why: `It goes on with ${account}.`, by: by.name, account });
  return first([told], go(next, keeps ? phase.from : begunAnew(task, phase.from), stamp));
}

/** Where a conversation cannot go on elsewhere: a new one of its role, on what is there, which reads what was said before. */
function begunAnew({ sessions }: Task, step: Step): Step {
  if (step.step !== 'resume') return step;
  const { role, session, words } = step;
  const left = `The line was cut before the work was done. transcript-${session}.md has all that was said and done until then: read it, look at what is there, then go on where it stopped.`;
  return { step: 'work', role, feedback: sessions.includes(session) ? left : words };
}

/** The documents that the branch holds: until a coder had it, and but for the one that was about to be recorded. */
function documents({ requirements, plan, coder }: Task, from: Step): string[] {
  const due = from.step === 'record' ? from.role : null;
  const kept = [due === 'brainstormer' ? null : requirements, due === 'planner' ? null : plan];
  return coder ? [] : kept.flatMap((document) => document?.path ?? []);
}

/** What a role left is still there, or it holds and says what is gone: nothing is built on what is not there. */
export function verified(task: Task, { missing }: Of<'verified'>, stamp: Stamp): Moved {
  const { phase } = task;
  if (phase.at !== 'verifying') return ignored(`verified came late: the task is ${phase.at}`);
  if (missing === null) return go(task, phase.step, stamp);
  return hold(
    task,
    {
      kind: 'infrastructure',
      ends: { by: 'person' },
      reason: missing,
      todo: 'Restore the data folder from a backup, or go back with /back requirements, plan or code.',
      from: phase.step,
    },
    true,
    stamp,
  );
}

/** Held for money: a new conversation would be refused as this one was. */
export const isBudget = ({ phase }: Task): boolean => phase.at === 'held' && phase.kind === 'budget';

/** Whether a tap is about a hold or a plan that is over: what it says now is not what the person saw. */
export function isPast({ phase, holds }: Task, event: TaskEvent): boolean {
  if (event.is === 'retry-tapped' || event.is === 'resume-tapped') return event.holds !== null && event.holds !== holds;
  if (event.is !== 'approve-tapped' || event.plan === null) return false;
  return phase.at !== 'held' || phase.ends.by !== 'approval' || phase.ends.head !== event.plan;
}

/** A person gives every bound afresh, and ends what they wait for. */
export const afresh = (task: Task): Task => ({
  ...task,
  draft: unpaused(task.draft),
  rework: { tests: 0, intake: 0, plan: 0, handoff: 0 },
  outages: 0,
});

/** The disk is nearly full: nothing runs until there is room. */
export function noRoom(task: Task, reason: string, from: Step, stamp: Stamp): Moved {
  const todo = 'It goes on by itself when there is room: delete what nobody needs on that disk.';
  return hold(task, { kind: 'infrastructure', ends: { by: 'room' }, reason, todo, from }, true, stamp);
}

/** The merge is tried on, since it may have been made: people are told why it lasts, once. */
export function mergeWaits(task: Task, { reason }: Of<'merge-waits'>): Moved {
  const { phase, change } = task;
  if (phase.at !== 'merging' || !change) return ignored(`nothing is being merged: the task is ${phase.at}`);
  if (phase.waits !== null) return ignored('that was told');
  const told = tell({ kind: 'merge-waits', number: change.number, reason });
  return move({ ...task, phase: { ...phase, waits: reason } }, [told]);
}

/** Something is out of reach: tried again by itself, later each time. Rings the `rings`-th time in a row, and not again. */
export function outage(task: Task, reason: string, from: Step, rings: number, stamp: Stamp): Moved {
  const at = tryAgainAt(stamp.at, task.outages);
  const next = { ...task, outages: task.outages + 1 };
  const of = {
    kind: 'infrastructure',
    ends: { by: 'time', at },
    reason,
    todo: 'It tries again by itself.',
    from,
  } as const;
  return hold(next, of, next.outages === rings, stamp);
}
