/** One file's part of a patch, as git writes it, with these lines in the place of those. */
export function patchOf(path: string, removed: readonly string[], added: readonly string[]): string {
  const lines = [...removed.map((line) => `-${line}`), ...added.map((line) => `+${line}`)];
  return [
    `diff --git a/${path} b/${path}`,
    'index 1111111..2222222 100644',
    `--- a/${path}`,
    `+++ b/${path}`,
    `@@ -1,${removed.length + 1} +1,${added.length + 1} @@`,
    ' context',
    ...lines,
    '',
  ].join('\n');
}
