import { createHash } from 'node:crypto';
import { fleet, hosts, lock, look, refuse, soak } from './answers.ts';
import type { Look, Seen } from './answers.ts';
import { allowed, IDEA_MAX, looks } from './commands.ts';
import type { Command, Desk, Input, Reply } from './commands.ts';
import { filesOf } from './files.ts';
import { TaskId } from './ids.ts';
import type { Head } from './ids.ts';
import type { TaskEvent } from './event.ts';
import { personOf, shutFor, steering, taskOf } from './links.ts';
import type { Links } from './links.ts';
import { HOSTS_MAX } from './project.ts';
import { raiseOf } from './raising.ts';
import type { Raise } from './raising.ts';
import type { Supervisor } from './supervisor.ts';
import { whyIgnored } from './why.ts';
import { freeSlug, holdersIn, made } from './making.ts';
import type { Task } from './task.ts';

/** Takes what people ask for: checks who, where and what, then has it journaled. Resolves when that is durable or refused. */
export function createDesk(supervisor: Supervisor, links: Links): Desk {
  // One `/task` at a time: a slug that is free must still be free when the task is journaled.
  let asking: Promise<unknown> = Promise.resolve();
  const seen: Seen = new Map();
  return {
    async accept(input) {
      const { command, person } = input;
      const right = allowed(person, command);
      if (!right.ok) return refuse({ code: 'not-allowed', needs: right.needs, has: person.may });
      if (command.name === 'lock') return lock(supervisor, input);
      const locked = supervisor.locked();
      if (locked && !looks(command)) return refuse({ code: 'locked', lock: locked });
      switch (command.name) {
        case 'help':
          return { kind: 'help', about: command.about };
        case 'diff':
        case 'findings':
        case 'logs':
        case 'usage':
        case 'policy':
          return look(supervisor, links, seen, input, command).catch((error: Error) =>
            refuse({ code: 'unreadable', reason: error.message }),
          );
        case 'soak':
          return soak(supervisor, links, input, command);
        case 'fleet':
          return fleet(supervisor, links);
        case 'status':
          return { kind: 'status', tasks: supervisor.tasks(), waits: supervisor.waits(), lock: locked };
        case 'make':
        case 'task': {
          const answer = asking.then(() =>
            command.name === 'task'
              ? ask(supervisor, links, input, command)
              : make(supervisor, links, input, command.offer),
          );
          asking = answer.catch(() => undefined);
          return answer;
        }
        case 'hosts':
          return hosts(supervisor, links, input, command.remove);
        default:
          return steer(supervisor, links, input, command);
      }
    },
  };
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The task of a `/task`: derived from the source id, so that a repeated one is the same task. */
export const taskIdOf = (source: string): TaskId => TaskId.parse(`t${digest(source).slice(0, 10)}`);

type Ask = Extract<Command, { name: 'task' }>;

async function ask(supervisor: Supervisor, links: Links, input: Input, command: Ask): Promise<Reply> {
  const { platform, channel } = input.place;
  // Another `/task` was taken before this one, and it may have been locked since.
  const locked = supervisor.locked();
  if (locked) return refuse({ code: 'locked', lock: locked });
  const task = taskIdOf(input.source);
  if (supervisor.task(task)) return { kind: 'repeated', task };
  const project = links.projectOf(platform, channel);
  if (!project) return refuse({ code: 'unlinked-channel', channel });
  const idea = command.idea.trim();
  if (idea === '') return refuse({ code: 'empty-idea' });
  if (idea.length > IDEA_MAX) return refuse({ code: 'long-idea', length: idea.length, max: IDEA_MAX });
  if (command.slug !== null && !/^[a-z0-9][a-z0-9-]{0,39}$/.test(command.slug))
    return refuse({ code: 'bad-slug', slug: command.slug });
  const holders = holdersIn(supervisor, project);
  const holder = command.slug === null ? undefined : holders.get(command.slug);
  if (holder && command.slug !== null) return refuse({ code: 'slug-in-use', slug: command.slug, task: holder.id });
  const slug = command.slug ?? freeSlug(idea, holders);
  const places = links.placesOf(project).map((place) => ({ ...place }));
  const asked: TaskEvent = {
    is: 'asked',
    task,
    project,
    slug,
    idea,
    mode: command.mode,
    by: input.person,
    places,
    ...filesOf(input.files),
  };
  return reply(supervisor, links, task, asked, input);
}

/** A task of an earlier one's conversation. Whoever taps the same button asks for the same task. */
async function make(supervisor: Supervisor, links: Links, input: Input, n: number): Promise<Reply> {
  const from = taskOf(supervisor, input);
  if (!from) return refuse({ code: 'no-task-here' });
  const asked = made(supervisor, links, from, n, input.person, taskIdOf);
  if (!asked) return refuse({ code: 'not-now', command: 'make', phase: from.phase.at });
  return supervisor.task(asked.task)
    ? { kind: 'repeated', task: asked.task }
    : reply(supervisor, links, asked.task, asked, input);
}

type Steer =
  | Exclude<
      Command,
      Look | { name: 'task' | 'make' | 'lock' | 'soak' | 'fleet' | 'status' | 'help' | 'hosts' | 'raise' }
    >
  | Raise;

async function steer(supervisor: Supervisor, links: Links, input: Input, asked: Steer): Promise<Reply> {
  const task = taskOf(supervisor, input);
  if (!task) return refuse({ code: 'no-task-here' });
  const command = asked.name === 'raise' ? raiseOf(supervisor, task, asked) : asked;
  const right = allowed(input.person, command);
  if (!right.ok) return refuse({ code: 'not-allowed', needs: right.needs, has: input.person.may });
  const isFull = (supervisor.project(task.project)?.hosts.length ?? 0) >= HOSTS_MAX;
  if (command.name === 'allow' && isFull) return refuse({ code: 'hosts-full', max: HOSTS_MAX });
  if (command.name === 'handover' && !personOf(links, command.to))
    return refuse({ code: 'no-such-person', named: command.to, people: steering(links).map(({ name }) => name) });
  const event = eventOf(task, links, input, command);
  if (!event) return refuse({ code: 'not-now', command: command.name, phase: task.phase.at });
  return reply(supervisor, links, task.id, event, input);
}

function eventOf(task: Task, links: Links, input: Input, command: Steer): TaskEvent | null {
  const { person: by, source } = input;
  const { beside } = links;
  switch (command.name) {
    case 'handover': {
      const to = personOf(links, command.to);
      return to ? { is: 'handed-over', by, to: { id: to.id, name: to.name, may: to.may } } : null;
    }
    case 'say':
      return { is: 'said', by, text: command.text, uuid: uuidOf(source), ...filesOf(input.files) };
    case 'answer': {
      const { ask, part, pick } = command;
      return { is: 'answered', by, ask, part, pick, uuid: uuidOf(source) };
    }
    case 'interrupt':
      return { is: 'interrupt-tapped', by, message: command.message, uuid: uuidOf(source) };
    case 'change':
      return { is: 'change-tapped', by, draft: command.draft };
    case 'wait':
      return { is: 'wait-tapped', by, draft: command.draft };
    case 'stop':
      return { is: 'stop-tapped', by };
    case 'retry':
      return { is: 'retry-tapped', by, holds: command.holds };
    case 'resume':
      return { is: 'resume-tapped', by, holds: command.holds };
    case 'use': {
      const { account } = command;
      const of = shutFor(task);
      const spare = of === null ? undefined : beside(of).find((one) => one.account === account);
      return { is: 'use-tapped', by, account, of: spare ? of : null, keeps: spare?.keeps ?? false };
    }
    case 'raise': {
      const { what, day, dollars, from } = command;
      return what && day ? { is: 'raise-tapped', by, what, day, dollars, from: from ?? null } : null;
    }
    case 'back':
      return { is: 'back-asked', by, to: command.to, why: command.why };
    case 'sendback':
      return { is: 'feedback-asked', by };
    case 'approve':
      return { is: 'approve-tapped', by, ...approved(task, command) };
    case 'allow':
    case 'keep': {
      const place = task.refused[command.place];
      return place === undefined
        ? null
        : { is: 'place-answered', by, place, answer: command.name, uuid: uuidOf(source) };
    }
    case 'merge': {
      const head = command.head ?? task.change?.head;
      return head ? { is: 'merge-tapped', by, head, second: command.second } : null;
    }
  }
}

/** A typed `/approve` means what waits for one now. */
function approved({ phase, change }: Task, { head, plan }: Extract<Command, { name: 'approve' }>): What {
  if (head !== null || plan !== null) return { head, plan };
  if (phase.at === 'held' && phase.ends.by === 'approval') return { head: null, plan: phase.ends.head };
  return { head: change?.head ?? null, plan: null };
}
type What = { readonly head: Head | null; readonly plan: Head | null };

/** A UUID made of the source id: version 8, which leaves the bits to whoever makes it (RFC 9562). */
function uuidOf(source: string): string {
  const hex = digest(source);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

async function reply(
  supervisor: Supervisor,
  links: Links,
  task: TaskId,
  event: TaskEvent,
  input: Input,
): Promise<Reply> {
  const done = await supervisor.submit(task, event, input.source);
  switch (done.kind) {
    case 'journaled':
      return { kind: 'accepted', task, command: input.command.name, ...secondTap(supervisor.task(task), event) };
    case 'repeated':
      return { kind: 'repeated', task };
    case 'not-kept':
      return refuse({ code: 'not-kept', reason: done.reason });
    case 'ignored':
      return refuse(whyIgnored(supervisor.task(task), links, event, input.command));
  }
}

/** A Merge that left the task in review asks for the second tap. */
const secondTap = (task: Task | undefined, event: TaskEvent): { readonly second?: true } =>
  event.is === 'merge-tapped' && task?.phase.at === 'review' ? { second: true } : {};
