import { taskIdOf } from './desk.ts';
import type { ProjectId } from './ids.ts';
import type { Progress } from './ports.ts';
import type { Linking } from './linked.ts';
import type { ProjectEffect, ProjectEvent } from './project.ts';
import { projectOwner } from './yard.ts';
import type { Yard } from './yard.ts';

/** A project of the config, and the channels that show it. */
export type Linked = {
  readonly project: ProjectId;
  readonly places: readonly { readonly platform: string; readonly channel: string }[];
};

/** Looks at what each project's base says of its environment; one that is new is journaled, and set up and tested then. */
export async function lookAtProjects(yard: Yard, linked: readonly Linked[]): Promise<void> {
  for (const of of linked)
    await look(yard, of).catch(({ message: reason }: Error) =>
      yard.acts.log.error('a project could not be looked at', { project: of.project, reason }),
    );
}

async function look(yard: Yard, { project, places }: Linked): Promise<void> {
  const ready = await yard.acts.workspace.prepare(project);
  const environment = ready.ok ? ready.environment : `unreadable: ${ready.reason}`;
  if (yard.damaged.has(`project-${project}`)) return;
  const seen: ProjectEvent = { is: 'seen', project, environment, places: [...places] };
  const answer = await projectOwner(yard, project).submit(seen, {});
  if (answer.kind === 'not-kept') throw new Error(answer.reason);
}

type Link = Extract<ProjectEffect, { do: 'link' }>;

/** Sets up and tests the base as a task would, and answers what came of it. One that changed meanwhile is looked at anew, and nothing is said of this one. */
export async function link(yard: Yard, project: ProjectId, { environment, places }: Link): Promise<ProjectEvent> {
  const { workspace, others, log } = yard.acts;
  const ready = await workspace.prepare(project);
  const linked = (of: Omit<Linking, 'project'>): ProjectEvent => ({
    is: 'linked',
    linking: { project, ...of },
    places,
  });
  if (!ready.ok) {
    if (`unreadable: ${ready.reason}` !== environment) return { is: 'done' };
    return linked({ problem: ready.reason, steps: [], check: null, lacks: [] });
  }
  if (ready.environment !== environment) return { is: 'done' };
  const steps: Linking['steps'] = [];
  const on = ({ step, ms }: Progress): void => {
    log.info('a project is linked', { project, step, ms });
    if (ms !== null) steps.push({ step, ms });
  };
  // No task has this id: it is only where the work lies.
  const id = taskIdOf(`link ${project}`);
  const check = await others.prove({ project, id, threads: [] }, ready.base, on);
  await workspace.remove(project, id);
  return linked({ problem: null, steps, check, lacks: [...ready.lacks] });
}
