import { z } from 'zod';
import { Answer, Ask } from './ask.ts';
import { Change, Check } from './change.ts';
import { Draft } from './draft.ts';
import { FileRef } from './files.ts';
import { CoderHandoff, PlanHandoff, ReviewHandoff, Severity } from './handoff.ts';
import { Hold } from './hold.ts';
import { Head, ProjectId, SessionId, TaskId } from './ids.ts';
import { Person } from './person.ts';
import { Policy } from './policy.ts';
import { Role } from './roles.ts';
import { Steer } from './steer.ts';
import { Verdict } from './verdict.ts';

/**
 * `dialogue` asks people what the requirements leave open, `headless` writes them from the idea alone, `quick` goes straight to the coder;
 * `ask` is no chain but one role that answers.
 */
export const Mode = z.enum(['dialogue', 'headless', 'quick', 'ask']);
export type Mode = z.infer<typeof Mode>;

const Place = z.object({ platform: z.string(), channel: z.string() });
const Thread = Place.extend({ thread: z.string() });
/** What a person said; `files` as the task calls them. `answer`: what a question's session is given for it. */
export const Note = z.object({
  uuid: z.string(),
  by: z.string(),
  text: z.string(),
  files: z.array(FileRef).optional(),
  answer: Answer.optional(),
});

/** What a task takes over from an earlier one: its envelope as files, and the sessions whose transcripts come with it, whole. */
export const Carried = z.object({
  task: TaskId,
  files: z.record(z.string(), z.string()),
  sessions: z.array(SessionId),
});
export type Carried = z.infer<typeof Carried>;

/** Roles whose result is a document. */
export const DocumentRole = z.enum(['brainstormer', 'planner']);
export type DocumentRole = z.infer<typeof DocumentRole>;

/** A point that the chain can start from again. */
export const Step = z.discriminatedUnion('step', [
  z.object({ step: z.literal('prepare') }),
  /** The tests on the base branch alone. `next`: what waits for it, the first role or what red tests on the change mean. */
  z.object({ step: z.literal('prove'), base: Head, next: z.enum(['begin', 'red']) }),
  /** A new conversation of a role. `feedback`: why it is called again. */
  z.object({ step: z.literal('work'), role: Role, feedback: z.string().nullable() }),
  /** The next leg of a conversation; `words` are said first. `halted`: this leg was given up, and may have been stopped for that alone. */
  z.object({
    step: z.literal('resume'),
    role: Role,
    session: SessionId,
    leg: z.number(),
    words: z.string().nullable(),
    halted: z.boolean(),
  }),
  z.object({ step: z.literal('record'), role: DocumentRole }),
  z.object({ step: z.literal('take'), session: SessionId }),
  z.object({ step: z.literal('validate') }),
  z.object({ step: z.literal('propose') }),
  z.object({ step: z.literal('judge') }),
]);
export type Step = z.infer<typeof Step>;

/** Where a task is. Every phase but `merged`, `failed` and `stopped` has an effect pending, waits in the queue, or says in `held` what ends it. */
export const Phase = z.discriminatedUnion('at', [
  /** Its threads are being opened. */
  z.object({ at: z.literal('opening') }),
  /** The mirror and the policy are being read. */
  z.object({ at: z.literal('preparing') }),
  /** Waits until the schedule lets it go on with `step`. */
  z.object({ at: z.literal('queued'), step: Step }),
  /** The tests run on the base branch alone. */
  z.object({ at: z.literal('proving'), base: Head, next: z.enum(['begin', 'red']) }),
  /** `words` and `notes` are what this leg was begun with, for when it could not be begun. */
  z.object({
    at: z.literal('working'),
    role: Role,
    session: SessionId,
    leg: z.number(),
    words: z.string().nullable(),
    notes: z.array(Note),
    halted: z.boolean(),
    /** Its slot is being given back, because nobody answers its question. Older journals have none. */
    yields: z.boolean().default(false),
  }),
  /** The role's document is being committed to the task's branch. */
  z.object({ at: z.literal('recording'), role: DocumentRole }),
  /** The coder's commits are being taken in. */
  z.object({ at: z.literal('taking'), session: SessionId }),
  z.object({ at: z.literal('validating') }),
  z.object({ at: z.literal('proposing') }),
  z.object({ at: z.literal('judging') }),
  /** Done and held for review: Merge, Send back, or Stop. `patch` shows the sensitive paths. */
  z.object({ at: z.literal('review'), verdict: Verdict, patch: z.string() }),
  /** A cause stands in the way. When it ends, or on Resume, the chain goes on with `from`. `hold` counts the task's holds. */
  z.object({
    at: z.literal('held'),
    hold: z.number(),
    kind: Hold.shape.kind,
    ends: Hold.shape.ends,
    reason: z.string(),
    todo: z.string(),
    from: Step,
  }),
  /** What is there is looked at before `step` goes on. */
  z.object({ at: z.literal('verifying'), step: Step }),
  /** `waits`: why it could not be made or asked about yet, where that lasts. Older journals have none. */
  z.object({ at: z.literal('merging'), by: Person.nullable(), waits: z.string().nullable().default(null) }),
  /** The branch is being deleted and the folders cleared. */
  z.object({ at: z.literal('merged'), commit: Head }),
  z.object({ at: z.literal('failed'), reason: z.string(), from: Step }),
  /** `cleared`: its branch and folders are being removed, as of what was closed at the forge. */
  z.object({ at: z.literal('stopped'), cleared: z.literal(true).optional() }),
]);
export type Phase = z.infer<typeof Phase>;

