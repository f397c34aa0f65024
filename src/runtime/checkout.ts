import { chmod, mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Head } from '../chain/ids.ts';
import type { ProjectId, TaskId } from '../chain/ids.ts';
import type { SessionSpec } from '../chain/ports.ts';
import { AGENT_UID, WORK } from '../worker/files.ts';
import type { Definition } from './container.ts';
import type { Engine } from './docker.ts';
import { readIfThere, writeDurably } from './durable.ts';
import { git, gitOut } from './git.ts';
import type { Mirror } from './mirror.ts';
import { runOnce } from './once.ts';
import type { Room } from './space.ts';
import type { Once, Output } from './once.ts';

/** What work on checkouts needs: the engine, the worker image, the data folder, and each project's mirror. */
export type Site = {
  readonly engine: Engine;
  readonly image: string;
  readonly data: string;
  readonly mirror: (project: ProjectId) => Mirror;
  readonly room: Room;
};

/** Written beside a checkout, where no agent writes, once it is whole: the commits that its two branches began on. */
const Mark = z.object({ head: Head, base: Head });
export type Mark = z.infer<typeof Mark>;

const TEN_MINUTES = 10 * 60_000;
const AGENT = `${AGENT_UID}:${AGENT_UID}`;
const BUNDLE = '/checkout.bundle';

/** A private folder of the controller's; the trees in it are the agent's. */
export const taskFolder = (data: string, task: TaskId): string => join(data, 'work', task);
export const treeFolder = (data: string, task: TaskId, tree: string): string => join(taskFolder(data, task), tree);
/** Written beside a checkout once setup ran in it: whether it has a cache of its own, `kept` or `none`. */
export const readyFile = (data: string, task: TaskId, tree: string): string => `${treeFolder(data, task, tree)}.ready`;
/** The cache that the sessions of a checkout write in. */
export const cacheOfTree = (data: string, task: TaskId, tree: string): string =>
  `${treeFolder(data, task, tree)}.cache`;
const markFile = (data: string, task: TaskId, tree: string): string => `${treeFolder(data, task, tree)}.json`;

export async function readMark(data: string, task: TaskId, tree: string): Promise<Mark | null> {
  const text = await readIfThere(markFile(data, task, tree));
  return text === null ? null : Mark.parse(JSON.parse(text));
}

/**
 * Makes the checkout that a session asks for, with the task's branch and the base branch in it and no remote, and answers its folder.
 * One to write in that is there already stays as it is; one to read is made again unless it shows the same commit.
 */
export async function makeCheckout(
  site: Site,
  want: { readonly project: ProjectId; readonly task: TaskId; readonly checkout: SessionSpec['checkout'] },
): Promise<string> {
  const { data } = site;
  const { task } = want;
  const { tree, branch, head, access } = want.checkout;
  const folder = treeFolder(data, task, tree);
  const mark = await readMark(data, task, tree);
  if (mark !== null && (access === 'write' || mark.head === head)) return folder;
  await removeCheckout(site, task, tree);

  const mirror = site.mirror(want.project);
  await mkdir(folder, { recursive: true });
  await chmod(taskFolder(data, task), 0o700);
  const bundle = `${folder}.bundle`;
  const ref = `refs/tasks/${task}/out-${tree}`;
  try {
    const base = await bundleUp(mirror, ref, head, bundle);
    const ran = await inTree(site, folder, {
      user: '0:0',
      capabilities: ['CHOWN', 'SETUID', 'SETGID'],
      command: ['bash', '-c', clone, 'clone', ref, branch, mirror.repository.base],
      mounts: [{ from: bundle, to: BUNDLE, access: 'read' }],
    });
    if (ran.code !== 0)
      throw new Error(`The checkout ${tree} of ${task} could not be made: ${ran.errors || 'it took too long'}`);
    await writeDurably(markFile(data, task, tree), JSON.stringify({ head, base } satisfies Mark));
    return folder;
  } finally {
    await rm(bundle, { force: true });
    await git(mirror.folder, ['update-ref', '-d', ref]);
  }
}

