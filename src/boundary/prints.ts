import { hash } from 'node:crypto';
import type { Print, Prints } from './files.ts';
import { spellings } from './mask.ts';

/**
 * How a secret is known again by who does not have it: by prints of every way in which it may be written. A print is the text's length, twelve
 * bits of a sum that can be rolled along a longer text, and a salted hash. Nobody gets the secret back from it who could not guess it.
 */
export const printsOf = (secret: string, salt: string): readonly Print[] =>
  spellings(secret).map((needle) => {
    const text = needle.toString('latin1');
    return { length: text.length, sum: sumOf(text), hash: hashOf(text, salt) };
  });

const hashOf = (text: string, salt: string): string => hash('sha256', `${salt} ${text}`).slice(0, 32);

const BASE = 0x2545f491;
const top = (sum: number): number => sum >>> 20;

function sumOf(text: string): number {
  let sum = 0;
  for (let n = 0; n < text.length; n += 1) sum = (Math.imul(sum, BASE) + text.charCodeAt(n)) | 0;
  return top(sum);
}

type Range = { readonly from: number; readonly to: number };

/** Covers every text that has one of these prints, also where it is broken into lines. */
export function coverPrints({ salt, accounts }: Prints, put: string): (text: string) => string {
  const prints = Object.values(accounts).flat(2);
  const lengths = [...new Set(prints.map(({ length }) => length))];
  const tables = lengths.map((length) => tableOf(prints, length));
  const shortest = Math.min(...lengths);
  return (text) => {
    if (text.length < shortest) return text;
    const dense = denseOf(text);
    const ranges = tables.flatMap((table) => found(dense, table, salt));
    return ranges.length === 0 ? text : replaced(text, ranges, put);
  };
}

type Table = {
  readonly length: number;
  /** BASE to the power of the length: what the first character weighs when one more has come. */
  readonly weight: number;
  readonly sums: Uint8Array;
  readonly hashes: ReadonlySet<string>;
};

function tableOf(prints: readonly Print[], length: number): Table {
  const own = prints.filter((print) => print.length === length);
  const sums = new Uint8Array(4096);
  for (const { sum } of own) sums[sum] = 1;
  let weight = 1;
  for (let n = 0; n < length; n += 1) weight = Math.imul(weight, BASE);
  return { length, weight, sums, hashes: new Set(own.map((print) => print.hash)) };
}

/** A text without its white space, and where each of its characters stands. No secret has any, and base64 is broken into lines. */
type Dense = { readonly text: string; readonly places: Uint32Array };

function denseOf(text: string): Dense {
  const places = new Uint32Array(text.length);
  let length = 0;
  for (let n = 0; n < text.length; n += 1) {
    if (isSpace(text.charCodeAt(n))) continue;
    places[length] = n;
    length += 1;
  }
  return { text: length === text.length ? text : text.replaceAll(/[ \t\n\r]+/g, ''), places };
}

const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 10) || code === 13;

function found({ text, places }: Dense, { length, weight, sums, hashes }: Table, salt: string): readonly Range[] {
  const ranges: Range[] = [];
  let sum = 0;
  for (let n = 0; n < text.length; n += 1) {
    sum = (Math.imul(sum, BASE) + text.charCodeAt(n)) | 0;
    if (n >= length) sum = (sum - Math.imul(text.charCodeAt(n - length), weight)) | 0;
    if (n < length - 1 || sums[top(sum)] === 0) continue;
    const from = n + 1 - length;
    if (hashes.has(hashOf(text.slice(from, n + 1), salt)))
      ranges.push({ from: places[from] ?? 0, to: (places[n] ?? 0) + 1 });
  }
  return ranges;
}

function replaced(text: string, ranges: readonly Range[], put: string): string {
  let [out, at] = ['', 0];
  for (const { from, to } of ranges.toSorted((a, b) => a.from - b.from)) {
    if (from >= at) out += text.slice(at, from) + put;
    at = Math.max(at, to);
  }
  return out + text.slice(at);
}
