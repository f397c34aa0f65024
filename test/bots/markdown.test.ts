import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { card, taskRow, threadName } from '../../src/bots/cards.ts';
import {
  clean,
  closeFence,
  code,
  fileName,
  line,
  plain,
  quoted,
  reveal,
  sentence,
  shorten,
} from '../../src/bots/markdown.ts';
import type { Message } from '../../src/bots/message.ts';
import { notice } from '../../src/bots/notices.ts';
import { reply } from '../../src/bots/replies.ts';
import type { Notice } from '../../src/chain/notice.ts';
import { beside, head, id, other, reviewed, session, task } from './samples.ts';

const BIDI = '\u202e';
const ZERO = '\u200b';

describe('claims', () => {
  it.each([
    ['a\u0000b\u0007c', 'abc'],
    [`left${BIDI}right\u2066x\u2069`, 'leftrightx'],
    [`ze${ZERO}ro\ufeff\u00ad\u2060`, 'zero'],
    ['tag\u{e0041}\u{e0042}', 'tag'],
    ['\u001b[31mred\u001b[0m \u001b]0;title\u0007x \u001b[2J', 'red x '],
    ['a\r\nb\rc\u2028d\u0085e', 'a\nb\nc\nd\ne'],
    ['tab\tstays', 'tab\tstays'],
    ['half \ud83d emoji', 'half \ufffd emoji'],
    ['warning ⚠️ stays', 'warning ⚠️ stays'],
  ])('are cleaned: %j', (text, expected) => {
    expect(clean(text)).toBe(expected);
  });

  it('show what hides where a person judges by them', () => {
    expect(reveal(`if (a${BIDI} b) {${ZERO}\r\n\t\u001b[2J\r}`)).toBe(
      'if (a<U+202E> b) {<U+200B>\n\t<U+001B>[2J<U+000D>}',
    );
  });

  it.each([
    ['**bold** and _so_', '\\*\\*bold\\*\\* and \\_so\\_'],
    ['snake_case __init__', 'snake_case \\_\\_init\\_\\_'],
    ['[a link](http://evil) ![pic](x)', '\\[a link\\](http://evil) !\\[pic\\](x)'],
    ['<b>html</b> &lt;', '\\<b\\>html\\</b\\> \\&lt;'],
    ['# heading\n> quote', '\\# heading \\> quote'],
    ['run `npm test` now', 'run `npm test` now'],
    ['one ` tick and ``two``', 'one \\` tick and \\`\\`two\\`\\`'],
    ['`a``[x](http://evil)``b`', '\\`a\\`\\`\\[x\\](http://evil)\\`\\`b\\`'],
    ['back\\slash', 'back\\\\slash'],
    ['a | b ~~c~~', 'a \\| b \\~\\~c\\~\\~'],
  ])('are one line that formats nothing: %j', (text, expected) => {
    expect(line(text)).toBe(expected);
  });

  it('are inline code whatever is in them', () => {
    expect(code('npm test')).toBe('`npm test`');
    expect(code('a`b\nc')).toBe("`a'b c`");
    expect(code(ZERO)).toBe('(none)');
  });

  it('are shortened between characters', () => {
    expect(plain(`a\n b${ZERO}`, 10)).toBe('a b');
    expect(shorten('abcdef', 4)).toBe('abc…');
    expect(shorten('ab🙂d', 4)).toBe('ab…');
    expect(shorten('ab🙂', 4)).toBe('ab🙂');
  });

  it('end as sentences do', () => {
    expect(sentence('Nothing was kept')).toBe('Nothing was kept.');
    expect(sentence('Nothing was kept.')).toBe('Nothing was kept.');
  });

  it.each([
    ['a\n```js\ncode', 'a\n```js\ncode\n```'],
    ['```\ncode\n```\nafter', '```\ncode\n```\nafter'],
    ['````\n```\n', '````\n```\n\n````'],
    ['~~~\n```\n~~~', '~~~\n```\n~~~'],
    ['```\n```js', '```\n```js\n```'],
    ['no fence', 'no fence'],
  ])('leave no fence open: %j', (text, expected) => {
    expect(closeFence(text)).toBe(expected);
  });

  it('are quoted, and long ones attached whole', () => {
    expect(quoted(' words ', 'x.md')).toEqual({ agent: 'words' });
    expect(quoted(`${ZERO} `, 'x.md')).toEqual({});
    const long = 'y'.repeat(1_501);
    expect(quoted(long, 'x.md')).toEqual({ agent: `${'y'.repeat(1_499)}…`, file: { name: 'x.md', text: long } });
  });

  it.each([
    ['docs/plans/a-plan.md', 'a-plan.md'],
    ['../../etc/passwd', 'passwd'],
    ['..', 'document.md'],
    ['a b"\r\nX: y.md', 'a-b--X--y.md'],
    ['', 'document.md'],
  ])('name a file harmlessly: %j', (path, expected) => {
    expect(fileName(path)).toBe(expected);
  });
});

