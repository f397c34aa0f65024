import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Head } from '../chain/ids.ts';
import type { Taken, Workspace } from '../chain/ports.ts';
import { inTree, readMark, treeFolder } from './checkout.ts';
import type { Site } from './checkout.ts';
import { git, gitOut, lastWords } from './git.ts';
import { taskRef } from './mirror.ts';
import { beginning } from './once.ts';

type Work = Parameters<Workspace['take']>[0];

/** What may come out of a checkout at once. Bytes of the bundle, bytes of its objects unpacked, and their number. */
const limits = { bundleMiB: 256, unpackedMiB: 1024, objects: 200_000 };
const MIB = 1024 ** 2;
const tooMuch = new Error(`the branch is larger than ${limits.bundleMiB} MiB`);

/** Brings the task's branch from a checkout into the mirror. What the container prints is a claim; what the mirror then holds decides. */
export async function takeWork(site: Site, work: Work): Promise<Taken> {
  const mark = await readMark(site.data, work.task, work.tree);
  if (mark === null) return { kind: 'refused', reason: `there is no checkout ${work.tree} of this task` };
  const claim = await look(site, work);
  if (claim === null) return { kind: 'refused', reason: 'git in the checkout does not answer' };
  if (claim.left.length > 0) return { kind: 'uncommitted', paths: claim.left };
  const tip = claim.heads.get(work.branch);
  if (tip === undefined || tip === work.from) {
    const known: readonly string[] = [work.from, mark.head, mark.base];
    const other = [...claim.heads].find(([name, head]) => name !== work.branch && !known.includes(head));
    if (other !== undefined) return { kind: 'elsewhere', branch: other[0] };
    return tip === undefined ? { kind: 'refused', reason: `the branch ${work.branch} is gone` } : { kind: 'nothing' };
  }
  if (!claim.descends) return { kind: 'rewritten' };
  const bundle = join(`${treeFolder(site.data, work.task, work.tree)}.taken`);
  try {
    const trouble = (await bring(site, work, bundle)) ?? (await weigh(bundle));
    return trouble === null ? await admit(site, work, bundle) : { kind: 'refused', reason: trouble };
  } finally {
    await rm(bundle, { force: true });
  }
}

/** In the order they are printed: whether the branch descends from `from`, HEAD, the branches, and the status, as base64 lines. */
const looking = `
git merge-base --is-ancestor "$2" "refs/heads/$1" && echo yes || echo no
git rev-parse HEAD
git for-each-ref --count=200 --format='%(objectname) %(refname:lstrip=2)' refs/heads | base64 -w0; echo
git status --porcelain=v1 -z --no-renames --untracked-files=normal >/tmp/status || exit 1
head -c 16384 /tmp/status | base64 -w0`;

type Claim = { readonly descends: boolean; readonly heads: ReadonlyMap<string, string>; readonly left: readonly string[] };

async function look(site: Site, { task, tree, branch, from }: Work): Promise<Claim | null> {
  const said = beginning(256 * 1024);
  const ran = await inTree(
    site,
    treeFolder(site.data, task, tree),
    { access: 'read', command: ['bash', '-c', looking, 'look', branch, from] },
    said.add,
  );
  const [descends, head = '', refs = '', status = ''] = said.text().split('\n');
  if (ran.code !== 0) return null;
  const text = (line: string): string => Buffer.from(line, 'base64').toString('utf8');
  const heads = new Map(text(refs).split('\n').filter(Boolean).map((line) => [plain(line.slice(41)), line.slice(0, 40)]));
  if (/^[0-9a-f]{40}$/.test(head) && ![...heads.values()].includes(head)) heads.set('(no branch)', head);
  const left = text(status).split('\0').filter(Boolean).map((entry) => plain(entry.slice(3)));
  return { descends: descends === 'yes', heads, left: left.slice(0, 20) };
}

/** A line that can be shown: no control characters, at most 200 long. */
const plain = (text: string): string => text.replaceAll(/\p{C}/gu, '').slice(0, 200);

/** Streams the bundle of the branch out of the checkout, into a file that no agent can reach. Answers what is wrong. */
async function bring(site: Site, work: Work, bundle: string): Promise<string | null> {
  const file = await open(bundle, 'w', 0o600);
  let size = 0;
  try {
    const command = ['git', 'bundle', 'create', '--quiet', '--version=2', '-', `refs/heads/${work.branch}`, `^${work.from}`];
    const ran = await inTree(site, treeFolder(site.data, work.task, work.tree), { access: 'read', command }, async (chunk) => {
      size += chunk.length;
      if (size > limits.bundleMiB * MIB) throw tooMuch;
      await file.writeFile(chunk);
    });
    if (ran.code !== 0) return `git could not bundle the branch: ${plain(lastWords(ran.errors)) || 'it took too long'}`;
    return null;
  } catch (error) {
    if (error === tooMuch) return tooMuch.message;
    throw error;
  } finally {
    await file.close();
  }
}

/** How many objects the pack in a bundle says it has, before git unpacks them. */
async function weigh(bundle: string): Promise<string | null> {
  const file = await open(bundle, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MIB), 0, MIB, 0);
    const start = buffer.subarray(0, bytesRead);
    const pack = start.indexOf('\n\n') + 2;
    const sound = start.indexOf('# v2 git bundle\n') === 0 && pack > 1 && start.indexOf('PACK', pack) === pack;
    if (!sound || bytesRead < pack + 12) return 'what came out of the checkout is not a bundle';
    return start.readUInt32BE(pack + 8) > limits.objects ? `the branch has more than ${limits.objects} objects` : null;
  } finally {
    await file.close();
  }
}

/** Fetches exactly the one branch beside the task's ref, and moves that only when everything about it is right. */
async function admit(site: Site, work: Work, bundle: string): Promise<Taken> {
  const { folder } = site.mirror(work.project);
  const offered = `refs/tasks/${work.task}/offered`;
  const fetched = await git(
    folder,
    ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--', bundle, `+refs/heads/${work.branch}:${offered}`],
    { settings: { 'transfer.fsckObjects': 'true', 'fetch.fsckObjects': 'true', 'fetch.unpackLimit': '1', 'core.bigFileThreshold': '16m' } },
  );
  if (!fetched.ok) return { kind: 'refused', reason: `git does not accept the branch: ${plain(lastWords(fetched.errors))}` };
  try {
    const head = Head.parse(await gitOut(folder, ['rev-parse', '--verify', `${offered}^{commit}`]));
    if (head === work.from) return { kind: 'nothing' };
    if (!(await git(folder, ['merge-base', '--is-ancestor', work.from, head])).ok) return { kind: 'rewritten' };
    const range = `${work.from}..${head}`;
    if ((await unpackedBytes(folder, range)) > limits.unpackedMiB * MIB)
      return { kind: 'refused', reason: `the files of the branch are larger than ${limits.unpackedMiB} MiB` };
    const commits = Number(await gitOut(folder, ['rev-list', '--count', range]));
    await gitOut(folder, ['update-ref', taskRef(work.task), head]);
    return { kind: 'taken', head, commits };
  } finally {
    await git(folder, ['update-ref', '-d', offered]);
  }
}

async function unpackedBytes(folder: string, range: string): Promise<number> {
  const objects = await gitOut(folder, ['rev-list', '--objects', '--no-object-names', range]);
  const sizes = await gitOut(folder, ['cat-file', '--batch-check=%(objectsize)'], { input: `${objects}\n` });
  return z.array(z.coerce.number()).parse(sizes.split('\n')).reduce((sum, size) => sum + size, 0);
}
