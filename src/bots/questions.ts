import type { TaskId } from '../chain/ids.ts';
import type { Notice } from '../chain/notice.ts';
import { pressId } from './buttons.ts';
import { line, plain, quoted, reveal } from './markdown.ts';
import type { Button, Message } from './message.ts';
import { loud, quiet } from './telling.ts';
import type { Subject } from './telling.ts';

type Of<K extends Notice['kind']> = Extract<Notice, { kind: K }>;

/** Questions of agents in words. What they ask is quoted: no word of theirs stands among ours. */

export function aboutQuestion(subject: Subject, told: Of<'question' | 'answered' | 'unasked'>): Message {
  if (told.kind === 'question') return asked(subject, told);
  return told.kind === 'answered' ? replied(told) : unasked(told);
}

/** Rings when a question begins to wait, and when people are reminded of it. */
function asked(subject: Subject, told: Of<'question'>): Message {
  const { question, options, about } = told;
  const choices = options.map(
    ({ label, description }, n) => `${n + 1}. ${label}${description ? `: ${description}` : ''}`,
  );
  const extras = {
    // Who gives leave judges by these words: what would be invisible in them is shown.
    ...(about === 'tool'
      ? quoted(reveal(`${told.header}: ${question}`), 'question.txt', 'text')
      : quoted([question, ...choices].join('\n'), 'question.txt')),
    buttons: questionButtons(subject.task, told),
  };
  const rows = [...reminder(told), how(told)];
  return told.loud ? loud(subject, title(told), rows, extras) : quiet([title(told), ...rows].join('\n'), extras);
}

function title({ role, about, part, of, again }: Of<'question'>): string {
  const count = of === 1 ? '' : ` (${part} of ${of})`;
  const what = about === 'tool' ? `may the ${role} do this?` : `the ${role} asks${count}`;
  return again === null ? `❓ ${what}` : `⏰ ${what}`;
}

function reminder({ again }: Of<'question'>): readonly string[] {
  switch (again) {
    case null:
      return [];
    case 'reminder':
      return ['Nobody has answered for ten minutes. It pauses so that others can work, and goes on with your answer.'];
    case 'day':
      return ['Nobody has answered for a day. The task is on hold until somebody does; nothing was guessed.'];
  }
}

function how({ about, options, multi, picked }: Of<'question'>): string {
  if (about === 'tool')
    return 'A rule asks for a person first. Allow it once, or refuse; words of yours refuse it and tell it why.';
  if (options.length === 0) return 'Answer in the thread.';
  if (!multi) return 'Tap one, or write something else here.';
  const taken = picked.map((pick) => `${pick}`).join(', ');
  if (picked.length > 0) return `Taken so far: ${taken}. Tap more, or Done.`;
  return 'Tap each that applies, then Done; or write their numbers, or something else, here.';
}

/** Everybody is told what the first one said. */
function replied({ by, about, answer, allows }: Of<'answered'>): Message {
  const who = line(by, 60);
  if (about === 'tool') {
    if (allows) return quiet(`✔️ ${who} allowed it, once.`);
    return quiet(`✖️ ${who} refused it.`, answer === '' ? {} : quoted(answer, 'reason.txt'));
  }
  return quiet(`✔️ ${who} answered:`, quoted(answer, 'answer.txt'));
}

function unasked({ role, question, answered }: Of<'unasked'>): Message {
  const text = answered
    ? `⌨️ The ${role}'s question was answered at its terminal.`
    : `The ${role} does not wait for this answer any more:`;
  return quiet(text, answered ? {} : quoted(question, 'question.txt'));
}

/** A label is an agent's word: after a number that is ours, and too short to pass for something else. */
const LABEL_MAX = 32;

/** Options that are not taken yet, and an end to the choice where more than one may be. Anything else is typed. */
function questionButtons(task: TaskId, { ask, about, part, options, multi, picked }: Of<'question'>): Button[] {
  if (about === 'tool')
    return [
      { id: pressId({ act: 'once', task, ask }), label: 'Allow once', style: 'primary' },
      { id: pressId({ act: 'refuse', task, ask }), label: 'Refuse', style: 'danger' },
    ];
  const choices = options.flatMap(({ label }, n): Button[] => {
    if (picked.includes(n + 1)) return [];
    const id = pressId({ act: 'answer', task, ask, part, pick: n + 1 });
    return [{ id, label: `${n + 1} · ${plain(label, LABEL_MAX)}`, style: 'plain' }];
  });
  if (!multi || picked.length === 0) return choices;
  return [...choices, { id: pressId({ act: 'answer', task, ask, part, pick: 0 }), label: 'Done', style: 'primary' }];
}
