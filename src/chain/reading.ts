import { boxKind } from './box.ts';
import type { Box } from './box.ts';
import { readStream } from './owner.ts';
import type { Damage } from './owner.ts';
import type { Store } from './ports.ts';
import { projectKind } from './project.ts';
import type { Project } from './project.ts';
import type { Kind } from './stream.ts';
import type { Task } from './task.ts';
import { taskKind } from './yard.ts';

/** The box as its journal has it now, for somebody who looks; null before the first start. */
export async function readBox(store: Store): Promise<Box | null> {
  const read = await readStream(boxKind, 'box-this', store);
  if (!read.ok) throw new Error(`${read.damage.stream} is damaged at line ${read.damage.line}: ${read.damage.reason}`);
  return read.stream.state;
}

/** The tasks as their journals have them now, for somebody who looks without being the controller. */
export async function readTasks(
  store: Store,
): Promise<{ readonly tasks: readonly Task[]; readonly damage: readonly Damage[] }> {
  const { states, damage } = await readAll(taskKind, store);
  return { tasks: states, damage };
}

/** The projects in the same way; one whose journal is damaged is left out. */
export const readProjects = async (store: Store): Promise<readonly Project[]> =>
  (await readAll(projectKind, store)).states;

async function readAll<S, E, F>(kind: Kind<S, E, F>, store: Store): Promise<{ states: S[]; damage: Damage[] }> {
  const names = (await store.streams()).filter((name) => name.startsWith(`${kind.prefix}-`));
  const read = await Promise.all(names.map((name) => readStream(kind, name, store)));
  return {
    states: read.flatMap((one) => (one.ok && one.stream.state ? [one.stream.state] : [])),
    damage: read.flatMap((one) => (one.ok ? [] : [one.damage])),
  };
}
