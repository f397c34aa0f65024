import type { Account } from './account.ts';
import { DAY_MS, REMIND_MS } from './ask.ts';
import { endOfDay } from './budget.ts';
import type { Millis, TaskId } from './ids.ts';
import { accountFor } from './instead.ts';
import type { Role } from './roles.ts';
import type { Task } from './task.ts';

/** Tasks start their first container so far apart: starting is what the processor is short of. */
export const STAGGER_MS = 1_500;

/** All that is asked before something may start. */
export type View = {
  readonly tasks: readonly Task[];
  /** Slots that are given already and not journaled yet. */
  readonly giving: ReadonlySet<TaskId>;
  readonly slots: number;
  readonly locked: boolean;
  /** The disk has room. While it has none nothing starts. */
  readonly room: boolean;
  readonly now: Millis;
  readonly accountOf: Readonly<Record<Role, string>>;
  readonly accounts: ReadonlyMap<string, Account>;
  /** What all tasks may spend on a day, USD; null: nothing is capped. */
  readonly dayCap: (day: string) => number | null;
  /** What a task may spend, USD; null: nothing is capped. */
  readonly taskCap: (task: Task) => number | null;
};

/** Why a task waits in the queue. */
export type Wait =
  | { readonly for: 'slot'; readonly ahead: number; readonly slots: number }
  | { readonly for: 'start'; readonly at: Millis }
  | { readonly for: 'account'; readonly account: string }
  /** Nothing starts until it is unlocked on the machine. */
  | { readonly for: 'lock' }
  | { readonly for: 'room' };

export type Schedule = {
  /** May go on now. */
  readonly grants: readonly TaskId[];
  /** Reached a safe point before a role whose account is shut. */
  readonly shut: readonly { readonly task: TaskId; readonly account: string }[];
  /** Holds whose time is over, whose disk has room again, or whose task or day may cost more. */
  readonly ended: readonly { readonly task: TaskId; readonly hold: number; readonly why: string }[];
  /** Questions that nobody has answered for so long that people are told, for the `told`-th time. */
  readonly due: readonly { readonly task: TaskId; readonly ask: string; readonly told: number }[];
  readonly waits: ReadonlyMap<TaskId, Wait>;
  /** When something may start without anything else happening; null when nothing does. */
  readonly wakeAt: Millis | null;
};

/**
 * Who may go on now. Pure. A task keeps its slot from its grant until it is held, in review or over, so a chain that has begun is finished
 * before another begins. Fair between projects: the one with the fewest slots, then the one that waited longest.
 */
export function schedule(view: View): Schedule {
  const { tasks, giving, slots, now } = view;
  const waits = new Map<TaskId, Wait>();
  const grants: TaskId[] = [];
  const queued = tasks.filter(({ id, phase }) => phase.at === 'queued' && !giving.has(id));
  if (view.locked) {
    for (const { id } of queued) waits.set(id, { for: 'lock' });
    return { grants, shut: [], ...timesOf(view), waits };
  }
  const shut = queued.flatMap((task) => {
    const account = accountOf(view, task);
    if (account === null || !view.accounts.get(account)?.shut) return [];
    waits.set(task.id, { for: 'account', account });
    return [{ task: task.id, account }];
  });
  if (!view.room) for (const { id } of queued) if (!waits.has(id)) waits.set(id, { for: 'room' });
  const ready = queued.filter(({ id }) => !waits.has(id));
  for (const { id } of ready.filter(({ slot }) => slot !== null)) grants.push(id);
  const busy = new Map<string, number>();
  for (const { id, project, slot } of tasks) if (slot !== null || giving.has(id)) count(busy, project);
  let free = slots - [...busy.values()].reduce((sum, n) => sum + n, 0);
  const line = ready.filter(({ slot }) => slot === null);
  const lastStart = Math.max(0, ...tasks.map(({ slot }) => slot ?? 0));
  let startAt = giving.size > 0 ? now + STAGGER_MS : Math.min(lastStart, now) + STAGGER_MS;
  if (lastStart === 0 && giving.size === 0) startAt = now;
  for (let ahead = 0; line.length > 0; ahead += 1) {
    const [next] = line.splice(nextOf(line, busy), 1);
    if (!next) break;
    if (free <= 0) waits.set(next.id, { for: 'slot', ahead, slots });
    else if (startAt > now) waits.set(next.id, { for: 'start', at: startAt });
    else grants.push(next.id);
    if (free > 0) startAt = Math.max(startAt, now) + STAGGER_MS;
    free -= 1;
    count(busy, next.project);
  }
  const starts = [...waits.values()].flatMap((wait) => (wait.for === 'start' ? [wait.at] : []));
  const { ended, due, wakeAt } = timesOf(view);
  const wakes = wakeAt === null ? starts : [...starts, wakeAt];
  return { grants, shut, ended, due, waits, wakeAt: wakes.length === 0 ? null : Math.min(...wakes) };
}

