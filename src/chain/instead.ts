import type { Task } from './task.ts';

/** An account that a person may let a task go on with while another one is shut. */
export type Spare = {
  readonly account: string;
  /** Whether it can go on with a conversation that was begun on the other account. */
  readonly keeps: boolean;
};

/** The accounts beside one, by the config of now: other subscriptions of the same provider, never a paid key. */
export type Beside = (account: string) => readonly Spare[];

/** The account that the sessions of a task use where the config names `account`. */
export const accountFor = ({ instead }: Pick<Task, 'instead'>, account: string): string =>
  Object.entries(instead).find(([of]) => of === account)?.[1] ?? account;

/** What used the account `shut` uses `other` from now on, and nothing else changes. One step deep, so that there is no cycle. */
export function insteadOf(before: Task['instead'], shut: string, other: string): Task['instead'] {
  const all = Object.entries({ [shut]: shut, ...before });
  const moved = all.map(([of, to]) => [of, to === shut ? other : to] as const);
  return Object.fromEntries(moved.filter(([of, to]) => of !== to));
}
