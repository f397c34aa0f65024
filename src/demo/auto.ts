import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Kills } from './kills.ts';
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
export type Heard = { readonly id: number; readonly text: string; readonly loud: boolean };

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

/**
 * Plays the person: asks, reads the thread as it grows, and taps the Merge button of the change that is held for review. The button names
 * the head that was shown, so the tap is about what was seen. Ends when the task is over and the thread has said so.
 */
export async function playPerson(you: ConsolePerson, play: Play): Promise<Ending> {
  const { channel, idea, quick, print, signal, kills } = play;
  const text = `/task ${quick ? '--quick ' : ''}${idea}`;
  print(`You › ${text}`);
  kills.begin();
  const asked = await you.say(text, { channel, source: randomUUID() });
  print(`    ‹ ${asked.text}`);
  const heard: Heard[] = [];
  let thread: string | null = null;
  const ending = (phase: string, head: string | null, merged: string | null): Ending => ({
    task: asked.task,
    state: phase,
    head,
    merged,
    thread,
    heard,
  });
  if (!asked.ok) return ending('refused', null, null);

  let state: State = { phase: 'opening', role: null, head: null, merged: null };
  let since = Date.now();
  let last = false;
  for await (const event of you.events(0, signal)) {
    const card = Threaded.safeParse(event.data);
    if (card.success && (card.data.task === asked.task || card.data.thread === thread)) {
      thread = card.data.thread;
      if (stepOf(card.data.state) !== stepOf(state)) {
        print(`  · ${stepOf(state)} ${((Date.now() - since) / 1000).toFixed(1)} s → ${stepOf(card.data.state)}`);
        since = Date.now();
      }
      state = card.data.state;
      kills.at(asked.task ?? '', stepOf(state));
    }
    const message = messageIn(event, thread);
    if (message) {
      heard.push({ id: event.id ?? 0, text: message.text, loud: message.loud });
      show(message, print);
      const merge = message.buttons.find((button) => button.id.startsWith('merge:'));
      last = message.loud && !merge && !GOES_ON.test(message.text);
      if (merge) await press(you, merge, play);
    }
    // The card and the last message come in either order.
    if (last && OVER.includes(state.phase)) return ending(state.phase, state.head, state.merged);
  }
  return ending('interrupted', state.head, state.merged);
}

const stepOf = ({ phase, role }: State): string => role ?? phase;

/** The person reads until all that strikes before the tap has struck. */
async function press(
  you: ConsolePerson,
  { id, label }: Message['buttons'][number],
  { print, kills, signal }: Play,
): Promise<void> {
  await kills.beforeTap();
  if (signal.aborted) return;
  kills.tapped();
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
