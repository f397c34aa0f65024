import { usd } from './budget.ts';
import type { TaskEvent } from './event.ts';
import { first, go, hold, ignored, move, tell } from './moves.ts';
import type { Moved, Stamp } from './moves.ts';
import { may } from './person.ts';
import type { Step, Task } from './task.ts';

type Of<K extends TaskEvent['is']> = Extract<TaskEvent, { is: K }>;
type Over = NonNullable<Of<'session-ended'>['over']>;

/** The boundary let a request not out: the task waits for more money, or for another day. What was raised since does not hold it. */
export function overBudget(task: Task, over: Over, from: Step, stamp: Stamp): Moved {
  const known = { ...task, over: over.id };
  if (over.lifted) return go(known, from, stamp);
  const { what, day, cap, spent, worst } = over;
  const next = `${usd(spent)} of ${usd(cap)} spent, and the next request may cost up to ${usd(worst)}.`;
  if (what === 'task') {
    const ends = { by: 'raise', cap, spent, worst } as const;
    const todo = `Raise it and it goes on where it was, or Stop. Nothing beyond ${usd(cap)} was spent.`;
    return hold(known, { kind: 'budget', ends, reason: `Its budget is used up: ${next}`, todo, from }, true, stamp);
  }
  const ends = { by: 'day', day, cap, spent, worst } as const;
  const reason = `The budget of this day is used up: ${next}`;
  const todo = 'It goes on by itself when the day is over in UTC, or when an admin raises it.';
  return hold(known, { kind: 'budget', ends, reason, todo, from }, over.loud, stamp);
}

/** What is said of money, by people and by the boundary. */
export const money = (task: Task, event: Of<'raise-tapped' | 'spent-much'>, stamp: Stamp): Moved =>
  event.is === 'spent-much' ? spentMuch(task, event) : raiseTapped(task, event, stamp);

/** More may be spent: it holds at once, also for the session at work, and ends the hold that waits for it. */
function raiseTapped(task: Task, { by, what, day, dollars, from }: Of<'raise-tapped'>, stamp: Stamp): Moved {
  const { phase } = task;
  if (!may(by, what === 'task' ? 'merge' : 'admin')) return ignored('this person may not raise that budget');
  if (phase.at === 'merged' || phase.at === 'stopped') return ignored('the task is over');
  if (from === null) return ignored('no budget is set up');
  if (dollars <= Math.max(from, what === 'task' ? (task.raised ?? 0) : 0)) return ignored('it is at that already');
  const told = tell({ kind: 'raised', by: by.name, what, dollars });
  if (what === 'day') return move(task, [{ do: 'raise-day', day, dollars }, told]);
  const raised = { ...task, raised: dollars };
  if (phase.at === 'held' && phase.ends.by === 'raise') return first([told], go(raised, phase.from, stamp));
  return move(raised, [...(phase.at === 'working' ? [{ do: 'allow', session: phase.session } as const] : []), told]);
}

/** It has spent as much as is worth a word. */
function spentMuch(task: Task, { usd, ceiling }: Of<'spent-much'>): Moved {
  if (task.warned) return ignored('that was told');
  if (task.phase.at === 'merged' || task.phase.at === 'stopped') return ignored('the task is over');
  return move({ ...task, warned: true }, [tell({ kind: 'spent-much', usd, ceiling })]);
}
