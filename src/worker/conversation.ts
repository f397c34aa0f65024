import { startChild } from './child.ts';
import type { Child } from './child.ts';
import type { Spec, WorkerNote } from './files.ts';
import type { Ledger, Message } from './ledger.ts';
import type { Places } from './paths.ts';
import { isInUse, noConversation } from './signs.ts';

/** What the CLIs differ in: Claude is one process that hears all; Codex has one process a turn. */
export type Manner = {
  /** Gives a message to a process; `first` when it was started for it. */
  deliver(child: Child, message: Message): void;
  interrupt(child: Child): void;
  /** Whether a running process takes another message. */
  readonly listens: boolean;
};

export type Desk = {
  readonly spec: Spec;
  readonly places: Places;
  readonly ledger: Ledger;
  readonly manner: Manner;
  write(src: 'cli' | 'stderr', line: string): void;
  note(note: WorkerNote): void;
  /** The worker has nothing more to do, and why. */
  over(code: number): void;
};

export type Conversation = {
  say(message: Message): void;
  interrupt(): void;
  /** Ends once everything that was said has had its turn. */
  end(): void;
  kill(): void;
  /** Says so in the record when there is nothing to do: a predecessor may have been killed before it did. */
  rest(): void;
  isBusy(): boolean;
};

/** One conversation over as many processes of the CLI as it takes. A process begins when there is something to say, not before. */
export function converse(desk: Desk): Conversation {
  const { ledger, manner, spec } = desk;
  const waiting: Message[] = [];
  const said: Message[] = [];
  let child: Child | null = null;
  let [isIdle, isEnding, hasEnded, isWrong] = [false, false, false, false];

  const settled = (): boolean =>
    waiting.length === 0 && !ledger.isOpen() && said.every(({ uuid }) => ledger.isHeard(uuid));

  function launch(message: Message, resumed = ledger.exists()): void {
    const argv = (resumed ? spec.resume : spec.start).map((word) =>
      word === '{thread}' ? (ledger.thread() ?? '') : word,
    );
    desk.note({ note: 'started', resumed, says: message.uuid });
    isWrong = false;
    const { work, home } = desk.places;
    child = startChild(
      { argv, env: spec.env, work, home },
      {
        line(src, text) {
          isWrong ||= (resumed ? noConversation : isInUse).test(text);
          desk.write(src, text);
          settle();
        },
        oversized: (src, bytes) => desk.note({ note: 'oversized', src, bytes }),
        exited: (code, signal) => exited(message, resumed, code, signal),
        failed(reason) {
          desk.note({ note: 'failed', reason });
          finish(70);
        },
      },
    );
    manner.deliver(child, message);
  }

  /** The record and the CLI disagree whether the conversation exists: the CLI knows better. */
  function exited(message: Message, resumed: boolean, code: number | null, signal: NodeJS.Signals | null): void {
    child = null;
    if (isWrong) return launch(message, !resumed);
    const isDone = settled();
    desk.note({ note: 'exited', code, signal });
    if (!isDone) return finish(code ?? 1);
    next();
    settle();
  }

  function next(): void {
    if (child !== null && !(manner.listens && waiting.length > 0)) return;
    const message = waiting.shift();
    if (message === undefined) return;
    isIdle = false;
    said.push(message);
    if (child === null) launch(message);
    else manner.deliver(child, message);
    next();
  }

  function settle(): void {
    if (!settled() || (child !== null && !manner.listens)) return;
    if (!isIdle) desk.note({ note: 'idle' });
    isIdle = true;
    if (!isEnding) return;
    if (child === null) finish(0);
    else child.hangUp();
  }

  function finish(code: number): void {
    if (hasEnded) return;
    hasEnded = true;
    desk.over(code);
  }

  return {
    say(message) {
      waiting.push(message);
      next();
    },
    interrupt() {
      if (child === null || settled()) return;
      desk.note({ note: 'interrupted' });
      manner.interrupt(child);
    },
    end() {
      isEnding = true;
      settle();
    },
    kill: () => child?.signal('SIGKILL'),
    rest: settle,
    isBusy: () => child !== null && !settled(),
  };
}
