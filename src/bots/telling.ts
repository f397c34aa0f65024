import type { TaskId } from '../chain/ids.ts';
import { line } from './markdown.ts';
import type { Message } from './message.ts';

/** What a notice is about: a thread knows it from the card. */
export type Subject = { readonly task: TaskId; readonly project: string; readonly title: string };

type Extras = Partial<Pick<Message, 'agent' | 'file' | 'files' | 'buttons'>>;

export const quiet = (text: string, extras: Extras = {}): Message => ({ text, buttons: [], loud: false, ...extras });

/** Rings, so its first line says what, in which repository and which task. */
export function loud({ project, title }: Subject, what: string, rows: readonly string[], extras: Extras = {}): Message {
  const first = `${what} ⋅ **${line(project)}** ⋅ ${line(title, 80)}`;
  return { text: [first, ...rows].join('\n'), buttons: [], loud: true, ...extras };
}
