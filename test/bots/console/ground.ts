import { createHash } from 'node:crypto';
import { openConsole } from '../../../src/bots/console/console.ts';
import type { Console } from '../../../src/bots/console/console.ts';
import { bare, coversOf } from '../../../src/chain/covered.ts';
import type { Desk, Input, Reply } from '../../../src/chain/commands.ts';
import type { Thread } from '../../../src/chain/ports.ts';
import { fakeClock } from '../../fakes/clock.ts';
import type { FakeClock } from '../../fakes/clock.ts';
import { fakeFiles } from '../../fakes/files.ts';
import type { FakeFiles } from '../../fakes/files.ts';
import { fakeStore } from '../../fakes/store.ts';
import type { FakeStore } from '../../fakes/store.ts';
import { ana, ben, beside, id, tasks } from '../samples.ts';

const hash = (key: string): string => createHash('sha256').update(key).digest('hex');

/** Keys of the people in every console here. Ana is an admin, Ben only watches. */
export const keys = { ana: 'key-of-ana', ben: 'key-of-ben' };
export const people = [
  { ...ana, consoleKeyHash: hash(keys.ana) },
  { ...ben, consoleKeyHash: hash(keys.ben) },
];

/** A desk that takes everything once, as the real one does: a repeated source is told so. */
export type FakeDesk = Desk & {
  readonly inputs: Input[];
  /** Answers in the desk's place, or null for its own answer. */
  answer: (input: Input) => Reply | null;
};

export function fakeDesk(): FakeDesk {
  const desk: FakeDesk = {
    inputs: [],
    answer: () => null,
    async accept(input) {
      const set = desk.answer(input);
      if (set) return set;
      if (desk.inputs.some(({ source }) => source === input.source)) return { kind: 'repeated', task: id };
      desk.inputs.push(input);
      return { kind: 'accepted', task: id, command: input.command.name };
    },
  };
  return desk;
}

/** A served console on the loopback, in memory. */
export type Ground = {
  readonly console: Console;
  readonly url: string;
  readonly desk: FakeDesk;
  readonly store: FakeStore;
  readonly files: FakeFiles;
  readonly clock: FakeClock;
  /** What was logged as an error. */
  readonly errors: string[];
  /** The task's thread, opened already. */
  readonly thread: Thread;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  post(body: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Ends this console and serves another one on the same store and desk, as after kill -9. */
  again(): Promise<Ground>;
  leave(): Promise<void>;
};

/** What looks like a key is covered, as everywhere. */
export const cover = coversOf(bare).all;

export async function ground(
  before: { store?: FakeStore; files?: FakeFiles; desk?: FakeDesk; port?: number } = {},
): Promise<Ground> {
  const { store = fakeStore(), files = fakeFiles(), desk = fakeDesk(), port = 0 } = before;
  const clock = fakeClock();
  const errors: string[] = [];
  const log = { info: () => undefined, error: (message: string) => void errors.push(message) };
  const console = await openConsole({ port, people, channels: ['site'], beside, cover, store, files, clock, log });
  const thread = await console.chat.open('open', { platform: 'console', channel: 'site' }, tasks.working);
  const { url, close } = await console.serve(desk);
  // A connection that is kept would be one to the console before the restart.
  const headers = { Authorization: `Bearer ${keys.ana}`, Connection: 'close' };
  const json = { ...headers, 'Content-Type': 'application/json' };
  return {
    console,
    url,
    desk,
    store,
    files,
    clock,
    errors,
    thread,
    get: (path, more = {}) => fetch(url + path, { headers: { ...headers, ...more } }),
    post: (body, more = {}) =>
      fetch(`${url}/api/inputs`, {
        method: 'POST',
        headers: { ...json, ...more },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    async again() {
      await close();
      return ground({ store: fakeStore(store.memory), files, desk, port: Number(new URL(url).port) });
    },
    leave: close,
  };
}

/** The next `count` frames of an event stream, each as its raw text, comments included. */
export async function frames(response: Response, count: number): Promise<readonly string[]> {
  const found: string[] = [];
  let rest = '';
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  while (found.length < count) {
    const { done, value } = await reader.read();
    if (done) break;
    const whole = (rest + value).split('\n\n');
    rest = whole.pop() ?? '';
    found.push(...whole);
  }
  await reader.cancel();
  return found;
}
