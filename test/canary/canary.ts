import { createReadStream } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { spellingsOf } from './spellings.ts';

/** Secrets by name, made for one test and found nowhere else. */
export type Canaries = Readonly<Record<string, string>>;

/** One secret seen somewhere, and how it was written there. */
export type Hit = { readonly where: string; readonly canary: string; readonly as: string };

type Needle = { readonly canary: string; readonly as: string; readonly bytes: Buffer };

const needlesOf = (canaries: Canaries): readonly Needle[] =>
  Object.entries(canaries).flatMap(([canary, secret]) =>
    [...spellingsOf(secret)].map(([as, bytes]) => ({ canary, as, bytes })),
  );

/** In a text, such as an answer that a person got. */
export const hitsInText = (where: string, text: string | Buffer, canaries: Canaries): readonly Hit[] =>
  hitsIn(where, Buffer.from(text), needlesOf(canaries));

function hitsIn(where: string, bytes: Buffer, needles: readonly Needle[]): readonly Hit[] {
  const dense = Buffer.from(bytes.toString('latin1').replaceAll(/\\[nrt]|[ \t\r\n\0]+/g, ''), 'latin1');
  return needles
    .filter((needle) => bytes.includes(needle.bytes) || dense.includes(needle.bytes))
    .map(({ canary, as }) => ({ where, canary, as }));
}

/** In bytes as they come: what one piece ends with is looked at again with the next. */
async function hitsInStream(
  where: string,
  stream: AsyncIterable<Buffer>,
  needles: readonly Needle[],
): Promise<readonly Hit[]> {
  const hits = new Map<string, Hit>();
  // Broken into lines, a secret takes a little more room than it has characters.
  const most = 2 * Math.max(...needles.map(({ bytes }) => bytes.length));
  let kept: Buffer = Buffer.alloc(0);
  for await (const chunk of stream) {
    const bytes = Buffer.concat([kept, chunk]);
    for (const hit of hitsIn(where, bytes, needles)) hits.set(`${hit.canary} ${hit.as}`, hit);
    kept = bytes.subarray(-most);
  }
  return [...hits.values()];
}

/** A task that clears up meanwhile takes folders away under the walk: then it is walked again. */
const namesIn = (folder: string, tries = 20): Promise<readonly string[]> =>
  readdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT' || error.path === folder || tries === 0) throw error;
    return namesIn(folder, tries - 1);
  });

/** In every file below a folder of this machine, and in what git packed there. `except`: whole paths that are allowed to hold them. */
export async function hitsInFolder(
  folder: string,
  canaries: Canaries,
  except: readonly string[] = [],
): Promise<readonly Hit[]> {
  const needles = needlesOf(canaries);
  const hits: Hit[] = [];
  for (const name of await namesIn(folder)) {
    const path = join(folder, name);
    const about = await lstat(path).catch(() => null);
    hits.push(...hitsIn(`the name ${path}`, Buffer.from(name), needles));
    if (about === null || except.includes(path)) continue;
    if (about.isFile()) hits.push(...(await hitsInStream(path, createReadStream(path), needles)));
    if (about.isDirectory() && name.endsWith('.git')) hits.push(...(await hitsInGit(path, needles)));
  }
  return hits;
}

/** Git's objects are compressed: they are looked at as git prints them. For bare repositories that no agent can write. */
async function hitsInGit(repository: string, needles: readonly Needle[]): Promise<readonly Hit[]> {
  const argv = ['--git-dir', repository, 'cat-file', '--batch', '--batch-all-objects', '--unordered'];
  const git = execa('git', argv, { buffer: false, reject: false });
  const hits = await hitsInStream(`the objects of ${repository}`, git.stdout as AsyncIterable<Buffer>, needles);
  await git;
  return hits;
}

/** What is looked at inside: it is printed there and searched here, so that no canary is brought in by who looks for it. */
const looks: Readonly<Record<string, string>> = {
  environment: 'env; cat /proc/[0-9]*/environ',
  'command lines': 'cat /proc/[0-9]*/cmdline',
  "git's settings": 'cd /work && git config --list --show-origin; git remote -v; git log -p --all',
  files: 'tar -cf - --ignore-failed-read /session /work /home /tmp /run /role /opt/signalbox /etc /root /var /outbox',
};

/** Printed last by each look: without it nobody looked, or not at all of it. */
const END = 'that-was-all';

async function* ending(stream: AsyncIterable<Buffer>, seen: { end: string }): AsyncGenerator<Buffer> {
  for await (const chunk of stream) {
    seen.end = (seen.end + chunk.toString('latin1')).slice(-END.length - 1);
    yield chunk;
  }
}

/** Inside a container that runs: environment, processes, git's settings and history, files. At the agent's uid and at the worker's. */
export async function hitsInContainer(container: string, canaries: Canaries): Promise<readonly Hit[]> {
  const needles = needlesOf(canaries);
  const hits: Hit[] = [];
  for (const user of ['10001', '0']) {
    for (const [what, script] of Object.entries(looks)) {
      const argv = ['exec', '-u', user, container, 'bash', '-c', `(${script}) 2>/dev/null; echo ${END}`];
      const printed = execa('docker', argv, { buffer: false, reject: false });
      const where = `${what} of ${container} at uid ${user}`;
      const seen = { end: '' };
      hits.push(...(await hitsInStream(where, ending(printed.stdout as AsyncIterable<Buffer>, seen), needles)));
      await printed;
      if (!seen.end.endsWith(`${END}\n`)) throw new Error(`${where} could not be looked at to the end`);
    }
  }
  const { stdout } = await execa('docker', ['inspect', container]);
  return [...hits, ...hitsIn(`docker inspect ${container}`, Buffer.from(stdout), needles)];
}
