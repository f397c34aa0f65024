import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Desk } from '../../chain/commands.ts';
import type { Cover } from '../../chain/covered.ts';
import type { Beside } from '../../chain/instead.ts';
import type { Chat, Clock, Files, Log, Store } from '../../chain/ports.ts';
import { consoleKeys } from '../people.ts';
import type { Listed } from '../people.ts';
import { openActivity } from './activity.ts';
import { makeBell } from './bell.ts';
import { consoleChat } from './chat.ts';
import { consoleInputs } from './inputs.ts';
import { routes } from './routes.ts';
import { openSignins } from './signins.ts';
import { openTimeline } from './timeline.ts';

export type ConsoleSettings = {
  /** On 127.0.0.1; 0 takes any free one. */
  readonly port: number;
  readonly people: readonly Listed[];
  /** Names of the linked channels, without the platform: `site` for `console:site`. */
  readonly channels: readonly string[];
  /** Which accounts stand beside one that is shut. */
  readonly beside: Beside;
  /** Covers secrets in what people write here, and in what an error says. */
  readonly cover: Cover;
  readonly store: Store;
  readonly files: Files;
  readonly clock: Clock;
  readonly log: Log;
};

export type Console = {
  /** Ready at once; what it is told is shown when somebody looks. */
  readonly chat: Chat;
  /** Lets people in, once there is a desk for what they do. Throws a sentence when the port is taken. */
  serve(desk: Desk): Promise<{ readonly url: string; close(): Promise<void> }>;
};

/**
 * The local web chat. Two steps, because the desk's owner needs a chat first: open, then serve.
 * Throws a sentence when its stream is damaged or nobody could get in.
 */
export async function openConsole(settings: ConsoleSettings): Promise<Console> {
  const { port, people, channels, beside, cover, store, files, clock, log } = settings;
  const keys = consoleKeys(people);
  const bell = makeBell();
  const activity = openActivity(bell);
  const timeline = await openTimeline(store, bell);
  const signins = await openSignins(store, people, clock);
  return {
    chat: consoleChat(timeline, activity, clock, beside),
    async serve(desk) {
      const closing = new AbortController();
      const inputs = consoleInputs({ timeline, desk, cover, files, clock, log });
      const feed = { timeline, activity, bell, clock };
      const app = routes({
        ...feed,
        log,
        cover,
        files,
        keys,
        signins,
        channels,
        desk,
        inputs,
        closing: closing.signal,
        port: () => addressOf(server).port,
      });
      const answer = getRequestListener(app.fetch, { overrideGlobalObjects: false });
      const server = createServer((request, response) => void answer(request, response));
      // A reader that takes nothing for so long, heartbeats included, is cut off.
      server.setTimeout(120_000);
      await listen(server, port);
      return {
        url: `http://127.0.0.1:${addressOf(server).port}`,
        async close() {
          closing.abort();
          const closed = new Promise((resolve) => server.close(resolve));
          server.closeAllConnections();
          await closed;
        },
      };
    },
  };
}

const addressOf = (server: Server): AddressInfo => server.address() as AddressInfo;

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new Error(sentence(error, port), { cause: error })));
    server.listen(port, '127.0.0.1', resolve);
  });
}

function sentence(error: NodeJS.ErrnoException, port: number): string {
  if (error.code === 'EADDRINUSE') {
    return `Port ${port} on 127.0.0.1 is taken. Stop what listens there, or set console.port in signalbox.yaml to another (0 takes any free one).`;
  }
  if (error.code === 'EACCES')
    return `Port ${port} may not be opened. Set console.port in signalbox.yaml to one above 1023.`;
  return `The local web chat cannot listen on 127.0.0.1:${port}: ${error.message}.`;
}
