import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coverPrints, printsOf } from '../../src/boundary/prints.ts';
import { bare, coversOf } from '../../src/chain/covered.ts';
import { shownOf } from '../../src/chain/growing.ts';

const SECRET = 'Zq8-vT2mWx91pLk0RbYd7NcE4hUs6JaG';
const known = coverPrints({ v: 1, salt: 'salt', accounts: { a: [[...printsOf(SECRET, 'salt')]] } }, '(covered)');

describe('a text that grows', () => {
  it.each([
    ['', ''],
    ['One', ''],
    ['One thing', 'One'],
    ['One thing first. ', 'One thing first.'],
    ['It is `src/a.ts`, and 3 ', 'It is `src/a.ts`, and'],
    ['Das heißt: über ', 'Das heißt: über'],
    ['これは ab12', 'これは'],
    ['the key Zq8-vT2mWx91', 'the key'],
    ['the key Zq8-vT2m\nWx91pLk0\n', 'the key'],
    ['the key Z q 8 - v ', 'the key'],
    [`the key ${SECRET} is`, 'the key'],
    [`the key ${SECRET} and more`, 'the key (covered) and'],
  ])('%j shows %j', (text, shown) => {
    expect(shownOf(text, known)).toBe(shown);
  });

  it('shows no part of a secret, however it comes and wherever it is broken into lines', () => {
    const spelled = [SECRET, Buffer.from(SECRET).toString('base64'), Buffer.from(SECRET).toString('hex')];
    const words = fc.array(fc.constantFrom('One', 'thing', 'first.', 'and', '`a1`'), { maxLength: 6 });
    fc.assert(
      fc.property(
        words,
        words,
        fc.constantFrom(...spelled),
        fc.integer({ min: 8, max: 76 }),
        (before, after, secret, width) => {
          const broken = secret.match(new RegExp(`.{1,${width}}`, 'g'))!.join('\n');
          const text = [...before, broken, ...after, 'end '].join(' ');
          for (let n = 1; n <= text.length; n += 1) {
            const shown = coversOf(known)
              .all(shownOf(text.slice(0, n), known))
              .replaceAll(/\s/g, '');
            for (let at = 0; at + 8 <= secret.length; at += 1) expect(shown).not.toContain(secret.slice(at, at + 8));
          }
          return shownOf(text, known).endsWith('end');
        },
      ),
      { numRuns: 20 },
    );
  });

  it('shows what looks like a key only when it is whole, so that it is covered', () => {
    const text = 'with sk-ant-api03-abcdefghijklmnopqrstuvwxyz0123456789 inside ';
    const { all } = coversOf(bare);
    for (let n = 1; n <= text.length; n += 1) expect(all(shownOf(text.slice(0, n), bare))).not.toContain('sk-ant');
    expect(all(shownOf(text, bare))).toBe('with (covered: an Anthropic key) inside');
  });
});
