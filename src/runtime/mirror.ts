import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Head } from '../chain/ids.ts';
import type { ProjectId, TaskId } from '../chain/ids.ts';
import { git, gitOut, lastWords } from './git.ts';

/** Where a project's repository is on this machine, and the name of its base branch. */
export type Repository = { readonly id: ProjectId; readonly repository: string; readonly base: string };

/** The clean bare copy of one project. Only the controller writes it, and it knows one ref a task. */
export type Mirror = {
  readonly folder: string;
  readonly repository: Repository;
  /** Brings the base branch here from the repository. A reason is a sentence for a person. */
  fetch(): Promise<{ readonly ok: true; readonly base: Head } | { readonly ok: false; readonly reason: string }>;
};

export const mirrorFolder = (data: string, project: ProjectId): string => join(data, 'mirrors', `${project}.git`);

/** What was taken in of a task's branch. */
export const taskRef = (task: TaskId): string => `refs/tasks/${task}/in`;

export function mirrorOf(data: string, repository: Repository): Mirror {
  const folder = mirrorFolder(data, repository.id);
  let queue: Promise<unknown> = Promise.resolve();
  return {
    folder,
    repository,
    fetch() {
      // Two fetches at once would quarrel over the lock of the one ref.
      const next = queue.then(() => fetchBase(folder, repository));
      queue = next.catch(() => {});
      return next;
    },
  };
}

/** The mirrors of all projects, by id. Throws for a project that is not in the config. */
export function mirrorsOf(data: string, projects: readonly Repository[]): (project: ProjectId) => Mirror {
  const mirrors = new Map(projects.map((project) => [project.id, mirrorOf(data, project)]));
  return (project) => {
    const found = mirrors.get(project);
    if (found === undefined) throw new Error(`There is no project ${project} in signalbox.yaml.`);
    return found;
  };
}

async function fetchBase(folder: string, of: Repository): ReturnType<Mirror['fetch']> {
  const { id, repository, base } = of;
  const refuse = (what: string) => ({ ok: false, reason: `Project ${id}: ${what}` }) as const;
  const there = await stat(repository).catch(() => null);
  if (there === null) return refuse(`there is no folder ${repository}. Correct \`repository\` in signalbox.yaml.`);
  await init(folder);

  // The config names this folder, so its owner need not be the controller.
  const settings = { 'safe.directory': repository };
  const listed = await git(folder, ['ls-remote', '--heads', '--', repository], { settings });
  if (!listed.ok) return refuse(`${repository} cannot be read as a git repository (${lastWords(listed.errors)}).`);
  const heads = listed.out.split('\n').flatMap((line) => line.split('\trefs/heads/')[1] ?? []);
  if (heads.length === 0) return refuse(`${repository} has no commit yet. Push a first one to ${base}.`);
  if (!heads.includes(base))
    return refuse(`${repository} has no branch ${base}, but ${some(heads)}. Correct \`base\` in signalbox.yaml.`);

  const ref = `refs/heads/${base}`;
  const fetched = await git(
    folder,
    ['fetch', '--no-tags', '--no-write-fetch-head', '--', repository, `+${ref}:${ref}`],
    {
      settings,
      milliseconds: 10 * 60_000,
    },
  );
  if (!fetched.ok) return refuse(`${base} could not be fetched from ${repository} (${lastWords(fetched.errors)}).`);
  return { ok: true, base: Head.parse(await gitOut(folder, ['rev-parse', '--verify', `${ref}^{commit}`])) };
}

async function init(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // Safe to repeat, and needed again where an earlier one was cut short.
  await gitOut(folder, ['init', '--quiet', '--bare', '--template=', '--initial-branch=signalbox-none']);
}

function some(names: readonly string[]): string {
  const more = names.length > 5 ? ` and ${names.length - 5} more` : '';
  return names.slice(0, 5).join(', ') + more;
}
