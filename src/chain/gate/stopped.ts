import type { FilePatch } from './hunks.ts';

/** What ends a whole run or a whole file, or leaves it out, wherever it stands. */
const ends = /\b(?:process\.(?:exit|abort)|sys\.exit|os\._?exit|importorskip|__test__|TestMain|collect_ignore)\b/iu;

/** What says of a file that is there that it is built elsewhere, or ends before its end. */
const leaves = /^\s*(?:#!?\[cfg\((?!test\))|#if\b|=begin\b|__END__\b|\/\/ ?(?:go:build|\+build)\b)/u;

/** A check of its own in the place of the real one, or a double in the place of what is tested. */
const stands =
  /^\s*(?:export )?(?:const|let|var|function|def|class|fn|func) +(?:expect|assert|it|test|describe)\b|\b(?:globalThis|global|window)\.(?:expect|assert|it|test|describe)\b|\b(?:vi|jest)\.(?:doM|m)ock\b|\bmock\.module\b/u;

/** A line that takes what comes after it with it: a condition without its block, half of an expression. */
const dangles = /^\s*(?:if|else|for|while|unless)\b[^;{}]*$|(?:&&|\|\||\?\?|[=>?:])\s*$/u;

const leaving = /(?:^|[\s;{)])(?:return|exit|break|continue)\b/u;
const ownCode = /=>|\b(?:function|def|func|fn|fun|void|class|it|test|describe|specify|scenario)\b/u;

const comment = /^\s*(?:\/\/|\*|#(?!\[)|--)/u;
const blank = /^\W*$/u;
const reading = /^\s*(?:import|from|use|using|#include|require)\b/u;

/**
 * Whether lines that were added to a test file may stop what was there before: they end it early, stand in for its checks, or begin around it what
 * they do not end. What an added test does within itself is its own.
 */
export function stops({ added, runs }: FilePatch, isNew: boolean): boolean {
  if (added.some((line) => ends.test(bare(line)) && !comment.test(line))) return true;
  if (isNew) return false;
  return added.some((line) => leaves.test(line) || stands.test(bare(line))) || runs.some((run) => reachesOut(run));
}

/** Whether a line of it went that said something, and stands nowhere in it any more. An import that names more is as good as the one before. */
export function changes({ added, removed }: FilePatch): boolean {
  const lines = new Set(added.map(plain));
  const read = new Set(added.filter((line) => reading.test(line)).flatMap(words));
  return removed.some(
    (line) =>
      !blank.test(line) &&
      !comment.test(line) &&
      !lines.has(plain(line)) &&
      !(reading.test(line) && words(line).every((word) => read.has(word))),
  );
}

const plain = (line: string): string => line.trimEnd().replace(/[,;]$/u, '');
const words = (line: string): readonly string[] => line.match(/[\w./@-]+/gu) ?? [];

/** Without what stands in quotes on one line. */
const bare = (line: string): string => line.replaceAll(/"[^"\\]*"|'[^'\\]*'|`[^`\\]*`/gu, '""');

const countOf = (text: string, marks: RegExp): number => text.match(marks)?.length ?? 0;

/** Whether lines that were added together open what they do not close, or leave what they do not begin. */
function reachesOut(run: readonly string[]): boolean {
  const lines = run.filter((line) => !comment.test(line)).map(bare);
  const [code, all] = [lines.join('\n'), run.map(bare).join('\n')];
  const uneven = countOf(code, /[{([]/gu) !== countOf(code, /[})\]]/gu);
  if (uneven || countOf(all, /\/\*/gu) !== countOf(all, /\*\//gu)) return true;
  return dangles.test(lines.findLast((line) => !blank.test(line)) ?? '') || leavesOuter(lines);
}

/** By how far lines are indented: whether one leaves a block that began before them. */
function leavesOuter(lines: readonly string[]): boolean {
  const around: { readonly depth: number; readonly own: boolean }[] = [];
  for (const line of lines.filter((each) => each.trim() !== '')) {
    const depth = line.length - line.trimStart().length;
    while ((around.at(-1)?.depth ?? -1) >= depth) around.pop();
    const own = (around.at(-1)?.own ?? false) || ownCode.test(line);
    if (!own && leaving.test(line)) return true;
    around.push({ depth, own });
  }
  return false;
}
