/** One file's part of a patch. Its text is what an agent wrote: data. */
export type FilePatch = {
  readonly path: string;
  readonly text: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly context: readonly string[];
  /** The added lines again, those together that stand together. */
  readonly runs: readonly (readonly string[])[];
  /** False where the lines are not all there: a binary file, or a patch that was cut. */
  readonly whole: boolean;
};

/** The parts of `git diff --no-renames`, by path in its order. A file that became a link has two. */
export function filePatches(patch: string): readonly FilePatch[] {
  const files: { header: string; lines: string[] }[] = [];
  let left = 0;
  // Only where git ends a line: a carriage return inside a line begins no header.
  for (const line of patch.split('\n')) {
    if (left <= 0 && line.startsWith('diff --git ')) files.push({ header: line, lines: [] });
    files.at(-1)?.lines.push(line);
    left = left > 0 ? left - lineCount(line) : hunkLength(line);
  }
  const parts = files.map(({ header, lines }) => readFile(header, lines));
  return patch.endsWith('\n')
    ? parts
    : parts.map((part, at) => (at < parts.length - 1 ? part : { ...part, whole: false }));
}

/** What git writes between a file's header and its hunks. Anything else there is somebody's note that the patch was cut. */
const between =
  /^(?:diff --git |index |(?:old|new) mode |(?:deleted|new) file mode |--- |\+\+\+ |@@ |\\ No newline|$)/u;

function readFile(header: string, lines: readonly string[]): FilePatch {
  const at = { added: [] as string[], removed: [] as string[], context: [] as string[] };
  const of: Readonly<Record<string, string[]>> = { '+': at.added, '-': at.removed, ' ': at.context, '\\': [] };
  const runs: string[][] = [];
  let left = 0;
  let sound = true;
  let before = '';
  for (const line of lines) {
    if (left <= 0) {
      sound &&= between.test(line);
      left = hunkLength(line);
      before = '';
      continue;
    }
    left -= lineCount(line);
    if (line.startsWith('+') && before !== '+') runs.push([]);
    before = line.charAt(0);
    if (before === '+') runs.at(-1)?.push(line.slice(1));
    const side = of[line.charAt(0)];
    sound &&= side !== undefined;
    side?.push(line.slice(1));
  }
  return { path: pathOf(header), text: lines.join('\n'), ...at, runs, whole: sound };
}

/** Lines of the old and the new side that follow a hunk's header; 0 for any other line. */
function hunkLength(line: string): number {
  const counts = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/u.exec(line);
  return counts === null ? 0 : Number(counts[1] ?? 1) + Number(counts[2] ?? 1);
}

function lineCount(line: string): number {
  if (line.startsWith('\\')) return 0;
  return line.startsWith('+') || line.startsWith('-') ? 1 : 2;
}

/** Without renames both names of the header are the same one: `a/x b/x`, each in quotes where git had to escape it. */
function pathOf(header: string): string {
  const names = header.slice('diff --git '.length);
  const half = names.slice(0, (names.length - 1) / 2);
  return half.startsWith('"') ? unquote(half.slice(1, -1)).slice(2) : half.slice(2);
}

const escapes: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 };

function unquote(quoted: string): string {
  const bytes: number[] = [];
  for (const [piece, octal, letter] of quoted.matchAll(/\\(?:([0-7]{3})|(.))|[^\\]+/gsu)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
    else if (letter !== undefined)
      bytes.push(...(letter in escapes ? [escapes[letter] ?? 0] : new TextEncoder().encode(letter)));
    else bytes.push(...new TextEncoder().encode(piece));
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}
