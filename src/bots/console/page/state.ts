import type { FileRef } from '../../../chain/files.ts';
import type { Person } from '../../../chain/person.ts';
import type { MenuRow } from '../../menu.ts';
import type { PageFile } from '../files.ts';
import type { PageFleet } from '../fleet.ts';
import type { Grown, PageAnswer, PageEvent, PageLine, PageList, PageRow, PageThread, ThreadEvent } from '../wire.ts';

/** The thread that is looked at. Events that come while it is being fetched are kept in `late`, so that none is lost. */
export type Open = {
  readonly id: string;
  readonly thread: PageThread | null;
  readonly late: readonly ThreadEvent[];
  readonly missing: string | null;
};

/** Words on their way to the desk. The same `source` until they are taken: sent twice they are one. */
export type Outgoing = {
  readonly source: string;
  readonly channel: string;
  readonly thread: string | null;
  readonly text: string;
};

/** What the page knows. Changed by the functions here alone, which are pure. */
export type State = {
  /** null: not asked yet. */
  readonly signedIn: boolean | null;
  readonly you: Person | null;
  /** Number of the last event that is in here. */
  readonly seq: number;
  readonly channels: readonly string[];
  readonly menu: readonly MenuRow[];
  readonly rows: ReadonlyMap<string, PageRow>;
  readonly open: Open | null;
  /** What the agent of a thread does just now. */
  readonly remarks: ReadonlyMap<string, string>;
  /** What it is writing, so far. Told whole it is a message, and no longer here. */
  readonly writing: ReadonlyMap<string, string>;
  readonly connected: boolean;
  /** Buttons that were pressed here, by id, until what they did is seen. */
  readonly pressed: ReadonlyMap<string, 'sending' | 'taken'>;
  readonly outgoing: readonly Outgoing[];
  /** What is half written, by place. */
  readonly drafts: ReadonlyMap<string, string>;
  /** Files that go with what is half written, by place; kept by the console already. */
  readonly attached: ReadonlyMap<string, readonly FileRef[]>;
  /** Which offer of the menu the keys are at. */
  readonly chosen: number;
  /** The file that is looked at. */
  /** null: not fetched yet. */
  readonly fleet: PageFleet | null;
  readonly file: (PageFile & { readonly save: string }) | null;
  /** The latest answer of the desk, until it is put away. */
  readonly answer: Pick<PageAnswer, 'ok' | 'text' | 'agent' | 'file'> | null;
};

export const nothing: State = {
  signedIn: null,
  you: null,
  seq: 0,
  channels: [],
  menu: [],
  rows: new Map(),
  open: null,
  remarks: new Map(),
  writing: new Map(),
  connected: true,
  pressed: new Map(),
  outgoing: [],
  drafts: new Map(),
  attached: new Map(),
  chosen: 0,
  fleet: null,
  file: null,
  answer: null,
};

/** What the page says of itself, where an answer would stand. */
export const sentence = (text: string): State['answer'] => ({
  ok: false,
  agent: null,
  file: null,
  text: [{ is: 'paragraph', of: [{ is: 'text', text }] }],
});

export function listed(state: State, { seq, you, channels, menu, threads }: PageList): State {
  const rows = new Map(threads.toReversed().map((row) => [row.thread, row]));
  return { ...state, signedIn: true, seq, you, channels, menu, rows };
}

export function opening(state: State, id: string | null): State {
  if (id !== null && state.open?.id === id) return state;
  return { ...state, open: id === null ? null : { id, thread: null, late: [], missing: null } };
}

/** The thread as it was fetched, and what has happened in it since. */
export function opened(state: State, thread: PageThread): State {
  if (state.open?.id !== thread.thread) return state;
  const now = state.open.late.reduce(threadWith, thread);
  return { ...state, open: { ...state.open, thread: now, late: [] } };
}

/** An event, once: one that is in here already changes nothing. */
export function happened(state: State, event: PageEvent): State {
  if (event.seq <= state.seq) return state;
  // What is told to the whole channel stands there until it is put away.
  if (event.is === 'news')
    return {
      ...state,
      seq: event.seq,
      answer: { ok: true, text: event.message.text, agent: event.message.agent, file: null },
    };
  const rows = rowsWith(state.rows, event);
  const next = {
    ...state,
    seq: event.seq,
    rows,
    remarks: remarksWith(state.remarks, event),
    writing: event.is === 'message' ? without(state.writing, event.thread) : state.writing,
    pressed: pressedWith(state.pressed, event),
  };
  return { ...next, open: openWith(state.open, event) };
}

