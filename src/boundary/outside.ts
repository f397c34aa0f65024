import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { isPublic } from './addresses.ts';
import type { Place } from './hosts.ts';

/** What is outside of this machine. A test has its own. */
export type Outside = {
  /** All addresses of a name, in the order in which they are to be tried. Rejects when there are none. */
  lookup(name: string): Promise<readonly string[]>;
  /** Begins a connection to exactly this address. */
  connect(address: string, port: number): Socket;
};

export const realOutside: Outside = {
  lookup: async (name) => (await lookup(name, { all: true, order: 'verbatim' })).map(({ address }) => address),
  connect: (host, port) => connect({ host, port }),
};

export type Reached =
  | { readonly ok: true; readonly socket: Socket }
  /** `closed`: the name leads to where no session may go. `unreachable`: it may, and nobody took the connection. */
  | { readonly ok: false; readonly is: 'closed' | 'unreachable'; readonly why: string };

/** How many of a name's addresses are tried. */
const TRIES = 4;

/**
 * Connects to a name: looked up once, and to the very address that was judged. One address that is not public closes the whole name, for
 * a name that leads both ways is how a session gets inside.
 */
export async function reach(outside: Outside, { name, port }: Place, ms: number, gone: AbortSignal): Promise<Reached> {
  const time = AbortSignal.any([AbortSignal.timeout(ms), gone]);
  const addresses = await Promise.race([
    outside.lookup(name).catch((error: NodeJS.ErrnoException) => error.code ?? 'unknown error'),
    sleep(ms, 'no answer in time', { signal: gone, ref: false }).catch(() => 'given up'),
  ]);
  if (typeof addresses === 'string') {
    return { ok: false, is: 'unreachable', why: `${name} cannot be looked up (${addresses})` };
  }
  const inside = addresses.find((address) => !isPublic(address));
  if (inside !== undefined) {
    return { ok: false, is: 'closed', why: `${name} leads to ${inside}, which is no public address` };
  }
  let why = 'it has no address';
  for (const address of addresses.slice(0, TRIES)) {
    const socket = outside.connect(address, port);
    const failed = await connected(socket, time);
    if (failed === null) {
      return { ok: true, socket };
    }
    why = failed;
  }
  return { ok: false, is: 'unreachable', why: `${name} does not take the connection (${why})` };
}

/** Null when it is, else why it is not; it is ended then. */
function connected(socket: Socket, time: AbortSignal): Promise<string | null> {
  return new Promise((done) => {
    const end = (why: string | null): void => {
      time.removeEventListener('abort', late);
      if (why !== null) {
        socket.destroy();
      }
      done(why);
    };
    const late = (): void => end('not in time');
    // Stays for later errors too: an error that nobody hears ends the process.
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
    socket.once('connect', () => end(null));
    time.addEventListener('abort', late, { once: true });
    if (time.aborted) {
      late();
    }
  });
}
