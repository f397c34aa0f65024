import { z } from 'zod';
import { seal, unseal } from './line.ts';

/** The version of the journal's lines that this program writes and reads. */
const format = 1;

const Header = z.object({ format: z.number(), stream: z.string() });

/** One append: its entries stand or fall together. `seq` is the number of the first one. */
const Append = z.object({ seq: z.number(), entries: z.array(z.unknown()).min(1) });

export type Scan =
  /** `seq` of the last entry; `end` is the length in bytes of the lines that are whole: what follows is a torn tail. */
  | {
      readonly ok: true;
      readonly entries: readonly unknown[];
      readonly seq: number;
      readonly end: number;
      readonly lines: number;
    }
  | Damage;

/** `line` counts from 1. */
export type Damage = { readonly ok: false; readonly line: number; readonly reason: string };

export function headerLine(stream: string): Buffer {
  return seal({ format, stream });
}

/** Throws TypeError when an entry has no JSON. */
export function appendLine(seq: number, entries: readonly unknown[]): Buffer {
  const missing = entries.findIndex((entry) => JSON.stringify(entry) === undefined);
  if (missing >= 0) {
    throw new TypeError(`Entry ${seq + missing} has no JSON (${typeof entries[missing]}).`);
  }
  return seal({ seq, entries });
}

/** Reads a whole journal: a header line, then one line an append. Only what follows the last newline can be a torn write. */
export function scan(bytes: Buffer, stream: string): Scan {
  const entries: unknown[] = [];
  let end = 0;
  let lines = 0;
  for (let newline = bytes.indexOf(10); newline >= 0; newline = bytes.indexOf(10, end)) {
    lines += 1;
    const line = bytes.subarray(end, newline);
    const reason = lines === 1 ? wrongHeader(line, stream) : takeAppend(line, entries);
    if (reason !== null) {
      return { ok: false, line: lines, reason };
    }
    end = newline + 1;
  }
  if (lines === 0) {
    return { ok: false, line: 1, reason: 'the header is not whole, though a journal is put in place with its header' };
  }
  // No torn write leaves a whole line and one byte more: that byte was the newline of an entry that was acknowledged.
  if (unseal(bytes.subarray(end, -1)) !== undefined) {
    return { ok: false, line: lines + 1, reason: 'its last byte is not a newline' };
  }
  return { ok: true, entries, seq: entries.length, end, lines };
}

function wrongHeader(line: Buffer, stream: string): string | null {
  const header = Header.safeParse(unseal(line) ?? looseHeader(line));
  if (!header.success) {
    return 'the header is damaged';
  }
  if (header.data.format > format) {
    return `it is in format ${header.data.format} of a newer Signalbox and this one reads up to ${format}; start the newer one, or restore a backup from before it`;
  }
  if (unseal(line) === undefined || header.data.format !== format) {
    return 'the header is damaged';
  }
  return header.data.stream === stream ? null : `it is the journal of stream ${header.data.stream}`;
}

/** A newer header may be sealed in another way; its format is still told. */
function looseHeader(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'));
  } catch {
    return null;
  }
}

function takeAppend(line: Buffer, entries: unknown[]): string | null {
  const body = unseal(line);
  if (body === undefined) {
    return 'its checksum does not fit: bytes were changed, lost or added';
  }
  const append = Append.safeParse(body);
  if (!append.success) {
    return 'it is no append of this format';
  }
  if (append.data.seq !== entries.length + 1) {
    return `it begins at entry ${append.data.seq} where ${entries.length + 1} was due`;
  }
  for (const entry of append.data.entries) {
    entries.push(entry);
  }
  return null;
}
