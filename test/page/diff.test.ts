import { expect, it } from 'vitest';
import { diffRows } from '../../src/bots/console/page/diff.ts';

it.each([
  [
    'a patch',
    'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@ f\n same\n-old\n+new\n',
    'file file file hunk same removed added same',
  ],
  [
    'lines that look like headers',
    '@@ -1,2 +1,2 @@\n--- a/x\n-@@ -1 +1 @@\n+++ b/y\n+@@ -9 +9 @@\n--- a/z',
    'hunk removed removed added added file',
  ],
  ['no count means one', '@@ -1 +1 @@\n-a\n+b\n+c', 'hunk removed added file'],
  [
    'no line feed at the end',
    '@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file',
    'hunk removed same added same',
  ],
  ['what is no patch', 'READ me', 'file'],
])('%s', (_what, patch, kinds) => {
  const rows = diffRows(patch);
  expect(rows.map(({ kind }) => kind).join(' ')).toBe(kinds);
  expect(rows.map(({ text }) => text).join('\n')).toBe(patch);
});
