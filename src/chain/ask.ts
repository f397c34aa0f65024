import { z } from 'zod';
import { SessionId } from './ids.ts';
import { Person } from './person.ts';

/** One part of what is asked; an agent's words. Without options it is answered in one's own words. */
export const Question = z.object({
  question: z.string().max(4_000),
  header: z.string().max(100),
  options: z.array(z.object({ label: z.string().max(200), description: z.string().max(600) })).max(12),
  /** More than one option may be taken. */
  multi: z.boolean(),
});
export type Question = z.infer<typeof Question>;

/** `tool`: whether a tool call may be made, once. Its one part has the call as question and the tool's name as header. */
export const About = z.enum(['question', 'tool']);
export type About = z.infer<typeof About>;

/** What a session asks a person, part after part; known to the session by its place `n` in the record. */
export const Ask = z.object({
  /** What a button names: role, attempt and place, e.g. `c2-317`. */
  id: z.string(),
  session: SessionId,
  n: z.number(),
  about: About,
  parts: z.array(Question).min(1).max(8),
  /** Of the first parts; the next part is the one that waits. */
  replies: z.array(z.object({ by: z.string(), text: z.string() })),
  /** Options of that part that were taken so far, from 1, where more than one may be. */
  picked: z.array(z.number()),
  /** Of a tool call that was decided. */
  allows: z.boolean().nullable(),
  /** When that part was asked. */
  since: z.number(),
  /** How often people were reminded: after ten minutes, and after a day. */
  told: z.number(),
  open: z.boolean(),
});
export type Ask = z.infer<typeof Ask>;

/** What a session is given for its question. */
export const Answer = z.object({ ask: z.number(), replies: z.array(z.string()), allows: z.boolean().nullable() });
export type Answer = z.infer<typeof Answer>;

/** A tap on an option of a question's part, both counted from 1; `pick` 0 ends a choice of several. Of a tool call, 1 allows it and 2 does not. */
const answered = z.object({
  is: z.literal('answered'),
  by: Person,
  ask: z.string(),
  part: z.number(),
  pick: z.number(),
  uuid: z.string(),
});
/** A session asks: an agent's words. `n` is its place in the record, `ask` the id that buttons name it by. */
const questioned = z.object({
  is: z.literal('questioned'),
  session: SessionId,
  ask: z.string(),
  n: z.number(),
  about: About,
  parts: z.array(Question).min(1).max(8),
});
/** Its session waits for that answer no more. `answered`: somebody gave one at the terminal. */
const unasked = z.object({ is: z.literal('unasked'), session: SessionId, ask: z.number(), answered: z.boolean() });
/** From the schedule: nobody has answered for so long that people are told, for the `told`-th time. */
const askDue = z.object({ is: z.literal('ask-due'), ask: z.string(), told: z.number() });

/** What happens to questions, as events of their task. */
export const askEvents = [questioned, answered, unasked, askDue] as const;
export type AskEvent = z.infer<(typeof askEvents)[number]>;

/** When people are reminded, and the slot is given back; and when they are told once more. */
export const REMIND_MS = 10 * 60_000;
export const DAY_MS = 24 * 3_600_000;
/** So many may be open at once; an agent that asks for more is not heard. */
export const OPEN_MAX = 8;
/** So many that are over are kept, to say who was first. */
const KEPT = 8;

/** The ones that wait, and the latest of the others. */
export function kept(asks: readonly Ask[]): Ask[] {
  const over = asks.filter(({ open }) => !open);
  const gone = over.slice(0, Math.max(0, over.length - KEPT));
  return asks.filter((ask) => !gone.includes(ask));
}

const NOTHING: Question = { question: '', header: '', options: [], multi: false };

/** The part that waits; the last one where none does. */
export const partOf = ({ parts, replies }: Ask): Question => parts[replies.length] ?? parts.at(-1) ?? NOTHING;

/** Question and answer in one text, for a session that waits for it no more. */
export function answerText({ about, parts, replies, allows }: Ask): string {
  const [first] = parts;
  if (about === 'tool' && first) {
    const said = allows ? 'Allowed, once: make the very same call again.' : `Refused. ${replies[0]?.text ?? ''}`;
    return `Answer to your question whether you may use ${first.header} for this:\n${first.question}\n${said.trim()}`;
  }
  return parts
    .map(({ question }, n) => `Answer to your question ${JSON.stringify(question)}: ${replies[n]?.text ?? '(none)'}`)
    .join('\n');
}
