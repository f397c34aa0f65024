import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { appendLine, headerLine, scan } from '../../src/store/scan.ts';
import { seal, unseal } from '../../src/store/line.ts';

const first = headerLine('box');
const lines = [
  first,
  appendLine(1, [{ kind: 'asked', text: 'ünï' }]),
  appendLine(2, ['b', 'c']),
  appendLine(4, [null]),
];
const whole = Buffer.concat(lines);
const entries = [{ kind: 'asked', text: 'ünï' }, 'b', 'c', null];

describe('scan', () => {
  test('a whole journal', () => {
    expect(scan(whole, 'box')).toEqual({ ok: true, entries, seq: 4, end: whole.length, lines: 4 });
  });

  test('torn at every byte of the last line: it is cut there, and the lines before stay', () => {
    const end = whole.length - lines[3]!.length;
    for (let length = end; length < whole.length; length += 1) {
      expect(scan(whole.subarray(0, length), 'box')).toEqual({
        ok: true,
        entries: entries.slice(0, 3),
        seq: 3,
        end,
        lines: 3,
      });
    }
  });

  test('an append of several entries is cut whole', () => {
    const end = first.length + lines[1]!.length;
    for (let length = end; length < end + lines[2]!.length; length += 1) {
      expect(scan(whole.subarray(0, length), 'box')).toMatchObject({ ok: true, seq: 1, end });
    }
  });

  test('cut anywhere in the header it is damaged: a journal never exists without one', () => {
    for (let length = 0; length < first.length; length += 1) {
      expect(scan(whole.subarray(0, length), 'box')).toMatchObject({ ok: false, line: 1 });
    }
  });

  test('one byte changed anywhere to anything is noticed, and the line is named', () => {
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const damaged = Buffer.from(whole);
        damaged[at] = damaged[at]! ^ flip;
        const line = whole.subarray(0, at).filter((byte) => byte === 10).length + 1;
        const found = scan(damaged, 'box');
        expect(found).toMatchObject({ ok: false });
        expect(found.ok ? 0 : found.line).toBe(line);
      }),
      { numRuns: 2000 },
    );
  });

  test('every single bit of every byte', () => {
    for (let bit = 0; bit < whole.length * 8; bit += 1) {
      const damaged = Buffer.from(whole);
      damaged[bit >> 3] = damaged[bit >> 3]! ^ (1 << (bit & 7));
      expect(scan(damaged, 'box').ok).toBe(false);
    }
  });

  test.each([
    ['a line removed', [0, 1, 3], 'it begins at entry 4 where 2 was due'],
    ['a line twice', [0, 1, 1, 2], 'it begins at entry 1 where 2 was due'],
    ['two lines exchanged', [0, 2, 1, 3], 'it begins at entry 2 where 1 was due'],
    ['the header missing', [1, 2, 3], 'the header is damaged'],
    ['the header twice', [0, 0, 1], 'it is no append of this format'],
  ])('%s', (_, order, reason) => {
    expect(scan(Buffer.concat(order.map((n) => lines[n]!)), 'box')).toMatchObject({ ok: false, reason });
  });

  test('a newer format is refused clearly, however it is sealed', () => {
    const reason =
      'it is in format 2 of a newer Signalbox and this one reads up to 1; start the newer one, or restore a backup from before it';
    expect(scan(seal({ format: 2, stream: 'box' }), 'box')).toEqual({ ok: false, line: 1, reason });
    expect(scan(Buffer.from('{"format":2,"stream":"box","sha256":"x"}\n'), 'box')).toEqual({
      ok: false,
      line: 1,
      reason,
    });
  });

  test("another stream's journal is refused", () => {
    expect(scan(whole, 'console')).toEqual({ ok: false, line: 1, reason: 'it is the journal of stream box' });
  });

  test('empty lines, foreign lines and zeros are damage', () => {
    for (const line of ['\n', '{}\n', '\0\0\0\0\n', 'null\n', '{"crc":"00000000","seq":5,"entries":[1]}\n']) {
      expect(scan(Buffer.concat([whole, Buffer.from(line)]), 'box')).toMatchObject({ ok: false, line: 5 });
    }
    // What a file system leaves of a write whose blocks did not arrive.
    expect(scan(Buffer.concat([whole, Buffer.alloc(4096)]), 'box')).toMatchObject({ ok: true, end: whole.length });
  });
});

describe('seal', () => {
  test('any JSON comes back as it went in', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const line = seal({ value });
        expect(line.indexOf(10)).toBe(line.length - 1);
        const { crc, ...body } =
          unseal(line.subarray(0, -1)) === undefined ? { crc: null } : JSON.parse(line.toString());
        expect(crc).toMatch(/^[0-9a-f]{8}$/);
        expect(unseal(line.subarray(0, -1))).toEqual(body);
      }),
    );
  });

  test.each(['', '{', '{}', '{"crc":"00000000",', '{"crc":"00000000"}', '\0'.repeat(40)])(
    '%j is not sealed',
    (line) => {
      expect(unseal(Buffer.from(line))).toBe(undefined);
    },
  );
});