/** Holds whose cause is over, questions that people are told of again, and when the next one's time is. */
function timesOf(view: View): Pick<Schedule, 'ended' | 'due' | 'wakeAt'> {
  const { tasks, now, room } = view;
  const [holds, asks] = [timed(tasks, view), unanswered(tasks)];
  const later = [...holds, ...asks].flatMap(({ at }) => (at > now ? [at] : []));
  const over = holds.filter(({ at }) => at <= now).map(({ task, hold, why }) => ({ task, hold, why }));
  return {
    ended: [...over, ...(room ? cramped(tasks) : [])],
    due: asks.filter(({ at }) => at <= now).map(({ task, ask, told }) => ({ task, ask, told })),
    wakeAt: later.length === 0 ? null : Math.min(...later),
  };
}

/** The account that the step which a task waits with needs; null where no model is asked. */
function accountOf({ accountOf: accounts }: View, task: Task): string | null {
  const { phase } = task;
  if (phase.at !== 'queued') return null;
  const { step } = phase;
  return step.step === 'work' || step.step === 'resume' ? accountFor(task, accounts[step.role]) : null;
}

const count = (busy: Map<string, number>, project: string): void =>
  void busy.set(project, (busy.get(project) ?? 0) + 1);

const since = ({ times }: Task): Millis => times.at(-1)?.since ?? 0;

function nextOf(line: readonly Task[], busy: ReadonlyMap<string, number>): number {
  const load = ({ project }: Task): number => busy.get(project) ?? 0;
  let best = 0;
  line.forEach((task, n) => {
    const leader = line[best];
    if (leader && (load(task) - load(leader) || since(task) - since(leader)) < 0) best = n;
  });
  return best;
}

type Timed = { readonly task: TaskId; readonly hold: number; readonly at: Millis; readonly why: string };

function timed(tasks: readonly Task[], { now, dayCap, taskCap }: View): readonly Timed[] {
  return tasks.flatMap((of) => {
    const { id: task, phase } = of;
    if (phase.at !== 'held') return [];
    const { hold, ends } = phase;
    if (ends.by === 'time' || ends.by === 'words') return [{ task, hold, at: ends.at, why: 'Its time is over.' }];
    if (ends.by === 'raise') {
      const most = taskCap(of);
      return most === null || most > ends.cap ? [{ task, hold, at: now, why: 'Its budget was raised.' }] : [];
    }
    if (ends.by !== 'day') return [];
    const cap = dayCap(ends.day);
    if (cap === null || cap > ends.cap) return [{ task, hold, at: now, why: "The day's budget was raised." }];
    return [{ task, hold, at: endOfDay(ends.day), why: 'A new day has begun, in UTC.' }];
  });
}

function cramped(tasks: readonly Task[]): Schedule['ended'] {
  return tasks.flatMap(({ id, phase }) =>
    phase.at === 'held' && phase.ends.by === 'room'
      ? [{ task: id, hold: phase.hold, why: 'The disk has room again.' }]
      : [],
  );
}

/** When people are told of a question once more. A session that gives its slot back is held first. */
function unanswered(tasks: readonly Task[]): readonly { task: TaskId; ask: string; told: number; at: Millis }[] {
  return tasks.flatMap(({ id, phase, questions }) => {
    const waits = phase.at === 'held' || (phase.at === 'working' && !phase.yields);
    return questions.flatMap(({ id: ask, open, told, since: asked }) => {
      if (!waits || !open || told > 1) return [];
      return [{ task: id, ask, told: told + 1, at: asked + (told === 0 ? REMIND_MS : DAY_MS) }];
    });
  });
}

/** Slots of a machine: as many as cores, and 2 GiB each beside the 2 that the rest needs; at least one. */
export const slotsOf = (cores: number, memoryGiB: number): number =>
  Math.max(1, Math.floor(Math.min(cores, (memoryGiB - 2) / 2)));
