import type { Command, Input, RefusedInput, Reply } from './commands.ts';
import { projectOf, taskOf } from './links.ts';
import type { Links } from './links.ts';
import { CLEAN_MERGES } from './project.ts';
import type { Supervisor } from './supervisor.ts';

/** What people look at, and what they say of a project or the box. */

/** Which head of a task's diff a person saw last, by both. Forgotten at a restart: they look again. */
export type Seen = Map<string, string>;

export type Look = Extract<Command, { name: 'diff' | 'findings' | 'logs' | 'usage' | 'policy' }>;

export async function look(
  supervisor: Supervisor,
  links: Links,
  seen: Seen,
  input: Input,
  command: Look,
): Promise<Reply> {
  const { looks } = supervisor;
  if (command.name === 'usage') return { kind: 'usage', accounts: await looks.usage() };
  const task = taskOf(supervisor, input);
  if (command.name === 'policy') {
    const project = projectOf(supervisor, links, input);
    if (!project) return refuse({ code: 'unlinked-channel', channel: input.place.channel });
    const { merges, soak } = supervisor.settings(project);
    return { kind: 'policy', project, merges, soak, ...(await looks.policy(project)) };
  }
  if (!task) return refuse({ code: 'no-task-here' });
  const { slug, review } = task;
  const who = `${task.id} ${input.person.id}`;
  switch (command.name) {
    case 'logs':
      return { kind: 'logs', slug, logs: await looks.logs(task) };
    case 'diff': {
      const diff = await looks.diff(task);
      if (diff) seen.set(who, diff.head);
      return { kind: 'diff', slug, diff };
    }
    case 'findings':
      return review && seen.get(who) !== review.head ? refuse({ code: 'diff-first' }) : { kind: 'findings', review };
  }
}

/** Nothing in chat ends what the config keeps on, and nothing before the system has counted enough. */
export async function soak(
  supervisor: Supervisor,
  links: Links,
  input: Input,
  { on }: Extract<Command, { name: 'soak' }>,
): Promise<Reply> {
  const project = projectOf(supervisor, links, input);
  if (!project) return refuse({ code: 'unlinked-channel', channel: input.place.channel });
  const { clean, written } = supervisor.settings(project);
  if (on === false && written === true) return refuse({ code: 'soak-written' });
  if (on === false && clean < CLEAN_MERGES && supervisor.settings(project).soak)
    return refuse({ code: 'too-few-merges', clean, needs: CLEAN_MERGES });
  if (on !== null) {
    const answer = await supervisor.report({ is: 'soak-said', project, on, by: input.person }, input.source);
    if (answer.kind === 'not-kept') return refuse({ code: 'not-kept', reason: answer.reason });
  }
  const { merges, soak: now } = supervisor.settings(project);
  return { kind: 'soak', project, clean, written, merges, soak: now };
}

export function fleet(supervisor: Supervisor, links: Links): Reply {
  const tasks = Map.groupBy(supervisor.tasks(), ({ project }) => project);
  const ids = new Set([...links.projects, ...tasks.keys()]);
  const projects = [...ids].map((id) => ({ id, ...supervisor.settings(id), tasks: tasks.get(id) ?? [] }));
  return { kind: 'fleet', projects, waits: supervisor.waits(), lock: supervisor.locked() };
}

export async function lock(supervisor: Supervisor, { person, source }: Input): Promise<Reply> {
  const answer = await supervisor.lock(person, source);
  if (answer.kind === 'not-kept') return refuse({ code: 'not-kept', reason: answer.reason });
  return { kind: 'locked', lock: supervisor.locked(), already: answer.kind === 'ignored' };
}

export const refuse = (why: RefusedInput): Reply => ({ kind: 'refused', why });

/** What people said of a project's hosts. Said in a task's thread or in a channel of the project. */
export async function hosts(supervisor: Supervisor, links: Links, input: Input, remove: string | null): Promise<Reply> {
  const project = projectOf(supervisor, links, input);
  if (!project) return refuse({ code: 'unlinked-channel', channel: input.place.channel });
  const settings = links.hostsOf(project);
  if (remove !== null) {
    const event = { is: 'host-removed', project, by: input.person, host: remove } as const;
    const done = await supervisor.report(event, input.source);
    if (done.kind === 'not-kept') return refuse({ code: 'not-kept', reason: done.reason });
    if (done.kind === 'ignored')
      return refuse({ code: 'no-such-host', host: remove, settings: settings.includes(remove) });
  }
  const said = supervisor.project(project) ?? { hosts: [], kept: [] };
  return { kind: 'hosts', project, settings, said, removed: remove };
}
