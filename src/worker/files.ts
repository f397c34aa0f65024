import { z } from 'zod';

/**
 * The files between the controller and the worker in a session's container. `in/` is written by the controller alone and read-only
 * inside; `out/record.jsonl` is written by the worker alone, and every line of it is a claim.
 *
 * Mounts: /session/in (ro), /session/out, /session/state, /session/egress (ro), /work (the checkout), /role (ro), /opt/signalbox (ro, this program).
 */
export const IN = '/session/in';
export const OUT = '/session/out';
export const STATE = '/session/state';
export const EGRESS = '/session/egress';
export const WORK = '/work';
/** Where an agent leaves files for people: in the container's memory, and gone with it. */
export const OUTBOX = '/outbox';
/** Where the CLI finds the boundary inside the container; the worker forwards it to EGRESS/boundary.sock. */
export const BOUNDARY_PORT = 3128;
/** Where a hook of the CLI asks the worker whether a tool call may run, on the container's own loopback. */
export const TOOLS_PORT = 3129;
export const AGENT_UID = 10001;

/** in/spec.json, written once, before the container. */
export const Spec = z.object({
  v: z.literal(1),
  session: z.string(),
  cli: z.enum(['claude', 'codex']),
  /** A new conversation. The prompt goes to stdin: as a stream-json user message (claude) or as text (codex). */
  start: z.array(z.string()).min(1),
  /** The same conversation in a new process; `{thread}` stands for Codex's thread id. */
  resume: z.array(z.string()).min(1),
  env: z.record(z.string(), z.string()),
  prompt: z.object({ uuid: z.string(), text: z.string() }),
  /** Rules for tool calls by pattern, the first that fits; those that are built in stand before them. Older sessions have none. */
  tools: z.record(z.string(), z.enum(['allow', 'ask', 'block'])).optional(),
  /** What is said when a lost session goes on: the CLI re-runs nothing by itself. */
  again: z.string(),
});
export type Spec = z.infer<typeof Spec>;

/** What an agent asks a person; all of it an agent's words. Without options it is answered in one's own words. */
export const Question = z.object({
  question: z.string(),
  header: z.string(),
  options: z.array(z.object({ label: z.string(), description: z.string() })),
  /** More than one option may be taken. */
  multi: z.boolean(),
});
export type Question = z.infer<typeof Question>;

/** in/mail.jsonl, appended by the controller. Each uuid is taken once, whatever is restarted. */
export const Mail = z.discriminatedUnion('kind', [
  z.object({ uuid: z.string(), kind: z.literal('message'), text: z.string() }),
  /**
   * `ask` is the place in the record (`n`) of the question that this answers, one reply for each of its parts. Where nobody waits there any
   * more, because its process was lost, `text` is said instead: it has question and answer. `allows` decides a tool call.
   */
  z.object({
    uuid: z.string(),
    kind: z.literal('answer'),
    ask: z.number().int().positive(),
    replies: z.array(z.string()),
    allows: z.boolean().nullable(),
    text: z.string(),
  }),
  /** Ends the turn, so that this message is heard now; nothing where it was heard. */
  z.object({ uuid: z.string(), kind: z.literal('interrupt'), message: z.string() }),
  /** Nothing more will come: finish what was taken, close the CLI, exit. */
  z.object({ uuid: z.string(), kind: z.literal('end') }),
]);
export type Mail = z.infer<typeof Mail>;

/**
 * out/record.jsonl. `n` counts from 1 and goes on over restarts; `t` in ms since the epoch; `line` verbatim, at most 8 MiB.
 * cli and stderr: a line the CLI printed. partial: JSON of a Piece, in the place of the CLI's own lines about a message that is not whole yet. mail: the uuid that was taken, the prompt's among them. person: a line typed into the pane.
 * worker: JSON of a WorkerNote. A kill can leave half a line, alone on its line and without a number: skip what is not JSON.
 */
export const RecordLine = z.object({
  n: z.number().int().positive(),
  t: z.number(),
  src: z.enum(['cli', 'stderr', 'partial', 'mail', 'person', 'worker']),
  line: z.string(),
});
export type RecordLine = z.infer<typeof RecordLine>;

/** More of what the model is writing; `first`: a text begins with it. */
export const Piece = z.object({ first: z.boolean(), text: z.string() });

export const WorkerNote = z.discriminatedUnion('note', [
  /**
   * A CLI process began; `resumed` tells whether it continues the conversation, `says` which message it was given (Codex has a process
   * a turn). One that follows another without `exited` between them takes its place: a container was lost, or the CLI knew better than
   * the record whether the conversation exists.
   */
  z.object({ note: z.literal('started'), resumed: z.boolean(), says: z.string().optional() }),
  /** Every message taken so far has had its turn; nothing runs. */
  z.object({ note: z.literal('idle') }),
  /** The turn is told to stop, by mail or at the pane. */
  z.object({ note: z.literal('interrupted') }),
  /** The agent waits for a person: for what it asks, or for leave to make a tool call. `call`: a digest of that call. */
  z.discriminatedUnion('about', [
    z.object({ note: z.literal('asked'), about: z.literal('question'), questions: z.array(Question).min(1) }),
    z.object({
      note: z.literal('asked'),
      about: z.literal('tool'),
      tool: z.string(),
      text: z.string(),
      call: z.string(),
    }),
  ]),
  /** The question at that place of the record has its answer, by the mail `says`; or, at the pane, by what somebody typed. */
  z.object({ note: z.literal('answered'), ask: z.number(), says: z.string() }),
  /** Nobody waits for that answer any more: the turn was interrupted, or the CLI gave up. */
  z.object({ note: z.literal('dropped'), ask: z.number() }),
  /** A call that a person allowed once was made. */
  z.object({ note: z.literal('used'), call: z.string() }),
  /** A tool call was refused by a rule. */
  z.object({ note: z.literal('blocked'), tool: z.string(), text: z.string(), rule: z.string() }),
  /** A line of more than 8 MiB was left out. */
  z.object({ note: z.literal('oversized'), src: z.enum(['cli', 'stderr']), bytes: z.number() }),
  z.object({ note: z.literal('exited'), code: z.number().nullable(), signal: z.string().nullable() }),
  /** The CLI could not be started at all. */
  z.object({ note: z.literal('failed'), reason: z.string() }),
]);
export type WorkerNote = z.infer<typeof WorkerNote>;
