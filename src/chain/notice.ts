import { z } from 'zod';
import { Outbox } from './files.ts';
import { Head } from './ids.ts';
import { About, Question } from './ask.ts';
import { Check } from './change.ts';
import { Hold } from './hold.ts';
import { Role } from './roles.ts';
import { Verdict } from './verdict.ts';

/** How many holds the task has had: its buttons are about this one. Older journals do not say. */
const holds = z.number().int().default(0);

/**
 * What a thread is told, once each. Bots put it into words and add the buttons; `loud` ones ring.
 * Text in `text`, `summary`, `tail` and `by` comes from agents and people: data, never a mention, a command or a button.
 */
export const Notice = z.discriminatedUnion('kind', [
  /** `draft`: the number of requirements that may still be changed. */
  z.object({
    kind: z.literal('document'),
    what: z.enum(['requirements', 'plan']),
    path: z.string(),
    text: z.string(),
    draft: z.number().int().optional(),
  }),
  /** The chain stops before its next role, or once the plan is kept. */
  z.object({ kind: z.literal('pause-asked'), what: z.enum(['wait', 'change']), by: z.string() }),
  /** It stands still for `by`: `role` is not begun, or the next words change the requirements with this number. Loud where nobody is there any more. */
  z.object({
    kind: z.literal('paused'),
    what: z.enum(['wait', 'change']),
    by: z.string(),
    role: Role,
    draft: z.number().int(),
    loud: z.boolean(),
    holds,
  }),
  z.object({ kind: z.literal('handoff'), role: Role, summary: z.string() }),
  /** What an agent left in its outbox. Claims: bytes to be taken away, never opened here. */
  z.object({ kind: z.literal('outbox'), role: Role, ...Outbox.shape }),
  /** What an agent says in the dialogue. */
  z.object({ kind: z.literal('spoke'), role: Role, text: z.string() }),
  z.object({ kind: z.literal('typed'), role: Role, text: z.string() }),
  /**
   * A session asks, in an agent's words. One part at a time, `part` of `of`; `picked` are options that were taken already where more than
   * one may be. `again`: nobody answered for ten minutes, or for a day.
   */
  Question.extend({
    kind: z.literal('question'),
    role: Role,
    ask: z.string(),
    about: About,
    part: z.number().int(),
    of: z.number().int(),
    picked: z.array(z.number()),
    again: z.enum(['reminder', 'day']).nullable(),
    loud: z.boolean(),
  }),
  /** The first answer, for everybody. `allows` of a tool call. */
  z.object({
    kind: z.literal('answered'),
    by: z.string(),
    about: About,
    question: z.string(),
    answer: z.string(),
    allows: z.boolean().nullable(),
  }),
  /** Nobody waits for the answer any more. */
  z.object({ kind: z.literal('unasked'), role: Role, question: z.string(), answered: z.boolean() }),
  /** A session wanted to go to `place` and was not let. The place is the agent's word. */
  z.object({
    kind: z.literal('refused'),
    place: z.string(),
    why: z.enum(['unlisted', 'address', 'tls', 'request']),
    count: z.number().int(),
    /** Its number among the task's refused places, where an admin may answer. */
    ask: z.number().int().nullable().default(null),
    /** Who said that it stays refused. */
    kept: z.string().nullable().default(null),
    /** No further place of this task is told. */
    last: z.literal(true).optional(),
  }),
  /** What an admin said of it. */
  z.object({ kind: z.literal('place'), by: z.string(), place: z.string(), answer: z.enum(['allow', 'keep']) }),
  /** It has spent so much of what it may, USD. Once. */
  z.object({ kind: z.literal('spent-much'), usd: z.number(), ceiling: z.number() }),
  /** `by` lets the task, or all tasks on this day, spend so much, USD. */
  z.object({ kind: z.literal('raised'), by: z.string(), what: z.enum(['task', 'day']), dollars: z.number() }),
  /** What a person wrote reached the session, or waits for the next one: `kept` where nothing begins one by itself. */
  z.object({
    kind: z.literal('heard'),
    by: z.string(),
    when: z.enum(['now', 'turn-end', 'next-session', 'kept']),
    /** Of a message that the session may be interrupted for. */
    uuid: z.string().optional(),
  }),
  /** `by` has the turn ended, so that what waits is heard. */
  z.object({ kind: z.literal('interrupted'), by: z.string() }),
  /** The same role goes on, and why. */
  z.object({ kind: z.literal('again'), role: Role, reason: z.string(), left: z.number().int() }),
  z.object({ kind: z.literal('checked'), check: Check }),
  z.object({ kind: z.literal('reviewed'), severity: z.string(), scope: z.string(), count: z.number().int() }),
  /** Waits for a person or for a cause to end. Loud once for each cause. `until`: when it goes on by itself, where that is known. */
  z.object({
    kind: z.literal('held'),
    cause: Hold.shape.kind,
    ends: Hold.shape.ends,
    reason: z.string(),
    todo: z.string(),
    until: z.number().nullable(),
    loud: z.boolean(),
    holds,
  }),
  /** The hold ended, by itself or because `by` said so; with another account, where one is named. */
  z.object({
    kind: z.literal('resumed'),
    why: z.string(),
    by: z.string().nullable(),
    account: z.string().optional(),
  }),
  /** Approve was heard: it merges when every gate but those that a tap lets through is green. */
  z.object({ kind: z.literal('approved'), by: z.string(), head: Head }),
  z.object({ kind: z.literal('approval-void'), by: z.string(), head: Head, now: Head }),
  z.object({ kind: z.literal('plan-approved'), by: z.string() }),
  /** The next words of `by` go to the coder. */
  z.object({ kind: z.literal('feedback-asked'), by: z.string() }),
  z.object({ kind: z.literal('back'), by: z.string(), to: Role, why: z.string() }),
  /** `to` is who is addressed from now on: it rings for them. */
  z.object({ kind: z.literal('handed-over'), by: z.string(), to: z.string() }),
  /** The answerer's, whole. Loud: somebody waits for it. */
  z.object({ kind: z.literal('answer'), text: z.string() }),
  /** Nothing more comes; `by` is null where nobody said anything for long. */
  z.object({ kind: z.literal('talk-over'), by: z.string().nullable() }),
  /** `by` wrote in a thread that is over: the n-th offer to make that a task. */
  z.object({ kind: z.literal('offer'), by: z.string(), n: z.number().int() }),
  /** Somebody merged or closed the change without Signalbox. */
  z.object({ kind: z.literal('elsewhere'), number: z.number().int(), state: z.enum(['merged', 'closed']) }),
  /** Loud, terminal: done, held for review. */
  z.object({
    kind: z.literal('held-for-review'),
    number: z.number().int(),
    head: Head,
    verdict: Verdict,
    byHand: z.string(),
    holds,
  }),
  /** The tap was heard but the gate or the forge said no: it is held for that. Older journals have neither cause nor todo. */
  z.object({
    kind: z.literal('merge-refused'),
    by: z.string(),
    reason: z.string(),
    cause: Hold.shape.kind.default('person'),
    todo: z.string().default('Resume judges it again.'),
    holds,
  }),
  /** The merge is tried again and again, and cannot be stopped: it may have been made. Loud, once. */
  z.object({ kind: z.literal('merge-waits'), number: z.number().int(), reason: z.string() }),
  /** Sensitive paths: shows the hunks, offers the admin's second tap. */
  z.object({ kind: z.literal('confirm'), by: z.string(), head: Head, patch: z.string() }),
  /** Loud, terminal. */
  z.object({
    kind: z.literal('merged'),
    number: z.number().int(),
    head: Head,
    commit: Head,
    by: z.string().nullable(),
  }),
  /** Loud, terminal. */
  z.object({ kind: z.literal('failed'), reason: z.string(), holds }),
  /** The work stays on its branch. `kept` is false where there is none. */
  z.object({ kind: z.literal('stopped'), by: z.string(), kept: z.literal(false).optional() }),
  /** Files of people that were more than a task takes, by their names. */
  z.object({ kind: z.literal('files-left'), by: z.string(), names: z.array(z.string()) }),
]);
export type Notice = z.infer<typeof Notice>;