/** Puts the commit and the base branch into one file that any uid can read, and answers the base branch's head. */
async function bundleUp(mirror: Mirror, ref: string, head: Head, bundle: string): Promise<Head> {
  const base = `refs/heads/${mirror.repository.base}`;
  await gitOut(mirror.folder, ['update-ref', ref, head]);
  await gitOut(mirror.folder, ['bundle', 'create', '--quiet', bundle, ref, base], { milliseconds: TEN_MINUTES });
  await chmod(bundle, 0o644);
  return Head.parse(await gitOut(mirror.folder, ['rev-parse', base]));
}

/** The empty folder becomes the agent's, and everything else happens at the agent's uid: uid 0 never runs git. */
const clone = `set -e
chown ${AGENT} ${WORK}
exec setpriv --reuid=${AGENT_UID} --regid=${AGENT_UID} --clear-groups --no-new-privs bash -euc '
  export HOME=/tmp GIT_CONFIG_NOSYSTEM=1
  git init --quiet --template= --initial-branch=signalbox-none
  git config user.name "Signalbox agent"
  git config user.email agent@signalbox.invalid
  git fetch --quiet --no-tags --no-write-fetch-head ${BUNDLE} "$1:refs/heads/$2" "refs/heads/$3:refs/heads/$3"
  git -c advice.detachedHead=false checkout --quiet "$2"
' clone "$@"`;

/** Deletes a checkout and what stands beside it. */
export async function removeCheckout(site: Site, task: TaskId, tree: string): Promise<void> {
  const folder = treeFolder(site.data, task, tree);
  await rm(markFile(site.data, task, tree), { force: true });
  await rm(readyFile(site.data, task, tree), { force: true });
  await rm(`${folder}.bundle`, { force: true });
  await removeFolder(site, cacheOfTree(site.data, task, tree));
  await removeFolder(site, folder);
}

/** Deletes a folder in which agents wrote: their uid alone can delete what they left. */
export async function removeFolder(site: Site, folder: string): Promise<void> {
  if (await isGone(folder)) return;
  const command = ['bash', '-c', `chmod -R u+rwX ${WORK}; find ${WORK} -mindepth 1 -delete`];
  try {
    const ran = await inTree(site, folder, { command, tidies: true });
    if (ran.code !== 0) throw new Error(ran.errors || 'it took too long');
  } catch (cause) {
    // Somebody else deletes it, too: the mount or the folder is gone under the container.
    if (await isGone(folder)) return;
    throw new Error(`${folder} could not be deleted: ${(cause as Error).message}`, { cause });
  }
  await isGone(folder);
}

/** Removes the folder if it is empty, and says whether it is no more. */
export async function isGone(folder: string): Promise<boolean> {
  try {
    await rmdir(folder);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return true;
    if (code === 'ENOTEMPTY') return false;
    throw error;
  }
}

/** Deletes every checkout of a task. */
export async function removeCheckouts(site: Site, task: TaskId): Promise<void> {
  const folder = taskFolder(site.data, task);
  const found = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  for (const { name } of found.filter((entry) => entry.isDirectory())) await removeCheckout(site, task, name);
  await rm(folder, { recursive: true, force: true });
}

export type Errand = Pick<Definition, 'command'> &
  Partial<Omit<Definition, 'command'>> & {
    readonly access?: 'read' | 'write';
    readonly minutes?: number;
    /** It gives room instead of taking it, and runs on a full disk too. */
    readonly tidies?: true;
  };

/** Runs one command in a container of its own with a checkout at /work, by default at the agent's uid. What it prints is a claim. */
export async function inTree(
  site: Site,
  folder: string,
  errand: Errand,
  output?: Output,
  errors?: Output,
): Promise<Once> {
  const { access = 'write', minutes = 10, mounts = [], tidies = false, ...rest } = errand;
  const definition: Definition = {
    image: site.image,
    user: AGENT,
    env: { HOME: '/tmp', GIT_CONFIG_NOSYSTEM: '1', GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C.UTF-8' },
    folder: WORK,
    capabilities: [],
    memoryGiB: 2,
    cpus: 2,
    runtime: site.engine.runtime,
    log: 'none',
    ...rest,
    mounts: [{ from: folder, to: WORK, access }, ...mounts],
  };
  const room = tidies ? undefined : site.room;
  return runOnce(site.engine, definition, {
    milliseconds: minutes * 60_000,
    output: output ?? (() => {}),
    errors,
    room,
  });
}