export function remarked(
  state: State,
  { thread, remark }: { readonly thread: string; readonly remark: string },
): State {
  return { ...state, remarks: new Map(state.remarks).set(thread, remark) };
}

export function wrote(state: State, { thread, from, text }: Grown): State {
  const now = (state.writing.get(thread) ?? '').slice(0, from) + text;
  return { ...state, writing: now === '' ? without(state.writing, thread) : new Map(state.writing).set(thread, now) };
}

/** A connection that is new tells from the beginning what grows. */
export const connected = (state: State, is: boolean): State => ({ ...state, connected: is, writing: new Map() });

export function press(state: State, button: string, as: 'sending' | 'taken' | null): State {
  const pressed = new Map(state.pressed);
  if (as === null) pressed.delete(button);
  else pressed.set(button, as);
  return { ...state, pressed };
}

function rowsWith(rows: State['rows'], event: ThreadEvent): State['rows'] {
  if (event.is === 'said') return rows;
  const next = new Map(rows);
  if (event.is === 'thread') {
    const { thread, channel, task, project, title, name, state, doing, at: opened } = event;
    const edited = opened;
    return next.set(thread, { thread, channel, task, project, title, name, opened, edited, state, doing, rang: 0 });
  }
  const row = rows.get(event.thread);
  if (!row) return rows;
  if (event.is === 'message') return event.message.loud ? next.set(row.thread, { ...row, rang: event.seq }) : rows;
  const { title, name, state, doing, at: edited } = event;
  return next.set(row.thread, { ...row, title, name, state, doing, edited });
}

/** What an agent did just now is over when its phase is, or when it has said something. */
function remarksWith(remarks: State['remarks'], event: ThreadEvent): State['remarks'] {
  return event.is === 'said' ? remarks : without(remarks, event.thread);
}

function without(texts: ReadonlyMap<string, string>, thread: string): ReadonlyMap<string, string> {
  if (!texts.has(thread)) return texts;
  return new Map([...texts].filter(([id]) => id !== thread));
}

/** A card that changed offers its buttons anew. */
function pressedWith(pressed: State['pressed'], event: ThreadEvent): State['pressed'] {
  if (event.is !== 'card') return pressed;
  const offered = new Set(event.card.buttons.map(({ id }) => id));
  return new Map([...pressed].filter(([id, how]) => how === 'sending' || !offered.has(id)));
}

function openWith(open: Open | null, event: ThreadEvent): Open | null {
  if (!open || !concerns(open, event)) return open;
  if (open.thread === null) return { ...open, late: [...open.late, event] };
  return { ...open, thread: threadWith(open.thread, event) };
}

/** The `/task` that opened a thread was said in its channel, before there was a thread. */
function concerns(open: Open, event: ThreadEvent): boolean {
  if (event.is === 'said' && event.thread === null) return open.thread?.task === event.answer.task;
  return event.thread === open.id;
}

function threadWith(thread: PageThread, event: ThreadEvent): PageThread {
  if (event.seq <= thread.seq) return thread;
  const at = { ...thread, seq: event.seq };
  if (event.is === 'thread') return at;
  if (event.is === 'card') {
    const { card, title, name, state, doing, at: edited } = event;
    return { ...at, card, title, name, state, doing, edited };
  }
  return { ...at, messages: placed(spent(thread.messages, event), event) };
}

/** What a person did stands before what came of it, which may have been told first. */
function placed(lines: readonly PageLine[], line: PageLine): readonly PageLine[] {
  const before = line.is === 'said' ? lines.findLastIndex(({ at }) => at <= line.at) + 1 : lines.length;
  return lines.toSpliced(before, 0, line);
}

/** A button that was pressed leaves its message, which says by whom. */
function spent(lines: readonly PageLine[], event: PageLine): readonly PageLine[] {
  if (event.is !== 'said' || event.button === null) return lines;
  const pressed = { by: event.by.name, text: event.text };
  return lines.map((line) =>
    line.is === 'message' && line.message.buttons.some(({ id }) => id === event.button)
      ? { ...line, message: { ...line.message, buttons: [] }, pressed }
      : line,
  );
}

export const sending = (state: State, one: Outgoing): State => ({ ...state, outgoing: [...state.outgoing, one] });
export const sent = (state: State, source: string): State => ({
  ...state,
  outgoing: state.outgoing.filter((one) => one.source !== source),
});
