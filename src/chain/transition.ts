import { aboutAsk, openAsk, saidTo, waitForAnswer } from './asking.ts';
import { awaits } from './awaits.ts';
import { aboutDraft, rewriting } from './drafting.ts';
import type { TaskEffect } from './effect.ts';
import { sessionEnded } from './ended.ts';
import type { Asked, TaskEvent } from './event.ts';
import { aboutHold, granted, outage, resumeTapped, useTapped, verified } from './held.ts';
import { filesOf, named } from './files.ts';
import type { FileRef } from './files.ts';
import { enter, first, go, halt, ignored, move, tell } from './moves.ts';
import type { Moved, Stamp } from './moves.ts';
import { outcome } from './outcomes.ts';
import { placeAnswered, refused } from './places.ts';
import { money } from './raised.ts';
import { may } from './person.ts';
import { aboutWords } from './steering.ts';
import { approveTapped, backAsked, feedbackAsked, handedOver, mergeTapped, retried, stopped } from './tapped.ts';
import type { Task } from './task.ts';

/**
 * The chain: what an event makes of a task, and what is to be done then. Pure; replaying a journal's events gives the same task.
 * `ignored` changes nothing: the event came late or twice, or does nothing in this phase, and says which.
 */
export function transition(task: Task | null, event: TaskEvent, stamp: Stamp): Moved {
  if (event.is === 'asked') return task ? ignored('the task exists already') : asked(event, stamp);
  if (!task) return ignored('there is no such task');
  if (event.is === 'done') return ignored('nothing more to do');
  if (event.is === 'raise-tapped' || event.is === 'spent-much') return money(task, event, stamp);
  if (event.is === 'wait-tapped' || event.is === 'change-tapped') return aboutDraft(task, event, stamp);
  switch (event.is) {
    case 'said':
      return first(leftOut(task, event), said(task, event, stamp));
    case 'spoke':
    case 'typed':
      return typed(task, event);
    case 'questioned':
    case 'answered':
    case 'unasked':
    case 'ask-due':
      return aboutAsk(task, event, stamp);
    case 'refused':
      return refused(task, event);
    case 'place-answered':
      return placeAnswered(task, event);
    case 'heard':
    case 'interrupt-tapped':
      return aboutWords(task, event);
    case 'stop-tapped':
      return stopped(task, event, stamp);
    case 'retry-tapped':
      return retried(task, event, stamp);
    case 'resume-tapped':
      return resumeTapped(task, event, stamp);
    case 'use-tapped':
      return useTapped(task, event, stamp);
    case 'handed-over':
      return handedOver(task, event);
    case 'merge-tapped':
      return mergeTapped(task, event, stamp);
    case 'approve-tapped':
      return approveTapped(task, event, stamp);
    case 'back-asked':
      return backAsked(task, event, stamp);
    case 'feedback-asked':
      return feedbackAsked(task, event);
    case 'granted':
      return granted(task, stamp);
    case 'account-shut':
    case 'account-held':
    case 'hold-ended':
      return aboutHold(task, event, stamp);
    case 'change-moved':
      return changeMoved(task, event, stamp);
    case 'verified':
      return verified(task, event, stamp);
    case 'broke':
      return broke(task, event, stamp);
    case 'session-ended':
      return sessionEnded(task, event, stamp);
    default:
      return outcome(task, event, stamp);
  }
}

function typed(task: Task, { is: kind, session, text }: Of<'typed' | 'spoke'>): Moved {
  return task.phase.at === 'working' && task.phase.session === session
    ? move(task, [tell({ kind, role: task.phase.role, text })])
    : ignored('that session is not at work');
}

type Of<K extends TaskEvent['is']> = Extract<TaskEvent, { is: K }>;

function asked(event: Asked, stamp: Stamp): Moved {
  const { project, slug, idea, mode, places, by } = event;
  const nothing = {
    policy: null,
    base: null,
    proven: null,
    head: null,
    requirements: null,
    draft: null,
    plan: null,
    coder: null,
    check: null,
    review: null,
    change: null,
    approval: null,
    slot: null,
    raised: null,
    spent: null,
    over: null,
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
    asker: null,
    offers: [],
    feedback: null,
    movedTo: null,
    carried: event.carried ?? null,
    title: idea.split('\n', 1).join('').slice(0, 80),
    branch: `signalbox/${slug}`,
    threads: [],
    phase: { at: 'opening' },
    times: [{ at: 'opening', since: stamp.at }],
    sessions: [],
    notes: [],
    steers: [],
    questions: [],
    attempts: {},
    instead: {},
    refused: [],
    asks: [],
    files: [...named([], event.files ?? []).all],
    warned: false,
    rework: { tests: 0, intake: 0, plan: 0, handoff: 0 },
    holds: 0,
    outages: 0,
    tree: 0,
  };
  return move(task, [{ do: 'open' }]);
}

