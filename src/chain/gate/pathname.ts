/** Longest path or text that a sentence shows. */
const SHOWN = 60;

/** Longer paths are nobody's work, and matching them against every rule would take long. */
const LONGEST = 500;

/** Characters that do not show, or that turn the text around them: controls, bidi and zero-width marks, lone surrogates, what was not UTF-8. */
const unseen = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\uFFFD]/u;

/** What is wrong with a path that nobody should be asked about by name, or null. */
export function hostileName(path: string): string | null {
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return 'not a path inside the repository';
  if (unseen.test(path)) return 'a name with characters that do not show';
  if (path.includes('\\')) return 'a name with a backslash';
  if (path.length > LONGEST) return `a name longer than ${LONGEST} characters`;
  return null;
}

/** What is odd about a path that shows as it is, or null. */
export function oddName(path: string): string | null {
  const parts = path.split('/');
  if (parts.some((part) => part.startsWith('-'))) return 'a name that begins with a dash';
  if (parts.some((part) => part !== part.trim() || part.endsWith('.')))
    return 'a name with a space or a dot at its edge';
  return null;
}

/** One spelling for all that some file system takes for the same path: case, compatibility forms, dots and spaces at the end. */
export function canonical(path: string): string {
  const parts = path.normalize('NFKC').toLowerCase().split('/');
  return parts.map((part) => part.replace(/[. ]+$/u, '')).join('/');
}

/** A path as a sentence shows it: what does not show as its number, and of a long one the end. Still data for whoever displays it. */
export function shown(path: string): string {
  const plain = visible(path);
  return plain.length <= SHOWN ? plain : `…${plain.slice(1 - SHOWN)}`;
}

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
