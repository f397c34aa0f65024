import { z } from 'zod';
import { Answer, askEvents } from './ask.ts';
import { Over, raiseTapped, spentMuch } from './budget.ts';
import { Change, Check } from './change.ts';
import { doing } from './doing.ts';
import { draftEvents } from './draft.ts';
import { FileRef, Outbox } from './files.ts';
import { Head, ProjectId, SessionId, TaskId } from './ids.ts';
import { Person } from './person.ts';
import { Policy } from './policy.ts';
import { Carried, Mode } from './task.ts';
import { interruptTapped } from './steer.ts';
import { approveTapped, resumeTapped, retryTapped } from './shown.ts';
import { Verdict } from './verdict.ts';

const Thread = z.object({ platform: z.string(), channel: z.string(), thread: z.string() });

/** What came from a person. */
const asked = z.object({
  is: z.literal('asked'),
  task: TaskId,
  project: ProjectId,
  slug: z.string(),
  idea: z.string(),
  mode: Mode,
  by: Person,
  places: z.array(z.object({ platform: z.string(), channel: z.string() })).min(1),
  files: z.array(FileRef).optional(),
  carried: Carried.optional(),
});
/** `uuid` is derived from the source id, so that a repeat is the same message. */
const said = z.object({
  is: z.literal('said'),
  by: Person,
  text: z.string(),
  uuid: z.string(),
  files: z.array(FileRef).optional(),
});
const mergeTapped = z.object({ is: z.literal('merge-tapped'), by: Person, head: Head, second: z.boolean() });
/** Goes back a phase and keeps the work. */
const backAsked = z.object({
  is: z.literal('back-asked'),
  by: Person,
  to: z.enum(['requirements', 'plan', 'code']),
  why: z.string(),
});
/** The next words of this person are why the change goes back to the coder. */
const feedbackAsked = z.object({ is: z.literal('feedback-asked'), by: Person });
/**
 * Goes on with `account` where the shut one was used. `of`: the shut account that it stands beside, by the config when it was tapped; null where
 * it stands beside none that the task waits for. `keeps`: it can go on with the conversation; else that begins anew.
 */
const useTapped = z.object({
  is: z.literal('use-tapped'),
  by: Person,
  account: z.string(),
  of: z.string().nullable(),
  keeps: z.boolean(),
});
/** `to` is who is addressed from now on. */
const handedOver = z.object({ is: z.literal('handed-over'), by: Person, to: Person });
const stopTapped = z.object({ is: z.literal('stop-tapped'), by: Person });

/** What came of an effect; each settles the effect that it names. */
const opened = z.object({ is: z.literal('opened'), threads: z.array(Thread).min(1) });
const prepared = z.object({ is: z.literal('prepared'), base: Head, policy: Policy });
const sessionEnded = z.object({
  is: z.literal('session-ended'),
  session: SessionId,
  leg: z.number(),
  outbox: Outbox.optional(),
  /** The account that the session ran on, where the boundary lets nothing of it out just now. */
  shut: z.string().nullable(),
  /**
   * The latest request of this session that the boundary did not let out for its budget. `lifted`: it would by now. `loud`: no other task waits for that
   * day. Older journals have none.
   */
  over: Over.extend({ lifted: z.boolean(), loud: z.boolean() }).nullable().default(null),
  /** What the task has spent until then, USD; null where nobody counted. */
  spent: z.number().nullable().default(null),
  end: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('ended'), handoff: z.unknown(), text: z.string() }),
    z.object({
      kind: z.literal('refused'),
      why: z.enum(['login', 'quota', 'billing', 'overloaded', 'model', 'unknown']),
      text: z.string(),
      until: z.number().nullable(),
    }),
    z.object({ kind: z.literal('crashed'), text: z.string() }),
    z.object({ kind: z.literal('unequipped'), text: z.string() }),
    z.object({ kind: z.literal('overran'), minutes: z.number() }),
    z.object({ kind: z.literal('lost'), text: z.string() }),
    z.object({ kind: z.literal('outgrew'), text: z.string() }),
    z.object({ kind: z.literal('cramped'), text: z.string() }),
    z.object({ kind: z.literal('stopped') }),
  ]),
});
/** `asks`: the plan waits for a person's approval. */
const recorded = z.object({ is: z.literal('recorded'), head: Head, asks: z.boolean() });
const taken = z.object({
  is: z.literal('taken'),
  work: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('taken'), head: Head, commits: z.number() }),
    z.object({ kind: z.literal('uncommitted'), paths: z.array(z.string()).readonly() }),
    z.object({ kind: z.literal('nothing') }),
    z.object({ kind: z.literal('elsewhere'), branch: z.string() }),
    z.object({ kind: z.literal('rewritten') }),
    z.object({ kind: z.literal('refused'), reason: z.string() }),
  ]),
});
/** Setup and tests on the base branch alone. */
const proved = z.object({ is: z.literal('proved'), check: Check });
/** `missing`: what is not there any more, in a sentence; null when all is. */
const verified = z.object({ is: z.literal('verified'), missing: z.string().nullable() });
const checked = z.object({ is: z.literal('checked'), check: Check });
const proposed = z.object({ is: z.literal('proposed'), change: Change });
/** `moved`: the base branch moved since the check; the new head of it. `patch`: hunks of the sensitive paths, where the verdict names some. */
const judged = z.object({
  is: z.literal('judged'),
  head: Head,
  verdict: Verdict,
  moved: Head.nullable(),
  patch: z.string(),
  byHand: z.string(),
});
const merged = z.object({ is: z.literal('merged'), commit: Head });
const mergeRefused = z.object({
  is: z.literal('merge-refused'),
  why: z.enum(['gate', 'head-moved', 'base-moved', 'conflict', 'closed', 'empty', 'forge']),
  text: z.string(),
});
const heard = z.object({
  is: z.literal('heard'),
  uuid: z.string(),
  by: z.string(),
  text: z.string(),
  files: z.array(FileRef).optional(),
  when: z.enum(['now', 'turn-end', 'late']),
  answer: Answer.optional(),
});
/** The effect was done and has nothing to say. */
const done = z.object({ is: z.literal('done') });
/** The effect `of` could not be done after several tries; `reason` is a sentence. */
const broke = z.object({ is: z.literal('broke'), of: z.enum(doing), reason: z.string() });

