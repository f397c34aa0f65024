import type { Person } from '../../chain/person.ts';
import type { Message } from '../message.ts';
import type { MenuRow } from '../menu.ts';
import { ASKS, phaseWords } from '../phases.ts';
import { tree, verbatim } from '../tree.ts';
import type { Block } from '../tree.ts';
import type { Entry, Event, Said } from './entry.ts';
import { pageFile } from './files.ts';
import type { PageFile } from './files.ts';
import type { InputAnswer } from './inputs.ts';
import type { Line, Thread } from './threads.ts';

/** What the page gets: messages with their text parsed, so that it only makes elements of it. A long text stays behind until it is asked for. */
export type PageMessage = Omit<Message, 'text' | 'agent' | 'verbatim' | 'file'> & {
  readonly text: readonly Block[];
  readonly agent: readonly Block[] | null;
  readonly file: { readonly name: string; readonly bytes: number } | null;
};

/** What the person who asked is told, and nobody else: so a file comes whole with it. */
export type PageAnswer = Omit<InputAnswer, 'text' | 'agent' | 'verbatim' | 'file'> & {
  readonly text: readonly Block[];
  readonly agent: readonly Block[] | null;
  readonly file: (PageFile & { readonly text: string }) | null;
};

type Receipt = { readonly text: readonly Block[]; readonly task: string | null };

/** A thread in a list. `doing`: what happens now, in words. `rang`: number of its latest loud message, 0 when there was none. */
export type PageRow = Omit<Thread, 'card'> & { readonly doing: string; readonly rang: number };

export type PageLine =
  | (Omit<Extract<Line, { is: 'message' }>, 'message'> & { readonly message: PageMessage })
  | (Omit<Extract<Line, { is: 'said' }>, 'answer'> & { readonly answer: Receipt });

export type PageThread = PageRow & {
  readonly seq: number;
  readonly card: PageMessage;
  readonly messages: readonly PageLine[];
};

/** Body of GET /api/threads?as=page. */
export type PageList = {
  readonly seq: number;
  readonly you: Person;
  readonly channels: readonly string[];
  readonly menu: readonly MenuRow[];
  readonly threads: readonly PageRow[];
};

export type PageEvent =
  | (Omit<Extract<Event, { is: 'thread' }>, 'card'> & { readonly card: PageMessage; readonly doing: string })
  | (Omit<Extract<Event, { is: 'card' }>, 'card'> & { readonly card: PageMessage; readonly doing: string })
  | (Omit<Extract<Event, { is: 'news' }>, 'message'> & { readonly message: PageMessage })
  | PageLine;

/** A text of a thread that grows: so many characters of it stay, then come these. Empty: there is none. */
export type Grown = { readonly thread: string; readonly from: number; readonly text: string };

/** What happens in a thread. */
export type ThreadEvent = Exclude<PageEvent, { is: 'news' }>;

export function pageAnswer({ text, agent, verbatim: asItIs, file, ...rest }: InputAnswer): PageAnswer {
  const words = quotedTree({ agent, verbatim: asItIs });
  return { ...rest, text: tree(text), agent: words, file: file ? { ...pageFile(file), text: file.text } : null };
}

function quotedTree({ agent, verbatim: asItIs }: Pick<InputAnswer, 'agent' | 'verbatim'>): readonly Block[] | null {
  if (agent === undefined) return null;
  return asItIs === undefined ? tree(agent) : verbatim(agent, asItIs);
}

/** Each message is read once, however many look at it. */
const read = new WeakMap<Message, PageMessage>();

export function pageMessage(message: Message): PageMessage {
  const known = read.get(message);
  if (known) return known;
  const { text, agent, verbatim: asItIs, file, ...rest } = message;
  const words = quotedTree({ agent, verbatim: asItIs });
  const bytes = file && { name: file.name, bytes: Buffer.byteLength(file.text) };
  const made: PageMessage = { ...rest, text: tree(text), agent: words, file: bytes ?? null };
  read.set(message, made);
  return made;
}

export function pageRow({ card: _card, ...row }: Thread, rang: number): PageRow {
  return { ...row, doing: doing(row.state), rang };
}

export const pageLine = (line: Line): PageLine =>
  line.is === 'message' ? { ...line, message: pageMessage(line.message) } : { ...line, answer: receipt(line) };

export function pageEvent(event: Event): PageEvent {
  if (event.is === 'thread' || event.is === 'card')
    return { ...event, card: pageMessage(event.card), doing: doing(event.state) };
  return event.is === 'news' ? { ...event, message: pageMessage(event.message) } : pageLine(event);
}

const receipt = ({ answer }: Omit<Said, 'key'>): Receipt => ({ task: answer.task, text: tree(answer.text) });

function doing({ phase, role, asks = [] }: Thread['state']): string {
  if (asks.length > 0) return ASKS;
  return role === null ? phaseWords(phase) : `with the ${role}`;
}

/** The number of each thread's latest loud message. */
export function rings(entries: readonly Entry[]): ReadonlyMap<string, number> {
  const latest = new Map<string, number>();
  for (const [n, entry] of entries.entries())
    if (entry.is === 'message' && entry.message.loud) latest.set(entry.thread, n + 1);
  return latest;
}
