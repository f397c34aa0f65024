/** A file of an archive, as it says. `name` is the agent's word, still to be cleaned. */
export type TarFile = { readonly name: string; readonly bytes: Buffer };
/**
 * What an archive holds. `others`: names of what is no plain file; `half`: the name of what it ended in the middle of; `cut`: it ended, or stopped making
 * sense, before its end.
 */
export type Unpacked = {
  readonly files: readonly TarFile[];
  readonly others: readonly string[];
  readonly half: string | null;
  readonly cut: boolean;
};

const BLOCK = 512;

/**
 * Reads a ustar archive in memory: plain files, and nothing of what else an archive may say (links, devices, FIFOs, long names, extensions), which
 * is named. Whatever the bytes are, it ends: each step goes on by a block at least.
 */
export function unpack(archive: Buffer): Unpacked {
  const files: TarFile[] = [];
  const others: string[] = [];
  let at = 0;
  while (at + BLOCK <= archive.length) {
    const header = archive.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) return { files, others, half: null, cut: false };
    const size = octal(header, 124, 12);
    if (size === null || !isSound(header)) return { files, others, half: null, cut: true };
    const name = nameOf(header);
    const type = String.fromCharCode(header[156] ?? 0);
    const [from, to] = [at + BLOCK, at + BLOCK + size];
    if (to > archive.length) return { files, others, half: name, cut: true };
    if (type === '0' || type === '\0') files.push({ name, bytes: archive.subarray(from, to) });
    else if (type !== '5') others.push(name);
    at = from + Math.ceil(size / BLOCK) * BLOCK;
  }
  return { files, others, half: null, cut: true };
}

/** Its own sum, with blanks where the sum stands, and the mark of the format. */
function isSound(header: Buffer): boolean {
  const sum = header.reduce((all, byte, n) => all + (n >= 148 && n < 156 ? 32 : byte), 0);
  return header.toString('latin1', 257, 262) === 'ustar' && octal(header, 148, 8) === sum;
}

function nameOf(header: Buffer): string {
  const [name, prefix] = [text(header, 0, 100), text(header, 345, 155)];
  return prefix === '' ? name : `${prefix}/${name}`;
}

function text(header: Buffer, from: number, length: number): string {
  const field = header.subarray(from, from + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end === -1 ? length : end);
}

/** Octal digits, as ustar writes them; null for anything else, such as the larger numbers of GNU's. */
function octal(header: Buffer, from: number, length: number): number | null {
  const [, digits] = /^ *([0-7]+)[ \0]*$/.exec(header.toString('latin1', from, from + length)) ?? [];
  return digits === undefined ? null : Number.parseInt(digits, 8);
}
