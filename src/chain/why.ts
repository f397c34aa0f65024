import type { Command, RefusedInput } from './commands.ts';
import { tooLate } from './drafting.ts';
import type { TaskEvent } from './event.ts';
import { isBudget, isPast } from './held.ts';
import { shutFor } from './links.ts';
import type { Links } from './links.ts';
import { notRaised } from './raising.ts';
import type { Task } from './task.ts';

/** What a person is told whose command changed nothing. */
export function whyIgnored(
  task: Task | undefined,
  { beside }: Links,
  event: TaskEvent,
  command: Command,
): RefusedInput {
  const { phase: { at: phase } = { at: 'stopped' as const }, change = null } = task ?? {};
  const tapped = event.is === 'merge-tapped' || event.is === 'approve-tapped' ? event.head : null;
  if (tapped !== null && change && tapped !== change.head) return { code: 'head-moved', saw: tapped, is: change.head };
  if (task && isPast(task, event)) return { code: 'past' };
  const unraised = notRaised(task, event);
  if (unraised) return unraised;
  if (task && isBudget(task)) return { code: 'budget' };
  const shut = task && event.is === 'use-tapped' ? shutFor(task) : null;
  if (shut !== null && command.name === 'use') {
    return { code: 'not-beside', account: command.account, shut, beside: beside(shut).map(({ account }) => account) };
  }
  if (event.is === 'interrupt-tapped') return { code: 'heard' };
  if (event.is === 'place-answered') return { code: 'not-asked' };
  if (task && (event.is === 'change-tapped' || event.is === 'wait-tapped')) {
    const why = tooLate(task, event.draft);
    if (why !== null) return { code: 'draft', why, by: task.draft?.pause?.by.name ?? null };
  }
  if (event.is === 'answered') {
    const ask = task?.questions.find(({ id }) => id === event.ask);
    return { code: 'answered', by: ask?.replies[event.part - 1]?.by ?? null };
  }
  return { code: 'not-now', command: command.name, phase, ...waitsFor(task) };
}

/** What a task waits for that a person gives by another command. */
function waitsFor(task: Task | undefined): { readonly for?: 'plan' | 'answer' } {
  if (task?.phase.at !== 'held') return {};
  const { by } = task.phase.ends;
  return by === 'approval' ? { for: 'plan' } : by === 'answer' ? { for: 'answer' } : {};
}
