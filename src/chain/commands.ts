import type { Lock } from './box.ts';
import type { FileRef } from './files.ts';
import type { Head, ProjectId, TaskId } from './ids.ts';
import type { DiffLook, LogsLook, PolicyLook, UsageLook } from './looks.ts';
import { may } from './person.ts';
import type { Person, Right } from './person.ts';
import type { Project } from './project.ts';
import type { Wait } from './schedule.ts';
import type { Mode, Task } from './task.ts';

/** The longest idea that is taken, in characters. Longer ones are refused whole, never cut. */
export const IDEA_MAX = 8_000;

/** What a person can ask for, on every platform alike. Parsed at the edge, by bots/. */
export type Command =
  | { readonly name: 'task'; readonly idea: string; readonly slug: string | null; readonly mode: Mode }
  | { readonly name: 'say'; readonly text: string }
  /** An option of a question's part, both counted from 1; 0 ends a choice of several. Of a tool call, 1 allows it and 2 does not. */
  | { readonly name: 'answer'; readonly ask: string; readonly part: number; readonly pick: number }
  /** `head` is the one that the person saw; null for a typed `/merge`, which means the one shown now. `second` confirms sensitive paths. */
  | { readonly name: 'merge'; readonly head: Head | null; readonly second: boolean }
  /** Merge when green, bound to the head that was seen; or approves the plan that was committed as `plan`. Both null for a typed `/approve`. */
  | { readonly name: 'approve'; readonly head: Head | null; readonly plan: Head | null }
  /** Ends the turn of the session at work, so that it hears the message with this uuid at once. */
  | { readonly name: 'interrupt'; readonly message: string }
  /** Until the coder begins: has the requirements with this number written anew, or the next role not begun. */
  | { readonly name: 'change' | 'wait'; readonly draft: number }
  | { readonly name: 'back'; readonly to: 'requirements' | 'plan' | 'code'; readonly why: string }
  /** The next words of the person are why it goes back to the coder. */
  | { readonly name: 'sendback' }
  | { readonly name: 'stop' }
  /** `holds`: how many the task had had when the button was made; null where it was typed. */
  | { readonly name: 'resume' | 'retry'; readonly holds: number | null }
  /** Goes on with another account than the shut one. */
  | { readonly name: 'use'; readonly account: string }
  /** Lets the task, or all tasks on a day, spend so much, USD. `what` null: what the task waits for. `day` null: this one. */
  | {
      readonly name: 'raise';
      readonly what: 'task' | 'day' | null;
      readonly day: string | null;
      readonly dollars: number;
    }
  /** Nothing starts, nothing merges and no tap counts until it is unlocked on the machine. */
  | { readonly name: 'lock' }
  /** Lets the project's coders go to the task's refused place with this number; `keep` has it refused for good. */
  | { readonly name: 'allow' | 'keep'; readonly place: number }
  /** Where the project's coders may go; `remove` takes back what was said of one host. */
  | { readonly name: 'hosts'; readonly remove: string | null }
  | { readonly name: 'status' }
  /** A new task that carries this one over. `offer` is the number of what was said when it was over; 0 for a talk. */
  | { readonly name: 'make'; readonly offer: number }
  /** `to` as it was written: a person's id or name. */
  | { readonly name: 'handover'; readonly to: string }
  /** Whether nothing merges without a tap. null asks. */
  | { readonly name: 'soak'; readonly on: boolean | null }
  /** Titles of what the reviewer found, once the diff was seen. */
  | { readonly name: 'findings' }
  /** What the branch has that the base has not. */
  | { readonly name: 'diff' }
  /** What the latest session said and did. */
  | { readonly name: 'logs' }
  /** How full the accounts' windows are. */
  | { readonly name: 'usage' }
  /** Every project with its tasks. */
  | { readonly name: 'fleet' }
  /** The rules of this channel's project, or this thread's. */
  | { readonly name: 'policy' }
  /** `about` is a command's name; null for all. */
  | { readonly name: 'help'; readonly about: string | null };

