import type { Command, RefusedInput } from './commands.ts';
import type { TaskEvent } from './event.ts';
import type { Supervisor } from './supervisor.ts';
import type { Task } from './task.ts';

export type Raise = Extract<Command, { name: 'raise' }> & { readonly from?: number | null };

/** What a raise is about: what the task waits for, where nobody says. `from` is what it takes the place of; a day that is over cannot be raised. */
export function raiseOf(
  supervisor: Supervisor,
  task: Task,
  { what: said, day: named, dollars }: Raise,
): Required<Raise> {
  const { caps, day, dayCap } = supervisor.budget();
  const what = said ?? (task.phase.at === 'held' && task.phase.ends.by === 'day' ? 'day' : 'task');
  const isOver = what === 'day' && named !== null && named !== day;
  const from = what === 'task' ? (caps?.task ?? null) : isOver ? Infinity : dayCap;
  return { name: 'raise', what, day: named ?? day, dollars, from };
}

/** Why a raise changed nothing, where it is because so much may be spent already. */
export function notRaised(task: Task | undefined, event: TaskEvent): RefusedInput | null {
  if (event.is !== 'raise-tapped') return null;
  const { what, from, dollars } = event;
  const at = from === null ? null : Math.max(from, what === 'task' ? (task?.raised ?? 0) : 0);
  return at !== null && dollars > at ? null : { code: 'not-raised', what, at };
}