/**
 * A question that waits is answered by it; else a session at work hears it. It ends a hold that waits for an answer, and is the reason where the same person asked to send a change back;
 * otherwise it waits for the next session.
 */
function said(before: Task, event: Of<'said'>, stamp: Stamp): Moved {
  if (!may(event.by, 'steer')) return ignored('this person may not steer');
  const { uuid, text } = event;
  const by = event.by.name;
  const { these: files, all } = named(before.files, event.files ?? []);
  const task = files.length === 0 ? before : { ...before, files: [...all] };
  const { phase } = task;
  if (phase.at === 'merged' || phase.at === 'stopped') return offered(task, event);
  const ask = openAsk(task);
  if (ask && text.trim() !== '') return first(alone(task, event, files), saidTo(task, ask, event, stamp));
  const coding = phase.at === 'working' && phase.role === 'coder';
  if (task.feedback === event.by.id && !coding)
    return backAsked(
      task,
      { is: 'back-asked', by: event.by, to: 'code', why: text || 'See the files that were sent.' },
      stamp,
    );
  if (phase.at === 'working')
    return move(task, [{ do: 'send', session: phase.session, uuid, by, text, ...filesOf(files) }]);
  const next = { ...task, notes: [...task.notes, { uuid, by, text, ...filesOf(files) }] };
  const told = tell({ kind: 'heard', by, when: phase.at === 'review' ? 'kept' : 'next-session' });
  if (phase.at !== 'held' || (phase.ends.by !== 'answer' && phase.ends.by !== 'words')) return move(next, [told]);
  const rewrites = rewriting(task);
  const moved = go({ ...next, draft: rewrites?.draft ?? task.draft }, rewrites?.step ?? phase.from, stamp);
  return moved.kind === 'moved' ? move(moved.state, [told, ...moved.effects]) : moved;
}

/** Files that are more than a task takes. */
function leftOut(task: Task, event: Of<'said'>): TaskEffect[] {
  const { left } = named(task.files, event.files ?? []);
  return left.length === 0 ? [] : [tell({ kind: 'files-left', by: event.by.name, names: [...left] })];
}

/** Files that came with an answer: the answer is words alone, so they go by themselves, under a uuid beside its own. */
function alone({ phase }: Task, { by, uuid }: Of<'said'>, files: readonly FileRef[]): TaskEffect[] {
  if (phase.at !== 'working' || files.length === 0) return [];
  const beside = `${uuid.slice(0, 19)}b${uuid.slice(20)}`;
  return [{ do: 'send', session: phase.session, uuid: beside, by: by.name, text: '', ...filesOf(files) }];
}

/** So many offers of one thread are kept. */
const OFFERS = 20;

/** Nobody works any more: what is said may become a task of its own. */
function offered(task: Task, { by, text, uuid }: Of<'said'>): Moved {
  if (task.offers.length >= OFFERS) return ignored('the task is over');
  const offers = [...task.offers, { uuid, by: by.name, text }];
  return move({ ...task, offers }, [tell({ kind: 'offer', by: by.name, n: offers.length })]);
}

/** What is in review changed at the forge: judged again, or over because somebody merged or closed it there. */
function changeMoved(task: Task, { state, head, base }: Of<'change-moved'>, stamp: Stamp): Moved {
  const { phase, change } = task;
  if (phase.at !== 'review' || !change) return ignored(`nothing is in review: the task is ${phase.at}`);
  const { number } = change;
  if (state === 'merged' || state === 'closed') {
    const over =
      state === 'merged' ? ({ at: 'merged', commit: base } as const) : ({ at: 'stopped', cleared: true } as const);
    return enter(task, over, stamp, [
      tell({ kind: 'elsewhere', number, state }),
      ...(state === 'merged' ? [{ do: 'close', number } as const] : []),
      { do: 'clear' },
    ]);
  }
  // A branch that somebody else pushed to stays beside the change's head: that is said once, not at each look.
  if (base === change.base && head === (task.movedTo ?? change.head)) return ignored('nothing moved');
  return go({ ...task, movedTo: head === change.head ? null : head }, { step: 'judge' }, stamp);
}

/**
 * An effect that the chain waits for could not be done: tried again later, by itself. Others are not waited for. A session that could not be
 * followed may run all the same, and is stopped: nothing asks a model while its task is held. One with a question goes on with the answer, not before.
 */
function broke(task: Task, event: Of<'broke'>, stamp: Stamp): Moved {
  const from = awaits(task, event.of);
  if (!from) return ignored(`${event.of} is not waited for`);
  const unheard = task.phase.at === 'working' ? task.phase.notes : [];
  const next = { ...task, notes: [...unheard, ...task.notes] };
  const held = openAsk(task) ? waitForAnswer(next, from, stamp) : outage(next, event.reason, from, 1, stamp);
  return first(halt(task), held);
}