const needs: Readonly<Record<Command['name'], Right>> = {
  task: 'steer',
  say: 'steer',
  answer: 'steer',
  stop: 'steer',
  resume: 'steer',
  use: 'steer',
  retry: 'steer',
  back: 'steer',
  change: 'steer',
  interrupt: 'steer',
  wait: 'steer',
  sendback: 'steer',
  handover: 'steer',
  make: 'steer',
  soak: 'admin',
  // It only takes away, and whoever steers can stop every task all the same. Who watches is nobody's brake.
  lock: 'steer',
  approve: 'merge',
  merge: 'merge',
  allow: 'admin',
  keep: 'admin',
  hosts: 'watch',
  raise: 'merge',
  status: 'watch',
  diff: 'watch',
  findings: 'watch',
  logs: 'watch',
  usage: 'watch',
  fleet: 'watch',
  policy: 'watch',
  help: 'watch',
};

function rightFor(command: Command): Right {
  const { name } = command;
  if (name === 'soak' && command.on === null) return 'watch';
  if (name === 'raise') return command.what === 'day' ? 'admin' : needs.raise;
  const admin = (name === 'merge' && command.second) || (name === 'hosts' && command.remove !== null);
  return admin ? 'admin' : needs[name];
}

/** The right that a command takes; a second tap on Merge takes more, and asking about soak less. */
export const rightOf = (name: Command['name']): Right => needs[name];

/** What changes nothing and is answered while everything is locked. */
export const looks = (command: Command): boolean => rightFor(command) === 'watch';

/** Whether this person may give this command, and the right it takes. */
export function allowed(person: Person, command: Command): { readonly ok: boolean; readonly needs: Right } {
  const right = rightFor(command);
  return { ok: may(person, right), needs: right };
}

/**
 * One thing that came from a person. `source` is the platform's own id of it (interaction, update, request): it is journaled with the
 * effect it had, and a repeated one changes nothing. `task` names the task where a button does; else the thread tells.
 */
export type Input = {
  readonly source: string;
  readonly person: Person;
  readonly place: { readonly platform: string; readonly channel: string; readonly thread: string | null };
  readonly task: TaskId | null;
  readonly command: Command;
  /** What was sent along, kept already. It goes with words and with a new task. */
  readonly files?: readonly FileRef[];
};

/** Whether files go along with a command; with any other they are left out, and the person is told. */
export const takesFiles = ({ name }: Command): boolean => name === 'say' || name === 'task';

/** What the config and people say of a project. */
export type Settings = { readonly merges: boolean; readonly soak: boolean };
/** A project at a glance: its tasks, and how many it merged. */
export type ProjectRow = Settings & {
  readonly id: ProjectId;
  readonly merged: number;
  readonly tasks: readonly Task[];
};

/** What became of an input. Bots put it into words. `accepted` means journaled: it will be done, whatever happens next. */
export type Reply =
  /** `second`: it takes an admin's second tap. */
  | { readonly kind: 'accepted'; readonly task: TaskId; readonly command: Command['name']; readonly second?: true }
  | { readonly kind: 'repeated'; readonly task: TaskId }
  | {
      readonly kind: 'status';
      readonly tasks: readonly Task[];
      readonly waits: ReadonlyMap<TaskId, Wait>;
      readonly lock: Lock | null;
    }
  /** `lock` is null where a repeated `/lock` comes after it was unlocked. `already`: somebody else was first. */
  | { readonly kind: 'locked'; readonly lock: Lock | null; readonly already: boolean }
  /** `settings` are the config's; `removed` is the one that was taken back just now. */
  | {
      readonly kind: 'hosts';
      readonly project: ProjectId;
      readonly settings: readonly string[];
      readonly said: Pick<Project, 'hosts' | 'kept'>;
      readonly removed: string | null;
    }
  | { readonly kind: 'diff'; readonly slug: string; readonly diff: DiffLook | null }
  | { readonly kind: 'logs'; readonly slug: string; readonly logs: LogsLook | null }
  | { readonly kind: 'findings'; readonly review: Task['review'] }
  /** `written`: what the config says, if it does. */
  | ({
      readonly kind: 'soak';
      readonly project: ProjectId;
      readonly clean: number;
      readonly written: boolean | null;
    } & Settings)
  | { readonly kind: 'usage'; readonly accounts: readonly UsageLook[] }
  | {
      readonly kind: 'fleet';
      readonly projects: readonly ProjectRow[];
      readonly waits: ReadonlyMap<TaskId, Wait>;
      readonly lock: Lock | null;
    }
  | ({ readonly kind: 'policy'; readonly project: ProjectId } & PolicyLook & Settings)
  | { readonly kind: 'help'; readonly about: string | null }
  | { readonly kind: 'refused'; readonly why: RefusedInput };

