import { createHash } from 'node:crypto';
import type { RecordLine, Spec } from './files.ts';
import { fieldsOf, textOf } from './json.ts';
import { signsOf } from './signs.ts';

/** Something to be said to the agent. The uuid is how the record and Claude know it. */
export type Message = { readonly uuid: string; readonly text: string };

/**
 * What the record says so far, kept by folding every line of it: those found when the worker starts and those it writes. A restarted
 * worker knows what its predecessor knew and no more, so nothing may follow from anything that is not in the record.
 */
export type Ledger = {
  fold(line: RecordLine): void;
  /** Taken from the mail, or typed; in that order. */
  taken(): readonly string[];
  isTaken(uuid: string): boolean;
  /** Surely in the conversation, whatever is killed. */
  isHeard(uuid: string): boolean;
  /** Lines typed in the pane, by the uuid of the message that each became. */
  typed(): ReadonlyMap<string, string>;
  /** The CLI can be asked to go on with the conversation. */
  exists(): boolean;
  /** Codex's own id of the conversation. */
  thread(): string | null;
  /** A turn began and neither ended nor was told to stop: whoever finds this at the start has lost it. */
  isOpen(): boolean;
};

export function openLedger(spec: Pick<Spec, 'cli' | 'session'>): Ledger {
  const taken = new Set<string>();
  const typed = new Map<string, string>();
  const heard = new Set<string>();
  const begun = new Set<string>();
  let given: string | null = null;
  let thread: string | null = null;
  let [exists, isOpen, isStopped] = [false, false, false];

  const hear = (): void => {
    for (const uuid of begun) heard.add(uuid);
    begun.clear();
  };

  function cli(line: string): void {
    for (const sign of signsOf[spec.cli](line)) {
      if (sign.sign === 'thread') {
        thread = sign.id;
        continue;
      }
      if (sign.sign === 'begun') {
        begun.add(sign.uuid ?? given ?? '');
        [isOpen, isStopped] = [true, false];
        continue;
      }
      if (sign.sign === 'settled') {
        heard.add(sign.uuid);
        continue;
      }
      exists = true;
      hear();
      if (sign.sign === 'over') isOpen = false;
    }
  }

  function worker(line: string): void {
    const { note, says } = fieldsOf(line);
    if (note === 'started') {
      given = textOf(says);
      begun.clear();
    }
    if (note === 'interrupted') {
      isStopped = true;
      // Whoever stopped the turn does not want it begun again.
      hear();
    }
  }

  return {
    fold({ src, line, n }) {
      if (src === 'cli') cli(line);
      if (src === 'worker') worker(line);
      if (src === 'mail') taken.add(line);
      if (src === 'person') {
        const uuid = uuidOf(spec.session, n);
        taken.add(uuid);
        typed.set(uuid, line);
      }
    },
    taken: () => [...taken],
    isTaken: (uuid) => taken.has(uuid),
    isHeard: (uuid) => heard.has(uuid),
    typed: () => typed,
    exists: () => exists,
    thread: () => thread,
    isOpen: () => isOpen && !isStopped,
  };
}

/** A typed line has no uuid; its place in the record gives it one, the same after a restart. */
export function uuidOf(session: string, n: number): string {
  const hex = createHash('sha256').update(`${session}:${n}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
