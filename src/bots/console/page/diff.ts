export type DiffRow = { readonly kind: 'file' | 'hunk' | 'added' | 'removed' | 'same'; readonly text: string };

/**
 * Rows of a patch with what each is. Counted by the hunk's own numbers: a removed line `-- x` reads `--- x` and is no header, whatever it
 * looks like.
 */
export function diffRows(patch: string): readonly DiffRow[] {
  let [removed, added] = [0, 0];
  return patch.split('\n').map((text) => {
    if (removed > 0 || added > 0) {
      const kind = text.startsWith('+') ? 'added' : text.startsWith('-') ? 'removed' : 'same';
      if (text.startsWith('\\')) return { kind: 'same', text };
      if (kind !== 'added') removed -= 1;
      if (kind !== 'removed') added -= 1;
      return { kind, text };
    }
    const [, fewer, more] = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(text) ?? [];
    if (!text.startsWith('@@ -')) return { kind: text === '' || text.startsWith('\\') ? 'same' : 'file', text };
    [removed, added] = [Number(fewer ?? 1), Number(more ?? 1)];
    return { kind: 'hunk', text };
  });
}
