import { isTest, isTestConfig } from './bands.ts';
import type { PathChange } from '../change.ts';
import type { FilePatch } from './hunks.ts';

const claim =
  /\b(?:it|test|describe|expect|assert\w*|should|require)\b\s*[.(!]|\bdef test_|\bfunc Test|#\[(?:tokio::)?test\]|@Test\b/u;
const skip =
  /\b(?:it|test|describe|context|suite|t)\.(?:skip|only|todo|fixme|fails)\b|\b[xf](?:it|test|describe)\s*\(|\bt\.Skip|@(?:pytest\.mark\.)?(?:skip|xfail)|@(?:Disabled|Ignore)\b|#\[ignore|\bskip(?:If|Test|Unless)\b|\bpytest\.skip\b/iu;

/**
 * What a change may have done to the tests, one phrase a kind: removed, skipped, with fewer checks, configured anew. It reads
 * names and lines and no code: it can miss what is hidden and name what is harmless, so it raises the risk and decides nothing else.
 */
export function loosened(paths: readonly PathChange[], patches: readonly FilePatch[]): readonly string[] {
  const tests = patches.filter((part) => isTest(part.path));
  const gone = new Set(paths.filter((path) => path.status === 'D' && isTest(path.path)).map((path) => path.path));
  const kept = tests.filter((part) => !gone.has(part.path));
  const found = [
    count(gone.size, 'test file', 'removed'),
    count(kept.filter((part) => part.added.some((line) => skip.test(line))).length, 'test file', 'with skipped tests'),
    count(kept.filter((part) => claims(part.added) < claims(part.removed)).length, 'test file', 'with fewer checks'),
    paths.some((path) => isTestConfig(path.path)) ? 'test configuration changed' : null,
  ];
  return found.filter((phrase) => phrase !== null);
}

const claims = (lines: readonly string[]): number => lines.filter((line) => claim.test(line)).length;

function count(n: number, what: string, how: string): string | null {
  return n === 0 ? null : `${n} ${what}${n === 1 ? '' : 's'} ${how}`;
}
