import { ProjectId, TaskId } from './ids.ts';
import type { Damage } from './owner.ts';
import { accountOwner, liveOf, projectOwner } from './yard.ts';
import type { Yard } from './yard.ts';

/** Reads the journal of one stream into the yard. */
export async function load(yard: Yard, name: string): Promise<void> {
  const owner = ownerOf(yard, name);
  const damage = await owner?.load();
  if (damage) yard.damaged.set(name, damage);
}

/** null for streams of others, such as the web chat's. */
function ownerOf(yard: Yard, name: string): { load(): Promise<Damage | null> } | null {
  const [, prefix, key = ''] = /^([a-z]+)-(.+)$/.exec(name) ?? [];
  const task = TaskId.safeParse(key);
  const project = ProjectId.safeParse(key);
  if (prefix === 'task' && task.success) return liveOf(yard, task.data).owner;
  if (name === 'budget-day') return yard.day;
  if (prefix === 'account') return accountOwner(yard, key);
  if (prefix === 'project' && project.success) return projectOwner(yard, project.data);
  return null;
}
