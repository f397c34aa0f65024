import { ceilingOf, dayOf } from './budget.ts';
import type { Budget, Over, Spent } from './budget.ts';
import type { Others } from './perform.ts';
import type { Task } from './task.ts';
import { tasksOf } from './yard.ts';
import type { Yard } from './yard.ts';

/** What all tasks may spend on a day; null: nothing is capped. */
export function dayCap({ acts: { caps }, day }: Pick<Yard, 'acts' | 'day'>, of: string): number | null {
  const raised = day.stream().state;
  return caps && Math.max(caps.day, raised?.day === of ? raised.cap : 0);
}

/** What a task's sessions may spend, by the config and the raises of now. */
export function budgetOf({ acts: { caps }, day }: Pick<Yard, 'acts' | 'day'>, task: Task): Budget | null {
  const raised = day.stream().state;
  return (
    caps && {
      task: ceilingOf(task, caps),
      day: caps.day,
      raised: raised && { day: raised.day, to: raised.cap },
    }
  );
}

/** What tasks ask of money. */
export function purseOf(yard: () => Yard): Pick<Others, 'money' | 'spent' | 'budget' | 'raiseDay'> {
  const spentBy = async (id: Task['id']): Promise<Spent | null> => {
    const { spending, spent } = yard();
    const now = await spending.of(id);
    if (now) spent.set(id, now);
    return now;
  };
  return {
    async money(id, session) {
      const task = yard().lives.get(id)?.owner.stream().state;
      const spent = await spentBy(id);
      const over = spent?.over?.session === session && task ? refusedBy(yard(), task, spent.over) : null;
      return { over, spent: spent?.usd ?? null };
    },
    async spent(task) {
      const { caps, log } = yard().acts;
      if (!caps) return null;
      const spent = await spentBy(task.id).catch((error: Error) => {
        log.error('what a task has spent could not be read', { task: task.id, reason: error.message });
        return null;
      });
      return { spent: spent?.usd ?? null, ceiling: ceilingOf(task, caps) };
    },
    budget: (task) => budgetOf(yard(), task),
    async raiseDay(day, cap, key) {
      const answer = await yard().day.submit({ is: 'raised', day, cap }, { source: key });
      if (answer.kind === 'not-kept') throw new Error(answer.reason);
    },
  };
}

/** Whether what was refused would be by now, and whether this task is the one of all that rings. */
function refusedBy(yard: Yard, task: Task, { id, what, day, cap, spent, worst }: Over) {
  const now = what === 'task' ? (budgetOf(yard, task)?.task ?? null) : dayCap(yard, day);
  const isOver = what === 'day' && dayOf(yard.acts.clock.now()) !== day;
  const lifted = now === null || now > cap || isOver;
  const waits = tasksOf(yard).some(
    ({ id, phase }) =>
      id !== task.id &&
      phase.at === 'held' &&
      phase.ends.by === 'day' &&
      phase.ends.day === day &&
      phase.ends.cap === cap,
  );
  return { id, what, day, cap, spent, worst, lifted, loud: what === 'task' || !waits };
}
