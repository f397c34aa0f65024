import { answerText, kept, OPEN_MAX, partOf } from './ask.ts';
import type { Ask, AskEvent } from './ask.ts';
import type { TaskEffect } from './effect.ts';
import type { TaskEvent } from './event.ts';
import { first, go, hold, ignored, move, tell } from './moves.ts';
import type { Moved, Stamp } from './moves.ts';
import { may } from './person.ts';
import type { Person } from './person.ts';
import type { Role } from './roles.ts';
import type { Step, Task } from './task.ts';

type Of<K extends TaskEvent['is']> = Extract<TaskEvent, { is: K }>;

/** Questions of sessions to people: asked, answered by whoever is first, reminded of. */

export function aboutAsk(task: Task, event: AskEvent, stamp: Stamp): Moved {
  switch (event.is) {
    case 'questioned':
      return questioned(task, event, stamp);
    case 'answered':
      return answered(task, event, stamp);
    case 'unasked':
      return unasked(task, event, stamp);
    case 'ask-due':
      return askDue(task, event);
  }
}

const put = (task: Task, ask: Ask): Task => ({
  ...task,
  questions: kept(task.questions.map((known) => (known.id === ask.id ? ask : known))),
});

const roleOf = (ask: Ask): Role => ask.session.split('-')[1] as Role;

function question(ask: Ask, again: 'reminder' | 'day' | null, loud: boolean): TaskEffect {
  const { id, about, parts, replies, picked } = ask;
  const [part, of] = [replies.length + 1, parts.length];
  return tell({ kind: 'question', role: roleOf(ask), ask: id, about, part, of, ...partOf(ask), picked, again, loud });
}

/** A session asks. It rings; a part that follows an answer does not: somebody is there. */
function questioned(task: Task, event: Of<'questioned'>, stamp: Stamp): Moved {
  const { phase } = task;
  const { session, ask: id, n, about, parts } = event;
  if (phase.at !== 'working' || phase.session !== session) return ignored('that session is not at work');
  if (task.questions.some((known) => known.id === id)) return ignored('that was asked before');
  if (task.questions.filter(({ open }) => open).length >= OPEN_MAX) return ignored('it asks enough already');
  const nothing = { replies: [], picked: [], allows: null, told: 0, open: true };
  const ask: Ask = { id, session, n, about, parts, since: stamp.at, ...nothing };
  return move({ ...task, questions: kept([...task.questions, ask]) }, [question(ask, null, true)]);
}

/** The oldest that waits: what a person's next words answer. */
export const openAsk = ({ questions }: Task): Ask | undefined => questions.find(({ open }) => open);

/** A tap on an option, counted from 1; 0 ends a choice of several. Of a tool call, 1 allows it. */
function answered(task: Task, event: Of<'answered'>, stamp: Stamp): Moved {
  const { by, ask: id, part, pick, uuid } = event;
  if (!may(by, 'steer')) return ignored('this person may not answer');
  const ask = task.questions.find((one) => one.id === id);
  if (!ask?.open || part !== ask.replies.length + 1) return ignored('that is answered already');
  if (ask.about === 'tool') return pick === 1 || pick === 2 ? decide(task, ask, by, pick === 1, '', uuid, stamp) : none;
  const { options, multi } = partOf(ask);
  if (multi && pick === 0) return ask.picked.length === 0 ? none : choose(task, ask, ask.picked, by, uuid, stamp);
  if (!options[pick - 1]) return none;
  if (!multi) return choose(task, ask, [pick], by, uuid, stamp);
  const picked = ask.picked.includes(pick) ? ask.picked : [...ask.picked, pick].toSorted((a, b) => a - b);
  if (picked.length === options.length) return choose(task, ask, picked, by, uuid, stamp);
  const next = { ...ask, picked };
  return move(put(task, next), [question(next, null, false)]);
}

const none = ignored('there is no such option');

function choose(task: Task, ask: Ask, picks: readonly number[], by: Person, uuid: string, stamp: Stamp): Moved {
  const { options } = partOf(ask);
  const text = picks.map((pick) => options[pick - 1]?.label ?? '').join(', ');
  return reply(task, ask, text, by, uuid, stamp);
}

