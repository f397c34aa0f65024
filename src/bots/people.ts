import { createHash, timingSafeEqual } from 'node:crypto';
import type { Person, Right } from '../chain/person.ts';

/** Someone as the config lists them: who is not listed may do nothing. */
export type Listed = {
  readonly id: string;
  readonly name: string;
  readonly may: Right;
  /** sha256, hex, of the key of this person's local web chat. Without one it lets them not in. */
  readonly consoleKeyHash?: string | undefined;
};

/** What of a key is written down. */
export const keyHash = (key: string): string => createHash('sha256').update(key).digest('hex');

/** Who holds a key. Compares with every hash in constant time, so that an answer's time tells nothing. */
export type Keys = (key: string) => Person | null;

/**
 * Covers people's own keys. Their hashes are all that is known of them: a word that has one is a key, as it is and in no other spelling.
 */
export function keyCover(people: readonly Listed[], put: string): (text: string) => string {
  const hashes = new Set(people.flatMap(({ consoleKeyHash }) => consoleKeyHash ?? []));
  if (hashes.size === 0) return (text) => text;
  return (text) =>
    text.replace(/(?<![\w-])[\w-]{16,200}(?![\w-])/g, (word) => (hashes.has(keyHash(word)) ? put : word));
}

/** Throws a sentence when nobody could get in, or when one key would be two people's. */
export function consoleKeys(people: readonly Listed[]): Keys {
  const holders = people.flatMap(({ id, name, may, consoleKeyHash }) =>
    consoleKeyHash === undefined ? [] : [{ person: { id, name, may }, hash: Buffer.from(consoleKeyHash, 'hex') }],
  );
  if (holders.length === 0) {
    throw new Error(
      'Nobody has a key for the local web chat. Give at least one of people in signalbox.yaml a consoleKeyHash.',
    );
  }
  const twice = holders.find((one, n) => holders.findIndex(({ hash }) => hash.equals(one.hash)) !== n);
  if (twice) {
    throw new Error(
      `${twice.person.id} has the same consoleKeyHash as somebody else in signalbox.yaml. Give each person a key of their own.`,
    );
  }
  return (key) => {
    const presented = Buffer.from(keyHash(key), 'hex');
    const [found] = holders.filter(({ hash }) => timingSafeEqual(hash, presented));
    return found?.person ?? null;
  };
}
