import { isPackageJson, isPicture, isTest, isTestConfig } from './bands.ts';
import type { PathChange } from '../change.ts';
import type { FilePatch } from './hunks.ts';
import { changes, stops } from './stopped.ts';

const claim =
  /\b(?:it|test|describe|expect|should|require)\b\s*[.(!]|\bassert\w*[\s.(!]|\b(?:it|test|specify|scenario) ["']|\bt\.(?:Error|Fatal)|\bdef test_|\bfunc Test|#\[(?:tokio::)?test\]|@Test\b/u;

/** A check that was commented out is none. */
const comment = /^\s*(?:\/\/|\/?\*|#(?!\[)|--|<!--)/u;

/** What may repeat has a bound: an agent writes the lines. */
const skip = new RegExp(
  [
    String.raw`\b(?:it|test|describe|context|suite|specify|bench|this|[tb])(?:\.\w{1,20}){0,3}\.(?:skip|only|todo|fixme|fails|failing|runIf)`,
    String.raw`\[\s?["'\x60](?:skip|only|todo|fixme)["'\x60]`,
    String.raw`\b[xf](?:it|test|describe|context|specify)\s?[("']`,
    String.raw`@(?:\w{1,20}\.){0,3}(?:skip|xfail|expectedFailure)|\bmark\.(?:skip|xfail)|\bpytest\.skip\b`,
    String.raw`@(?:Disabled|Ignore)\b|\[Ignore\b|\bSkip ?= ?"|@tag :skip|#\[ignore|^\s*(?:skip|pending)\b`,
    String.raw`\bskip(?:If|Test|Unless)\b|\bmarkTest(?:Skipped|Incomplete)\b|\bXCTSkip`,
  ].join('|'),
  'iu',
);

/** Lines of a manifest or a build script that say what the tests are and when they are good enough. */
const setting =
  /"(?:pre|post)?test\b[^"]*"\s*:|"(?:jest|vitest|mocha|ava|nyc|c8|tap|coverageThreshold)"\s*:\s*\{|"(?:branches|functions|lines|statements)"\s*:\s*\d|^\s*(?:tests?|check|coverage)\s*:|\b(?:pytest|fail_under|addopts|testpaths)\b/u;
const holdsSettings = (path: string): boolean =>
  isPackageJson(path) || /(?:^|\/)(?:pyproject\.toml|setup\.cfg|makefile|justfile)$/iu.test(path);

/**
 * What a change may have done to the tests, one phrase a kind: removed, skipped, stopped, with fewer or other checks, not to be read,
 * configured anew. It reads names and lines and no code: it can miss what is hidden and name what is harmless, so it raises the risk
 * and decides nothing else.
 */
export function loosened(paths: readonly PathChange[], patches: readonly FilePatch[]): readonly string[] {
  const tests = paths.filter((path) => isTest(path.path));
  const gone = new Set(tests.filter((path) => path.status === 'D').map((path) => path.path));
  const kept = patches.filter((part) => isTest(part.path) && !gone.has(part.path));
  const whole = new Set(kept.filter((part) => part.whole).map((part) => part.path));
  const fresh = new Set(tests.filter((path) => path.status === 'A').map((path) => path.path));
  const plain = kept.filter((part) => !isTestConfig(part.path));
  const stopping = plain.filter((part) => !isSkipping(part) && stops(part, fresh.has(part.path)));
  const otherwise = plain.filter((part) => changes(part) && !isSkipping(part) && !hasFewer(part) && !isTurned(part));
  const unread = tests.filter(({ path }) => !gone.has(path) && !whole.has(path) && !isPicture(path));
  const found = [
    count(gone.size, 'test file', 'removed'),
    count(kept.filter(isSkipping).length, 'test file', 'with skipped tests'),
    count(kept.filter(hasFewer).length, 'test file', 'with fewer checks'),
    count(kept.filter((part) => isTurned(part) && !isSkipping(part)).length, 'test file', 'with other checks'),
    count(stopping.length, 'test file', 'with lines that may stop tests'),
    count(otherwise.length, 'test file', 'with other lines'),
    count(unread.length, 'test file', 'that cannot be read here'),
    isConfigured(paths, patches) ? 'test configuration changed' : null,
  ];
  return found.filter((phrase) => phrase !== null);
}

const claims = (lines: readonly string[]): number =>
  lines.filter((line) => claim.test(line) && !comment.test(line)).length;

const hasFewer = ({ added, removed }: FilePatch): boolean => claims(added) < claims(removed);

const isSkipping = ({ added }: FilePatch): boolean => added.some((line) => skip.test(line));

/** A check was there and another one stands in its place: `toBe(3)` may have become `toBeTruthy()`. */
const isTurned = ({ path, added, removed }: FilePatch): boolean =>
  isSnapshot(path) ? removed.length > 0 : claims(removed) > 0 && claims(added) >= claims(removed);

const isSnapshot = (path: string): boolean => /\.snap$|(?:^|\/)__snapshots__\//iu.test(path);

function isConfigured(paths: readonly PathChange[], patches: readonly FilePatch[]): boolean {
  if (paths.some(({ path }) => isTestConfig(path))) return true;
  return patches.some(
    ({ path, added, removed }) => holdsSettings(path) && [...added, ...removed].some((line) => setting.test(line)),
  );
}

function count(n: number, what: string, how: string): string | null {
  return n === 0 ? null : `${n} ${what}${n === 1 ? '' : 's'} ${how}`;
}
