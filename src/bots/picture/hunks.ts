import { diffRows } from '../console/page/diff.ts';

/** What a picture of a patch says of one file: its path and its lines, in order. */
export type Pictured = {
  readonly path: string;
  readonly plus: number;
  readonly minus: number;
  readonly lines: readonly Line[];
};

/** `hunk`: where in the file the next lines are. */
export type Line = { readonly kind: 'hunk' | 'added' | 'removed' | 'same'; readonly text: string };

/** The files of a patch as git writes it. What is no text of a file, such as its modes, is left out; a file without lines says what it is. */
export function filesOf(patch: string): readonly Pictured[] {
  const files: { path: string; lines: Line[] }[] = [];
  for (const { kind, text } of diffRows(patch)) {
    const file = files.at(-1);
    if (kind === 'file') {
      const [, path] = /^diff --git (?:"?a\/.*"? )"?b\/(.*?)"?$/.exec(text) ?? [];
      if (path !== undefined) files.push({ path, lines: [] });
      else if (file && /^(?:new file|deleted file|Binary files|old mode|new mode)/.test(text))
        file.lines.push({ kind: 'hunk', text });
    } else if (kind === 'hunk') {
      const [, line, what] = /^@@ -\d+(?:,\d+)? \+(\d+)(?:,\d+)? @@ ?(.*)$/.exec(text) ?? [];
      file?.lines.push({ kind, text: `line ${line}${what ? `  ${what}` : ''}` });
    } else if (text !== '' && !text.startsWith('\\')) file?.lines.push({ kind, text: text.slice(1) });
  }
  return files.map(({ path, lines }) => {
    const sum = (kind: Line['kind']): number => lines.filter((line) => line.kind === kind).length;
    return { path, lines, plus: sum('added'), minus: sum('removed') };
  });
}
