import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TaskId } from '../chain/ids.ts';
import { inTree, isGone } from './checkout.ts';
import type { Site } from './checkout.ts';

/**
 * Deletes what the CLIs kept for the conversations of a task that is over: nobody goes on with them, and an agent may have left anything there. Records
 * stay. The folders are the agent's, so they are emptied at its uid, in one container.
 */
export async function removeStates(site: Site, task: TaskId): Promise<void> {
  const sessions = join(site.data, 'sessions');
  const names = await readdir(sessions).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const folders = names.filter((name) => name.startsWith(`${task}-`)).map((name) => join(sessions, name, 'state'));
  const full = (await Promise.all(folders.map(async (folder) => ((await isGone(folder)) ? [] : [folder])))).flat();
  const [first, ...rest] = full;
  if (first === undefined) return;
  const mounts = rest.map((from, n) => ({ from, to: `/left/${n}`, access: 'write' as const }));
  const places = ['/work', ...mounts.map(({ to }) => to)];
  const command = ['bash', '-c', 'chmod -R u+rwX "$@"; find "$@" -mindepth 1 -delete', 'empty', ...places];
  const ran = await inTree(site, first, { command, mounts, tidies: true });
  if (ran.code !== 0)
    throw new Error(`What the sessions of ${task} kept could not be deleted: ${ran.errors || 'it took too long'}`);
  await Promise.all(full.map(isGone));
}
