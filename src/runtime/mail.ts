import type { Letter } from '../chain/ports.ts';
import { Mail } from '../worker/files.ts';
import { appendDurably, readIfThere, writeDurably } from './durable.ts';

/** The one mail of kind `end` that a leg gets. */
export const endOf = (leg: number): string => `end-${leg}`;
export const isEnd = (uuid: string): boolean => uuid.startsWith('end-');

/** What was put into a session's mail so far. A torn last line was never acknowledged and does not count. */
export async function readMail(file: string): Promise<readonly Mail[]> {
  const lines = ((await readIfThere(file)) ?? '').split('\n').slice(0, -1);
  return lines.flatMap((line) => parseMail(line) ?? []);
}

/** Appends durably, on a line of its own even when the last one was torn. */
export async function putMail(file: string, mail: Mail): Promise<void> {
  const before = (await readIfThere(file)) ?? '';
  const start = before === '' || before.endsWith('\n') ? '' : '\n';
  await appendDurably(file, `${start}${JSON.stringify(mail)}\n`);
}

/** The mail of a new leg: all that was said before, without the end of the leg before, and what is `added`. Safe to repeat. */
export async function renewMail(file: string, added: readonly Mail[]): Promise<void> {
  const isAdded = (uuid: string): boolean => added.some((letter) => letter.uuid === uuid);
  const before = (await readMail(file)).filter(({ kind, uuid }) => kind !== 'end' && !isAdded(uuid));
  await writeDurably(file, [...before, ...added].map((letter) => `${JSON.stringify(letter)}\n`).join(''), 0o660);
}

function parseMail(line: string): Mail | null {
  try {
    return Mail.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}

export const mailOf = (letter: Letter): Mail =>
  letter.kind === 'answer' ? { ...letter, replies: [...letter.replies] } : { ...letter };

/** Tells the worker to end, unless something waits that it has not taken. Answers whether it was told. */
export async function noMore(file: string, leg: number, hasTaken: (uuid: string) => boolean): Promise<boolean> {
  const mail = await readMail(file);
  if (mail.some(({ kind, uuid }) => (kind === 'message' || kind === 'answer') && !hasTaken(uuid))) return false;
  if (!mail.some((letter) => letter.kind === 'end')) await putMail(file, { uuid: endOf(leg), kind: 'end' });
  return true;
}