/** From the schedule: it may go on. */
const granted = z.object({ is: z.literal('granted') });
/** From the schedule: the boundary lets nothing out of the account that the next role needs. */
const accountShut = z.object({ is: z.literal('account-shut'), account: z.string() });
/** From the account: why the hold with this number lasts, and until when. `loud` for one task of all that wait. */
const accountHeld = z.object({
  is: z.literal('account-held'),
  hold: z.number(),
  why: z.enum(['quota', 'overage', 'login', 'billing']),
  window: z.string().nullable(),
  until: z.number().nullable(),
  loud: z.boolean(),
});
/** The cause of the hold with this number is gone. */
const holdEnded = z.object({ is: z.literal('hold-ended'), hold: z.number(), why: z.string() });
/** The forge says something else of the change than the verdict in review was about. */
const changeMoved = z.object({
  is: z.literal('change-moved'),
  state: z.enum(['open', 'draft', 'merged', 'closed']),
  head: Head,
  base: Head,
});

/** The merge could not be made, or asked about, again and again. It is tried on: it may have been made. */
const mergeWaits = z.object({ is: z.literal('merge-waits'), reason: z.string() });

/** What a person typed into a session's pane: heard in the chat, never an approval. */
const typed = z.object({ is: z.literal('typed'), session: SessionId, text: z.string() });

/** What an agent said in the dialogue with people. */
const spoke = z.object({ is: z.literal('spoke'), session: SessionId, text: z.string() });

/** From the boundary: a session of the task wanted to go where it may not. */
const refused = z.object({
  is: z.literal('refused'),
  host: z.string(),
  port: z.number(),
  why: z.enum(['unlisted', 'address', 'tls', 'request']),
  count: z.number(),
  /** Whether an admin may let the project go there. Older journals have none. */
  asks: z.boolean().default(false),
  /** Who said that it stays refused. */
  kept: z.string().nullable().default(null),
});
/** What an admin said of a place that a session was refused. */
const placeAnswered = z.object({
  is: z.literal('place-answered'),
  by: Person,
  place: z.string(),
  answer: z.enum(['allow', 'keep']),
  uuid: z.string(),
});

export const TaskEvent = z.discriminatedUnion('is', [
  asked,
  said,
  mergeTapped,
  approveTapped,
  backAsked,
  feedbackAsked,
  resumeTapped,
  useTapped,
  handedOver,
  raiseTapped,
  stopTapped,
  retryTapped,
  granted,
  accountShut,
  accountHeld,
  holdEnded,
  changeMoved,
  opened,
  prepared,
  sessionEnded,
  recorded,
  taken,
  proved,
  verified,
  checked,
  proposed,
  judged,
  merged,
  mergeRefused,
  mergeWaits,
  heard,
  interruptTapped,
  done,
  broke,
  typed,
  spoke,
  ...askEvents,
  ...draftEvents,
  refused,
  placeAnswered,
  spentMuch,
]);
export type TaskEvent = z.infer<typeof TaskEvent>;
export type Asked = z.infer<typeof asked>;
