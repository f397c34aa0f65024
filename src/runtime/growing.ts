import { bare } from '../chain/covered.ts';
import type { Cover } from '../chain/covered.ts';
import { shownOf } from '../chain/growing.ts';
import type { SessionEvent } from '../chain/ports.ts';
import { Piece } from '../worker/files.ts';
import type { RecordLine } from '../worker/files.ts';
import { json } from './agents/identity.ts';

/** So much of a text is shown while it grows, in characters; a claim, like all of it. */
const MOST = 20_000;
/** Notes of the worker after which what is half written is never said. */
const ENDS = /^\{"note":"(?:idle|started|interrupted)"/;

export type Growing = {
  /** Takes every line of the record, and heeds pieces of the text and what ends it. */
  fold(line: RecordLine): void;
  /** It is said whole, at that place of the record. */
  whole(said: { readonly n: number; readonly text: string }): void;
  /** Tells how far it is, if that is further than it was. */
  tell(): void;
};

/** The text that a session is writing, covered: what it comes to between two looks at the record, and nothing of what was over by then. */
export function growing(on: (event: SessionEvent) => void, cover: Cover = bare): Growing {
  let [text, told] = ['', ''];
  /** What it came to when it was looked at last: a text that rests is not covered anew each time. */
  let seen = '';
  return {
    fold({ src, line }) {
      if (src === 'worker' && ENDS.test(line)) text = '';
      const read = src === 'partial' ? Piece.safeParse(json(line)).data : undefined;
      if (read === undefined) return;
      const before = read.first ? '' : text;
      text = before + read.text.slice(0, MOST - before.length);
    },
    whole(said) {
      [text, told, seen] = ['', '', ''];
      on({ kind: 'spoke', ...said });
    },
    tell() {
      if (text === seen) return;
      seen = text;
      const now = text === '' ? '' : shownOf(text, cover);
      if (now === told) return;
      told = now;
      on({ kind: 'writes', text: now });
    },
  };
}
