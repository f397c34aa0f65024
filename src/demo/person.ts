import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

/** What the console answers to something that a person did. `task` and `thread` are null where there is none, or none yet. */
const Answer = z.object({
  ok: z.boolean(),
  text: z.string(),
  task: z.string().nullable(),
  thread: z.string().nullable(),
});
export type Answer = z.infer<typeof Answer>;

/** One event of the console. `id` counts from 1; remarks (`activity`) have none. `data` is what that kind of event carries. */
export type ShownEvent = {
  readonly id: number | null;
  readonly kind: string;
  readonly data: Readonly<Record<string, unknown>>;
};

/** A message of a thread, as the console keeps it. `seq` is the number of its event, `agent` an agent's words under ours. */
const Shown = z.object({
  seq: z.number(),
  message: z.object({ text: z.string(), agent: z.string().optional(), loud: z.boolean() }),
});
export type Shown = z.infer<typeof Shown>;
/** All of a message that there is to read. */
export const wordsOf = ({ text, agent }: Pick<Shown['message'], 'text' | 'agent'>): string =>
  agent === undefined ? text : `${text}\n${agent}`;
const Lines = z.object({ messages: z.array(z.looseObject({ is: z.string() })) });

export type PersonOptions = {
  readonly url: string;
  readonly key: string;
  /** For how long a console that does not answer is asked again, in ms. It may be starting anew. */
  readonly patience?: number;
};

/** `source` names what was done; a call with an old one repeats it instead of doing it again. A new one by default. */
export type ConsolePerson = {
  say(
    text: string,
    at: { readonly channel: string; readonly thread?: string; readonly source?: string },
  ): Promise<Answer>;
  press(button: string, at?: { readonly thread?: string; readonly source?: string }): Promise<Answer>;
  /** The messages of a thread, as they are there to be read now. */
  messages(thread: string): Promise<readonly Shown[]>;
  /** Every event after `after`, once each, over as many connections as it takes. Ends with the signal. */
  events(after?: number, signal?: AbortSignal): AsyncGenerator<ShownEvent, void>;
};

const BETWEEN_TRIES_MS = 100;

/** A person at the local web chat, for the demo and for tests. Throws the console's sentence when it refuses a request. */
export function person({ url, key, patience = 30_000 }: PersonOptions): ConsolePerson {
  const Authorization = `Bearer ${key}`;

  /** Repeated until there is an answer: its source makes that harmless. */
  async function input(body: object): Promise<Answer> {
    const headers = { Authorization, 'Content-Type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify({ source: randomUUID(), ...body }) };
    const response = await reach(() => fetch(`${url}/api/inputs`, init), patience);
    return Answer.parse(await response.json());
  }

  return {
    say: (text, at) => input({ ...at, text }),
    press: (button, at) => input({ ...at, button }),

    async messages(thread) {
      const asked = await reach(() => fetch(`${url}/api/threads/${thread}`, { headers: { Authorization } }), patience);
      const { messages } = Lines.parse(await asked.json());
      return messages.filter(({ is }) => is === 'message').map((line) => Shown.parse(line));
    },

    async *events(after = 0, signal = new AbortController().signal) {
      let last = after;
      while (!signal.aborted) {
        const headers = { Authorization, 'Last-Event-ID': String(last) };
        const { body } = await reach(() => fetch(`${url}/api/events`, { headers, signal }), patience, signal);
        for await (const event of frames(body)) {
          last = event.id ?? last;
          yield event;
        }
        if (!signal.aborted) await sleep(BETWEEN_TRIES_MS);
      }
    },
  };
}

/** An answer that is not a failure of the server's. Empty when `signal` ended the wait. */
async function reach(ask: () => Promise<Response>, patience: number, signal?: AbortSignal): Promise<Response> {
  const until = Date.now() + patience;
  for (;;) {
    const answer = await ask().catch((error: Error) => error);
    if (signal?.aborted === true) return new Response(null);
    if (answer instanceof Response && answer.ok) return answer;
    const known = answer instanceof Response && answer.status < 500;
    if (known || Date.now() >= until) throw answer instanceof Response ? new Error(await sentence(answer)) : answer;
    await sleep(BETWEEN_TRIES_MS);
  }
}

async function sentence(response: Response): Promise<string> {
  const said = z.object({ error: z.string() }).safeParse(await response.json().catch(() => null));
  return said.success ? said.data.error : `The console answered ${response.status} and no sentence.`;
}

/** The events of one connection, until it ends or breaks. One that was not sent to its end is left out: it comes again. */
async function* frames(body: ReadableStream<Uint8Array> | null): AsyncGenerator<ShownEvent, void> {
  if (body === null) return;
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
      if (done || value === undefined) return;
      const whole = (rest + value).split('\n\n');
      rest = whole.pop() ?? '';
      for (const frame of whole) if (/^data:/m.test(frame)) yield eventOf(frame);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function eventOf(frame: string): ShownEvent {
  const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(frame)?.[1];
  const id = field('id');
  const data = z.record(z.string(), z.unknown()).parse(JSON.parse(field('data') ?? 'null'));
  return { id: id === undefined ? null : Number(id), kind: field('event') ?? 'message', data };
}
