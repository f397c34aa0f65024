import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Kills } from './kills.ts';
import { wordsOf } from './person.ts';
import type { ConsolePerson, ShownEvent } from './person.ts';

/** How the task of an automatic demo ended. `head` is the one that was tapped, `merged` the commit on the base branch. */
export type Ending = {
  readonly task: string | null;
  readonly state: string;
  readonly head: string | null;
  readonly merged: string | null;
  readonly thread: string | null;
  /** The messages of its thread as they came, each under the number of its event. */
  readonly heard: readonly Heard[];
};
export type Heard = { readonly id: number; readonly text: string };

export type Play = {
  readonly channel: string;
  readonly idea: string;
  readonly quick: boolean;
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
  /** What strikes on the way. */
  readonly kills: Kills;
};

/** The parts of the console's events that the demo looks at. */
const Threaded = z.object({
  thread: z.string(),
  task: z.string().optional(),
  name: z.string().optional(),
  state: z.object({
    phase: z.string(),
    role: z.string().nullable(),
    head: z.string().nullable(),
    merged: z.string().nullable(),
  }),
});
const Told = z.object({
  thread: z.string(),
  message: z.object({
    text: z.string(),
    agent: z.string().optional(),
    file: z.object({ name: z.string() }).optional(),
    buttons: z.array(z.object({ id: z.string(), label: z.string() })),
    loud: z.boolean(),
  }),
});
type Message = z.infer<typeof Told>['message'];
type State = z.infer<typeof Threaded>['state'];

/** Phases that nothing leaves by itself, and that Merge is not the answer to. */
const OVER: readonly string[] = ['merged', 'failed', 'held', 'stopped'];
/** How a message says that its hold ends by itself. */
const GOES_ON = /^Resumes \d/m;

/** How often a hold that goes on is remarked, in ms. */
const TICK_MS = 10_000;

/** What the person has seen so far. */
type View = {
  readonly heard: Heard[];
  thread: string | null;
  state: State;
  /** Since when it is at this step. */
  since: number;
  /** Whether the latest message may be the task's last. */
  last: boolean;
};

/**
 * Plays the person: asks, reads the thread as it grows, and taps the Merge button of the change that is held for review. The button names
 * the head that was shown, so the tap is about what was seen. Ends when the task is over and the thread has said so; waits where a hold
 * ends by itself.
 */
export async function playPerson(you: ConsolePerson, play: Play): Promise<Ending> {
  const { channel, idea, quick, print, signal, kills } = play;
  const text = `/task ${quick ? '--quick ' : ''}${idea}`;
  print(`You › ${text}`);
  kills.begin();
  const { ok, task, text: receipt } = await you.say(text, { channel, source: randomUUID() });
  print(`    ‹ ${receipt}`);
  const begin = { phase: 'opening', role: null, head: null, merged: null };
  const view: View = { heard: [], thread: null, state: begin, since: Date.now(), last: false };
  const ending = (state: string): Ending => {
    const { head, merged } = view.state;
    return { task, state, head, merged, thread: view.thread, heard: view.heard };
  };
  if (!ok || task === null) return ending('refused');
  const ticking = setInterval(() => {
    if (view.state.phase === 'held') print(`  … held for ${Math.round((Date.now() - view.since) / 1000)} s`);
  }, TICK_MS);
  try {
    for await (const event of you.events(0, signal)) {
      await see(event, view, task, you, play);
      // The card and the last message come in either order.
      if (view.last && OVER.includes(view.state.phase)) return ending(view.state.phase);
    }
  } finally {
    clearInterval(ticking);
  }
  return ending('interrupted');
}

async function see(event: ShownEvent, view: View, task: string, you: ConsolePerson, play: Play): Promise<void> {
  const { print, kills } = play;
  const card = Threaded.safeParse(event.data);
  if (card.success && (card.data.task === task || card.data.thread === view.thread)) {
    view.thread = card.data.thread;
    const [before, now] = [stepOf(view.state), stepOf(card.data.state)];
    if (now !== before) {
      print(`  · ${before} ${((Date.now() - view.since) / 1000).toFixed(1)} s → ${now}`);
      view.since = Date.now();
    }
    view.state = card.data.state;
    kills.at(task, now);
  }
  const message = messageIn(event, view.thread);
  if (!message) return;
  view.heard.push({ id: event.id ?? 0, text: wordsOf(message) });
  show(message, print);
  const merge = message.buttons.find((button) => button.id.startsWith('merge:'));
  const option = message.buttons.find((button) => button.id.startsWith('answer:'));
  view.last = message.loud && !merge && !option && !GOES_ON.test(message.text);
  if (option) await tap(you, option, print);
  if (merge) await press(you, merge, play);
}

const stepOf = ({ phase, role }: State): string => role ?? phase;

/** The person goes on reading until all that strikes before the tap has struck. */
async function press(
  you: ConsolePerson,
  { id, label }: Message['buttons'][number],
  { print, kills, signal }: Play,
): Promise<void> {
  await kills.beforeTap();
  if (signal.aborted) return;
  kills.tapped();
  await tap(you, { id, label }, print);
}

async function tap(you: ConsolePerson, { id, label }: Message['buttons'][number], print: Play['print']): Promise<void> {
  print(`You › [${label}]`);
  const answer = await you.press(id);
  print(`    ‹ ${answer.text}`);
}

function messageIn(event: ShownEvent, thread: string | null): Message | null {
  const told = Told.safeParse(event.data);
  return event.kind === 'message' && told.success && told.data.thread === thread ? told.data.message : null;
}

function show({ text, agent, file, buttons, loud }: Message, print: Play['print']): void {
  const [first, ...rest] = text
    .replace(/\*\*|`/g, '')
    .replace(/\\(\W)/g, '$1')
    .split('\n');
  print(`${loud ? '»' : ' '} ${first}`);
  for (const line of rest) if (line.trim()) print(`   ${line}`);
  for (const line of agent?.split('\n').slice(0, 6) ?? []) print(`   │ ${line}`);
  if (file) print(`   📎 ${file.name}`);
  if (buttons.length > 0) print(`   ${buttons.map(({ label }) => `[${label}]`).join(' ')}`);
}
