import { setTimeout as sleep } from 'node:timers/promises';
import { readPrints } from './boundary/keep-prints.ts';
import { coverPrints } from './boundary/prints.ts';
import { keyCover } from './bots/people.ts';
import type { Listed } from './bots/people.ts';
import { bare, coversOf } from './chain/covered.ts';
import type { Cover, Covers } from './chain/covered.ts';
import { covered } from './chain/lookalikes.ts';

/** How often it is looked whether a login was renewed, and how long a boundary may take to say that it is there. */
const LOOK_MS = 1_000;
const FIRST_MS = 100;
const PATIENCE_MS = 10_000;

/**
 * What covers the secrets of this machine, without having them: the boundary's prints of its credentials, and the hashes of people's keys. Covers
 * what looks like a key from the start; the secrets once `follow` has resolved to true, and those that come later a second after they do. It
 * resolves to false when no boundary has left its prints for ten seconds: they are looked for all the same.
 */
export function openCovers(): Covers & {
  follow(boundary: string, people: readonly Listed[], signal: AbortSignal): Promise<boolean>;
} {
  let [prints, keys]: [Cover, Cover] = [bare, bare];
  let latest = '';
  return {
    ...coversOf((text) => keys(prints(text))),
    async follow(boundary, people, signal) {
      const look = async (): Promise<void> => {
        const read = await readPrints(boundary);
        const now = JSON.stringify(read);
        if (read === null || now === latest) return;
        latest = now;
        prints = coverPrints(read, covered('a credential of this machine'));
      };
      keys = keyCover(people, covered("somebody's key for this chat"));
      for (let waited = 0; latest === '' && waited < PATIENCE_MS && !signal.aborted; waited += FIRST_MS) {
        await look();
        if (latest === '') await sleep(FIRST_MS);
      }
      const looking = setInterval(() => void look(), LOOK_MS).unref();
      signal.addEventListener('abort', () => clearInterval(looking), { once: true });
      return latest !== '';
    },
  };
}
