import type { Command } from '../chain/commands.ts';

/** One command as a platform offers it while somebody types. `takes` is shown after the name. */
export type MenuRow = {
  readonly name: string;
  readonly takes: string;
  readonly does: string;
  /** Where it is of use: `anywhere`, or in a task's thread alone. */
  readonly where: 'anywhere' | 'thread';
};

type Row = readonly [takes: string, does: string, where: MenuRow['where']];

/** Every command, on every platform alike; null: nobody types it, a button or plain words stand for it. */
const rows: Readonly<Record<Command['name'], Row | null>> = {
  task: ['<idea>', 'Start a task in this channel', 'anywhere'],
  merge: ['', 'Merge the change that is shown', 'thread'],
  approve: ['', 'Merge when everything is green', 'thread'],
  back: ['requirements|plan|code <why>', 'Send it back, and say why', 'thread'],
  resume: ['', 'Go on now', 'thread'],
  retry: ['', 'Do this phase again', 'thread'],
  use: ['<account>', 'Go on with another account than the shut one', 'thread'],
  stop: ['', 'Stop for good; the work is kept', 'thread'],
  lock: ['', 'Nothing starts, merges or is tapped until it is unlocked on the machine', 'anywhere'],
  hosts: ['', 'Where the coders of this project may go', 'anywhere'],
  status: ['', 'What every task does', 'anywhere'],
  help: ['', 'What can be written here', 'anywhere'],
  allow: null,
  keep: null,
  say: null,
  answer: null,
  sendback: null,
};

export const menu: readonly MenuRow[] = Object.entries(rows).flatMap(([name, row]) =>
  row === null ? [] : [{ name: `/${name}`, takes: row[0], does: row[1], where: row[2] }],
);
