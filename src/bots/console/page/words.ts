import { html, nothing } from 'lit-html';
import type { TemplateResult } from 'lit-html';
import type { Block, Inline } from '../../tree.ts';
import { diffRows } from './diff.ts';
import type { DiffRow } from './diff.ts';

/**
 * Texts as elements. Each kind of block and inline has its one template here, and everything of a text is put in as text: no text can
 * bring an element, an attribute or a style of its own.
 */
export const words = (blocks: readonly Block[]): readonly TemplateResult[] => blocks.map(block);

function block(of: Block): TemplateResult {
  switch (of.is) {
    case 'paragraph':
      return html`<p>${inlines(of.of)}</p>`;
    case 'heading':
      return html`<p class="heading" role="heading" aria-level="2">${inlines(of.of)}</p>`;
    case 'quote':
      return html`<blockquote>${words(of.of)}</blockquote>`;
    case 'list':
      return list(of.from, of.items);
    case 'code':
      return code(of.language, of.text);
    case 'table':
      return table(of);
    case 'rule':
      return html`<hr />`;
  }
}

function list(from: number | null, items: readonly (readonly Block[])[]): TemplateResult {
  const rows = items.map(
    (item) =>
      html`<li>
        ${item.map((one) => (one.is === 'paragraph' ? html`<span>${inlines(one.of)}</span>` : block(one)))}
      </li>`,
  );
  return from === null
    ? html`<ul>
        ${rows}
      </ul>`
    : html`<ol start=${from}>
        ${rows}
      </ol>`;
}

/** Wide lines scroll in a box of their own; a keyboard can reach it. */
export function code(language: string | null, text: string): TemplateResult {
  const rows = language === 'diff' || language === 'patch' ? diffRows(text).map(diffRow) : text;
  return html`<pre
    class="code"
    tabindex="0"
    role="region"
    aria-label=${language === null ? 'Text as it is' : `Text as it is, ${language}`}
  ><code>${rows}</code></pre>`;
}

const diffRow = ({ kind, text }: DiffRow): TemplateResult => html`<span class="diff ${kind}">${`${text}\n`}</span>`;

function table({ head, rows }: Extract<Block, { is: 'table' }>): TemplateResult {
  return html`<div class="wide" tabindex="0" role="region" aria-label="Table">
    <table>
      <thead>
        <tr>
          ${head.map((cell) => html`<th scope="col">${inlines(cell)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map((cell) => html`<td>${inlines(cell)}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

const inlines = (of: readonly Inline[]): readonly (TemplateResult | string)[] => of.map(inline);

function inline(of: Inline): TemplateResult | string {
  switch (of.is) {
    case 'text':
      return of.text;
    case 'code':
      return html`<code>${of.text}</code>`;
    case 'strong':
      return html`<strong>${inlines(of.of)}</strong>`;
    case 'em':
      return html`<em>${inlines(of.of)}</em>`;
    case 'del':
      return html`<del>${inlines(of.of)}</del>`;
    case 'break':
      return html`<br />`;
    case 'link':
      return link(of.to, of.of);
  }
}

/** Says where it leads, where its words do not. */
function link(to: string, of: readonly Inline[]): TemplateResult | string {
  const url = URL.parse(to);
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) return plainWords(of);
  const leads = plainWords(of).trim() === to ? nothing : html` <span class="host">(${url.host})</span>`;
  return html`<a href=${url.href} target="_blank" rel="noopener noreferrer nofollow">${inlines(of)}</a>${leads}`;
}

const plainWords = (of: readonly Inline[]): string =>
  of.map((one) => ('text' in one ? one.text : 'of' in one ? plainWords(one.of) : ' ')).join('');

/** The first line of a text, for a notification. */
export function firstLine(blocks: readonly Block[]): string {
  const [first] = blocks;
  if (!first || !('of' in first) || first.is === 'quote') return '';
  const ends = first.of.findIndex(({ is }) => is === 'break');
  return plainWords(ends === -1 ? first.of : first.of.slice(0, ends));
}
