import { blocked, sensitive } from './bands.ts';
import type { PathChange } from '../change.ts';
import { allowing, denying } from './globs.ts';
import type { Unreadable } from './globs.ts';
import { filePatches } from './hunks.ts';
import type { FilePatch } from './hunks.ts';
import type { Head } from '../ids.ts';
import { sensitiveHunks, UNREADABLE } from './manifests.ts';
import { canonical, hostileName, oddName, shown } from './pathname.ts';
import type { Policy } from '../policy.ts';

/** What a change does to the files, read from our own mirror. */
export type Diff = {
  /** The two heads that it was read between: from their merge base to `head`. */
  readonly head: Head;
  readonly base: Head;
  readonly paths: readonly PathChange[];
  /** `git diff --no-renames`; null when it was not read. One that was cut ends in a line that says so. */
  readonly patch: string | null;
  /** Hosts that the lockfiles of the base name, lower case; [] when not read, and then every added host counts as new. */
  readonly hosts: readonly string[];
};

/** merges: by itself. holds: a merger's tap lets it through. admin: an admin's second tap. blocked: only by hand. */
export type Band = 'merges' | 'holds' | 'admin' | 'blocked';

/** `why` in a word or two, for the last two bands. */
export type Placed = { readonly path: string; readonly band: Band; readonly why: string };

/** Puts each path into its band; the stricter rule wins. Refuses when a glob of the policy cannot be read. */
export function place(
  diff: Diff,
  policy: Policy,
): { readonly ok: true; readonly placed: readonly Placed[] } | Unreadable {
  const stops = denying(policy.blocked);
  if (!stops.ok) return stops;
  const asks = denying(policy.sensitive);
  if (!asks.ok) return asks;
  const merges = allowing(policy.merges);
  if (!merges.ok) return merges;

  const twins = collisions(diff.paths);
  const parts = Map.groupBy(filePatches(diff.patch ?? ''), (part) => part.path);
  const stopRules = [...blocked, { why: "blocked by the project's policy", match: stops.match }];
  const askRules = [...sensitive, { why: "sensitive by the project's policy", match: asks.match }];
  const named = (rules: typeof stopRules, path: string): string | undefined =>
    rules.find((rule) => rule.match(path))?.why;

  const placed = diff.paths.map((change): Placed => {
    const { path } = change;
    const stop = hostileName(path) ?? unusualFile(change) ?? named(stopRules, path);
    if (stop !== undefined) return { path, band: 'blocked', why: stop };
    const ask =
      named(askRules, path) ??
      sensitiveHunks(path, parts.get(path) ?? [], diff.hosts) ??
      modeChange(change) ??
      oddName(path) ??
      (twins.has(canonical(path)) ? 'a name that differs from another only in case' : null);
    if (ask !== null) return { path, band: 'admin', why: isShown(parts.get(path)) ? ask : unshown(ask) };
    const byItself = merges.match(path) && change.to !== '100755';
    return { path, band: byItself ? 'merges' : 'holds', why: '' };
  });
  return { ok: true, placed };
}

const isShown = (parts: readonly FilePatch[] = []): boolean => parts.length > 0 && parts.every((part) => part.whole);

/** An admin whose second tap shows nothing of a path is told so before it. */
const unshown = (why: string): string => (why.endsWith(UNREADABLE) ? why : `${why}${UNREADABLE}`);

/** The hunks that an admin's second tap must show: of the sensitive paths alone, in the diff's order. Empty when there are none. */
export function hunksForAdmin(diff: Diff, policy: Policy): string {
  const bands = place(diff, policy);
  if (!bands.ok) return '';
  const parts = Map.groupBy(filePatches(diff.patch ?? ''), (part) => part.path);
  return bands.placed
    .filter(({ band }) => band === 'admin')
    .flatMap(({ path }) => parts.get(path)?.map(({ text }) => text) ?? [`${shown(path)}: too much to show here`])
    .join('\n');
}

/** Links and submodules lead out of the tree; a mode that git does not write is somebody's trick. Either side counts. */
function unusualFile({ from, to }: PathChange): string | null {
  const modes = [from, to];
  if (modes.includes('120000')) return 'a symbolic link';
  if (modes.includes('160000')) return 'a submodule';
  return modes.every((mode) => ['000000', '100644', '100755'].includes(mode)) ? null : 'an unknown kind of file';
}

function modeChange({ from, to }: PathChange): string | null {
  if (from === '000000' || to === '000000' || from === to) return null;
  return to === '100755' ? 'made executable' : 'no longer executable';
}

/** Spellings that two of the files would share on a disk that ignores case. A file that goes away makes room. */
function collisions(paths: readonly PathChange[]): ReadonlySet<string> {
  const left = Map.groupBy(
    paths.filter((change) => change.status !== 'D'),
    (change) => canonical(change.path),
  );
  return new Set([...left].filter(([, twins]) => twins.length > 1).map(([name]) => name));
}
