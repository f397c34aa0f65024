import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
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

/** How long git may take in a checkout, in minutes: a pipe among its refs or objects, or a program that its settings name, keeps it for ever. */
const patience = { look: 2, bundle: 5 };

/** Brings the task's branch from a checkout into the mirror. What the container prints is a claim; what the mirror then holds decides. */
export async function takeWork(site: Site, work: Work, minutes = patience): Promise<Taken> {
  const mark = await readMark(site.data, work.task, work.tree);
  if (mark === null) return { kind: 'refused', reason: `there is no checkout ${work.tree} of this task` };
  const claim = await look(site, work, minutes.look);
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
  const bundle = `${treeFolder(site.data, work.task, work.tree)}.taken`;
  try {
    const trouble = await bring(site, work, bundle, minutes.bundle);
    if (trouble !== null) return { kind: 'refused', reason: trouble };
    return await takeBundle(site, work, bundle);
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

type Claim = {
  readonly descends: boolean;
  readonly heads: ReadonlyMap<string, string>;
  readonly left: readonly string[];
};

async function look(site: Site, { task, tree, branch, from }: Work, minutes: number): Promise<Claim | null> {
  const said = beginning(256 * 1024);
  const ran = await inTree(
    site,
    treeFolder(site.data, task, tree),
    { access: 'read', minutes, command: ['bash', '-c', looking, 'look', branch, from] },
    said.add,
  );
  const [descends, head = '', refs = '', status = ''] = said.text().split('\n');
  if (ran.code !== 0) return null;
  const text = (line: string): string => Buffer.from(line, 'base64').toString('utf8');
  const heads = new Map(
    text(refs)
      .split('\n')
      .filter(Boolean)
      .map((line) => [plain(line.slice(41)), line.slice(0, 40)]),
  );
  if (/^[0-9a-f]{40}$/.test(head) && ![...heads.values()].includes(head)) heads.set('(no branch)', head);
  const left = text(status)
    .split('\0')
    .filter(Boolean)
    .map((entry) => plain(entry.slice(3)));
  return { descends: descends === 'yes', heads, left: left.slice(0, 20) };
}

/** A line that can be shown: no control characters, at most 200 long. */
const plain = (text: string): string => text.replaceAll(/\p{C}/gu, '').slice(0, 200);

/** Streams the bundle of the branch out of the checkout, into a file that no agent can reach. Answers what is wrong. */
async function bring(site: Site, work: Work, bundle: string, minutes: number): Promise<string | null> {
  const file = await open(bundle, 'w', 0o600);
  let size = 0;
  try {
    const command = [
      'git',
      'bundle',
      'create',
      '--quiet',
      '--version=2',
      '-',
      `refs/heads/${work.branch}`,
      `^${work.from}`,
    ];
    const ran = await inTree(
      site,
      treeFolder(site.data, work.task, work.tree),
      { access: 'read', minutes, command },
      async (chunk) => {
        size += chunk.length;
        if (size > limits.bundleMiB * MIB) throw tooMuch;
        await file.writeFile(chunk);
      },
    );
    if (ran.code !== 0) return `git could not bundle the branch: ${plain(lastWords(ran.errors)) || 'it took too long'}`;
    return null;
  } catch (error) {
    if (error === tooMuch) return tooMuch.message;
    throw error;
  } finally {
    await file.close();
  }
}

/** Brings the task's branch into the mirror from a bundle of it, in which an agent may have put anything. */
export async function takeBundle(site: Pick<Site, 'mirror'>, work: Work, bundle: string): Promise<Taken> {
  const offer = await readOffer(bundle, `refs/heads/${work.branch}`);
  return 'reason' in offer ? { kind: 'refused', reason: offer.reason } : await admit(site, work, bundle, offer);
}

/** What a bundle says it holds: the branch's head, and where in the file its pack begins. */
type Offer = { readonly head: string; readonly pack: number };

async function readOffer(bundle: string, ref: string): Promise<Offer | { readonly reason: string }> {
  const file = await open(bundle, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MIB), 0, MIB, 0);
    const start = buffer.subarray(0, bytesRead);
    const pack = start.indexOf('\n\n') + 2;
    const header = start.subarray(0, pack).toString('utf8').split('\n');
    const head = header.find((line) => line.slice(41) === ref)?.slice(0, 40);
    const sound = header[0] === '# v2 git bundle' && start.indexOf('PACK', pack) === pack && bytesRead >= pack + 12;
    // Anything else would be looked up by git as a name, a date or words of a message.
    if (!sound || head === undefined || !/^[0-9a-f]{40}$/.test(head))
      return { reason: 'what came out of the checkout is not a bundle of the branch' };
    const objects = start.readUInt32BE(pack + 8);
    if (objects > limits.objects) return { reason: `the branch has more than ${limits.objects} objects` };
    return { head, pack };
  } finally {
    await file.close();
  }
}

/**
 * Takes exactly the one branch in, and moves the task's ref only when everything about it is right. `git fetch` would not do: git 2.39
 * checks no objects that come from a bundle, whatever transfer.fsckObjects says (seen).
 */
async function admit(site: Pick<Site, 'mirror'>, work: Work, bundle: string, offer: Offer): Promise<Taken> {
  const { folder } = site.mirror(work.project);
  const refuse = (reason: string): Taken => ({ kind: 'refused', reason });
  const indexed = await git(
    folder,
    ['index-pack', '--stdin', '--fix-thin', '--strict', '--threads=1', `--max-input-size=${limits.bundleMiB * MIB}`],
    {
      input: createReadStream(bundle, { start: offer.pack }),
      settings: { 'core.bigFileThreshold': '16m' },
    },
  );
  if (!indexed.ok) return refuse(`git does not accept the branch: ${fault(indexed.errors)}`);
  const found = await git(folder, ['rev-parse', '--verify', '--quiet', `${offer.head}^{commit}`]);
  if (!found.ok) return refuse('the bundle does not hold the commit that it names');
  const head = Head.parse(found.out.trim());
  if (head === work.from) return { kind: 'nothing' };
  const descends = await git(folder, ['merge-base', '--is-ancestor', work.from, head]);
  if (descends.code === 1) return { kind: 'rewritten' };
  if (!descends.ok) return refuse(`git cannot tell what the branch is made of: ${fault(descends.errors)}`);
  const range = `${work.from}..${head}`;
  if ((await unpackedBytes(folder, range)) > limits.unpackedMiB * MIB)
    return refuse(`the files of the branch are larger than ${limits.unpackedMiB} MiB`);
  const commits = Number(await gitOut(folder, ['rev-list', '--count', range]));
  await gitOut(folder, ['update-ref', taskRef(work.task), head]);
  return { kind: 'taken', head, commits };
}

/** What git found wrong with an object; its last words say only that it gave up. */
function fault(errors: string): string {
  return plain(/^error: (.*)/m.exec(errors)?.[1] ?? lastWords(errors));
}

async function unpackedBytes(folder: string, range: string): Promise<number> {
  const objects = await gitOut(folder, ['rev-list', '--objects', '--no-object-names', range]);
  const sizes = await gitOut(folder, ['cat-file', '--batch-check=%(objectsize)'], { input: `${objects}\n` });
  return z
    .array(z.coerce.number())
    .parse(sizes.split('\n'))
    .reduce((sum, size) => sum + size, 0);
}
