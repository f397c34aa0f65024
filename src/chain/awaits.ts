import type { TaskEffect } from './effect.ts';
import type { Step, Task } from './task.ts';

/**
 * Where the chain would start again if `effect` cannot be done, or null when the task does not wait for it: it moved on, was stopped,
 * or never waits for such effects. An effect of the chain that is not waited for must not be performed either.
 */
export function awaits(task: Task, effect: TaskEffect['do']): Step | null {
  const { phase } = task;
  if (phase.at === 'preparing' && effect === 'prepare') return { step: 'prepare' };
  if (phase.at === 'working' && effect === 'run') return { step: 'work', role: phase.role };
  if (phase.at === 'recording' && effect === 'record') return { step: 'record', role: phase.role };
  if (phase.at === 'taking' && effect === 'take') return { step: 'take', session: phase.session };
  if (phase.at === 'validating' && effect === 'validate') return { step: 'validate' };
  if (phase.at === 'proposing' && effect === 'propose') return { step: 'propose' };
  if (phase.at === 'judging' && effect === 'judge') return { step: 'judge' };
  if (phase.at === 'merging' && effect === 'merge') return { step: 'judge' };
  return null;
}

/** Whether a pending effect still has to be performed. Telling, sending and clearing up always have. */
export function wanted(task: Task, effect: TaskEffect): boolean {
  switch (effect.do) {
    case 'run':
      return task.phase.at === 'working' && task.phase.session === effect.session;
    case 'prepare':
    case 'record':
    case 'take':
    case 'validate':
    case 'propose':
    case 'judge':
    case 'merge':
      return awaits(task, effect.do) !== null;
    case 'open':
      return task.phase.at === 'opening' || task.phase.at === 'stopped';
    case 'send':
    case 'halt':
    case 'comment':
    case 'close':
    case 'clear':
    case 'tell':
      return true;
  }
}