export type RefusedInput =
  | { readonly code: 'not-allowed'; readonly needs: Right; readonly has: Right }
  | { readonly code: 'unlinked-channel'; readonly channel: string }
  /** Until it is unlocked on the machine nothing but looking is taken. */
  | { readonly code: 'locked'; readonly lock: Lock }
  | { readonly code: 'no-task-here' }
  | { readonly code: 'no-such-person'; readonly named: string; readonly people: readonly string[] }
  /** The diff comes before the findings: the reviewer advises and does not plead. */
  | { readonly code: 'diff-first' }
  /** The config keeps soak on, whatever is said here. */
  | { readonly code: 'soak-written' }
  | { readonly code: 'too-few-merges'; readonly clean: number; readonly needs: number }
  /** What was to be looked at could not be read just now. */
  | { readonly code: 'unreadable'; readonly reason: string }
  | { readonly code: 'empty-idea' }
  | { readonly code: 'long-idea'; readonly length: number; readonly max: number }
  | { readonly code: 'bad-slug'; readonly slug: string }
  | { readonly code: 'slug-in-use'; readonly slug: string; readonly task: TaskId }
  /** The task is in a state in which this does nothing. `for`: what it waits for, where a person gives that another way. */
  | {
      readonly code: 'not-now';
      readonly command: Command['name'];
      readonly phase: Task['phase']['at'];
      readonly for?: 'plan' | 'answer';
    }
  /** `beside`: those that may stand in for the account `shut`, which the task waits for. */
  | {
      readonly code: 'not-beside';
      readonly account: string;
      readonly shut: string;
      readonly beside: readonly string[];
    }
  /** Somebody was first; null where nobody waits for it any more. */
  | { readonly code: 'answered'; readonly by: string | null }
  /** It was heard, or somebody had it told, or its session is over. */
  | { readonly code: 'heard' }
  /** Newer requirements were written, a coder began, or somebody was first. */
  | { readonly code: 'draft'; readonly why: 'newer' | 'begun' | 'first'; readonly by: string | null }
  /** It is at `at` already, or that day is over, or (null) nothing is capped. USD. */
  | { readonly code: 'not-raised'; readonly what: 'task' | 'day'; readonly at: number | null }
  | { readonly code: 'budget' }
  /** The button is about a hold or a plan that is over. */
  | { readonly code: 'past' }
  | { readonly code: 'head-moved'; readonly saw: Head; readonly is: Head }
  /** Nothing is asked about that place any more. */
  | { readonly code: 'not-asked' }
  /** So many hosts are allowed that one has to be taken back first. */
  | { readonly code: 'hosts-full'; readonly max: number }
  /** `settings`: it is in signalbox.yaml, where the chat takes nothing out. Else nobody said anything of it. */
  | { readonly code: 'no-such-host'; readonly host: string; readonly settings: boolean }
  | { readonly code: 'damaged'; readonly stream: string; readonly reason: string }
  /** The disk would not keep it: nothing was taken. */
  | { readonly code: 'not-kept'; readonly reason: string };

/** What chat platforms hand inputs to. Resolves once the input is journaled or refused, never later. */
export type Desk = { accept(input: Input): Promise<Reply> };
