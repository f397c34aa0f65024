import { z } from 'zod';
import { Check } from './change.ts';
import { Head, ProjectId, TaskId } from './ids.ts';
import { ignored, kind } from './stream.ts';
import type { Moved } from './stream.ts';

/** What is known of a project beside its config: whether its base is green, and what was merged. */
export const Project = z.object({
  project: ProjectId,
  /** Setup and tests on a head of the base branch alone; `under` is the policy's commands then. */
  proof: z.object({ check: Check, under: z.string() }).nullable(),
  /** The latest merges by Signalbox, at most a hundred, and how many there were. */
  merges: z.array(z.object({ task: TaskId, commit: Head, at: z.number() })),
  merged: z.number(),
});
export type Project = z.infer<typeof Project>;

export const ProjectEvent = z.discriminatedUnion('is', [
  z.object({ is: z.literal('proved'), project: ProjectId, check: Check, under: z.string() }),
  z.object({ is: z.literal('merged'), project: ProjectId, task: TaskId, commit: Head }),
]);
export type ProjectEvent = z.infer<typeof ProjectEvent>;

const ProjectEffect = z.never();
const KEPT = 100;

/** A project's rules. */
export const projectKind = kind({
  prefix: 'project',
  state: Project,
  event: ProjectEvent,
  effect: ProjectEffect,
  transition(state, event, { at }): Moved<Project, never> {
    const project = state ?? { project: event.project, proof: null, merges: [], merged: 0 };
    const move = (next: Project): Moved<Project, never> => ({ kind: 'moved', state: next, effects: [] });
    switch (event.is) {
      case 'proved':
        return move({ ...project, proof: { check: event.check, under: event.under } });
      case 'merged': {
        const { task, commit } = event;
        if (project.merges.some((merge) => merge.commit === commit)) return ignored('that merge was counted');
        const merges = [...project.merges, { task, commit, at }].slice(-KEPT);
        return move({ ...project, merges, merged: project.merged + 1 });
      }
    }
  },
});
