import { createInterface } from 'node:readline';
import { openAsks } from './asks.ts';
import type { Asks } from './asks.ts';
import { converse } from './conversation.ts';
import type { Conversation } from './conversation.ts';
import type { RecordLine, Spec, WorkerNote } from './files.ts';
import { forward } from './forward.ts';
import { openLedger, uuidOf } from './ledger.ts';
import type { Ledger, Message } from './ledger.ts';
import { openMailbox } from './mailbox.ts';
import { manners } from './manners.ts';
import { paneLines } from './pane.ts';
import { BOUNDARY_PORT, placesUnder, TOOLS_PORT } from './paths.ts';
import { openRecord } from './record.ts';
import { readSpec } from './spec.ts';
import { serveTools } from './tools.ts';

/**
 * The worker: runs one conversation of one CLI, keeps its record and takes its mail. `main.ts [ROOT]`, where ROOT stands before every
 * path and is empty in a container. Everything that it must know after a kill is in the record.
 */
const POLL_MS = 50;

async function main(root: string): Promise<void> {
  const places = placesUnder(root);
  const read = readSpec(places.spec);
  if (!read.ok) {
    console.log(`! ${read.reason}`);
    process.exit(70);
  }
  const { spec } = read;
  const ledger = openLedger(spec);
  const record = await openRecord(places.record, (line) => ledger.fold(line));
  const write = (src: RecordLine['src'], text: string): RecordLine => {
    const line = record.write(src, text);
    ledger.fold(line);
    for (const shown of paneLines(spec.cli, line)) console.log(shown);
    return line;
  };
  if (root === '') await forward(BOUNDARY_PORT, places.socket);
  const note = (said: WorkerNote): number => write('worker', JSON.stringify(said)).n;
  const asks = openAsks(note);
  const allowed = new Set<string>();
  if (root === '') await serveTools(TOOLS_PORT, { rules: spec.tools ?? {}, asks, allowed, note });
  const conversation = converse({
    spec,
    places,
    ledger,
    manner: manners[spec.cli],
    asks,
    write,
    note: (said) => void note(said),
    over(code) {
      record.close();
      process.exit(code);
    },
  });
  const say = speaker(spec, ledger, conversation);
  goOn(spec, ledger, say.message, write);
  takeMail({ path: places.mail, ledger, conversation, asks, allowed, say: say.message, write }, say.begin);
  hearPane(spec, conversation, asks, write);
  takeSignals(conversation);
}

type Write = (src: RecordLine['src'], text: string) => RecordLine;
type Say = (message: Message) => void;

/**
 * What goes to the agent. Where a turn was lost with its container, the first words say so; with an open question nothing is said before
 * its answer comes: the CLI does not ask again, and must not go on without it.
 */
function speaker(spec: Spec, ledger: Ledger, conversation: Conversation): { message: Say; begin(): void } {
  let before = ledger.isOpen() && ledger.exists() ? spec.again : null;
  const waits = ledger.asking().length > 0;
  const message: Say = ({ uuid, text }) => {
    conversation.say({ uuid, text: before === null ? text : `${before}\n\n${text}` });
    before = null;
  };
  return {
    message,
    begin() {
      if (before === null || waits) return;
      conversation.say({ uuid: uuidOf(spec.session, Date.now()), text: before });
      before = null;
    },
  };
}

/**
 * Says what a predecessor took and the conversation does not have yet. A message is recorded before it is delivered, and delivered again
 * until the CLI is known to have it: a kill between the two may repeat it to the agent, and never loses it.
 */
function goOn(spec: Spec, ledger: Ledger, say: Say, write: Write): void {
  const { uuid } = spec.prompt;
  if (!ledger.isTaken(uuid)) write('mail', uuid);
  if (!ledger.isHeard(uuid)) say(spec.prompt);
  for (const [typed, text] of ledger.typed()) if (!ledger.isHeard(typed)) say(fromPane(typed, text));
}

type Post = {
  readonly path: string;
  readonly ledger: Ledger;
  readonly conversation: Conversation;
  readonly asks: Asks;
  readonly allowed: Set<string>;
  readonly say: Say;
  readonly write: Write;
};

function takeMail({ path, ledger, conversation, asks, allowed, say, write }: Post, begin: () => void): void {
  const mailbox = openMailbox(path);
  const before = new Set(ledger.taken());
  // Where nobody waits for that leave any more, the very same call may be made once.
  const mayOnce = (ask: number): void => {
    const call = ledger.callOf(ask);
    if (call !== null && !ledger.used().includes(call)) allowed.add(call);
  };
  const poll = (): void => {
    for (const mail of mailbox.poll()) {
      const isNew = !ledger.isTaken(mail.uuid);
      if (isNew) write('mail', mail.uuid);
      if (mail.kind === 'end') conversation.end();
      if (mail.kind === 'interrupt' && isNew) conversation.hurry(mail.message);
      const isLost = before.has(mail.uuid) && !ledger.isHeard(mail.uuid);
      if (!isNew && !isLost) continue;
      if (mail.kind === 'message') say(mail);
      if (mail.kind !== 'answer' || asks.give(mail)) continue;
      if (mail.allows === true) mayOnce(mail.ask);
      if (mail.text !== '') say(mail);
    }
  };
  poll();
  begin();
  if (!conversation.isBusy()) conversation.rest();
  setInterval(poll, POLL_MS);
}

/** A person's words follow a line that says whose they are, so that none begins with a slash. */
const fromPane = (uuid: string, text: string): Message => ({ uuid, text: `Someone at the terminal says:\n${text}` });

function hearPane(spec: Spec, conversation: Conversation, asks: Asks, write: Write): void {
  createInterface({ input: process.stdin }).on('line', (text) => {
    if (text.trim() === '') return;
    const { n } = write('person', text);
    if (asks.typed(uuidOf(spec.session, n), text)) return;
    if (spec.cli === 'codex' && conversation.isBusy()) console.log('(heard when this turn is over)');
    conversation.say(fromPane(uuidOf(spec.session, n), text));
  });
}

function takeSignals(conversation: Conversation): void {
  process.on('SIGINT', () => conversation.interrupt());
  process.on('SIGHUP', () => undefined);
  process.on('SIGTERM', () => {
    conversation.kill();
    process.exit(143);
  });
}

await main(process.argv[2] ?? '');
