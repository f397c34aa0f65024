import { rightOf as rightOfCommand } from '../chain/commands.ts';
import type { Command } from '../chain/commands.ts';
import type { Right } from '../chain/person.ts';

/** Commands that people type. `say` is any other text; the others are buttons alone. */
export type Typed =
  | Exclude<
      Command['name'],
      'say' | 'answer' | 'sendback' | 'allow' | 'keep' | 'make' | 'change' | 'wait' | 'interrupt'
    >
  | 'ask';

/** One command, for whoever parses, explains, completes or registers it. */
type Word = {
  readonly group: 'Begin' | 'In a thread' | 'Look' | 'Keep safe';
  /** What follows the name, as shown; empty when nothing may. */
  readonly takes: string;
  /** What it does, in one line without a full stop. */
  readonly help: string;
  /** What else there is to know, in whole sentences. */
  readonly more?: string;
};

const OPTIONS =
  'Before the idea: `--slug <name>`, `--quick` (straight to the coder), `--headless` (nobody is asked); `--` ends the options.';

/** The one table of commands, in the order of help. The right that each takes is the chain's. */
export const words: Readonly<Record<Typed, Word>> = {
  task: { group: 'Begin', takes: '<idea>', help: 'starts a task in this channel', more: OPTIONS },
  ask: {
    group: 'Begin',
    takes: '<question>',
    help: 'opens a thread in which an agent that only reads answers',
    more: 'In a channel `@signalbox` and a question is the same. Write in its thread to go on. **Make this a task** carries the talk over. It ends by Stop, or a day after the last word.',
  },
  merge: {
    group: 'In a thread',
    takes: '',
    help: 'merges the change that the card shows',
    more: 'The whole gate looks once more, on fresh facts. Sensitive paths take a second tap of an admin.',
  },
  approve: {
    group: 'In a thread',
    takes: '',
    help: 'lets it merge when everything else is green; approves a plan that waits',
    more: 'It is bound to the head that the card shows, and void at another one.',
  },
  back: {
    group: 'In a thread',
    takes: 'requirements|plan|code <why>',
    help: 'goes back to that role, with the reason',
    more: 'The commits stay. E.g. `/back plan Keep the old option too`.',
  },
  resume: { group: 'In a thread', takes: '', help: 'goes on where it stands' },
  retry: { group: 'In a thread', takes: '', help: 'begins the phase anew' },
  use: {
    group: 'In a thread',
    takes: '<account>',
    help: 'goes on with another account than the one that is shut',
    more: 'Another subscription of the same provider, for this task alone. Nothing is ever paid.',
  },
  raise: {
    group: 'In a thread',
    takes: '<dollars>',
    help: 'lets this task spend so much',
    more: "`/raise day <dollars>` is for all tasks together, today in UTC, and an admin's. A budget only ever rises.",
  },
  handover: {
    group: 'In a thread',
    takes: '<person>',
    help: 'addresses somebody else from now on',
    more: 'By their name or id, e.g. `/handover @kim`. They need the right `steer`.',
  },
  stop: { group: 'In a thread', takes: '', help: 'ends the task and keeps its work' },
  diff: { group: 'Look', takes: '', help: 'what the task has changed, file by file, and the patch' },
  findings: {
    group: 'Look',
    takes: '',
    help: 'titles of what the reviewer found, for you alone',
    more: 'Look at the diff first: `/diff`.',
  },
  logs: { group: 'Look', takes: '', help: 'what its latest session said and did' },
  status: { group: 'Look', takes: '', help: 'every task and what it waits for' },
  fleet: { group: 'Look', takes: '', help: 'every project with its tasks' },
  usage: { group: 'Look', takes: '', help: "how full the accounts' windows are, and when they begin anew" },
  policy: { group: 'Look', takes: '', help: 'the rules of this project, and where they stand' },
  hosts: {
    group: 'Look',
    takes: '',
    help: 'where the coders of this project may go',
    more: 'An admin takes one back with `/hosts remove <name>`.',
  },
  help: { group: 'Look', takes: '[command]', help: 'this, or more about one command' },
  soak: {
    group: 'Keep safe',
    takes: '[on|off]',
    help: 'whether nothing merges without a tap',
    more: 'Off once 5 merges in a row were clean, as counted here: then what the policy names merges by itself. On at any time.',
  },
  lock: {
    group: 'Keep safe',
    takes: '',
    help: 'nothing starts, nothing merges and no tap counts',
    more: 'Sessions at work finish their turn. Only the machine unlocks it: `./signalbox unlock`.',
  },
};

/** The right that it takes. A question is a task of its own sort. */
export const rightOf = (name: Typed): Right => rightOfCommand(name === 'ask' ? 'task' : name);

/** The command that a word names, without its slash. */
export const typed = (word: string): Typed | null => (Object.hasOwn(words, word) ? (word as Typed) : null);

/** How a command is written, e.g. `/use <account>`. */
export const usage = (name: Typed): string => `/${name}${words[name].takes === '' ? '' : ` ${words[name].takes}`}`;

/** All commands, a line each, or what there is to know of one. */
export function help(about: Typed | null): string {
  if (about !== null) {
    const { help: does, more } = words[about];
    const right = rightOf(about);
    return [`\`${usage(about)}\` ${does}.`, ...(more ? [more] : []), `It takes the right \`${right}\`.`].join('\n');
  }
  const groups = Map.groupBy(Object.keys(words) as Typed[], (name) => words[name].group);
  const blocks = [...groups].map(([group, names]) =>
    [`**${group}**`, ...names.map((name) => `\`${usage(name)}\` ${words[name].help}`)].join('\n'),
  );
  return [...blocks, "Anything else that you write in a task's thread is for its agent."].join('\n\n');
}
