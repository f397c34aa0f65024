import { bare } from '../chain/covered.ts';
import type { Cover } from '../chain/covered.ts';
import { shownOf } from '../chain/growing.ts';
import type { SessionEvent } from '../chain/ports.ts';
import { Piece } from '../worker/files.ts';
import { json } from './agents/identity.ts';

/** So much of a text is shown while it grows, in characters; a claim, like all of it. */
const MOST = 20_000;

export type Growing = {
  /** A piece of the text, as the record has it. */
  piece(line: string): void;
  /** It is said whole, at that place of the record. */
  whole(said: { readonly n: number; readonly text: string }): void;
  /** Nothing of it will be said. */
  dropped(): void;
  /** Tells how far it is, if that is further than it was. */
  tell(): void;
};

/** The text that a session is writing, covered: what it comes to between two looks at the record, and nothing of what was over by then. */
export function growing(on: (event: SessionEvent) => void, cover: Cover = bare): Growing {
  let [text, told] = ['', ''];
  return {
    piece(line) {
      const read = Piece.safeParse(json(line)).data;
      if (read === undefined) return;
      const before = read.first ? '' : text;
      text = before + read.text.slice(0, MOST - before.length);
    },
    whole(said) {
      [text, told] = ['', ''];
      on({ kind: 'spoke', ...said });
    },
    dropped: () => void (text = ''),
    tell() {
      const now = text === '' ? '' : shownOf(text, cover);
      if (now === told) return;
      told = now;
      on({ kind: 'writes', text: now });
    },
  };
}
