import type { Mail, Question, WorkerNote } from './files.ts';
import { fields, fieldsOf, listOf, textOf } from './json.ts';
import type { Fields } from './json.ts';

type Answer = Extract<Mail, { kind: 'answer' }>;

/** Somebody in this container who waits for a person. */
type Waiting = {
  readonly about: 'question' | 'tool';
  readonly parts: number;
  answer(replies: readonly string[], allows: boolean | null): void;
};

/** Questions that wait for a person, while their process lives. Each is known by its place in the record. */
export type Asks = {
  /** Asks, and tells the place. */
  ask(note: Extract<WorkerNote, { note: 'asked' }>, answer: Waiting['answer']): number;
  /** Gives an answer to who waits for it; false when nobody does. */
  give(answer: Answer): boolean;
  /** Somebody at the pane answers the agent's own question, if it has one of one part; never a tool call. */
  typed(uuid: string, text: string): boolean;
  /** Nobody waits there any more; whether somebody did. */
  drop(ask: number): boolean;
  dropAll(): void;
  /** How many tool calls wait. */
  calls(): number;
};

export function openAsks(note: (note: WorkerNote) => number): Asks {
  const waiting = new Map<number, Waiting>();
  const questions = new Map<number, readonly Question[]>();
  const drop = (ask: number): boolean => {
    const did = waiting.delete(ask);
    if (did) note({ note: 'dropped', ask });
    return did;
  };
  return {
    ask(asked, answer) {
      const place = note(asked);
      const parts = asked.about === 'question' ? asked.questions : [];
      questions.set(place, parts);
      waiting.set(place, { about: asked.about, parts: parts.length, answer });
      return place;
    },
    give({ ask, uuid, replies, allows }) {
      const one = waiting.get(ask);
      if (one === undefined) return false;
      waiting.delete(ask);
      note({ note: 'answered', ask, says: uuid });
      one.answer(replies, allows);
      return true;
    },
    typed(uuid, text) {
      const [ask, one] = [...waiting].find(([, { about }]) => about === 'question') ?? [];
      if (ask === undefined || one?.parts !== 1) return false;
      waiting.delete(ask);
      note({ note: 'answered', ask, says: uuid });
      const option = questions.get(ask)?.[0]?.options[Number(text.trim()) - 1];
      one.answer([option?.label ?? text], null);
      return true;
    },
    drop,
    dropAll: () => [...waiting.keys()].forEach(drop),
    calls: () => [...waiting.values()].filter(({ about }) => about === 'tool').length,
  };
}

type Say = (line: object) => void;

/** What Claude Code asks of whoever started it: leave to use a tool, which for AskUserQuestion is a person's answer. All else is refused. */
export function permissions(asks: Asks, say: Say): (line: string) => void {
  const places = new Map<string, number>();
  return (line) => {
    if (!line.includes('"control_')) return;
    const { type, request_id: id, request } = fieldsOf(line);
    if (typeof id !== 'string') return;
    if (type === 'control_cancel_request') {
      const place = places.get(id);
      if (place !== undefined) asks.drop(place);
      return;
    }
    const { subtype, tool_name: tool, input } = fields(request);
    if (type !== 'control_request' || subtype !== 'can_use_tool') return;
    const answer = (response: object): void =>
      say({ type: 'control_response', response: { subtype: 'success', request_id: id, response } });
    const parts = tool === 'AskUserQuestion' ? questionsOf(fields(input)) : [];
    if (parts.length === 0) return answer({ behavior: 'deny', message: `${textOf(tool)} is not allowed here.` });
    const place = asks.ask({ note: 'asked', about: 'question', questions: parts }, (replies) => {
      const answers = Object.fromEntries(parts.map(({ question }, n) => [question, replies[n] ?? '']));
      answer({ behavior: 'allow', updatedInput: { ...fields(input), answers } });
    });
    places.set(id, place);
  };
}

/** None where the call is not as it should be. */
function questionsOf(input: Fields): Question[] {
  return listOf(input['questions']).flatMap((one) => {
    const { question, header, options, multiSelect } = fields(one);
    if (typeof question !== 'string') return [];
    const labels = listOf(options).map((option) => {
      const { label, description } = fields(option);
      return { label: textOf(label), description: textOf(description) };
    });
    return [{ question, header: textOf(header), options: labels, multi: multiSelect === true }];
  });
}
