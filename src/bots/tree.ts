import MarkdownIt from 'markdown-it';
import type { Token } from 'markdown-it';
import { shorten } from './markdown.ts';

/**
 * Markdown as a tree, for every platform alike: each makes its own form of it. There is nothing in it that acts but links, and those lead
 * to http or https. HTML is text, an image is a link to it.
 */
export type Block =
  | { readonly is: 'paragraph'; readonly of: readonly Inline[] }
  | { readonly is: 'heading'; readonly level: number; readonly of: readonly Inline[] }
  | { readonly is: 'quote'; readonly of: readonly Block[] }
  /** `from`: the first number; null where it is not numbered. */
  | { readonly is: 'list'; readonly from: number | null; readonly items: readonly (readonly Block[])[] }
  /** `language` as the fence names it, e.g. `ts` or `diff`; null where it names none. */
  | { readonly is: 'code'; readonly language: string | null; readonly text: string }
  | { readonly is: 'table'; readonly head: Row; readonly rows: readonly Row[] }
  | { readonly is: 'rule' };
export type Row = readonly (readonly Inline[])[];
export type Inline =
  | { readonly is: 'text' | 'code'; readonly text: string }
  | { readonly is: 'strong' | 'em' | 'del'; readonly of: readonly Inline[] }
  | { readonly is: 'link'; readonly to: string; readonly of: readonly Inline[] }
  | { readonly is: 'break' };

/** A text is read so far; the rest of a longer one is left to its file. */
const MAX = 20_000;

/** Links as their author wrote them, absolute and without a name and password: `https://bank.example@evil.example` leads elsewhere than it seems. */
const web = /^https?:\/\/[^\s/?#@\\]+(?:[/?#]|$)/i;

const markdown = new MarkdownIt({ html: false, linkify: true, breaks: true, maxNesting: 20 });
markdown.validateLink = (to) => web.test(to);
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });

/** Takes any text; what is no Markdown is its own words. */
export function tree(text: string): readonly Block[] {
  const tokens = markdown.parse(shorten(text, MAX), {});
  return blocks(tokens, { at: 0 });
}

/** A text that is shown as it is, in lines: a patch, a command, the end of an output. */
export const verbatim = (text: string, language: string | null = null): readonly Block[] => [
  { is: 'code', language, text },
];

type Cursor = { at: number };

/** The blocks up to the end of the one that they stand in. */
function blocks(tokens: readonly Token[], cursor: Cursor): readonly Block[] {
  const found: Block[] = [];
  for (let token = tokens[cursor.at]; token && token.nesting >= 0; token = tokens[cursor.at]) {
    cursor.at += 1;
    const block = blockOf(token, tokens, cursor);
    if (block) found.push(block);
  }
  cursor.at += 1;
  return found;
}

function blockOf(token: Token, tokens: readonly Token[], cursor: Cursor): Block | null {
  switch (token.type) {
    case 'paragraph_open':
      return { is: 'paragraph', of: inlineIn(tokens, cursor) };
    case 'heading_open':
      return { is: 'heading', level: Number(token.tag.slice(1)), of: inlineIn(tokens, cursor) };
    case 'blockquote_open':
      return { is: 'quote', of: blocks(tokens, cursor) };
    case 'bullet_list_open':
      return { is: 'list', from: null, items: groups(tokens, cursor) };
    case 'ordered_list_open':
      return { is: 'list', from: Number(token.attrGet('start') ?? 1), items: groups(tokens, cursor) };
    case 'fence':
      return { is: 'code', language: /^[\w+#-]{1,20}/.exec(token.info.trim())?.[0] ?? null, text: token.content };
    case 'code_block':
      return { is: 'code', language: null, text: token.content };
    case 'table_open':
      return tableOf(tokens, cursor);
    case 'hr':
      return { is: 'rule' };
    default:
      return null;
  }
}

/** A paragraph's or heading's own words: open, inline, close. */
function inlineIn(tokens: readonly Token[], cursor: Cursor): readonly Inline[] {
  const words = tokens[cursor.at];
  cursor.at += 2;
  return inlines(words?.children ?? [], { at: 0 });
}

/** Items of a list: each open has its blocks. */
function groups(tokens: readonly Token[], cursor: Cursor): readonly (readonly Block[])[] {
  const items: (readonly Block[])[] = [];
  while (tokens[cursor.at]?.nesting === 1) {
    cursor.at += 1;
    items.push(blocks(tokens, cursor));
  }
  cursor.at += 1;
  return items;
}

function tableOf(tokens: readonly Token[], cursor: Cursor): Block {
  const rows: (readonly Inline[])[][] = [];
  for (let token = tokens[cursor.at]; token && token.type !== 'table_close'; token = tokens[cursor.at]) {
    cursor.at += 1;
    if (token.type === 'tr_open') rows.push([]);
    if (token.type === 'inline') rows.at(-1)?.push(inlines(token.children ?? [], { at: 0 }));
  }
  cursor.at += 1;
  const [head = [], ...body] = rows;
  return { is: 'table', head, rows: body };
}

function inlines(tokens: readonly Token[], cursor: Cursor): readonly Inline[] {
  const found: Inline[] = [];
  for (let token = tokens[cursor.at]; token && token.nesting >= 0; token = tokens[cursor.at]) {
    cursor.at += 1;
    const inline = inlineOf(token, tokens, cursor);
    if (inline) found.push(inline);
  }
  cursor.at += 1;
  return found;
}

const spans = { strong_open: 'strong', em_open: 'em', s_open: 'del' } as const;
const isSpan = (type: string): type is keyof typeof spans => Object.hasOwn(spans, type);

function inlineOf(token: Token, tokens: readonly Token[], cursor: Cursor): Inline | null {
  if (isSpan(token.type)) return { is: spans[token.type], of: inlines(tokens, cursor) };
  switch (token.type) {
    case 'link_open':
      return { is: 'link', to: String(token.attrGet('href') ?? ''), of: inlines(tokens, cursor) };
    case 'image':
      return {
        is: 'link',
        to: String(token.attrGet('src') ?? ''),
        of: [{ is: 'text', text: `🖼 ${token.content || 'image'}` }],
      };
    case 'code_inline':
      return { is: 'code', text: token.content };
    case 'hardbreak':
    case 'softbreak':
      return { is: 'break' };
    default:
      return token.content === '' ? null : { is: 'text', text: token.content };
  }
}