/** One task: one thread a linked channel, one branch, at most one change. */
export const Task = z.object({
  id: TaskId,
  project: ProjectId,
  slug: z.string(),
  /** The beginning of the idea until a role gives a better one. */
  title: z.string(),
  idea: z.string(),
  mode: Mode,
  /** Who is addressed. */
  owner: Person,
  /** Name of who asked for it, where somebody else owns it now. Older journals' snapshots have none. */
  asker: z.string().nullable().default(null),
  branch: z.string(),
  places: z.array(Place),
  threads: z.array(Thread),
  phase: Phase,
  /** Phase names with when they began, for the card. Milliseconds since the epoch. `usd`: what the session that ended in it cost, where that was counted. */
  times: z.array(z.object({ at: z.string(), since: z.number(), usd: z.number().optional() })),
  /** When the schedule gave it one of the machine's slots; null while it has none. A hold, a review and an end give it back. */
  slot: z.number().nullable(),
  policy: Policy.nullable(),
  /** Base branch head that the task's branch began on. */
  base: Head.nullable(),
  /** Base branch head that the tests were last seen green on, alone. */
  proven: Head.nullable(),
  /** The task's branch, as taken into the mirror. */
  head: Head.nullable(),
  requirements: z.object({ path: z.string(), text: z.string() }).nullable(),
  /** What may still be changed of them. Older journals' snapshots have none. */
  draft: Draft.nullable().default(null),
  plan: z.object({ path: z.string(), text: z.string(), handoff: PlanHandoff.omit({ plan: true }) }).nullable(),
  coder: CoderHandoff.nullable(),
  /** Ended sessions in order; their transcripts cross every later handoff, whole, as files. */
  sessions: z.array(SessionId),
  check: Check.nullable(),
  review: z
    .object({
      head: Head,
      severity: Severity,
      scope: ReviewHandoff.shape.scope,
      count: z.number(),
      handoff: ReviewHandoff,
    })
    .nullable(),
  change: Change.nullable(),
  /** A person's tap, bound to the head that they saw. `armed`: Approve, which waits until the gates are green; else one try. */
  approval: z.object({ by: Person, head: Head, second: z.boolean(), armed: z.boolean() }).nullable(),
  /** Id of who asked to send the change back: their next words go to the coder. Older journals' snapshots have none. */
  feedback: z.string().nullable().default(null),
  /** Where the branch was when its change was judged last, if that is not the change's head. Older journals' snapshots have none. */
  movedTo: Head.nullable().default(null),
  /** What people said that no session has heard yet. */
  notes: z.array(Note),
  /** What sessions were told in mid-turn and may be interrupted for. Older journals' snapshots have none. */
  steers: z.array(Steer).default([]),
  /** What its session asks people, and what was asked lately. Older journals' snapshots have none. */
  questions: z.array(Ask).default([]),
  /** Everything that people sent, in order: it crosses every handoff. Older journals' snapshots have none. */
  files: z.array(FileRef).default([]),
  /** What people said once it was over, each to be made a task. Older journals' snapshots have none, as of the next. */
  offers: z.array(Note).default([]),
  carried: Carried.nullable().default(null),
  /** How often each role was started, and sent back for which reason. */
  attempts: z.partialRecord(Role, z.number()),
  rework: z.object({ tests: z.number(), intake: z.number(), plan: z.number(), handoff: z.number() }),
  /** Accounts that are used in place of the configured ones, because a person said so. Older journals' snapshots have none. */
  instead: z.record(z.string(), z.string()).default({}),
  /** Where its sessions wanted to go and were not let, each told once. Older journals' snapshots have none. */
  refused: z.array(z.string()).default([]),
  /** Those of them that an admin may still answer. */
  asks: z.array(z.string()).default([]),
  /** What a person lets it spend in place of the configured ceiling, USD. Older journals' snapshots have none of these. */
  raised: z.number().nullable().default(null),
  /** What it had spent when its latest session ended, USD; null where nobody counted. */
  spent: z.number().nullable().default(null),
  /** It said that it has spent much. */
  warned: z.boolean().default(false),
  /** The latest request that did not fit into its budget and was acted on. */
  over: z.string().nullable().default(null),
  /** How many holds there were, and how many in a row for something out of reach. */
  holds: z.number(),
  outages: z.number(),
  /** Name of the coder's checkout; a new one each time the branch was moved by anything but the coder. */
  tree: z.number(),
});
export type Task = z.infer<typeof Task>;
