import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import type { Asks } from './asks.ts';
import type { WorkerNote } from './files.ts';
import { fieldsOf, textOf } from './json.ts';
import { lineSplitter } from './lines.ts';
import { judgeCall } from './rules.ts';
import type { Rules } from './rules.ts';

const LONGEST = 16 * 1024 * 1024;
/** So many calls may wait for a person at once, and so many may be given up before they have an answer: more are refused unasked. */
const WAITING = 8;
const GIVEN_UP = 12;

type Means = {
  readonly rules: Rules;
  readonly asks: Asks;
  /** Calls that a person allowed once and that were not made yet, by digest. */
  readonly allowed: Set<string>;
  note(note: WorkerNote): void;
};

/**
 * Answers the CLI's hook, one line for one call. Whoever connects is the agent or its CLI: a question that it makes up is a question, and its
 * answer goes to whoever asked, on the same connection. Throws when the port is taken.
 */
export async function serveTools(port: number, means: Means): Promise<void> {
  let givenUp = 0;
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    const lines = lineSplitter(LONGEST, {
      line(text) {
        const ask = answer(means, text, socket, givenUp);
        if (ask === null) return;
        socket.once('close', () => {
          if (means.asks.drop(ask)) givenUp += 1;
        });
      },
      oversized: () => say(socket, 'The call is too large to be judged.'),
    });
    socket.on('data', (chunk: Buffer) => lines.push(chunk));
  });
  await new Promise<void>((done, failed) => {
    server.once('error', failed);
    server.listen(port, '127.0.0.1', done);
  });
}

const say = (socket: Socket, text: string): void => void socket.end(`${text.replace(/\s+/g, ' ')}\n`);

/** The place of the question that a call waits for; null when it has its answer. */
function answer({ rules, asks, allowed, note }: Means, line: string, socket: Socket, givenUp: number): number | null {
  const { tool_name: name, tool_input: input } = fieldsOf(line);
  const tool = textOf(name);
  if (tool === '') {
    say(socket, 'The call cannot be read.');
    return null;
  }
  const { verdict, text, rule } = judgeCall(rules, tool, input);
  const call = createHash('sha256').update(`${tool}\n${text}`).digest('hex').slice(0, 16);
  const once = verdict === 'ask' && allowed.delete(call);
  if (once) note({ note: 'used', call });
  if (verdict === 'allow' || once) {
    say(socket, 'allow');
    return null;
  }
  if (verdict === 'block' || asks.calls() >= WAITING || givenUp >= GIVEN_UP) {
    note({ note: 'blocked', tool, text: text.slice(0, 4_000), rule });
    say(socket, verdict === 'block' ? `Not allowed here: ${rule}.` : `Not allowed: too much was asked (${rule}).`);
    return null;
  }
  return asks.ask({ note: 'asked', about: 'tool', tool, text: text.slice(0, 4_000), call }, ([why = ''], allows) =>
    say(socket, allows === true ? 'allow' : `A person refused this. ${why}`),
  );
}
