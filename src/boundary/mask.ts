/** Bytes on their way to a session, with a credential in them covered by as many asterisks. */
export type Mask = {
  /** What may go on now. A tail that could be the beginning of the credential waits for the next bytes. */
  pass(chunk: Buffer): Buffer;
  /** What waited still. */
  end(): Buffer;
};

/** Shorter ones are no credentials, and would be found in ordinary text. */
const SHORTEST = 8;
const ASTERISK = '*'.charCodeAt(0);

/**
 * Whatever an upstream echoes, no session reads a credential: as it is, or as JSON, a URL, base64 (also inside something longer, such as
 * `user:secret`) or hex would write it. All other bytes are passed on as they came, and lengths stay.
 */
export function mask(secret: string): Mask {
  const needles = spellings(secret);
  const longest = Math.max(0, ...needles.map(({ length }) => length));
  let waiting: Buffer = Buffer.alloc(0);
  return {
    pass(chunk) {
      const bytes = cover(Buffer.concat([waiting, chunk]), needles);
      const split = bytes.length - begun(bytes, needles, longest);
      waiting = bytes.subarray(split);
      return bytes.subarray(0, split);
    },
    end() {
      const rest = waiting;
      waiting = Buffer.alloc(0);
      return rest;
    },
  };
}

/** Whether it is written somewhere in these bytes. */
export const isIn = (bytes: Buffer, secret: string): boolean =>
  spellings(secret).some((needle) => bytes.includes(needle));

/** Every way in which it may be written. */
export function spellings(secret: string): readonly Buffer[] {
  if (secret.length < SHORTEST) return [];
  const hex = Buffer.from(secret).toString('hex');
  const texts = [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase()),
    hex,
    hex.toUpperCase(),
    ...[0, 1, 2].flatMap((before) => base64Within(secret, before)),
  ];
  return [...new Set(texts)].map((text) => Buffer.from(text));
}

/** The characters of base64 that the secret alone decides, when so many bytes (mod 3) stand before it. */
function base64Within(secret: string, before: number): readonly string[] {
  const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
  const from = Math.ceil((before * 8) / 6);
  const to = Math.floor((bytes.length * 8) / 6);
  return (['base64', 'base64url'] as const).map((how) => bytes.toString(how).slice(from, to));
}

function cover(bytes: Buffer, needles: readonly Buffer[]): Buffer {
  for (const needle of needles) {
    for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + needle.length))
      bytes.fill(ASTERISK, at, at + needle.length);
  }
  return bytes;
}

/** How many bytes at the end could be the beginning of a needle. */
function begun(bytes: Buffer, needles: readonly Buffer[], longest: number): number {
  for (let n = Math.min(longest - 1, bytes.length); n > 0; n -= 1) {
    const tail = bytes.subarray(bytes.length - n);
    if (needles.some((needle) => needle.length > n && needle.subarray(0, n).equals(tail))) return n;
  }
  return 0;
}
