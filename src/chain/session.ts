import type { About, Question } from './ask.ts';
import type { FileRef, Outbox } from './files.ts';
import type { Budget } from './budget.ts';
import type { Head, Millis, ProjectId, SessionId, TaskId } from './ids.ts';
import type { Role, RoleSettings } from './roles.ts';

/** What goes into a session and what comes out of it. */

export type SessionSpec = {
  readonly session: SessionId;
  readonly task: TaskId;
  readonly project: ProjectId;
  readonly role: Role;
  readonly settings: RoleSettings;
  /** 1 at the beginning. A later leg goes on with the same conversation after the one before it was turned away, lost or asked something. */
  readonly leg: number;
  /** What this leg begins with, whole: the role's prompt, or why a conversation goes on. */
  readonly prompt: string;
  /** Files that cross the handoff, by bare file name. They appear read-only under /session/in/files/. */
  readonly files: Readonly<Record<string, string>>;
  /** Earlier sessions whose transcripts cross the handoff too, whole, as files. */
  readonly transcripts: readonly SessionId[];
  /** What people sent in the thread so far. They appear beside the files, under sent/; those that are sent later, with a letter. */
  readonly sent?: readonly FileRef[];
  /** JSON Schema of the handoff. */
  readonly handoff: unknown;
  /** The project's rules for tool calls, by pattern; for a session that may write. */
  readonly tools: Readonly<Record<string, 'allow' | 'ask' | 'block'>>;
  /** Whether its agent may ask people. */
  readonly asks: boolean;
  /** Places in the record where leave was asked for a tool call that a person allowed once, for a leg that begins with the answer. */
  readonly allowed: readonly number[];
  /** What it may spend; null: nothing is capped. */
  readonly budget: Budget | null;
  /** The checkout: `tree` names it within the task, so that a later session can go on in the same one. */
  readonly checkout: {
    readonly tree: string;
    readonly branch: string;
    readonly head: Head;
    readonly access: 'read' | 'write';
  };
};

/**
 * What takes a while before a session or its tests begin: the project's image layer is built, setup fetches into the cache, setup runs in a coder's
 * checkout. `ms`: how long it took; null when it begins.
 */
export type Progress = { readonly step: 'layer' | 'cache' | 'setup'; readonly ms: number | null };

/** A text that grows in a thread until it is told whole, with the words so far; empty: it was not. */
export type Writing = { readonly writes: string };

/** What a session says while it runs. `n` is its place in the record. `typed` came from a person at the pane. */
export type SessionEvent =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'remark'; readonly text: string }
  /** What it is writing just now, so far; empty: nothing any more. May be dropped. */
  | { readonly kind: 'writes'; readonly text: string }
  /** A paragraph of the agent's, whole, where it may ask people. */
  | { readonly kind: 'spoke'; readonly n: number; readonly text: string }
  | { readonly kind: 'typed'; readonly n: number; readonly text: string }
  /** It waits for a person. */
  | { readonly kind: 'asked'; readonly n: number; readonly about: About; readonly parts: readonly Question[] }
  /** It waits no more for the answer to what was asked at `ask`; `answered`: it has one. */
  | { readonly kind: 'unasked'; readonly n: number; readonly ask: number; readonly answered: boolean };

/** What a session is told. `ask` is the place of the question that is answered; where nobody waits for it any more, `text` is said instead. */
export type Letter = { readonly uuid: string } &
  /** `files`: what a person sent with it. */
  (
    | { readonly kind: 'message'; readonly text: string; readonly files?: readonly FileRef[] }
    | {
        readonly kind: 'answer';
        readonly ask: number;
        readonly replies: readonly string[];
        readonly allows: boolean | null;
        readonly text: string;
      }
    /** Ends the turn, so that the message with this uuid is heard now; nothing where it was heard, or where no turn is on. */
    | { readonly kind: 'interrupt'; readonly message: string }
  );

/** Why a model API turned a session away, as the CLI told it: a claim, which holds this session alone. */
export type Refusal = 'login' | 'quota' | 'billing' | 'overloaded' | 'model' | 'unknown';

/** `outbox`: what the agent left for people in this leg, where it left anything. */
export type SessionEnd = { readonly outbox?: Outbox } & SessionEnding;

export type SessionEnding =
  /** `handoff` is what the role said by its schema, unparsed; null when it ended its turn without one. `text` is its last message. */
  | { readonly kind: 'ended'; readonly handoff: unknown; readonly text: string }
  | { readonly kind: 'refused'; readonly why: Refusal; readonly text: string; readonly until: Millis | null }
  /** The CLI ended without finishing its turn. */
  | { readonly kind: 'crashed'; readonly text: string }
  /** What the config gives it beside its checkout did not load. */
  | { readonly kind: 'unequipped'; readonly text: string }
  /** Its time limit ran out. */
  | { readonly kind: 'overran'; readonly minutes: number }
  /** The container was lost again and again, through no fault of the agent's. */
  | { readonly kind: 'lost'; readonly text: string }
  /** Its files were more than it may have: how many, in the rest of a sentence. */
  | { readonly kind: 'outgrew'; readonly text: string }
  /** The disk is nearly full, so it was ended, or not begun. `text` is a sentence. */
  | { readonly kind: 'cramped'; readonly text: string }
  | { readonly kind: 'stopped' };
