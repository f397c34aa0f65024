import type { Refusal } from '../../chain/ports.ts';
import type { Extra } from '../../chain/extras.ts';
import type { Role, RoleSettings } from '../../chain/roles.ts';
import type { RecordLine, Spec } from '../../worker/files.ts';

/** How one CLI is started and understood. Implemented by claude.ts and codex.ts, held to one contract suite. */
export type Agent = {
  /** Commands, environment and files (by name, put in in/) for a session, and where the CLI looks for some of them. No secret is among them. */
  launch(session: Launch): Pick<Spec, 'start' | 'resume' | 'env'> & {
    readonly files: Readonly<Record<string, string>>;
    readonly mounts: Readonly<Record<string, string>>;
  };
  /** A reader for one record from its first line on: feed it every line in order, it says what each means. */
  reader(): (line: RecordLine) => readonly Said[];
  /** Says of one line which of these extras did not load, in a sentence; null where it says nothing of that. */
  lacks(extras: readonly Extra[], line: RecordLine): string | null;
  /** When a message that is sent while the agent works is heard. */
  readonly hears: 'now' | 'turn-end';
};

export type Launch = {
  /** The conversation's own id, a UUID fixed before the first start. */
  readonly conversation: string;
  readonly role: Role;
  readonly access: 'read' | 'write';
  /** Whether the agent may ask people. */
  readonly asks: boolean;
  readonly settings: RoleSettings;
  /** JSON Schema of the handoff. */
  readonly handoff: unknown;
  /** What the host gives it; see extras.ts for where it is. */
  readonly extras: readonly Extra[];
};

/**
 * Run by the CLI before each tool call; only its exit code 0 lets the call go on. Both CLIs go on after any other code than 2, so that what
 * is missing, ends early or takes too long must come to 2 here, and before the CLI's own patience does.
 */
export const HOOK = {
  command: '/usr/bin/timeout 3700 /bin/bash /opt/signalbox/hook.sh || exit 2',
  seconds: 4_000,
} as const;

/** What a line of a record says. A claim. */
export type Said =
  /** Something worth showing while it works: a sentence of the agent's, or the tool that it uses, one line of at most 200 characters. */
  | { readonly kind: 'remark'; readonly text: string }
  /** A paragraph that it wrote, whole. */
  | { readonly kind: 'spoke'; readonly text: string }
  /** A turn ended well. `handoff` is the structured output, unparsed; null when there is none. */
  | { readonly kind: 'ended'; readonly handoff: unknown; readonly text: string }
  /** A turn ended because the model's service would not answer. */
  | { readonly kind: 'refused'; readonly why: Refusal; readonly text: string; readonly until: number | null }
  /** A turn ended badly in any other way: cut stream, aborted, too many turns, the CLI's own error. */
  | { readonly kind: 'failed'; readonly text: string };
