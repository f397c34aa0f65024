import { permissions } from './asks.ts';
import type { Asks } from './asks.ts';
import { startChild } from './child.ts';
import type { Child } from './child.ts';
import type { Spec, WorkerNote } from './files.ts';
import { growth } from './growth.ts';
import type { Ledger, Message } from './ledger.ts';
import type { Places } from './paths.ts';
import { isInUse, noConversation } from './signs.ts';

/** What the CLIs differ in. */
export type Manner = {
  deliver(child: Child, message: Message): void;
  interrupt(child: Child): void;
  /** Whether a process hears more than the message that it was started for: Claude is one that hears all, Codex has one a turn. */
  readonly listens: boolean;
};

export type Setting = {
  readonly spec: Spec;
  readonly places: Places;
  readonly ledger: Ledger;
  readonly manner: Manner;
  readonly asks: Asks;
  write(src: 'cli' | 'stderr' | 'partial', line: string): void;
  note(note: WorkerNote): void;
  /** The worker has nothing more to do. Called once. */
  over(code: number): void;
};

export type Conversation = {
  say(message: Message): void;
  interrupt(): void;
  /** Ends the turn for a message that waits to be heard, as soon as that loses nothing, and says it first. */
  hurry(uuid: string): void;
  /** Ends once everything that was said has had its turn. */
  end(): void;
  kill(): void;
  isBusy(): boolean;
  /** Says so in the record when there is nothing to do: a predecessor may have been killed before it did. */
  rest(): void;
};

type Talk = Setting & {
  readonly waiting: Message[];
  readonly said: Message[];
  child: Child | null;
  /** The message that the turn is to end for. */
  hurried: string | null;
  isIdle: boolean;
  isEnding: boolean;
  isOver: boolean;
};

/** One conversation over as many processes of the CLI as it takes. A process begins when there is something to say, not before. */
export function converse(setting: Setting): Conversation {
  const talk: Talk = {
    ...setting,
    waiting: [],
    said: [],
    child: null,
    hurried: null,
    isIdle: false,
    isEnding: false,
    isOver: false,
  };
  return {
    say(message) {
      talk.waiting.push(message);
      next(talk);
    },
    interrupt: () => interrupt(talk),
    hurry(uuid) {
      talk.hurried = uuid;
      hurry(talk);
    },
    end() {
      talk.isEnding = true;
      settle(talk);
    },
    kill: () => talk.child?.signal('SIGKILL'),
    isBusy: () => talk.child !== null && !isSettled(talk),
    rest: () => settle(talk),
  };
}

function interrupt(talk: Talk): void {
  if (talk.child === null || isSettled(talk)) return;
  talk.note({ note: 'interrupted' });
  talk.asks.dropAll();
  talk.manner.interrupt(talk.child);
}

/** Waits while stopping would lose what was said before; a message whose turn came meanwhile needs nothing. */
function hurry(talk: Talk): void {
  const { hurried, waiting, said, ledger, manner } = talk;
  if (hurried === null) return;
  const at = waiting.findIndex(({ uuid }) => uuid === hurried);
  const isSaid = manner.listens && said.some(({ uuid }) => uuid === hurried) && !ledger.hasBegun(hurried);
  if (at === -1 && !isSaid) talk.hurried = null;
  else if (talk.child !== null && ledger.isSure()) {
    talk.hurried = null;
    if (at > 0) waiting.unshift(...waiting.splice(at, 1));
    interrupt(talk);
  }
}

/** Everything that was said has had its turn. */
function isSettled({ waiting, said, ledger }: Talk): boolean {
  return waiting.length === 0 && !ledger.isOpen() && said.every(({ uuid }) => ledger.isHeard(uuid));
}

function next(talk: Talk): void {
  const { child, manner, waiting, said } = talk;
  const message = child === null || manner.listens ? waiting.shift() : undefined;
  if (message === undefined) return;
  talk.isIdle = false;
  said.push(message);
  if (child === null) launch(talk, message, talk.ledger.exists());
  else manner.deliver(child, message);
  next(talk);
}

function launch(talk: Talk, message: Message, resumed: boolean): void {
  const { spec, ledger, places, manner } = talk;
  const argv = (resumed ? spec.resume : spec.start).map((word) =>
    word === '{thread}' ? (ledger.thread() ?? '') : word,
  );
  talk.note({ note: 'started', resumed, says: message.uuid });
  // The record and the CLI may disagree whether the conversation exists: the CLI knows better.
  let isWrong = false;
  const grows = growth((piece) => talk.write('partial', JSON.stringify(piece)));
  const permit = permissions(talk.asks, (answer) => child.say(`${JSON.stringify(answer)}\n`));
  const child = startChild(
    { argv, env: spec.env, work: places.work, home: places.home },
    {
      line(src, text) {
        if (manner.listens && src === 'cli' && grows.take(text)) return;
        grows.flush();
        isWrong ||= (resumed ? noConversation : isInUse).test(text);
        talk.write(src, text);
        if (manner.listens && src === 'cli') permit(text);
        hurry(talk);
        settle(talk);
      },
      oversized: (src, bytes) => talk.note({ note: 'oversized', src, bytes }),
      exited(code, signal) {
        grows.drop();
        talk.child = null;
        talk.asks.dropAll();
        if (isWrong) return launch(talk, message, !resumed);
        exited(talk, code, signal);
      },
      failed(reason) {
        talk.note({ note: 'failed', reason });
        finish(talk, 70);
      },
    },
  );
  talk.child = child;
  manner.deliver(child, message);
}

/** A process that ends before its turn did ends the worker, with the same code. */
function exited(talk: Talk, code: number | null, signal: NodeJS.Signals | null): void {
  const said = talk.manner.listens ? isSettled(talk) : talk.said.every(({ uuid }) => talk.ledger.isHeard(uuid));
  talk.note({ note: 'exited', code, signal });
  if (!said || talk.ledger.isOpen()) return finish(talk, code || 1);
  next(talk);
  settle(talk);
}

function settle(talk: Talk): void {
  const { child, manner } = talk;
  if (!isSettled(talk) || (child !== null && !manner.listens)) return;
  if (!talk.isIdle) talk.note({ note: 'idle' });
  talk.isIdle = true;
  if (!talk.isEnding) return;
  if (child === null) finish(talk, 0);
  else child.hangUp();
}

function finish(talk: Talk, code: number): void {
  if (talk.isOver) return;
  talk.isOver = true;
  talk.over(code);
}
