import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PathChange } from '../chain/change.ts';
import { Head } from '../chain/ids.ts';
import type { Workspace } from '../chain/ports.ts';
import { removeCheckouts } from './checkout.ts';
import type { Site } from './checkout.ts';
import { git, gitOut } from './git.ts';
import { removeStates } from './leftovers.ts';
import { taskRef } from './mirror.ts';
import { readGuidance, readPolicy } from './policy.ts';
import { readSurroundings } from './surroundings.ts';
import { takeWork } from './take.ts';

const PATCH_CHARACTERS = 200_000;
const MINUTE = 60_000;

/** Git in and out of checkouts in containers, over bare mirrors under `<data>/mirrors/`. */
export function gitWorkspace(site: Site): Workspace {
  const folderOf = (project: Parameters<Site['mirror']>[0]): string => site.mirror(project).folder;
  return {
    async prepare(project) {
      const mirror = site.mirror(project);
      const fetched = await mirror.fetch();
      if (!fetched.ok) return fetched;
      const read = await readPolicy(mirror.folder, fetched.base);
      if (!read.ok) return { ok: false, reason: `Project ${project}: ${read.reason}` };
      const guidance = await readGuidance(mirror.folder, fetched.base);
      const surroundings = await readSurroundings(mirror.folder, fetched.base, read.policy);
      return { ok: true, base: fetched.base, policy: read.policy, guidance, ...surroundings };
    },
    record: (doc) => recordDocument(folderOf(doc.project), join(site.data, 'mirrors'), doc),
    take: (work) => takeWork(site, work),
    diff: (project, base, head) => diff(folderOf(project), base, head),
    verify: (project, task, head, paths) => verify(folderOf(project), { project, task, head, paths }),
    async remove(project, task) {
      await removeCheckouts(site, task);
      await removeStates(site, task);
      const folder = folderOf(project);
      const refs = await git(folder, ['for-each-ref', '--format=%(refname)', `refs/tasks/${task}/`]);
      const names = refs.ok ? refs.out.split('\n').filter(Boolean) : [];
      if (names.length > 0)
        await gitOut(folder, ['update-ref', '--stdin'], { input: names.map((name) => `delete ${name}\n`).join('') });
    },
  };
}

type Verify = Parameters<Workspace['verify']>;

async function verify(
  folder: string,
  left: {
    readonly project: Verify[0];
    readonly task: Verify[1];
    readonly head: Verify[2];
    readonly paths: Verify[3];
  },
): Promise<string | null> {
  const { project, task, head, paths } = left;
  const isThere = async (object: string): Promise<boolean> => (await git(folder, ['cat-file', '-e', object])).ok;
  const commit = `Commit ${head.slice(0, 7)} of task ${task}`;
  if (!(await isThere(`${head}^{commit}`))) return `${commit} is not in the mirror of ${project} any more.`;
  const branches = [`refs/tasks/${task}/`, 'refs/heads/'];
  const holds = await gitOut(folder, ['for-each-ref', '--count=1', `--contains=${head}`, ...branches]);
  // Git deletes what no branch holds, sooner or later.
  if (holds === '') return `${commit} is on no branch of the mirror of ${project} any more: the branch was moved.`;
  for (const path of paths)
    if (!(await isThere(`${head}:${path}`))) return `${path} is not on the branch any more, at ${head.slice(0, 7)}.`;
  return null;
}

/** Commits one file onto a head without a worktree. Author, dates and text come from the arguments, so the same ones give the same head. */
async function recordDocument(folder: string, beside: string, doc: Parameters<Workspace['record']>[0]): Promise<Head> {
  await mkdir(beside, { recursive: true, mode: 0o700 });
  const index = join(beside, `index-${randomBytes(6).toString('hex')}`);
  const date = `@${Math.floor(doc.at / 1000)} +0000`;
  const env = {
    GIT_INDEX_FILE: index,
    GIT_AUTHOR_NAME: 'Signalbox',
    GIT_AUTHOR_EMAIL: 'signalbox@signalbox.invalid',
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_NAME: 'Signalbox',
    GIT_COMMITTER_EMAIL: 'signalbox@signalbox.invalid',
    GIT_COMMITTER_DATE: date,
  };
  try {
    const blob = await gitOut(folder, ['hash-object', '-w', '--stdin'], { input: doc.text });
    await gitOut(folder, ['read-tree', doc.on], { env });
    await gitOut(folder, ['update-index', '--add', '--cacheinfo', `100644,${blob},${doc.path}`], { env });
    const tree = await gitOut(folder, ['write-tree'], { env });
    const head = Head.parse(
      await gitOut(folder, ['commit-tree', tree, '-p', doc.on], { env, input: `${doc.subject}\n` }),
    );
    await gitOut(folder, ['update-ref', taskRef(doc.task), head]);
    return head;
  } finally {
    await rm(index, { force: true });
  }
}

async function diff(folder: string, base: Head, head: Head): ReturnType<Workspace['diff']> {
  const args = ['diff', '--no-renames', '--ignore-submodules=none', '--no-ext-diff', '--no-textconv', '--no-color'];
  const range = `${base}...${head}`;
  const raw = await gitOut(folder, [...args, '--raw', '-z', range]);
  const patch = await git(folder, [...args, '--patch', range], { most: PATCH_CHARACTERS, milliseconds: MINUTE });
  const shown = patch.cut
    ? `${patch.out}\n… cut here: the patch is longer than ${PATCH_CHARACTERS} characters\n`
    : patch.out;
  if (!patch.ok && !patch.cut) throw new Error(`git diff ${range} in ${folder} failed: ${patch.errors}`);
  return { paths: parseRaw(raw), patch: shown };
}

/** `:<from> <to> <oid> <oid> <status>`, NUL, path, NUL, and so on. */
export function parseRaw(raw: string): readonly PathChange[] {
  const fields = raw.split('\0');
  const changes: PathChange[] = [];
  for (let n = 0; n + 1 < fields.length; n += 2) {
    const [from, to, , , status] = (fields[n] ?? '').slice(1).split(' ');
    changes.push(PathChange.parse({ path: fields[n + 1], status, from, to }));
  }
  return changes;
}
