import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** Packages as the registries of Python and Go have them, made here; and repositories of projects that use them. */

type Files = Readonly<Record<string, string>>;

/** A zip archive with its files as they are, not deflated. */
function zip(files: Files): Buffer {
  const parts: Buffer[] = [];
  const listed: Buffer[] = [];
  let at = 0;
  for (const [name, text] of Object.entries(files)) {
    const [path, bytes] = [Buffer.from(name), Buffer.from(text)];
    const about = Buffer.alloc(26);
    about.writeUInt16LE(20, 0);
    about.writeUInt16LE(0x5621, 8);
    about.writeUInt32LE(crc32(bytes), 10);
    about.writeUInt32LE(bytes.length, 14);
    about.writeUInt32LE(bytes.length, 18);
    about.writeUInt16LE(path.length, 22);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(at, 10);
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), about, path, bytes]);
    listed.push(Buffer.concat([Buffer.from('PK\u0001\u0002'), Buffer.from([20, 0]), about, rest, path]));
    parts.push(local);
    at += local.length;
  }
  const directory = Buffer.concat(listed);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(listed.length, 4);
  end.writeUInt16LE(listed.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(at, 12);
  return Buffer.concat([...parts, directory, Buffer.from('PK\u0005\u0006'), end]);
}

/** A wheel of one module. */
export function wheel(name: string, version: string, code: string): Buffer {
  const info = `${name}-${version}.dist-info`;
  return zip({
    [`${name}.py`]: code,
    [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n`,
    [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    [`${info}/RECORD`]: `${name}.py,,\n${info}/METADATA,,\n${info}/WHEEL,,\n${info}/RECORD,,\n`,
  });
}

/** A Go module as a proxy serves it, and its lines of go.sum. */
export function goModule(path: string, version: string, files: Files): { readonly zip: Buffer; readonly sum: string } {
  const whole = Object.fromEntries(Object.entries(files).map(([name, text]) => [`${path}@${version}/${name}`, text]));
  const lines = `${path} ${version} ${dirhash(whole)}\n${path} ${version}/go.mod ${dirhash({ 'go.mod': files['go.mod'] ?? '' })}\n`;
  return { zip: zip(whole), sum: lines };
}

function dirhash(files: Files): string {
  const sha = (text: string) => createHash('sha256').update(text);
  const lines = Object.keys(files)
    .toSorted()
    .map((name) => `${sha(files[name] ?? '').digest('hex')}  ${name}\n`);
  return `h1:${sha(lines.join('')).digest('base64')}`;
}
