import { describe, expect, it } from 'vitest';
import { tree } from '../../src/bots/tree.ts';
import type { Block, Inline } from '../../src/bots/tree.ts';

/** A tree in short: `strong(text)`. */
const drawn = (blocks: readonly Block[]): string => blocks.map(block).join(' ');
function block(of: Block): string {
  switch (of.is) {
    case 'paragraph':
      return `p(${inlines(of.of)})`;
    case 'heading':
      return `h${of.level}(${inlines(of.of)})`;
    case 'quote':
      return `quote(${drawn(of.of)})`;
    case 'list':
      return `list${of.from ?? ''}(${of.items.map(drawn).join(' | ')})`;
    case 'code':
      return `code:${of.language}(${of.text})`;
    case 'table':
      return `table(${[of.head, ...of.rows].map((row) => row.map(inlines).join(',')).join(' | ')})`;
    case 'rule':
      return 'rule';
  }
}
const inlines = (of: readonly Inline[]): string => of.map(inline).join('');
function inline(of: Inline): string {
  if (of.is === 'break') return '⏎';
  if (of.is === 'code') return `code(${of.text})`;
  if ('text' in of) return of.text;
  return of.is === 'link' ? `link ${of.to}(${inlines(of.of)})` : `${of.is}(${inlines(of.of)})`;
}

describe('Markdown', () => {
  it.each([
    ['words', 'p(words)'],
    ['one\ntwo', 'p(one⏎two)'],
    ['# Big *words*', 'h1(Big em(words))'],
    ['**a** _b_ ~~c~~ `d`', 'p(strong(a) em(b) del(c) code(d))'],
    ['- a\n- b\n  - c', 'list(p(a) | p(b) list(p(c)))'],
    ['3. a\n4. b', 'list3(p(a) | p(b))'],
    ['> a\n> > b', 'quote(p(a) quote(p(b)))'],
    ['```ts x\na < b\n```', 'code:ts(a < b\n)'],
    ['    indented', 'code:null(indented\n)'],
    ['| a | b |\n|---|---|\n| 1 | **2** |', 'table(a,b | 1,strong(2))'],
    ['a\n\n---\n\nb', 'p(a) rule p(b)'],
    ['', ''],
    ['\\*not\\* \\<em\\>', 'p(*not* <em>)'],
  ])('%j', (text, expected) => {
    expect(drawn(tree(text))).toBe(expected);
  });
});

describe('a link', () => {
  it.each([
    ['[x](https://a.example/b?c=d#e)', 'p(link https://a.example/b?c=d#e(x))'],
    ['https://a.example/b.', 'p(link https://a.example/b(https://a.example/b).)'],
    ['<http://a.example>', 'p(link http://a.example(http://a.example))'],
    ['[x][1]\n\n[1]: https://a.example', 'p(link https://a.example(x))'],
    ['![a cat](https://a.example/cat.png)', 'p(link https://a.example/cat.png(🖼 a cat))'],
    [
      '[![x](https://a.example/1.png)](https://b.example)',
      'p(link https://b.example(link https://a.example/1.png(🖼 x)))',
    ],
  ])('%s leads to the web', (text, expected) => {
    expect(drawn(tree(text))).toBe(expected);
  });

  it.each([
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert(1))',
    '[x](java&#115;cript:alert(1))',
    '[x](&#x6A;avascript:alert(1))',
    '[x](data:text/html,hi)',
    '[x](vbscript:x)',
    '[x](file:///etc/passwd)',
    '[x](/api/session)',
    '[x](//evil.example)',
    '[x](mailto:a@b.example)',
    '[x](https:evil)',
    '[x](https://bank.example@evil.example/)',
    '[x](https://user:secret@evil.example/)',
    '![x](data:image/svg+xml,hi)',
    '[x]: javascript:alert(1)',
    '<javascript:alert(1)>',
    'www.evil.example a@b.example 10.0.0.1',
  ])('%s is its own words', (text) => {
    expect(JSON.stringify(tree(text))).not.toContain('"to":"' + (/\((.*)\)/.exec(text)?.[1] ?? text));
    expect(JSON.stringify(tree(text)).match(/"to":"(?!https:\/\/(?:bank\.example|user)")/g)).toBeNull();
  });
});

describe('HTML', () => {
  it.each(['<script>alert(1)</script>', '<img src=x onerror=alert(1)>', 'a <b onclick="x">b</b> c', '<!-- x -->'])(
    '%s is text',
    (text) => {
      expect(drawn(tree(text))).toBe(`p(${text})`);
    },
  );
});

describe('a text that is made to cost', () => {
  it.each(['[', '*a_ ', '>', '`a', '![[', '[a](', '- ', '<a ', '|a', 'https://a', '\\', '&'])(
    '%j, a million of it',
    (of) => {
      expect(JSON.stringify(tree(of.repeat(1_000_000))).length).toBeLessThan(3_000_000);
    },
  );
});
