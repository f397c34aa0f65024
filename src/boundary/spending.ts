import type { Budget, Over } from './files.ts';

/** A request that is about to leave. */
export type Leaving = {
  readonly session: string;
  readonly task: string;
  readonly account: string;
  /** The most that it can cost, in USD. */
  readonly worst: number;
  /** Null: counted, and not capped. */
  readonly budget: Budget | null;
};

type One = { readonly task: string; readonly account: string; readonly day: string; readonly worst: number };

/** What was spent: by task and account, and by day. USD; a request that has not ended is `open`, at its worst. */
export type Sums = {
  readonly tasks: Map<string, Map<string, number>>;
  readonly days: Map<string, number>;
  readonly open: Map<string, One>;
};

/** Adds up what requests cost, and lets none leave that might not fit. */
export type Spending = {
  /**
   * Counts a request at its worst from here on, when it fits; else says why it does not. One that would fit without what is under way waits for
   * that: nearly all of it ends far below its worst.
   */
  take(id: string, leaving: Leaving, signal: AbortSignal): Promise<Over | null>;
  /** It is over. `cost` in USD; null where nobody knows, and its worst stays counted. */
  settle(id: string, cost: number | null): void;
  /** USD by account of what is over. */
  of(task: string): Readonly<Record<string, number>>;
};

/** A day of UTC. */
export const dayOf = (t: number): string => new Date(t).toISOString().slice(0, 10);

/** What the file says is under way was cut off by the end of an earlier boundary: it counts in full. */
export function spending({ tasks, days, open }: Sums, now: () => number, changed: (task: string) => void): Spending {
  for (const { task, account, day, worst } of open.values()) {
    add(tasks, days, { task, account, day }, worst);
  }
  const underWay = new Map<string, One>();
  let waiting: (() => void)[] = [];

  return {
    async take(id, leaving, signal) {
      for (;;) {
        const day = dayOf(now());
        const refused = judge({ tasks, days }, [...underWay.values()], { id, ...leaving }, day);
        if (refused === null) {
          const { task, account, worst } = leaving;
          underWay.set(id, { task, account, day, worst });
          return null;
        }
        if (!refused.alone || signal.aborted) {
          return refused.over;
        }
        await new Promise<void>((resolve) => {
          waiting.push(resolve);
          signal.addEventListener('abort', () => resolve(), { once: true });
        });
      }
    },
    settle(id, cost) {
      const one = underWay.get(id);
      if (one === undefined) {
        return;
      }
      underWay.delete(id);
      add(tasks, days, one, cost ?? one.worst);
      changed(one.task);
      const woken = waiting;
      waiting = [];
      woken.forEach((wake) => wake());
    },
    of: (task) => Object.fromEntries(tasks.get(task) ?? []),
  };
}

/** Null: it fits. `alone`: it would, if nothing else was under way. */
function judge(
  { tasks, days }: Pick<Sums, 'tasks' | 'days'>,
  underWay: readonly One[],
  { id, session, task, worst, budget }: Leaving & { readonly id: string },
  day: string,
): { readonly over: Over; readonly alone: boolean } | null {
  if (budget === null) {
    return null;
  }
  const against = (what: Over['what'], cap: number, ended: number, open: readonly One[]) => {
    const spent = round(ended + sum(open.map((one) => one.worst)));
    return round(spent + worst) <= cap
      ? null
      : { over: { id, session, what, day, cap, spent, worst }, alone: round(ended + worst) <= cap };
  };
  const { raised } = budget;
  const dayCap = raised?.day === day ? Math.max(raised.to, budget.day) : budget.day;
  const ofTask = underWay.filter((one) => one.task === task);
  const ofDay = underWay.filter((one) => one.day === day);
  const found = [
    against('task', budget.task, sum(tasks.get(task)?.values() ?? []), ofTask),
    against('day', dayCap, days.get(day) ?? 0, ofDay),
  ].filter((one) => one !== null);
  return found.find(({ alone }) => !alone) ?? found[0] ?? null;
}

/** Adds an end to the sums. */
export function add(
  tasks: Sums['tasks'],
  days: Sums['days'],
  { task, account, day }: { readonly task: string; readonly account: string; readonly day: string },
  cost: number,
): void {
  const accounts = tasks.get(task) ?? new Map<string, number>();
  accounts.set(account, round((accounts.get(account) ?? 0) + cost));
  tasks.set(task, accounts);
  days.set(day, round((days.get(day) ?? 0) + cost));
}

const sum = (all: Iterable<number>): number => [...all].reduce((one, other) => one + other, 0);

/** To a millionth: sums of many small numbers must not drift across a cap. */
const round = (usd: number): number => Math.round(usd * 1e6) / 1e6;
