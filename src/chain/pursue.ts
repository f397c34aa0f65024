import { wanted } from './awaits.ts';
import type { Pending, TaskEffect } from './effect.ts';
import type { TaskEvent } from './event.ts';
import type { SessionId } from './ids.ts';
import { submit } from './live.ts';
import type { Box, Live } from './live.ts';
import { perform } from './perform.ts';

/**
 * Performs an effect until it has an outcome, and journals the outcome before anything follows from it. An effect that the closing
 * controller leaves behind stays pending for the next start. Messages of one task keep their order.
 */
export function pursue(box: Box, live: Live, pending: Pending): void {
  const run = (): Promise<void> => untilSettled(box, live, pending);
  const lane = pending.effect.do === 'tell' ? live.telling.then(run) : run();
  const safe = lane.catch((error: Error) =>
    box.acts.log.error('an effect was left pending', { effect: pending.id, reason: error.message }),
  );
  if (pending.effect.do === 'tell') live.telling = safe;
}

async function untilSettled(box: Box, live: Live, pending: Pending): Promise<void> {
  const outcome = await attempt(box, live, pending);
  while (outcome && !box.closing.signal.aborted) {
    const answer = await submit(box, live.id, outcome, { settles: pending.id });
    if (answer.kind !== 'not-kept') return;
    box.acts.log.error('an outcome could not be journaled', { effect: pending.id, reason: answer.reason });
    await box.acts.clock.sleep(1_000, box.closing.signal);
  }
}

/** null when the controller closes first. */
async function attempt(box: Box, live: Live, { id, effect }: Pending): Promise<TaskEvent | null> {
  const { acts, closing } = box;
  const typed = (session: SessionId, n: number, text: string): void => {
    void submit(box, live.id, { is: 'typed', session, text }, { source: `${session}:${n}` });
  };
  for (let tries = 1; !closing.signal.aborted; tries += 1) {
    const { task } = live.stream;
    if (!task) throw new Error(`${id} belongs to no task`);
    if (!wanted(task, effect)) return { is: 'done' };
    try {
      const outcome = await perform(acts, task, id, effect, typed);
      return closing.signal.aborted ? null : outcome;
    } catch (error) {
      const reason = (error as Error).message;
      acts.log.error('an effect failed', { effect: id, do: effect.do, tries, reason });
      if (tries >= triesOf(effect)) return { is: 'broke', of: effect.do, reason };
      await acts.clock.sleep(Math.min(30_000, 500 * 2 ** tries), closing.signal);
    }
  }
  return null;
}

/** Messages, either way, and merges are never given up: their outcome is what a person waits for. */
function triesOf(effect: TaskEffect): number {
  switch (effect.do) {
    case 'open':
    case 'tell':
    case 'halt':
    case 'send':
    case 'merge':
      return Infinity;
    default:
      return 3;
  }
}

/** The card follows the task: one edit at a time, the latest wins, and a failed one waits for the next change. */
export function refreshCard(box: Box, live: Live): void {
  if (live.card !== 'still') {
    live.card = 'stale';
    return;
  }
  live.card = 'busy';
  void editCard(box, live).then(() => {
    const stale = live.card === 'stale';
    live.card = 'still';
    if (stale && !box.closing.signal.aborted) refreshCard(box, live);
  });
}

async function editCard({ acts }: Box, live: Live): Promise<void> {
  const { task } = live.stream;
  if (!task) return;
  for (const thread of task.threads) {
    await acts.chat
      .card(thread, task)
      .catch((error: Error) => acts.log.error('a card was not edited', { task: task.id, reason: error.message }));
  }
}
