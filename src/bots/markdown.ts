import type { Message } from './message.ts';

/**
 * Claims made harmless. Text of agents, tools, forges and people's repositories passes through here before a person sees it.
 * A platform with mentions turns them off in its own API as well; the console has none.
 */

/** Control, format (bidi, zero-width, tags) and other invisible characters. Line feed, tab and emoji variation selectors stay. */
const hidden = /(?!\n|\t|\uFE0E|\uFE0F)[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
const lineEnds = /\r\n?|[\u2028\u2029\u0085\v\f]/g;
const ESC = String.fromCodePoint(0x1b);
const BEL = String.fromCodePoint(0x07);
/** Terminal escapes whole: colours and cursor moves, titles, single letters. */
const escapes = new RegExp(`${ESC}(?:\\[[0-?]*[ -/]*[@-~]|\\][^${BEL}${ESC}]*(?:${BEL}|${ESC}\\\\)?|[@-Z\\\\^_])`, 'g');

/** Without terminal escapes and without any character that is not seen. Lines stay lines. */
export function clean(text: string): string {
  return text.toWellFormed().replace(escapes, '').replace(lineEnds, '\n').replace(hidden, '');
}

/** For text that a person judges by, such as a patch: what would be invisible is shown as `<U+202E>`. */
export function reveal(text: string): string {
  return text.toWellFormed().replaceAll('\r\n', '\n').replace(hidden, codePoint);
}

const codePoint = (char: string): string =>
  `<U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`;

/** One line where no Markdown is read, such as a thread's name. */
export function plain(text: string, max: number): string {
  return shorten(clean(text).replace(/\s+/g, ' ').trim(), max);
}

/** One line of words inside our Markdown: nothing in it formats, links or embeds, but for single `code spans`. */
export function line(text: string, max = 300): string {
  const spans = /(?<!`)(`[^`]+`)(?!`)/;
  return plain(text, max)
    .split(spans)
    .map((part, n) => (n % 2 === 1 ? part : part.replace(active, (run) => run.replace(/./g, '\\$&'))))
    .join('');
}

/** A line that ends as a sentence does. */
export function sentence(text: string): string {
  const words = line(text);
  return /[.!?…]$/.test(words) ? words : `${words}.`;
}

/** What Markdown gives a meaning within a line. An underscore inside a word has none. */
const active = /[\\`*[\]<>~|&#]|(?<![a-z0-9])_+|_+(?![a-z0-9])/gi;

/** Inline code. A backtick would end it and becomes an apostrophe. */
export function code(text: string, max = 200): string {
  const words = plain(text, max).replaceAll('`', "'");
  return words === '' ? '(none)' : `\`${words}\``;
}

/** A size as a phone shows it: 1.4 MB. */
export function bytes(size: number): string {
  if (size < 1_000) return `${size} B`;
  const [n, unit] = size < 999_500 ? [size / 1_000, 'kB'] : [size / 1_000_000, 'MB'];
  return `${n < 9.95 ? n.toFixed(1) : Math.round(n)} ${unit}`;
}

/** The first `max` characters, with … for the rest. Never half a character. */
export function shorten(text: string, max: number): string {
  if (text.length <= max) return text;
  return `${text.slice(0, max - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

/** Closes a code fence that the text leaves open, so that nothing after it is swallowed. */
export function closeFence(text: string): string {
  let open: string | null = null;
  for (const row of text.split('\n')) {
    const [, fence, rest = ''] = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(row) ?? [];
    if (fence === undefined) continue;
    if (open === null) open = fence;
    else if (fence.startsWith(open) && rest.trim() === '') open = null;
  }
  return open === null ? text : `${text}\n${open}`;
}

/** How much of somebody's words a phone shows; the rest goes into a file. */
const QUOTE_MAX = 1_500;

/** Words to be quoted. Long ones are cut there and follow whole as the file `name`. `verbatim`: no Markdown, but lines as they are. */
export function quoted(text: string, name: string, verbatim?: 'text'): Pick<Message, 'agent' | 'file' | 'verbatim'> {
  const whole = clean(text).trim();
  if (whole === '') return {};
  const shown = shorten(whole, QUOTE_MAX);
  return {
    agent: verbatim ? shown : closeFence(shown),
    ...(verbatim ? { verbatim } : {}),
    ...(shown === whole ? {} : { file: { name, text: whole } }),
  };
}

/** A file's bare name out of a claimed path: nothing but letters, digits, dots and dashes. */
export function fileName(path: string): string {
  const name = (clean(path).split('/').at(-1) ?? '').replace(/[^\w.-]/g, '-').replace(/^\.+/, '');
  return name.slice(0, 100) || 'document.md';
}
