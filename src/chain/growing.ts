import type { Cover } from './covered.ts';

/** A word as people write it. No secret has one that white space follows in the middle of it, unless somebody set out to hide it. */
const WORD = /^\p{P}*\p{L}\p{Ll}[\p{Ll}'’-]{1,22}\p{P}*$/u;
const FOREIGN = /[^\u0000-\u007f](?=[\u0000-\u007f]*$)/; // oxlint-disable-line no-control-regex

/**
 * What of a text that still grows may be shown: covered, and without a tail that may be the beginning of a secret. A secret is found by its whole
 * alone; it has no white space and is ASCII, but may be broken into lines. So the tail begins after the last word that is whole and
 * a word, or the last letter of another script.
 */
export function shownOf(text: string, cover: Cover): string {
  const word = [...text.matchAll(/\S+(?=\s)/g)].findLast(([one]) => WORD.test(one));
  const after = word === undefined ? 0 : word.index + word[0].length;
  return cover(text.slice(0, Math.max(after, (FOREIGN.exec(text)?.index ?? -1) + 1)));
}
