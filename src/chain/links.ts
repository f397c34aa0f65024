import type { Input } from './commands.ts';
import type { ProjectId } from './ids.ts';
import type { Beside } from './instead.ts';
import { may } from './person.ts';
import type { Person } from './person.ts';
import type { Supervisor } from './supervisor.ts';
import type { Task } from './task.ts';

/** What the config says of channels: which project a channel shows, and every channel that shows a project; which accounts stand beside one; and a project's own hosts. */
export type Links = {
  projectOf(platform: string, channel: string): ProjectId | null;
  readonly projects: readonly ProjectId[];
  readonly people: readonly Person[];
  placesOf(project: ProjectId): readonly { readonly platform: string; readonly channel: string }[];
  readonly beside: Beside;
  hostsOf(project: ProjectId): readonly string[];
};

/** The task of a button, else of the thread. */
export const taskOf = (supervisor: Supervisor, input: Input): Task | undefined =>
  input.task ? supervisor.task(input.task) : inThread(supervisor, input);

function inThread(supervisor: Supervisor, { place }: Input): Task | undefined {
  const { platform, channel, thread } = place;
  return supervisor
    .tasks()
    .find((task) =>
      task.threads.some((at) => at.platform === platform && at.channel === channel && at.thread === thread),
    );
}

/** The project of the thread, else of the channel. */
export const projectOf = (supervisor: Supervisor, links: Links, input: Input): ProjectId | null =>
  taskOf(supervisor, input)?.project ?? links.projectOf(input.place.platform, input.place.channel);

/** Those to whom something can be handed over. */
export const steering = ({ people }: Links): readonly Person[] => people.filter((person) => may(person, 'steer'));

/** By id, else by name, as people write it. */
export function personOf(links: Links, written: string): Person | undefined {
  const word = written.replace(/^@/, '').trim().toLowerCase();
  const of = steering(links);
  return of.find(({ id }) => id === word) ?? of.find(({ name }) => name.toLowerCase() === word);
}

/** The account that a task waits for. */
export const shutFor = ({ phase }: Task): string | null =>
  phase.at === 'held' && phase.ends.by === 'account' ? phase.ends.account : null;
