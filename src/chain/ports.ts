import type { Budget, Spent } from './budget.ts';
import type { Notice } from './notice.ts';
import type { Change, ChangeFacts, Check, PathChange } from './change.ts';
import type { Head, Millis, ProjectId, SessionId, TaskId } from './ids.ts';
import type { Lack, Linking } from './linked.ts';
import type { Policy } from './policy.ts';
import type { Letter, Progress, SessionEnd, SessionEvent, SessionSpec, Writing } from './session.ts';
import type { Task } from './task.ts';

export type { Letter, Progress, Refusal, SessionEnd, SessionEvent, SessionSpec, Writing } from './session.ts';

/** Where a task is seen: a channel of a platform and the thread opened in it. Both are the platform's own ids, opaque here. */
export type Thread = { readonly platform: string; readonly channel: string; readonly thread: string };

/**
 * A chat platform, or several behind one.
 * - open MUST return the same thread for the same key, also after a restart, and show the card in it.
 * - tell MUST show a notice once per key where the platform can deduplicate; elsewhere a repeat MUST be marked as one.
 * - card MUST edit the one card in place; the latest call wins. `spent` is what the boundary counts just now, null where that is not known.
 * - announce MUST say it in the channel, outside of any thread, once per key where the platform can deduplicate; elsewhere a repeat MUST be marked as one.
 * - show is a passing remark (what an agent does or writes just now): it MAY be dropped and MUST NOT ring. What it writes is told whole later.
 * Throws when the platform is out of reach; the caller tries again with the same key.
 */
export type Chat = {
  open(key: string, place: { readonly platform: string; readonly channel: string }, card: Task): Promise<Thread>;
  tell(key: string, thread: Thread, notice: Notice): Promise<void>;
  card(thread: Thread, card: Task, spent?: Spent): Promise<void>;
  announce(key: string, place: { readonly platform: string; readonly channel: string }, news: Linking): Promise<void>;
  show(thread: Thread, remark: string | Progress | Writing): void;
};

/**
 * Conversations of roles, each in a container of its own.
 * - run MUST be get-or-start: a leg that runs is adopted, one whose container was lost goes on in a new one, one that ended
 *   gives the same end again. A later leg MUST go on with the same conversation in the same checkout, and say its prompt once. It
 *   MUST refuse a container name held by anything else.
 * - hasBegun says whether that leg's container was made, by whomever, and is there, or its end is known: to run it starts nothing new.
 * - files that people sent MUST be there for the agent to read before it hears of them: of the leg's `sent` and of a mail's.
 * - send MUST be taken once per uuid; it answers `late` when the session's latest leg no longer listens, and then MUST NOT deliver it.
 * - transcript gives what was said and done until now, whole, as later sessions read it. All of it is a claim.
 * - allow MUST hold for every request from then on of a session that runs, and for a run that is being begun, also with an older budget.
 * - stop MUST leave nothing running; a session that does not run is fine. With a leg it ends that leg, and no later one.
 * - admit: those of the project that this controller runs MUST go by the hosts of now when it resolves, and those that it begins later.
 * - sweep MUST remove what sessions other than `keep` left running or lying about, but what this controller runs itself: `keep` may be
 *   older than that.
 * Throws an Error with a sentence for a person when the engine is out of reach or the image is missing.
 */
export type Sessions = {
  run(spec: SessionSpec, on: (event: SessionEvent) => void): Promise<SessionEnd>;
  hasBegun(session: SessionId, leg: number): Promise<boolean>;
  send(session: SessionId, letter: Letter): Promise<'taken' | 'late'>;
  transcript(session: SessionId): Promise<string>;
  allow(session: SessionId, budget: Budget | null): Promise<void>;
  stop(session: SessionId, leg?: number): Promise<void>;
  admit(project: ProjectId): Promise<void>;
  sweep(keep: readonly SessionId[]): Promise<void>;
};

/**
 * What the boundary saw of a model account. Only this opens or shuts an account: what a CLI says of its limits is a claim. `n` counts the
 * record's lines from 1. `until` is when the provider opens again, with slack, null when nothing but a person or a new login does.
 */
export type AccountSeen = { readonly n: number; readonly t: Millis; readonly account: string } & (
  | {
      readonly is: 'shut';
      readonly why: 'quota' | 'overage' | 'login' | 'billing';
      /** The window's name as a person knows it, e.g. `5-hour window`; null where there is none. */
      readonly window: string | null;
      readonly until: Millis | null;
    }
  | { readonly is: 'opened'; readonly why: 'reset' | 'asked' | 'renewed' }
);

/** How full an account's windows were at `t`, and when each begins anew. */
export type AccountWindows = {
  readonly account: string;
  readonly t: Millis;
  readonly windows: readonly { readonly name: string; readonly used: number; readonly until: Millis | null }[];
};

/**
 * The boundary's record of model accounts.
 * - seen MUST give every line after `n`, in order, the same for the same line; an account that is shut lets no request out.
 * - windows gives what the provider last said of each account's windows: `used` from 0 to 1.
 * - open asks the boundary to let requests out again before it would by itself. It MUST take effect once per key, also for a repeat after a
 *   restart. It never pays: it only lets the next request out, and the provider's answer decides again.
 */
export type Accounts = {
  seen(n: number): Promise<readonly AccountSeen[]>;
  windows(): Promise<readonly AccountWindows[]>;
  open(account: string, key: string): Promise<void>;
};

export type Prepared =
  /** `guidance`: what the base branch tells agents (AGENTS.md, CLAUDE.md), as text; empty when there is none. */
  | {
      readonly ok: true;
      readonly base: Head;
      readonly policy: Policy;
      readonly guidance: string;
      /** Changes with what decides how setup and tests run: their commands, and what the image layer is made of. */
      readonly environment: string;
      readonly lacks: readonly Lack[];
    }
  | { readonly ok: false; readonly reason: string };

