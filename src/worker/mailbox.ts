import { closeSync, openSync, readSync, statSync } from 'node:fs';
import type { Mail } from './files.ts';
import { fieldsOf, listOf, textOf } from './json.ts';

export type Mailbox = {
  /** What came since the last call, in order. Half a line waits for its other half; one that is no mail is skipped. */
  poll(): readonly Mail[];
};

/** Reads in/mail.jsonl, which the controller appends to. It may not exist yet. */
export function openMailbox(path: string): Mailbox {
  let offset = 0;
  return {
    poll() {
      const text = textAfter(path, offset);
      const whole = text.subarray(0, text.lastIndexOf(10) + 1);
      offset += whole.length;
      return whole.toString('utf8').split('\n').flatMap(mail);
    },
  };
}

function textAfter(path: string, offset: number): Buffer {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= offset) return Buffer.alloc(0);
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(size - offset);
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, offset));
  } finally {
    closeSync(file);
  }
}

function mail(line: string): readonly Mail[] {
  const { uuid, kind, text, message, ask, replies, allows } = fieldsOf(line);
  if (typeof uuid !== 'string') return [];
  if (kind === 'message' && typeof text === 'string') return [{ uuid, kind, text }];
  if (kind === 'answer' && typeof text === 'string' && typeof ask === 'number')
    return [
      {
        uuid,
        kind,
        text,
        ask,
        replies: listOf(replies).map(textOf),
        allows: typeof allows === 'boolean' ? allows : null,
      },
    ];
  if (kind === 'interrupt' && typeof message === 'string') return [{ uuid, kind, message }];
  return kind === 'end' ? [{ uuid, kind }] : [];
}
