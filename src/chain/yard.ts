import { accountKind } from './account.ts';
import type { Account, AccountEffect, AccountEvent } from './account.ts';
import type { Covers } from './covered.ts';
import type { Spending, Spent } from './budget.ts';
import { dayKind } from './day.ts';
import type { Day, DayEffect, DayEvent } from './day.ts';
import { TaskEffect } from './effect.ts';
import { TaskEvent } from './event.ts';
import type { ProjectId, TaskId } from './ids.ts';
import { boxKind } from './box.ts';
import type { Box, BoxEvent, Lock } from './box.ts';
import type { Machine } from './machine.ts';
import { createOwner } from './owner.ts';
import type { Damage, Owner } from './owner.ts';
import type { Acts } from './perform.ts';
import type { Accounts, Store } from './ports.ts';
import type { Refusals } from './refused.ts';
import type { Room } from './room.ts';
import { projectKind } from './project.ts';
import type { Project, ProjectEffect, ProjectEvent } from './project.ts';
import { kind } from './stream.ts';
import type { Pending } from './stream.ts';
import { Task } from './task.ts';
import { transition } from './transition.ts';

export const taskKind = kind({ prefix: 'task', state: Task, event: TaskEvent, effect: TaskEffect, transition });

export type TaskOwner = Owner<Task, TaskEvent, TaskEffect>;
export type AccountOwner = Owner<Account, AccountEvent, AccountEffect>;
export type BoxOwner = Owner<Box, BoxEvent, never>;
export type DayOwner = Owner<Day, DayEvent, DayEffect>;
export type ProjectOwner = Owner<Project, ProjectEvent, ProjectEffect>;

/** A task while the controller runs. `telling` is the order of its messages. */
export type Live = {
  readonly id: TaskId;
  readonly owner: TaskOwner;
  telling: Promise<unknown>;
  card: 'still' | 'busy' | 'stale';
};

/** The streams of a controller while it runs, and what its parts share. */
export type Yard = {
  readonly store: Store;
  readonly acts: Acts;
  readonly accounts: Accounts;
  readonly refusals: Refusals;
  readonly spending: Spending;
  /** What tasks had spent when it was last looked at. */
  readonly spent: Map<TaskId, Spent>;
  readonly covers: Covers;
  readonly machine: Machine;
  readonly box: BoxOwner;
  /** Who waits until it is unlocked, or the controller closes. */
  readonly frozen: Set<() => void>;
  readonly room: Room;
  readonly closing: AbortController;
  readonly lives: Map<TaskId, Live>;
  readonly accountOwners: Map<string, AccountOwner>;
  readonly projectOwners: Map<ProjectId, ProjectOwner>;
  /** What this day may cost. */
  readonly day: DayOwner;
  readonly damaged: Map<string, Damage>;
  /** One project is linked at a time. */
  linking: Promise<unknown>;
  /** Called with the effects that a journaled entry added. Nothing is performed before the controller goes on. */
  readonly follow: {
    task(live: Live, added: readonly Pending<TaskEffect>[]): void;
    account(owner: AccountOwner, added: readonly Pending<AccountEffect>[]): void;
    project(owner: ProjectOwner, added: readonly Pending<ProjectEffect>[]): void;
  };
};

const warnOf =
  ({ acts }: Yard, stream: string) =>
  (message: string, reason: string): void =>
    acts.log.error(message, { stream, reason });

export function liveOf(yard: Yard, id: TaskId): Live {
  const found = yard.lives.get(id);
  if (found) return found;
  const owner: TaskOwner = createOwner({
    kind: taskKind,
    key: id,
    store: yard.store,
    clock: yard.acts.clock,
    cover: yard.covers.known,
    follow: (added) => yard.follow.task(live, added),
    warn: warnOf(yard, `task-${id}`),
  });
  const live: Live = { id, owner, telling: Promise.resolve(), card: 'still' };
  yard.lives.set(id, live);
  return live;
}

export function accountOwner(yard: Yard, account: string): AccountOwner {
  const found = yard.accountOwners.get(account);
  if (found) return found;
  const owner: AccountOwner = createOwner({
    kind: accountKind,
    key: account,
    store: yard.store,
    clock: yard.acts.clock,
    cover: yard.covers.known,
    follow: (added) => yard.follow.account(owner, added),
    warn: warnOf(yard, `account-${account}`),
  });
  yard.accountOwners.set(account, owner);
  return owner;
}

/** The stream of the days' caps. */
export function dayOwner(
  {
    store,
    acts,
    covers,
  }: { readonly store: Store; readonly acts: Pick<Acts, 'clock' | 'log'>; readonly covers: Covers },
  follow: (owner: DayOwner, added: readonly Pending<DayEffect>[]) => void,
): DayOwner {
  const warn = (message: string, reason: string): void => acts.log.error(message, { stream: 'budget-day', reason });
  const owner: DayOwner = createOwner({
    kind: dayKind,
    key: 'day',
    store,
    clock: acts.clock,
    cover: covers.known,
    follow: (added) => follow(owner, added),
    warn,
  });
  return owner;
}

export function projectOwner(yard: Yard, project: ProjectId): ProjectOwner {
  const found = yard.projectOwners.get(project);
  if (found) return found;
  const owner: ProjectOwner = createOwner({
    kind: projectKind,
    key: project,
    store: yard.store,
    clock: yard.acts.clock,
    cover: yard.covers.known,
    follow: (added) => yard.follow.project(owner, added),
    warn: warnOf(yard, `project-${project}`),
  });
  yard.projectOwners.set(project, owner);
  return owner;
}

type BoxMeans = { readonly store: Store; readonly acts: Pick<Acts, 'clock' | 'log'>; readonly covers: Covers };

export const boxOwner = ({ store, acts, covers }: BoxMeans, follow: () => void): BoxOwner =>
  createOwner({
    kind: boxKind,
    key: 'this',
    store,
    clock: acts.clock,
    cover: covers.known,
    follow,
    warn: (message, reason) => acts.log.error(message, { stream: 'box-this', reason }),
  });

/** null when nothing is locked. */
export const lockOf = ({ box }: Yard): Lock | null => box.stream().state?.lock ?? null;

/** Resolves when nothing is locked, or the controller closes. */
export async function thawed(yard: Yard): Promise<void> {
  while (lockOf(yard) && !yard.closing.signal.aborted)
    await new Promise<void>((resolve) => void yard.frozen.add(resolve));
}

/** Wakes who waits; each looks for itself whether it may go on. */
export function thaw({ frozen }: Yard): void {
  const waiting = [...frozen];
  frozen.clear();
  for (const wake of waiting) wake();
}

/** The tasks as journaled. */
export const tasksOf = ({ lives }: Yard): Task[] =>
  [...lives.values()].flatMap(({ owner }) => owner.stream().state ?? []);
