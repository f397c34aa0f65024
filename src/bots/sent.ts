import { FILES_MAX } from '../chain/files.ts';
import type { Outbox } from '../chain/files.ts';
import type { Role } from '../chain/roles.ts';
import { bytes, code, line } from './markdown.ts';
import type { Message } from './message.ts';
import type { Answer } from './replies.ts';
import { quiet } from './telling.ts';

/** What went along, or did not: files of people, files of agents, and keys that somebody pasted. */

/** Who sent a key along is told so, whatever else comes of it. */
export const pasted = (answer: Answer): Answer => ({
  ...answer,
  text: `${answer.text}\n🔑 That looked like a key; it was not kept. Revoke it.`,
});

/** What became of files that came with something: what goes along is not said, what does not is. */
export function withFiles(answer: Answer, left: readonly LeftFile[]): Answer {
  const rows = left.map((file) => `📎 ${leftFile(file)}`);
  return rows.length === 0 ? answer : { ...answer, text: [answer.text, ...rows].join('\n') };
}

/** A file that does not go along, and why. The rest of the message does. */
export type LeftFile =
  | { readonly why: 'not-here'; readonly name: string }
  | { readonly why: 'too-many'; readonly count: number }
  | { readonly why: 'no-words'; readonly count: number };

function leftFile(file: LeftFile): string {
  switch (file.why) {
    case 'not-here':
      return `${code(file.name, 80)} is not here. Send it again.`;
    case 'too-many':
      return `At most ${FILES_MAX} files go with one message: ${file.count} more ${file.count === 1 ? 'was' : 'were'} left out. Send them in another.`;
    case 'no-words':
      return `${file.count === 1 ? 'The file was' : 'The files were'} left out: files go with words in a thread, or with ${code('/task')}.`;
  }
}

/** Names are the agent's words, cleaned: shown as code. */
export function outbox({ role, files, left }: Outbox & { readonly role: Role }): Message {
  const names = files.map(({ name, size }) => `${code(name, 80)} (${bytes(size)})`).join(', ');
  const said = files.length === 0 ? `📎 Nothing came of what the ${role} left.` : `📎 From the ${role}: ${names}`;
  const rows = [said, ...left.map((one) => line(one))];
  return quiet(rows.join('\n'), files.length === 0 ? {} : { files: [...files] });
}
