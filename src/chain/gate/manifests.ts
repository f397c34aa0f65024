import { isLockfile, isPackageJson } from './bands.ts';
import type { FilePatch } from './hunks.ts';
import { quoted } from './pathname.ts';

/** After a reason: the path's lines are not all in the patch, so nobody can be shown them. */
export const UNREADABLE = ', not readable here';

/**
 * Lines of a package.json that can start nothing, wherever in it they stand: a plain version, and the frame around such lines. Ranges
 * with `>` or `*` are not among them, for under `scripts` a shell would run those.
 */
const inert = [
  /^"[^"\\]+"\s*:\s*"[\^~]?\d+(?:\.\d+)*(?:-[0-9A-Za-z.-]+)?",?$/u,
  /^"(?:dependencies|devDependencies|peerDependencies|optionalDependencies)"\s*:\s*\{$/u,
  /^[{}]?,?$/u,
];

/**
 * Why the hunks of a manifest need an admin, or null. `parts` are the patch's parts of that path; where they are missing or cut,
 * what they might say is assumed. `hosts` are those that the base's lockfiles name already.
 */
export function sensitiveHunks(path: string, parts: readonly FilePatch[], hosts: readonly string[]): string | null {
  const isPackage = isPackageJson(path);
  if (!isPackage && !isLockfile(path)) return null;
  if (parts.length === 0 || parts.some((part) => !part.whole)) {
    return `${isPackage ? 'package scripts' : 'a lockfile'}${UNREADABLE}`;
  }
  if (isPackage) {
    const lines = parts.flatMap((part) => [...part.added, ...part.removed]);
    return lines.every((line) => inert.some((form) => form.test(line.trim()))) ? null : 'package scripts';
  }
  const known = new Set([...hosts, ...parts.flatMap((part) => hostsIn([...part.removed, ...part.context]))]);
  const [unknown] = hostsIn(parts.flatMap((part) => part.added)).filter((host) => !known.has(host));
  return unknown === undefined ? null : `new host ${quoted(unknown)}`;
}

/**
 * Every host that lines of a lockfile name. URL parsers take one slash, none or backslashes after `https:` and leave tabs and line
 * ends out, and JSON may spell any letter as a number: all are read here as they would be there.
 */
export function hostsIn(lines: readonly string[]): readonly string[] {
  const found: string[] = [];
  for (const line of lines) {
    const spelled = line.replaceAll(/\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|(\/))/giu, (_, x?: string, u?: string) =>
      x === undefined && u === undefined ? '/' : String.fromCharCode(Number.parseInt(x ?? u ?? '', 16)),
    );
    const plain = spelled.replaceAll(/[\t\n\r]|\\[tnr]/gu, '');
    // Brackets, commas and quotes may stand within a host, e.g. an address in numbers: only one that ends it is not of it.
    for (const [, host] of plain.matchAll(/(?:(?:https?|ssh|git|ftp):[\\/]*|\/\/)([^\s"\\/#?]+)/giu)) {
      found.push(
        (host ?? '')
          .replace(/^.*@/u, '')
          .replace(/[',(){}<>|]+$/u, '')
          .toLowerCase(),
      );
    }
    // What git takes for ssh (`git@host:path`), and npm's short names of the big forges.
    for (const [, host] of plain.matchAll(/(?<![\w.-])[\w.-]+@([\w-]+(?:\.[\w-]+)+):/gu))
      found.push((host ?? '').toLowerCase());
    for (const [, forge] of plain.matchAll(/["'\s](github|gitlab|bitbucket|gist):/giu))
      found.push((forge ?? '').toLowerCase());
  }
  return found;
}
