import { createInterface } from 'node:readline';
import { converse } from './conversation.ts';
import type { Conversation } from './conversation.ts';
import type { RecordLine, Spec } from './files.ts';
import { forward } from './forward.ts';
import { openLedger, uuidOf } from './ledger.ts';
import type { Ledger, Message } from './ledger.ts';
import { openMailbox } from './mailbox.ts';
import { manners } from './manners.ts';
import { paneLines } from './pane.ts';
import { BOUNDARY_PORT, placesUnder } from './paths.ts';
import { openRecord } from './record.ts';
import { readSpec } from './spec.ts';

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
  const conversation = converse({
    spec,
    places,
    ledger,
    manner: manners[spec.cli],
    write,
    note: (note) => void write('worker', JSON.stringify(note)),
    over(code) {
      record.close();
      process.exit(code);
    },
  });
  goOn(spec, ledger, conversation, write);
  takeMail(places.mail, ledger, conversation, write);
  hearPane(spec, conversation, write);
  takeSignals(conversation);
}

type Write = (src: RecordLine['src'], text: string) => RecordLine;

/**
 * Says what a predecessor took and the conversation does not have yet. A message is recorded before it is delivered, and delivered again
 * until the CLI is known to have it: a kill between the two may repeat it to the agent, and never loses it.
 */
function goOn(spec: Spec, ledger: Ledger, conversation: Conversation, write: Write): void {
  if (ledger.isOpen() && ledger.exists())
    conversation.say({ uuid: uuidOf(spec.session, Date.now()), text: spec.again });
  const { uuid } = spec.prompt;
  if (!ledger.isTaken(uuid)) write('mail', uuid);
  if (!ledger.isHeard(uuid)) conversation.say(spec.prompt);
  for (const [typed, text] of ledger.typed()) if (!ledger.isHeard(typed)) conversation.say(fromPane(typed, text));
}

function takeMail(path: string, ledger: Ledger, conversation: Conversation, write: Write): void {
  const mailbox = openMailbox(path);
  const before = new Set(ledger.taken());
  const poll = (): void => {
    for (const mail of mailbox.poll()) {
      const isNew = !ledger.isTaken(mail.uuid);
      if (isNew) write('mail', mail.uuid);
      if (mail.kind === 'end') conversation.end();
      if (mail.kind === 'interrupt' && isNew) conversation.interrupt();
      const isLost = before.has(mail.uuid) && !ledger.isHeard(mail.uuid);
      if (mail.kind === 'message' && (isNew || isLost)) conversation.say(mail);
    }
  };
  poll();
  if (!conversation.isBusy()) conversation.rest();
  setInterval(poll, POLL_MS);
}

/** A person's words follow a line that says whose they are, so that none begins with a slash. */
const fromPane = (uuid: string, text: string): Message => ({ uuid, text: `Someone at the terminal says:\n${text}` });

function hearPane(spec: Spec, conversation: Conversation, write: Write): void {
  createInterface({ input: process.stdin }).on('line', (text) => {
    if (text.trim() === '') return;
    const { n } = write('person', text);
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
