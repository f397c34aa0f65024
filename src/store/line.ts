import { crc32 } from 'node:zlib';

const opening = '{"crc":"';
const sealLength = `${opening}00000000",`.length;

/** A JSON object as one line that notices damage: its first member is the crc32 (8 hex digits) of every byte after that member. */
export function seal(body: Readonly<Record<string, unknown>>): Buffer {
  const rest = JSON.stringify(body).slice(1);
  return Buffer.from(`${opening}${checksum(Buffer.from(rest))}",${rest}\n`);
}

/** The body of a sealed line given without its newline; undefined when any byte of it is not as it was sealed. */
export function unseal(line: Buffer): unknown {
  if (
    line.length <= sealLength ||
    line.toString('latin1', 0, sealLength) !== `${opening}${checksum(line.subarray(sealLength))}",`
  ) {
    return undefined;
  }
  try {
    return JSON.parse(`{${line.toString('utf8', sealLength)}`);
  } catch {
    return undefined;
  }
}

function checksum(bytes: Buffer): string {
  return crc32(bytes).toString(16).padStart(8, '0');
}