/** A message while a question waits: the number of an option, several where more than one may be, or an answer in other words. */
export function saidTo(task: Task, ask: Ask, { by, text, uuid }: Of<'said'>, stamp: Stamp): Moved {
  if (ask.about === 'tool') {
    const allows = /^(1|allow|allow once|yes|ok)[.!]?$/i.test(text.trim());
    const bare = /^(2|refuse|no)[.!]?$/i.test(text.trim());
    return decide(task, ask, by, allows, allows || bare ? '' : text, uuid, stamp);
  }
  const { options, multi } = partOf(ask);
  const picks = /^\d+([\s,]+\d+)*$/.test(text.trim())
    ? text
        .trim()
        .split(/[\s,]+/)
        .map(Number)
    : [];
  const fits = picks.length > 0 && picks.every((pick) => options[pick - 1]) && (multi || picks.length === 1);
  return fits ? choose(task, ask, picks, by, uuid, stamp) : reply(task, ask, text, by, uuid, stamp);
}

function decide(task: Task, ask: Ask, by: Person, allows: boolean, why: string, uuid: string, stamp: Stamp): Moved {
  return reply(task, { ...ask, allows }, why, by, uuid, stamp);
}

/** One part has its answer: the next one is asked, or the session is given all of them. */
function reply(task: Task, ask: Ask, text: string, by: Person, uuid: string, stamp: Stamp): Moved {
  const { about, allows, parts } = ask;
  const replies = [...ask.replies, { by: by.name, text }];
  const told = tell({ kind: 'answered', by: by.name, about, question: partOf(ask).question, answer: text, allows });
  const next = { ...ask, replies, picked: [], since: stamp.at };
  if (replies.length < parts.length) return move(put(task, next), [told, question(next, null, false)]);
  const over = { ...next, open: false };
  const without = put(task, over);
  const answer = { ask: ask.n, replies: replies.map((one) => one.text), allows };
  const words = { uuid, by: by.name, text: answerText(over) };
  const { phase } = task;
  if (phase.at === 'working' && !phase.yields)
    return move(without, [told, { do: 'send', session: ask.session, ...words, answer }]);
  return unlessItWaits({ ...without, notes: [...task.notes, { ...words, answer }] }, told, stamp);
}

/** Goes on where it stood still for an answer, once none is missing. */
function unlessItWaits(task: Task, told: TaskEffect, stamp: Stamp): Moved {
  const { phase } = task;
  if (phase.at !== 'held' || phase.ends.by !== 'answer' || openAsk(task)) return move(task, [told]);
  return first([told], go(task, phase.from, stamp));
}

/** Nobody waits for the answer any more: it was given at the terminal, or the turn went on without. One that is being stopped still waits. */
function unasked(task: Task, { session, ask: n, answered: at }: Of<'unasked'>, stamp: Stamp): Moved {
  const { phase } = task;
  const ask = task.questions.find((one) => one.session === session && one.n === n && one.open);
  if (!ask) return ignored('that question is over');
  if (!at && (phase.at !== 'working' || phase.yields)) return ignored('it waits on, in its next leg');
  const told = tell({ kind: 'unasked', role: roleOf(ask), question: partOf(ask).question, answered: at });
  return unlessItWaits(put(task, { ...ask, open: false }), told, stamp);
}

/**
 * Nobody answered: people are reminded once, and the slot goes to others meanwhile; after a day they are told once more. Nothing is ever
 * answered in their place.
 */
function askDue(task: Task, { ask: id, told }: Of<'ask-due'>): Moved {
  const ask = task.questions.find((one) => one.id === id && one.open);
  if (!ask || ask.told >= told) return ignored('that question is over, or they were told');
  const next = put(task, { ...ask, told });
  const { phase } = task;
  if (told > 1) {
    const reason = 'Nobody has answered for a day.';
    const held = phase.at === 'held' && phase.ends.by === 'answer' ? { ...phase, reason } : phase;
    return move({ ...next, phase: held }, [question(ask, 'day', true)]);
  }
  const reminded = question(ask, 'reminder', true);
  if (phase.at !== 'working' || phase.yields) return move(next, [reminded]);
  const { session, leg } = phase;
  return move({ ...next, phase: { ...phase, yields: true } }, [reminded, { do: 'yield', session, leg }]);
}

/** Its session stands still with a question open: only the answer lets it go on. */
export function waitForAnswer(task: Task, from: Step, stamp: Stamp): Moved {
  const reason = 'It waits for an answer.';
  const todo = 'Answer in the thread: it goes on with that.';
  return hold(task, { kind: 'question', ends: { by: 'answer' }, reason, todo, from }, null, stamp);
}