const nasty = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '\u001b[2J',
        BIDI,
        ZERO,
        '\u0000',
        '```',
        '`',
        '**',
        '](http://evil)',
        '@everyone',
        '\n',
        '\ud800',
      ),
    ),
  )
  .map((parts) => parts.join(''));

const notices = (text: string): readonly Notice[] => [
  { kind: 'document', what: 'plan', path: text, text },
  { kind: 'handoff', role: 'coder', summary: text },
  { kind: 'typed', role: 'coder', text },
  { kind: 'heard', by: text, when: 'now' },
  { kind: 'again', role: 'coder', reason: text, left: 1 },
  { kind: 'checked', check: { head, base: other, outcome: 'red', what: text, tail: text } },
  { kind: 'checked', check: { head, base: other, outcome: 'missing', what: text, tail: text } },
  { kind: 'reviewed', severity: text, scope: text, count: 1 },
  { kind: 'held', holds: 2, cause: 'login', ends: { by: 'person' }, reason: text, todo: text, until: 0, loud: true },
  { kind: 'resumed', why: text, by: text },
  { kind: 'approved', by: text, head },
  { kind: 'approval-void', by: text, head, now: other },
  { kind: 'plan-approved', by: text },
  { kind: 'feedback-asked', by: text },
  { kind: 'back', by: text, to: 'coder', why: text },
  {
    kind: 'held-for-review',
    holds: 2,
    number: 1,
    head,
    byHand: text,
    verdict: { says: 'hold', answers: [{ gate: 'paths', says: 'hold', yields: 'merge', sentence: text }] },
  },
  { kind: 'merge-refused', by: text, reason: text, cause: 'person', todo: text, holds: 2 },
  { kind: 'merge-waits', number: 1, reason: text },
  { kind: 'files-left', by: text, names: [text] },
  { kind: 'confirm', by: text, head, patch: text },
  { kind: 'merged', number: 1, head, commit: other, by: text },
  { kind: 'failed', reason: text, holds: 2 },
  { kind: 'stopped', by: text },
];

const words = (text: string): readonly Message[] => {
  const check = { ...reviewed.check!, what: text };
  const of = task(
    {
      at: 'held',
      hold: 1,
      kind: 'person',
      ends: { by: 'person' },
      reason: text,
      todo: text,
      from: { step: 'prepare' },
    },
    { ...reviewed, check },
  );
  const named = { ...of, title: text, idea: text, branch: text };
  return [
    card(named, beside),
    card(
      {
        ...named,
        phase: { at: 'working', role: 'coder', session, leg: 1, words: null, notes: [], halted: false, yields: false },
      },
      beside,
    ),
    ...notices(text).map((told) => notice({ task: id, project: 'site', title: text }, told, beside)),
  ];
};

const rows = (text: string): readonly number[] => words(text).map((message) => message.text.split('\n').length);
const ids = (text: string): readonly string[] =>
  words(text).flatMap(({ buttons }) => buttons.map((button) => button.id));

describe('whatever claims say, a message', () => {
  it('has no character that is not seen, in any of its parts', () => {
    const hidden = /(?![\n\t]|\uFE0E|\uFE0F)[\p{Cc}\p{Cs}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]/u;
    fc.assert(
      fc.property(nasty, (text) => {
        for (const { text: shown, agent = '', file } of words(text)) {
          for (const part of [shown, agent, file?.name ?? '', file?.text ?? '']) expect(part).not.toMatch(hidden);
        }
        const of = task({ at: 'stopped' }, { title: text });
        const refusal = reply({ kind: 'refused', why: { code: 'not-kept', reason: text } });
        for (const part of [threadName(of), taskRow(of), refusal.text]) expect(part).not.toMatch(hidden);
      }),
    );
  });

  it('keeps to its own lines: a claim adds none to the text', () => {
    const plainly = rows('x');
    fc.assert(
      fc.property(nasty, (text) => {
        expect(rows(text)).toEqual(plainly);
      }),
    );
  });

  it('has buttons of its own alone', () => {
    const plainly = ids('x');
    fc.assert(
      fc.property(nasty, (text) => {
        expect(ids(text)).toEqual(plainly);
      }),
    );
  });
});
