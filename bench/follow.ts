import { z } from 'zod';
import type { Bench } from './figure.ts';
import type { Ground } from './ground.ts';

/** The parts of the console's events that are looked at. */
const Card = z.object({
  thread: z.string(),
  task: z.string().optional(),
  state: z.object({ phase: z.string(), role: z.string().nullable(), merged: z.string().nullable() }),
});
const Told = z.object({
  thread: z.string(),
  message: z.object({ text: z.string(), buttons: z.array(z.object({ id: z.string() })) }),
});

/** A task as its thread shows it. `steps`: who worked or what went on since when (performance.now), in order. */
export type Seen = {
  readonly thread: string;
  readonly phase: string;
  readonly merged: string | null;
  /** The button that merges, once it is offered. */
  readonly merge: string | null;
  readonly steps: readonly { readonly step: string; readonly at: number }[];
};

/** Phases that a task of ours never comes to. */
const WRONG: readonly string[] = ['held', 'failed', 'stopped'];

/** Follows a task's thread until `isEnough`. Throws, with what was said last, when the task is held, failed or stopped before. */
export async function follow(
  { you }: Ground,
  task: string,
  isEnough: (seen: Seen) => boolean,
  { signal }: Pick<Bench, 'signal'>,
): Promise<Seen> {
  const over = new AbortController();
  let seen: Seen = { thread: '', phase: 'opening', merged: null, merge: null, steps: [] };
  let last = '';
  try {
    for await (const event of you.events(0, AbortSignal.any([signal, over.signal]))) {
      const card = Card.safeParse(event.data).data;
      const told = Told.safeParse(event.data).data;
      if (card && (card.task === task || card.thread === seen.thread)) seen = { ...seen, ...cardSeen(seen, card) };
      if (told && told.thread === seen.thread) {
        last = told.message.text;
        const merge = told.message.buttons.find(({ id }) => id.startsWith('merge:'))?.id;
        seen = { ...seen, merge: merge ?? seen.merge };
      }
      if (isEnough(seen)) return seen;
      if (told && WRONG.includes(seen.phase)) throw new Error(`the task is ${seen.phase}: ${last}`);
    }
  } finally {
    over.abort();
  }
  throw new Error('interrupted');
}

function cardSeen({ steps }: Seen, { thread, state }: z.infer<typeof Card>): Partial<Seen> {
  const step = state.role ?? state.phase;
  const more = steps.at(-1)?.step === step ? [] : [{ step, at: performance.now() }];
  return { thread, phase: state.phase, merged: state.merged, steps: [...steps, ...more] };
}

/** Asks for the task of the demo and waits until its change can be merged. `ms`: from the ask to the button. */
export async function untilReview(
  ground: Ground,
  words: string,
  channel: string,
  bench: Pick<Bench, 'signal'>,
): Promise<{ readonly task: string; readonly ms: number; readonly seen: Seen & { readonly merge: string } }> {
  const began = performance.now();
  const asked = await ground.you.say(`/task ${words}`, { channel });
  if (asked.task === null) throw new Error(`the controller took no task: ${asked.text}`);
  const seen = await follow(ground, asked.task, ({ merge, phase }) => merge !== null && phase === 'review', bench);
  const ms = performance.now() - began;
  if (seen.merge === null) throw new Error('the change has no button to merge it');
  return { task: asked.task, ms, seen: { ...seen, merge: seen.merge } };
}
