import type { Figure, Measured, Row } from './figure.ts';

/** What became of a figure. */
export type Outcome =
  | ({ readonly is: 'measured' } & Measured)
  | { readonly is: 'not measured' }
  | { readonly is: 'failed'; readonly reason: string };

const WIDTH = 110;

/** A figure as a person reads it: its title, its rows, and how it was taken. */
export function shown({ title }: Pick<Figure, 'title'>, outcome: Outcome): string {
  if (outcome.is === 'not measured') return `${title}\n  not measured: it is not in this checkout\n`;
  if (outcome.is === 'failed') return `${title}\n  could not be measured: ${outcome.reason}\n`;
  const widest = Math.max(...outcome.rows.map(({ what }) => what.length));
  const rows = outcome.rows.map((row) => `  ${row.what.padEnd(widest)}  ${numbers(row)}`);
  return `${[title, ...rows, ...wrapped(outcome.how)].join('\n')}\n`;
}

function numbers({ values, unit, aim }: Row): string {
  const all = Object.entries(values).map(([name, value]) =>
    name === 'n' ? `n ${value}` : `${name} ${rounded(value)}`,
  );
  return `${all.join('  ')} ${unit}${aim === undefined ? '' : `   (aim: ${aim})`}`;
}

/** Three digits that count. */
export const rounded = (value: number): string =>
  value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));

function wrapped(text: string): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line.length + word.length > WIDTH) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? `  · ${word}` : ` ${word}`;
  }
  return [...lines, line].map((one, n) => (n === 0 ? one : one.replace('  · ', '    ')));
}
