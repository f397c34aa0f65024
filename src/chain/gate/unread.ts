import { isPicture } from './bands.ts';
import type { FilePatch } from './hunks.ts';
import type { Placed } from './paths.ts';

/**
 * Bidi overrides, zero-width spaces, tags, terminal controls: what a person does not see, and an agent that reads the file does. The
 * joiners and marks that some languages need are not among them, nor a mark at a file's very beginning.
 */
const unseen = /[\u202A-\u202E\u2066-\u2069\u200B\u2060-\u2064\u{E0000}-\u{E0FFF}]|(?!\t|\r$)\p{Cc}|(?<!^)\uFEFF/u;

/** Why nobody can have read what would merge by itself, one phrase a kind: beyond a cut patch, binary, or with text that does not show. */
export function unread(paths: readonly Placed[], patches: readonly FilePatch[]): readonly string[] {
  const whole = new Set(patches.filter((part) => part.whole).map((part) => part.path));
  const dark = paths.filter(({ path, band }) => band === 'merges' && !whole.has(path) && !isPicture(path)).length;
  const hidden = patches.filter((part) => part.added.some((line) => unseen.test(line))).length;
  return [
    ...(dark > 0 ? [`${dark} ${dark === 1 ? 'file' : 'files'} that cannot be read here`] : []),
    ...(hidden > 0 ? [`${hidden} ${hidden === 1 ? 'file' : 'files'} with characters that do not show`] : []),
  ];
}
