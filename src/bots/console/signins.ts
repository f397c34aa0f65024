import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Person } from '../../chain/person.ts';
import type { Clock, Store } from '../../chain/ports.ts';
import { keyHash } from '../people.ts';
import type { Listed } from '../people.ts';

/** How long a sign-in lasts. */
export const SIGNIN_MS = 30 * 24 * 3_600_000;

const STREAM = 'console-signins';

/** `token` and `key` are sha256, hex: nothing that is kept lets anybody in. A sign-in is over when its person has left, or has another key. */
const Entry = z.discriminatedUnion('is', [
  z.object({ is: z.literal('in'), token: z.string(), person: z.string(), key: z.string(), until: z.number() }),
  z.object({ is: z.literal('out'), token: z.string() }),
]);
type Entry = z.infer<typeof Entry>;
type Signin = Extract<Entry, { is: 'in' }>;

/** Who signed in with a key, and was given a token for it. */
export type Signins = {
  /** The token, once it is kept. Throws when it could not be. */
  enter(person: Person, key: string): Promise<string>;
  /** Null when the sign-in is over, or never was. */
  holder(token: string): Person | null;
  leave(token: string): Promise<void>;
};

/** Throws a sentence when the stream is damaged. */
export async function openSignins(store: Store, people: readonly Listed[], clock: Clock): Promise<Signins> {
  const open = new Map<string, Signin>();
  let seq = 0;
  let doubtful = false;
  let last: Promise<unknown> = Promise.resolve();

  function take(entry: Entry): void {
    seq += 1;
    if (entry.is === 'in') open.set(entry.token, entry);
    else open.delete(entry.token);
  }

  /** One after the other, each at the number where the last one ended. After a failure nobody knows what the stream holds. */
  function add(entry: Entry): Promise<void> {
    const turn = last.then(async () => {
      if (doubtful) await catchUp();
      doubtful = true;
      if ((await store.append(STREAM, seq, [entry])) === 'stale') {
        throw new Error(`Somebody else writes the stream ${STREAM}. Run one Signalbox per data folder.`);
      }
      doubtful = false;
      take(entry);
    });
    last = turn.catch(() => undefined);
    return turn;
  }

  async function catchUp(): Promise<void> {
    const stream = await store.read(STREAM);
    if (!stream.ok) {
      throw new Error(
        `The stream ${STREAM} is damaged at line ${stream.line}: ${stream.reason}. Move it away: people sign in again.`,
      );
    }
    for (const raw of stream.entries.slice(seq)) take(Entry.parse(raw));
    doubtful = false;
  }

  await catchUp();
  return {
    async enter({ id }, key) {
      const token = randomBytes(32).toString('base64url');
      await add({ is: 'in', token: digest(token), person: id, key: keyHash(key), until: clock.now() + SIGNIN_MS });
      return token;
    },
    holder(token) {
      const signin = open.get(digest(token));
      if (!signin || signin.until <= clock.now()) return null;
      const found = people.find(({ id, consoleKeyHash }) => id === signin.person && consoleKeyHash === signin.key);
      return found ? { id: found.id, name: found.name, may: found.may } : null;
    },
    async leave(token) {
      if (open.has(digest(token))) await add({ is: 'out', token: digest(token) });
    },
  };
}

const digest = (token: string): string => createHash('sha256').update(token).digest('hex');
