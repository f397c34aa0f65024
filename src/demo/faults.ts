import type { Role } from '../chain/roles.ts';
import type { Caller } from './conversation.ts';
import type { Part } from './parts.ts';

/**
 * Bad days of the service: an expired login, a spent quota window, an overload, a stream that breaks off, no answer at all, an answer
 * that is paid for although the subscription's window is spent.
 */
export type WireFault = '401' | '429' | '529' | 'cut' | 'silent' | 'overage';
/** What a coder can be asked to do wrong. `fetch` asks for https://example.org/ until it is let through. `exit` ends its CLI in mid-turn, once a conversation. */
export type CoderTurn =
  | 'red-test'
  | 'commit-on-base'
  | 'rewritten'
  | 'uncommitted'
  | 'nothing'
  | 'plan-violation'
  | 'blocked'
  | 'fetch'
  | 'exit';
/** How the script of a role is bent. `no-handoff`: it ends its turn with words alone. */
export type Turn = CoderTurn | 'high' | 'design-only' | 'no-handoff';

/**
 * One thing that goes wrong. A wire fault strikes the `nth` request of its role, and `times` in all; the CLIs ask again by themselves
 * after all but 429 and overage, up to eight times, so one that shall be felt lasts for more. Any other kind bends the `nth` conversation of its
 * role, from beginning to end, and `times` in all; `played` puts a whole part in its place. Both default to 1. `about`: only where this was said, so that one task among several is struck.
 * `resetIn`: for 429 and overage, seconds until the window opens again, 3600 by default.
 */
export type Fault = {
  readonly nth?: number;
  readonly times?: number;
  readonly about?: string;
  readonly resetIn?: number;
} & (
  | { readonly role: Role; readonly kind: WireFault | 'no-handoff' }
  | { readonly role: Role; readonly kind: 'played'; readonly part: Part }
  | { readonly role: 'coder'; readonly kind: CoderTurn }
  | { readonly role: 'reviewer'; readonly kind: 'high' | 'design-only' }
);

const onTheWire = (kind: Fault['kind']): kind is WireFault =>
  ['401', '429', '529', 'cut', 'silent', 'overage'].includes(kind);

type Struck = {
  readonly wire: { readonly kind: WireFault; readonly resetIn: number } | null;
  readonly turn: Turn | Part | null;
};

export type Faults = {
  add(fault: Fault): void;
  clear(): void;
  /** What strikes this request. Asked once a request: it counts. */
  strike(caller: Caller): Struck;
};

/** The faults to come, with what each has counted so far. */
export function createFaults(list: readonly Fault[]): Faults {
  let counted = list.map(counter);
  return {
    add: (fault) => void counted.push(counter(fault)),
    clear() {
      counted = [];
    },
    strike(caller) {
      const now = counted.flatMap(({ fault, due }) => (due(caller) ? [fault] : []));
      const wire = now.find(({ kind }) => onTheWire(kind));
      const turn = now.find(({ kind }) => !onTheWire(kind));
      return {
        wire: wire === undefined ? null : { kind: wire.kind as WireFault, resetIn: wire.resetIn ?? 3600 },
        turn: turn === undefined ? null : turn.kind === 'played' ? turn.part : (turn.kind as Turn),
      };
    },
  };
}

function counter(fault: Fault): { readonly fault: Fault; due(caller: Caller): boolean } {
  const first = fault.nth ?? 1;
  const last = first + (fault.times ?? 1) - 1;
  const conversations: string[] = [];
  let requests = 0;
  return {
    fault,
    due(caller) {
      if (caller.role !== fault.role || !caller.said.includes(fault.about ?? '')) return false;
      if (!conversations.includes(caller.id)) conversations.push(caller.id);
      requests += 1;
      const count = onTheWire(fault.kind) ? requests : conversations.indexOf(caller.id) + 1;
      return count >= first && count <= last;
    },
  };
}
