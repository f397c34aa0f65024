import { count } from '../cards.ts';
import { reveal } from '../markdown.ts';
import { filesOf } from './hunks.ts';
import type { Line, Pictured } from './hunks.ts';
import { INK, tinter } from './tint.ts';
import type { Run } from './tint.ts';

/** As wide as a phone, in px; drawn twice as large. */
export const WIDTH = 390;
const ROW = 16;
const LEFT = 20;
/** Of the font, at 11 px. */
const CHARACTER = 6.6;
const COLUMNS = Math.floor((WIDTH - LEFT - 6) / CHARACTER);
/** So many rows in all, so many of one line, and no line longer than that is read at all. */
const ROWS = 90;
const ROWS_OF_A_LINE = 3;
const LINE = COLUMNS * ROWS_OF_A_LINE;

const grounds = { hunk: '#ddf4ff', added: '#dafbe1', removed: '#ffebe9', same: '#ffffff' } as const;
const signs = { hunk: '', added: '+', removed: '−', same: '' } as const;

type Row = { readonly ground: string; readonly sign: string; readonly runs: readonly Run[]; readonly bold?: true };

/**
 * A patch as a picture for where HTML is not shown: an SVG in the colours of its languages, the width of a phone. Long ones show their first
 * files and say how much more there is; what would not be seen in a text is shown as what it is.
 */
export function diffPicture(patch: string): string {
  const tint = tinter();
  const files = filesOf(reveal(patch));
  const rows: Row[] = [note(summed(files), true)];
  let left = files.length;
  for (const file of files) {
    const room = ROWS - rows.length - 1;
    if (room < 3) break;
    const own = [heading(file), ...linesOf(file, tint).flatMap(wrapped)];
    rows.push(...own.slice(0, room));
    left -= 1;
    if (own.length > room) rows.push(note(`… more of ${shortened(file.path)}: the patch has it`));
  }
  if (left > 0) rows.push(note(`… and ${count(left, 'more file')}: the patch has ${left === 1 ? 'it' : 'them'}`));
  return svg(rows);
}

function summed(files: readonly Pictured[]): string {
  const sum = (of: (file: Pictured) => number): number => files.reduce((all, file) => all + of(file), 0);
  return `${count(files.length, 'file')}, +${sum(({ plus }) => plus)} −${sum(({ minus }) => minus)}`;
}

const note = (text: string, bold?: true): Row => ({
  ground: '#ffffff',
  sign: '',
  runs: [{ text, colour: INK }],
  ...(bold ? { bold } : {}),
});

const heading = ({ path, plus, minus }: Pictured): Row => ({
  ground: '#eaeef2',
  sign: '',
  bold: true,
  runs: [{ text: `${shortened(path)} +${plus} −${minus}`, colour: INK }],
});

/** Its end says which file it is. */
const shortened = (path: string): string => (path.length <= 38 ? path : `…${path.slice(-37)}`);

/** Lines with their colours: those before and those after are each read in their own order, as their language wants. */
function linesOf({ path, lines }: Pictured, tint: ReturnType<typeof tinter>): readonly Row[] {
  const shown = lines.slice(0, ROWS).map(({ kind, text }): Line => ({ kind, text: cut(text.replaceAll('\t', '  ')) }));
  const side = (without: Line['kind']): Map<Line, readonly Run[]> => {
    const own = shown.filter(({ kind }) => kind !== without && kind !== 'hunk');
    const tinted = tint(
      path,
      own.map(({ text }) => text),
    );
    return new Map(own.map((line, n) => [line, tinted[n] ?? []]));
  };
  const [before, after] = [side('added'), side('removed')];
  return shown.map((line) => ({
    ground: grounds[line.kind],
    sign: signs[line.kind],
    runs: after.get(line) ?? before.get(line) ?? [{ text: line.text, colour: '#57606a' }],
  }));
}

const cut = (text: string): string => (text.length <= LINE ? text : `${text.slice(0, LINE - 1)}…`);

/** A line that is wider than the picture goes on below. */
function wrapped(row: Row): readonly Row[] {
  const rows: Run[][] = [[]];
  let column = 0;
  for (const { text, colour } of row.runs) {
    for (let at = 0; at < text.length;) {
      if (column === COLUMNS) [column] = [0, rows.push([])];
      const piece = text.slice(at, at + COLUMNS - column);
      rows.at(-1)?.push({ text: piece, colour });
      [at, column] = [at + piece.length, column + piece.length];
    }
  }
  return rows.map((runs, n) => ({ ...row, sign: n === 0 ? row.sign : '', runs }));
}

function svg(rows: readonly Row[]): string {
  const height = rows.length * ROW + 12;
  const drawn = rows.map(({ ground, sign, runs, bold }, n) => {
    const y = 6 + n * ROW;
    const weight = bold ? ' font-weight="700"' : '';
    let column = 0;
    const texts = runs.map(({ text, colour }) => {
      const x = (LEFT + column * CHARACTER).toFixed(1);
      column += text.length;
      return text.trim() === '' ? '' : `<text x="${x}" y="${y + 12}" fill="${colour}"${weight}>${escape(text)}</text>`;
    });
    const mark = sign === '' ? '' : `<text x="7" y="${y + 12}" fill="${INK}">${sign}</text>`;
    return `<rect y="${y}" width="${WIDTH}" height="${ROW}" fill="${ground}"/>${mark}${texts.join('')}`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="Noto Sans Mono" font-size="11" xml:space="preserve"><rect width="${WIDTH}" height="${height}" fill="#ffffff"/>${drawn.join('')}</svg>`;
}

/** No character of a text is one of the picture's own, and none is one that XML does not have. */
const escape = (text: string): string =>
  text
    .replace(/[^\t\n\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replace(/[&<>"']/g, (char) => `&#${char.codePointAt(0)};`);
