import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readJson } from '../../src/boundary/json.ts';

describe('readJson', () => {
  test('gives what JSON.parse gives, of any JSON however it is spaced', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(0, 1, '\t', '  '), (value, space) => {
        const folded = Object.keys(Object(value)).map((name) => name.toLowerCase());
        fc.pre(new Set(folded).size === folded.length);
        const text = JSON.stringify(value, null, space);
        expect(readJson(Buffer.from(text))).toEqual({ ok: true, value: JSON.parse(text) });
      }),
      { numRuns: 1000 },
    );
  });

  test('refuses whatever JSON.parse refuses', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:\\ut0 1-e.\n'.split('')), maxLength: 12 }), (text) => {
        let parses = true;
        try {
          JSON.parse(text);
        } catch {
          parses = false;
        }
        fc.pre(!parses);
        expect(readJson(Buffer.from(text)).ok).toBe(false);
      }),
      { numRuns: 5000 },
    );
  });

  test.each([
    ['{"a":1,"a":1}', 'a'],
    ['{"a":1,"A":1}', 'A'],
    [String.raw`{"a\"":1,"a\u0022":1}`, 'a\\"'],
    ['{"x":[{"b":[],"c":{"b":1},"b":2}]}', 'b'],
    ['{"a" \n\t :1, "a"\r:2}', 'a'],
    ['{"":1,"":2}', ''],
    ['{"__proto__":1,"__proto__":2}', '__proto__'],
  ])('%s has a name twice', (text, name) => {
    expect(readJson(Buffer.from(text))).toEqual({ ok: false, why: `the body has "${name}" twice in one object` });
  });

  test.each([
    '{"x":{"a":1,"A":2}}',
    '[{"a":1},{"a":1}]',
    '{"a":"a","b":"a"}',
    String.raw`{"a":"\\","b":"\"a\":"}`,
    '{"a":{"a":{"a":1}}}',
  ])('%s has not', (text) => {
    expect(readJson(Buffer.from(text))).toEqual({ ok: true, value: JSON.parse(text) });
  });

  test('what is deep or has many values is refused before it is built, however long', () => {
    const why = 'the body is nested too deep or has too many values';
    expect(readJson(Buffer.alloc(2 ** 25, '['))).toEqual({ ok: false, why });
    expect(readJson(Buffer.from(`[${'1,'.repeat(100_000)}1]`))).toEqual({ ok: false, why });
    expect(readJson(Buffer.from(`[${'1,'.repeat(99_000)}1]`)).ok).toBe(true);
    expect(readJson(Buffer.from(`${'['.repeat(200)}${']'.repeat(200)}`)).ok).toBe(true);
  });

  test('an object of very many names is refused', () => {
    const names = (count: number): Buffer =>
      Buffer.from(JSON.stringify({ x: Object.fromEntries(Array.from({ length: count }, (_, n) => [`n${n}`, 1])) }));
    expect(readJson(names(10_000)).ok).toBe(true);
    expect(readJson(names(10_001))).toEqual({ ok: false, why: 'the body has too many names in one object' });
  });

  test('a long string is no work', () => {
    const value = '\\"x'.repeat(2 ** 22);
    expect(readJson(Buffer.from(JSON.stringify({ value })))).toEqual({ ok: true, value: { value } });
  });
});
