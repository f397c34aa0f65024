import { z } from 'zod';
import { Change, Check } from './change.ts';
import { CoderHandoff, PlanHandoff, ReviewHandoff, Severity } from './handoff.ts';
import { Head, ProjectId, SessionId, TaskId } from './ids.ts';
import { Person } from './person.ts';
import { Policy } from './policy.ts';
import { Role } from './roles.ts';
import { Verdict } from './verdict.ts';

/** `headless` writes the requirements from the idea alone, `quick` goes straight to the coder. */
export const Mode = z.enum(['headless', 'quick']);
export type Mode = z.infer<typeof Mode>;

const Place = z.object({ platform: z.string(), channel: z.string() });
const Thread = Place.extend({ thread: z.string() });

/** Roles whose result is a document. */
export const DocumentRole = z.enum(['brainstormer', 'planner']);
export type DocumentRole = z.infer<typeof DocumentRole>;

/** A point that the chain can start from again. */
export const Step = z.discriminatedUnion('step', [
  z.object({ step: z.literal('prepare') }),
  z.object({ step: z.literal('work'), role: Role }),
  z.object({ step: z.literal('record'), role: DocumentRole }),
  z.object({ step: z.literal('take'), session: SessionId }),
  z.object({ step: z.literal('validate') }),
  z.object({ step: z.literal('propose') }),
  z.object({ step: z.literal('judge') }),
]);
export type Step = z.infer<typeof Step>;

/** Where a task is. Every phase but `merged`, `failed` and `stopped` has an effect pending, or says in `held` what ends it. */
export const Phase = z.discriminatedUnion('at', [
  /** Its threads are being opened. */
  z.object({ at: z.literal('opening') }),
  /** The mirror and the policy are being read. */
  z.object({ at: z.literal('preparing') }),
  z.object({ at: z.literal('working'), role: Role, session: SessionId }),
  /** The role's document is being committed to the task's branch. */
  z.object({ at: z.literal('recording'), role: DocumentRole }),
  /** The coder's commits are being taken in. */
  z.object({ at: z.literal('taking'), session: SessionId }),
  z.object({ at: z.literal('validating') }),
  z.object({ at: z.literal('proposing') }),
  z.object({ at: z.literal('judging') }),
  /** Done and held for review: Merge, or Stop. `patch` shows the sensitive paths, where there are some. */
  z.object({ at: z.literal('review'), verdict: Verdict, patch: z.string() }),
  /** A cause stands in the way; Retry goes back to `role`, or to where the chain stood. */
  z.object({ at: z.literal('held'), reason: z.string(), todo: z.string(), from: Step }),
  z.object({ at: z.literal('merging'), by: Person.nullable() }),
  /** The branch is being deleted and the folders cleared. */
  z.object({ at: z.literal('merged'), commit: Head }),
  z.object({ at: z.literal('failed'), reason: z.string(), from: Step }),
  z.object({ at: z.literal('stopped') }),
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
  owner: Person,
  branch: z.string(),
  places: z.array(Place),
  threads: z.array(Thread),
  phase: Phase,
  /** Phase names with when they began, for the card. Milliseconds since the epoch. */
  times: z.array(z.object({ at: z.string(), since: z.number() })),
  policy: Policy.nullable(),
  /** Base branch head that the task's branch began on. */
  base: Head.nullable(),
  /** The task's branch, as taken into the mirror. */
  head: Head.nullable(),
  requirements: z.object({ path: z.string(), text: z.string() }).nullable(),
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
  /** A person's tap, bound to the head that they saw. */
  approval: z.object({ by: Person, head: Head, second: z.boolean() }).nullable(),
  /** What people said that no session has heard yet. */
  notes: z.array(z.object({ uuid: z.string(), by: z.string(), text: z.string() })),
  /** How often each role was started, and sent back for which reason. */
  attempts: z.partialRecord(Role, z.number()),
  rework: z.object({ tests: z.number(), intake: z.number(), plan: z.number(), handoff: z.number() }),
  /** Name of the coder's checkout; a new one each time the branch was moved by anything but the coder. */
  tree: z.number(),
});
export type Task = z.infer<typeof Task>;
