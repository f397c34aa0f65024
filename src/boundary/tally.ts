import { MODEL, SERVERS } from './files.ts';
import type { RefusedLine } from './files.ts';
import { textOf } from './hosts.ts';
import type { Place } from './hosts.ts';
import type { Lines } from './lines.ts';
import type { Log } from './log.ts';

/** Where one session was refused, added up: an agent that asks forever is two lines a place. */
export type Tally = {
  add(place: Place, why: RefusedLine['why']): void;
  /** Writes what was counted and not written. */
  close(): Promise<void>;
};

/** Places of one session, beside what is its own; the rest are in usage.jsonl alone. */
const PLACES = 32;

/** Its provider and its servers: what it asks of these no made-up names hide. */
const isOwn = ({ name }: Place): boolean => name === MODEL || name === SERVERS;

type Counted = { readonly place: Place; readonly why: RefusedLine['why']; count: number; timer: NodeJS.Timeout | null };

/** A place is written `settleMs` after it was first asked for, so that a tool's quick repeats are one count, and once more at the end. */
export function refusedTally(
  { session, task }: Pick<RefusedLine, 'session' | 'task'>,
  { refusals, settleMs, log }: { readonly refusals: Lines<RefusedLine>; readonly settleMs: number; readonly log: Log },
): Tally {
  const places = new Map<string, Counted>();

  async function write(counted: Counted): Promise<void> {
    if (counted.timer !== null) {
      clearTimeout(counted.timer);
    }
    const { place, why, count } = counted;
    counted.count = 0;
    if (count === 0) {
      return;
    }
    const { name: host, port } = place;
    await refusals
      .write({ t: Date.now(), session, task, host, port, why, count })
      .catch((error: unknown) =>
        log.error(`a refusal is not in refused.jsonl (${(error as Error).message})`, { session, task, host }),
      );
  }

  return {
    add(place, why) {
      const key = textOf(place);
      const known = places.get(key);
      if (known !== undefined) {
        known.count += 1;
      } else if (isOwn(place) || places.size < PLACES) {
        const counted: Counted = { place, why, count: 1, timer: null };
        counted.timer = setTimeout(() => void write(counted), settleMs).unref();
        places.set(key, counted);
      }
    },
    close: async () => {
      await Promise.all([...places.values()].map(write));
    },
  };
}
