import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mask, spellings } from '../../src/boundary/mask.ts';

const secret = 'sk-ant-oat01-"quoted"/+ü&_x9';

/** What comes out when `text` goes in, cut into chunks at these places. */
function through(text: Buffer, cuts: readonly number[]): Buffer {
  const at = mask(secret);
  const places = [0, ...cuts.map((cut) => cut % (text.length + 1)).toSorted((a, b) => a - b), text.length];
  const out = places.slice(1).map((to, n) => at.pass(Buffer.from(text.subarray(places[n], to))));
  return Buffer.concat([...out, at.end()]);
}

const basic = (user: string): string => Buffer.from(`${user}:${secret}`).toString('base64');

describe('a credential in an answer', () => {
  it.each([
    ['as it is', `{"error":"bad key ${secret}"}`, secret],
    ['as JSON', JSON.stringify({ error: secret }), JSON.stringify(secret).slice(1, -1)],
    ['in a URL', `https://example.org/?key=${encodeURIComponent(secret)}`, encodeURIComponent(secret)],
    ['as hex', Buffer.from(secret).toString('hex'), Buffer.from(secret).toString('hex')],
    ['as upper hex', Buffer.from(secret).toString('hex').toUpperCase(), '736B2D616E74'],
    ['as base64', Buffer.from(secret).toString('base64'), 'c2stYW50'],
    ['as base64url', Buffer.from(secret).toString('base64url'), 'c2stYW50'],
    ['after one byte, in base64', basic(''), basic('').slice(2, -4)],
    ['after two bytes, in base64', basic('u'), basic('u').slice(3, -4)],
    ['after three bytes, in base64', basic('me'), basic('me').slice(4, -4)],
  ])('%s: covered, wherever the chunks end', (_name, text, part) => {
    expect(text).toContain(part);
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 6 }), (cuts) => {
        const out = through(Buffer.from(`before ${text} after`), cuts).toString();
        expect(out).not.toContain(part);
        expect(out).toMatch(/^before .*\*{8,}.* after$/s);
        expect(Buffer.byteLength(out)).toBe(Buffer.byteLength(`before ${text} after`));
      }),
      { numRuns: 60 },
    );
  });

  it('byte by byte', () => {
    const text = Buffer.from(`${secret}${secret}`);
    expect(through(text, [...text.keys()]).toString()).toBe('*'.repeat(text.length));
  });
});

describe('all else', () => {
  it('comes out as it went in, whatever it is and however it is cut', () => {
    const beginnings = spellings(secret).map((needle) => needle.subarray(0, -1));
    const part = fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      fc.constantFrom(...beginnings),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), fc.array(fc.nat(), { maxLength: 8 }), (parts, cuts) => {
        const text = Buffer.concat(parts.flatMap((bytes) => [bytes, Buffer.from('.')]));
        expect(through(text, cuts).equals(text)).toBe(true);
      }),
    );
  });

  it('goes on at once: an event that has ended waits for nothing', () => {
    const event = Buffer.from('data: {"delta":"sk-"}\n\n');
    expect(mask(secret).pass(event).equals(event)).toBe(true);
  });

  it('is not searched for what is too short to be a credential', () => {
    expect(mask('short').pass(Buffer.from('a short one')).toString()).toBe('a short one');
  });
});
