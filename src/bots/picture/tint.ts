import { createRequire } from 'node:module';

/** A run of characters of one colour. */
export type Run = { readonly text: string; readonly colour: string };

export const INK = '#1f2328';

/** On a light ground, on green and on red each is read at arm's length. */
const colours: Readonly<Record<string, string>> = {
  keyword: '#a40e26',
  built_in: '#a40e26',
  'selector-tag': '#116329',
  name: '#116329',
  string: '#0a3069',
  regexp: '#0a3069',
  number: '#0550ae',
  literal: '#0550ae',
  variable: '#0550ae',
  attr: '#0550ae',
  attribute: '#0550ae',
  symbol: '#0550ae',
  comment: '#57606a',
  quote: '#57606a',
  meta: '#57606a',
  title: '#6639ba',
  section: '#6639ba',
  type: '#7d4e00',
  class: '#7d4e00',
  property: '#0550ae',
};

const require = createRequire(import.meta.url);

/** What is used of highlight.js. Its own types bring those of a browser along. */
type Library = {
  getLanguage(name: string): unknown;
  highlight(text: string, how: { language: string; ignoreIllegals: true }): { readonly value: string };
};
/** Loaded when a picture is asked for, not before: it knows 37 languages. */
let library: Library | undefined;

/** Colours lines of one file, by the end of its name; where no language is known, or the library does not read it, they are ink. */
export function tinter(): (path: string, lines: readonly string[]) => readonly (readonly Run[])[] {
  library ??= require('highlight.js/lib/common') as Library;
  const hljs = library;
  return (path, lines) => {
    const language = /(?:^|\/)(?:[^/]*\.)?([a-z0-9_+-]{1,20})$/i.exec(path)?.[1]?.toLowerCase() ?? '';
    const plain = lines.map((text) => [{ text, colour: INK }]);
    if (hljs.getLanguage(language) === undefined) return plain;
    const tinted = runs(hljs.highlight(lines.join('\n'), { language, ignoreIllegals: true }).value);
    return tinted.length === lines.length ? tinted : plain;
  };
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#x27': "'" };

/** The library says what it found as spans of HTML, with all else escaped. */
function runs(html: string): readonly (readonly Run[])[] {
  const lines: Run[][] = [[]];
  const open: string[] = [];
  for (const part of html.split(/(<span class="[^"]*">|<\/span>)/)) {
    const [, kind] = /^<span class="(?:hljs-)?([\w-]*)/.exec(part) ?? [];
    if (kind !== undefined) open.push(colours[kind] ?? open.at(-1) ?? INK);
    else if (part === '</span>') open.pop();
    else
      for (const [n, text] of part
        .replace(/&([^;]{1,6});/g, (all, name: string) => entities[name] ?? all)
        .split('\n')
        .entries()) {
        if (n > 0) lines.push([]);
        if (text !== '') lines.at(-1)?.push({ text, colour: open.at(-1) ?? INK });
      }
  }
  return lines;
}
