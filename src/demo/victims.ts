import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { boundaryOf } from './controller.ts';
import type { Target } from './draw.ts';

/** Something of one data folder's Signalbox that can be killed now. `name` is how a person finds it: a pid, or a container's id and name. */
export type Victim = { readonly target: Target; readonly name: string; kill(): Promise<boolean> };

/** The first of `targets` that is there now; null when none is. One of `killed` is not: a process that was killed takes a moment to go. */
export async function victimOf(
  data: string,
  targets: readonly Target[],
  killed: ReadonlySet<string>,
): Promise<Victim | null> {
  for (const target of targets) {
    const found = target === 'container' ? await containers(data) : [await running(data, target)];
    const victim = found.find((one) => one !== null && !killed.has(one.name));
    if (victim) return victim;
  }
  return null;
}

async function running(data: string, target: 'controller' | 'boundary'): Promise<Victim | null> {
  const pid = target === 'boundary' ? await boundaryOf(data) : await controllerOf(data);
  const word = target === 'boundary' ? 'boundary' : 'up';
  // A pid is one's own only as long as one lives: never kill by a number alone.
  if (pid === undefined || !(await runs(pid, word, data))) return null;
  return { target, name: `pid ${pid}`, kill: async () => kill(pid) };
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

function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

/** Containers, by id and name, with the label of this data folder's installation, and of no other; or why that is not known. */
export async function containersOf(data: string, all: boolean): Promise<readonly string[]> {
  const text = await readFile(join(data, 'box.json'), 'utf8').catch(() => 'null');
  const box = (JSON.parse(text) as { id?: string } | null)?.id;
  if (!box) return [];
  const filter = ['--filter', `label=signalbox.box=${box}`, '--format', '{{.ID}} {{.Names}}'];
  const listed = await execa('docker', ['ps', ...(all ? ['--all'] : []), ...filter], { reject: false });
  return (listed.exitCode === 0 ? listed.stdout : `none can be listed: ${listed.stderr}`).split('\n').filter(Boolean);
}

/** Those that run. Another one of the same name has another id. */
async function containers(data: string): Promise<readonly Victim[]> {
  return (await containersOf(data, false)).map((name) => ({
    target: 'container',
    name,
    kill: async () => (await execa('docker', ['kill', ...name.split(' ', 1)], { reject: false })).exitCode === 0,
  }));
}