export type Taken =
  | { readonly kind: 'taken'; readonly head: Head; readonly commits: number }
  /** The checkout has changes that no commit holds; `paths` is a claim, at most twenty. */
  | { readonly kind: 'uncommitted'; readonly paths: readonly string[] }
  | { readonly kind: 'nothing' }
  /** The task's branch did not move but another one did. */
  | { readonly kind: 'elsewhere'; readonly branch: string }
  /** The branch no longer contains the head that the session began on. */
  | { readonly kind: 'rewritten' }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * Git in and out, in a clean bare mirror that no agent can write. The host runs no git in a tree that an agent can write.
 * - prepare reads the base branch's head and the policy there, fresh from the forge.
 * - record MUST give the same head for the same arguments: author, date and text come from the caller.
 * - take accepts the task's branch alone, within limits on bytes, objects and time.
 * - verify says in a sentence what is not there any more: the commit in the mirror, a branch of the task or the base that holds it, or a document
 *   at it; null when all is.
 * - diff is the raw diff without renames from the merge base of the two; `patch` is its text, null when it is too large to be shown whole.
 */
export type Workspace = {
  prepare(project: ProjectId): Promise<Prepared>;
  record(doc: {
    readonly project: ProjectId;
    readonly task: TaskId;
    readonly on: Head;
    readonly path: string;
    readonly text: string;
    readonly subject: string;
    readonly at: Millis;
  }): Promise<Head>;
  take(work: {
    readonly project: ProjectId;
    readonly task: TaskId;
    readonly tree: string;
    readonly branch: string;
    readonly from: Head;
  }): Promise<Taken>;
  diff(
    project: ProjectId,
    base: Head,
    head: Head,
  ): Promise<{ readonly paths: readonly PathChange[]; readonly patch: string | null }>;
  verify(project: ProjectId, task: TaskId, head: Head, paths: readonly string[]): Promise<string | null>;
  remove(project: ProjectId, task: TaskId): Promise<void>;
};

/** Runs setup, the test command and the acceptance checks on the would-be merge commit in a clean container. A red test is a value; throws when it could not run. */
export type Validator = {
  check(
    work: {
      readonly project: ProjectId;
      readonly task: TaskId;
      readonly base: Head;
      readonly head: Head;
      readonly policy: Policy;
      /** The plan's own commands, which exit 0 when the work is done; a claim of what done is. */
      readonly acceptance: readonly string[];
    },
    on?: (progress: Progress) => void,
  ): Promise<Check>;
};

export type Merge =
  | { readonly kind: 'merged'; readonly commit: Head }
  /** Merged, but at another head than the one named: somebody else did it. */
  | { readonly kind: 'merged-elsewhere'; readonly head: Head }
  | {
      readonly kind: 'refused';
      /** `empty`: the base branch has all of it already. `forge`: out of reach just now. */
      readonly why: 'head-moved' | 'base-moved' | 'conflict' | 'closed' | 'empty' | 'forge';
      readonly text: string;
    };

/**
 * Where the repository and its changes live.
 * - open MUST find the change by its branch before it opens one, and bring an open one to `head`.
 * - comment MUST post once per key.
 * - merge MUST merge exactly `change.head` onto exactly `change.base`, at most once whatever is repeated: it looks for its own merge first.
 * - close deletes the branch of a change that is merged or closed; elsewhere it closes the change first.
 */
export type Forge = {
  open(change: {
    readonly project: ProjectId;
    readonly task: TaskId;
    readonly branch: string;
    readonly head: Head;
    readonly title: string;
    readonly body: string;
  }): Promise<Change>;
  facts(project: ProjectId, number: number): Promise<ChangeFacts>;
  comment(project: ProjectId, number: number, key: string, text: string): Promise<void>;
  merge(
    project: ProjectId,
    change: Change,
    message: { readonly subject: string; readonly body: string },
  ): Promise<Merge>;
  close(project: ProjectId, number: number): Promise<void>;
};

/**
 * Append-only streams of JSON entries; the truth.
 * - append MUST be durable when it resolves, and MUST refuse (`stale`) when the stream is not at `expectedSeq`; the new entries get
 *   the following numbers. The first entry has seq 1; an empty stream is at 0.
 * - read MUST give the entries in order; a torn last line is cut, damage elsewhere is reported, never guessed over.
 * - keep MUST NOT be believed beyond the journal's end. Names have letters, digits, `-` and `_`, at most 100.
 */
export type Store = {
  append(stream: string, expectedSeq: number, entries: readonly unknown[]): Promise<'appended' | 'stale'>;
  read(stream: string): Promise<StreamRead>;
  streams(): Promise<readonly string[]>;
  snapshot(stream: string): Promise<{ readonly seq: number; readonly state: unknown } | null>;
  keep(stream: string, seq: number, state: unknown): Promise<void>;
};

/**
 * Bytes under the sha256 of them, in hex.
 * - put MUST be durable when it resolves; the same bytes again change nothing.
 * - size and get MUST answer null for what is not there whole.
 * Throws a sentence where there is no room.
 */
export type Files = {
  put(bytes: Uint8Array): Promise<string>;
  size(id: string): Promise<number | null>;
  get(id: string): Promise<Uint8Array | null>;
};

export type StreamRead =
  | { readonly ok: true; readonly entries: readonly unknown[] }
  /** `line` counts from 1. */
  | { readonly ok: false; readonly line: number; readonly reason: string };

export type { Clock, Log } from './clock.ts';
