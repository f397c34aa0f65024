import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { boundaryOf } from './controller.ts';
import type { Target } from './draw.ts';

/** Something of one data folder's Signalbox that can be killed now. `name` is how a person finds it: a pid, or a container's name. */
export type Victim = { readonly target: Target; readonly name: string; kill(): Promise<boolean> };

/** The first of `targets` that is there now; null when none is. */
export async function victimOf(data: string, targets: readonly Target[]): Promise<Victim | null> {
  for (const target of targets) {
    const found = target === 'container' ? await container(data) : await running(data, target);
    if (found) return found;
  }
  return null;
}

async function running(data: string, target: 'controller' | 'boundary'): Promise<Victim | null> {
  const pid = target === 'boundary' ? await boundaryOf(data) : await controllerOf(data);
  const word = target === 'boundary' ? 'boundary' : 'up';
  // A pid is one's own only as long as one lives: never kill by a number alone.
  if (pid === undefined || !(await runs(pid, word, data))) return null;
  return { target, name: `pid ${pid}`, kill: async () => killed(pid) };
}

/** Pid of the controller that was started last on a data folder. */
export async function controllerOf(data: string): Promise<number | undefined> {
  const text = await readFile(join(data, 'pid'), 'utf8').catch(() => '');
  const pid = Number(text.trim());
  return Number.isInteger(pid) && pid > 1 ? pid : undefined;
}

async function runs(pid: number, word: string, data: string): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  const words = command.split('\0');
  return words.includes(word) && words.includes(data);
}

function killed(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

/** Containers with the label of this data folder's installation, and of no other. */
export async function containersOf(data: string, all: boolean): Promise<readonly string[]> {
  const text = await readFile(join(data, 'box.json'), 'utf8').catch(() => 'null');
  const box = (JSON.parse(text) as { id?: string } | null)?.id;
  if (!box) return [];
  const filter = ['--filter', `label=signalbox.box=${box}`, '--format', '{{.Names}}'];
  const { stdout } = await execa('docker', ['ps', ...(all ? ['--all'] : []), ...filter]);
  return stdout.split('\n').filter(Boolean);
}

async function container(data: string): Promise<Victim | null> {
  const [name] = await containersOf(data, false);
  if (name === undefined) return null;
  return {
    target: 'container',
    name,
    kill: async () => (await execa('docker', ['kill', name], { reject: false })).exitCode === 0,
  };
}
