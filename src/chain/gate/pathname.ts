/** Longest path or text that a sentence shows. */
const SHOWN = 60;

/** Longer paths are nobody's work, and matching them against every rule would take long. */
const LONGEST = 500;

/** Bytes that the name of a file or folder may have on nearly every disk. With a longer one nobody could check the branch out. */
const LONGEST_PART = 255;

/** Characters that do not show, or that turn the text around them: controls, bidi and zero-width marks, lone surrogates, what was not UTF-8. */
const unseen = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\uFFFD]/u;

/** What is wrong with a path that nobody should be asked about by name, or null. */
export function hostileName(path: string): string | null {
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return 'not a path inside the repository';
  if (unseen.test(path)) return 'a name with characters that do not show';
  if (path.includes('\\')) return 'a name with a backslash';
  if (path.length > LONGEST) return `a name longer than ${LONGEST} characters`;
  if (parts.some((part) => new TextEncoder().encode(part).length > LONGEST_PART))
    return `a name longer than ${LONGEST_PART} bytes`;
  return null;
}

/** What Windows opens instead of a file, with any ending. */
const device = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/iu;

/** One word with letters of Latin and of an alphabet that has the same shapes, e.g. a Cyrillic `С` before `LAUDE`. */
const mixed =
  /\p{Script=Latin}[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}]|[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}]\p{Script=Latin}/u;

/** What is odd about a path that shows as it is, or null. */
export function oddName(path: string): string | null {
  const parts = path.split('/');
  if (parts.some((part) => part.startsWith('-'))) return 'a name that begins with a dash';
  if (parts.some((part) => part !== part.trim() || part.endsWith('.')))
    return 'a name with a space or a dot at its edge';
  if (parts.some((part) => /[<>:"|?*]/u.test(part) || device.test(part))) return 'a name that Windows cannot write';
  if (mixed.test(path)) return 'a word in letters of two alphabets';
  return null;
}

/** One spelling for all that some file system takes for the same path: case, compatibility forms, a stream's name (`:x`), dots and spaces at the end. */
export function canonical(path: string): string {
  const parts = path.normalize('NFKC').toLowerCase().split('/');
  return parts.map((part) => part.replace(/:.*$/su, '').replace(/[. ]+$/u, '')).join('/');
}

/** A path as a sentence shows it: what does not show as its number, and of a long one the end. Still data for whoever displays it. */
export function shown(path: string): string {
  const plain = visible(path);
  return plain.length <= SHOWN ? plain : `…${plain.slice(1 - SHOWN)}`;
}

/** A path or a host inside a sentence: a code span, in which no chat makes a link, a mention or a button of it. */
export const quoted = (name: string): string => `\`${shown(name).replaceAll('`', "'")}\``;

/** Any other text from the repository, e.g. a command, as a sentence shows it: of a long one the beginning. */
export function clipped(text: string): string {
  const plain = visible(text);
  return plain.length <= SHOWN ? plain : `${plain.slice(0, SHOWN - 1)}…`;
}

function visible(text: string): string {
  const letters = Array.from(text, (letter) =>
    unseen.test(letter) ? `\\u{${letter.codePointAt(0)?.toString(16)}}` : letter,
  );
  return letters.join('');
}
