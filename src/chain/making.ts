import type { Asked } from './event.ts';
import type { TaskId } from './ids.ts';
import type { Links } from './links.ts';
import type { Person } from './person.ts';
import { envelope } from './prompt.ts';
import type { Supervisor } from './supervisor.ts';
import type { Carried, Task } from './task.ts';

/** Everything that crossed the earlier task's handoffs, under names of its own. */
function carriedFrom(from: Task): Carried {
  const files = Object.entries(envelope(from)).map(([name, text]) => [`earlier-${name}`, text] as const);
  return {
    task: from.id,
    files: Object.fromEntries(files),
    sessions: [...(from.carried?.sessions ?? []), ...from.sessions],
  };
}

export const holdersIn = (supervisor: Supervisor, project: Task['project']): ReadonlyMap<string, Task> =>
  new Map(supervisor.tasks().flatMap((other) => (other.project === project ? [[other.slug, other] as const] : [])));

/** The first words of the idea, with a number when a task has that slug already. */
export function freeSlug(idea: string, holders: ReadonlyMap<string, Task>): string {
  const words = idea
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '');
  const short = words.slice(0, 32).replace(/-+$/, '') || 'task';
  if (!holders.has(short)) return short;
  for (let n = 2; ; n += 1) if (!holders.has(`${short}-${n}`)) return `${short}-${n}`;
}

/** The task that the n-th offer of an earlier one comes to, 0 for its talk; null where there is no such offer. */
export function made(
  supervisor: Supervisor,
  links: Links,
  from: Task,
  n: number,
  by: Person,
  idOf: (key: string) => TaskId,
): Asked | null {
  const offer = from.offers[n - 1];
  if (!offer && !(n === 0 && from.mode === 'ask' && from.sessions.length > 0)) return null;
  const { project } = from;
  const idea = offer?.text || from.idea;
  return {
    is: 'asked',
    task: idOf(`make:${from.id}:${n === 0 ? `talk ${from.holds}` : n}`),
    project,
    slug: freeSlug(idea, holdersIn(supervisor, project)),
    idea,
    mode: 'headless',
    by,
    places: links.placesOf(project).map((place) => ({ ...place })),
    carried: carriedFrom(from),
    ...(from.files.length > 0 ? { files: [...from.files] } : {}),
  };
}
