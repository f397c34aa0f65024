import { z } from 'zod';
import { Check } from './change.ts';
import { Head, ProjectId, TaskId } from './ids.ts';
import { Linking, Place } from './linked.ts';
import { may, Person } from './person.ts';
import { ignored, kind } from './stream.ts';
import type { Moved } from './stream.ts';

/** What a person said of a host: `name` or `name:port`. */
const Said = z.object({ host: z.string().max(259), by: Person, at: z.number() });

/** What is known of a project beside its config: whether its base is green, what was merged, and what people said of hosts. */
export const Project = z.object({
  project: ProjectId,
  /** Setup and tests on a head of the base branch alone; `under` is the policy's commands then. */
  proof: z.object({ check: Check, under: z.string() }).nullable(),
  /** The latest merges by Signalbox, at most a hundred, and how many there were. */
  merges: z.array(z.object({ task: TaskId, commit: Head, at: z.number() })),
  merged: z.number(),
  /** Hosts that an admin let its coders go to, beside the config's. Older journals' snapshots have none. */
  hosts: z.array(Said).default([]),
  /** Hosts that nobody is asked about any more. Never one of `hosts`. */
  kept: z.array(Said).default([]),
  /** The environment that was seen last, as the workspace names it; its channels were or will be told what came of it. */
  environment: z.string().nullable().default(null),
  /** Merges since the base was last seen red, as counted here. Older snapshots count from now on. */
  clean: z.number().default(0),
  /** What an admin last said of soak; null while nobody has. */
  soak: z.object({ on: z.boolean(), by: Person, at: z.number() }).nullable().default(null),
});
export type Project = z.infer<typeof Project>;

/** What tasks and people report. */
export const ProjectReport = z.discriminatedUnion('is', [
  z.object({ is: z.literal('proved'), project: ProjectId, check: Check, under: z.string() }),
  z.object({ is: z.literal('merged'), project: ProjectId, task: TaskId, commit: Head }),
  z.object({ is: z.literal('host-allowed'), project: ProjectId, by: Person, host: Said.shape.host }),
  /** It stays refused, and nobody is asked about it any more. */
  z.object({ is: z.literal('host-kept'), project: ProjectId, by: Person, host: Said.shape.host }),
  /** What was said of it is taken back. */
  z.object({ is: z.literal('host-removed'), project: ProjectId, by: Person, host: Said.shape.host }),
  z.object({ is: z.literal('soak-said'), project: ProjectId, on: z.boolean(), by: Person }),
]);
export type ProjectReport = z.infer<typeof ProjectReport>;

export const ProjectEvent = z.discriminatedUnion('is', [
  ...ProjectReport.options,
  /** What the base branch says of setup, tests and image, as it was looked at. */
  z.object({ is: z.literal('seen'), project: ProjectId, environment: z.string(), places: z.array(Place) }),
  z.object({ is: z.literal('linked'), linking: Linking, places: z.array(Place) }),
  /** The effect was done and has nothing to say. */
  z.object({ is: z.literal('done') }),
]);
export type ProjectEvent = z.infer<typeof ProjectEvent>;

export const ProjectEffect = z.discriminatedUnion('do', [
  /** Its sessions at work go by the hosts of now. */
  z.object({ do: z.literal('admit') }),
  /** Runs setup and the tests on the base branch. */
  z.object({ do: z.literal('link'), environment: z.string(), places: z.array(Place) }),
  z.object({ do: z.literal('announce'), linking: Linking, places: z.array(Place) }),
]);
export type ProjectEffect = z.infer<typeof ProjectEffect>;

const KEPT = 100;
/** So many of each are kept: a grant must stay short. */
export const HOSTS_MAX = 100;

type Next = Moved<Project, ProjectEffect>;
type OfHost = Extract<ProjectEvent, { is: `host-${string}` }>;

/** So many clean merges come before a person may end soak. */
export const CLEAN_MERGES = 5;

/**
 * Whether nothing merges without a tap. A written `soak: true` is the floor: nobody in chat ends it. What an admin said comes next, then the
 * written `false`; without a word of anybody soak is on.
 */
export function soakOf(written: boolean | null, said: Project['soak']): boolean {
  return written === true || (said?.on ?? written ?? true);
}

/** A project's rules. */
export const projectKind = kind({
  prefix: 'project',
  state: Project,
  event: ProjectEvent,
  effect: ProjectEffect,
  transition(state, event, { at }): Next {
    if (event.is === 'done') return ignored('nothing more to do');
    const id = event.is === 'linked' ? event.linking.project : event.project;
    const project = state ?? Project.parse({ project: id, proof: null, merges: [], merged: 0 });
    const move = (next: Project, ...effects: ProjectEffect[]): Next => ({ kind: 'moved', state: next, effects });
    switch (event.is) {
      case 'proved':
        return move({
          ...project,
          proof: { check: event.check, under: event.under },
          clean: event.check.outcome === 'red' ? 0 : project.clean,
        });
      case 'merged': {
        const { task, commit } = event;
        if (project.merges.some((merge) => merge.commit === commit)) return ignored('that merge was counted');
        const merges = [...project.merges, { task, commit, at }].slice(-KEPT);
        return move({ ...project, merges, merged: project.merged + 1, clean: project.clean + 1 });
      }
      case 'soak-said': {
        const { on, by } = event;
        if (!may(event.by, 'admin')) return ignored('this person may not say so');
        if (project.soak?.on === on) return ignored('that was said');
        if (!on && project.clean < CLEAN_MERGES) return ignored('too few clean merges');
        return move({ ...project, soak: { on, by, at } });
      }
      case 'host-allowed':
      case 'host-kept':
      case 'host-removed':
        return hosts(project, event, at);
      case 'seen': {
        const { environment, places } = event;
        if (project.environment === environment) return ignored('that environment is known');
        return move({ ...project, environment }, { do: 'link', environment, places });
      }
      case 'linked':
        return move(project, { do: 'announce', linking: event.linking, places: event.places });
    }
  },
});

/** Sessions at work are told only where what they may reach has changed. */
function hosts(project: Project, { is, by, host }: OfHost, at: number): Next {
  if (!may(by, 'admin')) return ignored('this person may not open or close the way to a host');
  const others = (said: Project['hosts']): Project['hosts'] => said.filter((one) => one.host !== host);
  const [allowed, kept] = [others(project.hosts), others(project.kept)];
  const [wasAllowed, wasKept] = [allowed.length < project.hosts.length, kept.length < project.kept.length];
  const said = { host, by, at };
  const move = (next: Pick<Project, 'hosts' | 'kept'>): Next => {
    const changed = wasAllowed || next.hosts.length > allowed.length;
    return { kind: 'moved', state: { ...project, ...next }, effects: changed ? [{ do: 'admit' }] : [] };
  };
  switch (is) {
    case 'host-allowed':
      if (wasAllowed) return ignored('that host is allowed');
      return allowed.length < HOSTS_MAX
        ? move({ hosts: [...allowed, said], kept })
        : ignored(`${HOSTS_MAX} hosts are allowed`);
    case 'host-kept':
      if (wasKept) return ignored('that host is kept refused');
      return move({ hosts: allowed, kept: [...kept, said].slice(-HOSTS_MAX) });
    case 'host-removed':
      return wasAllowed || wasKept ? move({ hosts: allowed, kept }) : ignored('nothing was said of that host');
  }
}
