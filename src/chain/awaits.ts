import type { TaskEffect } from './effect.ts';
import type { Step, Task } from './task.ts';

/**
 * Where the chain would start again if `effect` cannot be done, or null when the task does not wait for it: it moved on, was stopped,
 * or never waits for such effects. An effect of the chain that is not waited for must not be performed either.
 */
export function awaits(task: Task, effect: TaskEffect['do']): Step | null {
  const { phase } = task;
  switch (phase.at) {
    case 'preparing':
      return effect === 'prepare' ? { step: 'prepare' } : null;
    case 'proving':
      return effect === 'prove' ? { step: 'prove', base: phase.base, next: phase.next } : null;
    case 'working': {
      const { role, session, leg, words } = phase;
      // The same leg: what could not be begun, or not followed, is begun or followed again.
      return effect === 'run' ? { step: 'resume', role, session, leg, words, halted: true } : null;
    }
    case 'recording':
      return effect === 'record' ? { step: 'record', role: phase.role } : null;
    case 'taking':
      return effect === 'take' ? { step: 'take', session: phase.session } : null;
    case 'validating':
      return effect === 'validate' ? { step: 'validate' } : null;
    case 'proposing':
      return effect === 'propose' ? { step: 'propose' } : null;
    case 'judging':
      return effect === 'judge' ? { step: 'judge' } : null;
    case 'merging':
      return effect === 'merge' ? { step: 'judge' } : null;
    case 'verifying':
      return effect === 'verify' ? phase.step : null;
    default:
      return null;
  }
}

/** Whether a pending effect still has to be performed. Telling, sending, posting and clearing up always have; a session that is at work again is not stopped any more. */
export function wanted(task: Task, effect: TaskEffect): boolean {
  switch (effect.do) {
    case 'run':
      return task.phase.at === 'working' && task.phase.session === effect.session && task.phase.leg === effect.leg;
    case 'prepare':
    case 'prove':
    case 'record':
    case 'take':
    case 'validate':
    case 'propose':
    case 'judge':
    case 'merge':
    case 'verify':
      return awaits(task, effect.do) !== null;
    case 'open':
      return task.phase.at === 'opening' || task.phase.at === 'stopped';
    case 'allow':
    case 'interrupt':
      return task.phase.at === 'working' && task.phase.session === effect.session;
    case 'halt':
      return task.phase.at !== 'working' || task.phase.session !== effect.session;
    case 'yield': {
      const { phase } = task;
      return phase.at === 'working' && phase.yields && phase.session === effect.session && phase.leg === effect.leg;
    }
    case 'send':
    case 'comment':
    case 'close':
    case 'clear':
    case 'tell':
    case 'post':
    case 'report':
    case 'raise-day':
      return true;
  }
}
