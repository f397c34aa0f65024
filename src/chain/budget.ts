import { z } from 'zod';
import type { Millis, TaskId } from './ids.ts';
import { Person } from './person.ts';

/** What the config lets be spent, in USD. `warn`: a task that has spent so much says so once. `day`: all tasks together, in a day of UTC. */
export type Caps = { readonly warn: number; readonly task: number; readonly day: number };

/** What a session's requests are held to. `raised`: for that one day in place of `day`. */
export type Budget = {
  readonly task: number;
  readonly day: number;
  readonly raised: { readonly day: string; readonly to: number } | null;
};

/** A request that the boundary did not let out: what was spent, the most that it could cost, and the cap that stood against both. USD. */
export const Over = z.object({
  /** Names the request: a refusal that was acted on is not acted on again. */
  id: z.string(),
  what: z.enum(['task', 'day']),
  /** As `2026-11-27`, of UTC. */
  day: z.string(),
  cap: z.number(),
  spent: z.number(),
  worst: z.number(),
});
export type Over = z.infer<typeof Over>;

/** `from`: the ceiling that it takes the place of, by the config and the day when it was tapped; null where nothing is capped. USD. */
export const raiseTapped = z.object({
  is: z.literal('raise-tapped'),
  by: Person,
  what: z.enum(['task', 'day']),
  day: z.string(),
  dollars: z.number(),
  from: z.number().nullable(),
});
/** From the boundary: the task has spent so much that it says so. USD. */
export const spentMuch = z.object({ is: z.literal('spent-much'), usd: z.number(), ceiling: z.number() });

/** What the boundary says of a task's money when its session has ended. `lifted`: what was refused would be let out by now. `loud`: this task rings for it. */
export type Money = {
  readonly over: (Over & { readonly lifted: boolean; readonly loud: boolean }) | null;
  readonly spent: number | null;
};

/** What the gate is told: USD; `spent` null is unknown. */
export type GateBudget = { readonly spent: number | null; readonly ceiling: number };

/** What a task has spent, as the boundary counts it. USD; of a subscription it is what the same would cost with a key. */
export type Spent = {
  readonly usd: number;
  readonly accounts: readonly {
    readonly account: string;
    readonly usd: number;
    /** Nothing is paid for it; `window` is the fullest of its windows, `used` from 0 to 1. Null for a key. */
    readonly plan: { readonly window: string; readonly used: number } | 'no window known' | null;
  }[];
  /** The latest request that did not fit, and whose it was. */
  readonly over: (Over & { readonly session: string }) | null;
};

/** The boundary's record of what tasks have spent. Null where it has counted nothing of a task. Throws when it cannot be read. */
export type Spending = { of(task: TaskId): Promise<Spent | null> };

/** A person's raise holds, until the config allows more. */
export const ceilingOf = ({ raised }: { readonly raised: number | null }, caps: Pick<Caps, 'task'>): number =>
  Math.max(raised ?? 0, caps.task);

/** A budget only ever rises while a controller runs: of two that it gave a session, in whatever order, what both let through. */
export function widest(one: Budget | null, other: Budget | null): Budget | null {
  if (one === null || other === null) return null;
  const [first, second] = [one.raised, other.raised];
  const isLater =
    first !== null && (second === null || first.day > second.day || (first.day === second.day && first.to > second.to));
  return { task: Math.max(one.task, other.task), day: Math.max(one.day, other.day), raised: isLater ? first : second };
}

export const dayOf = (at: Millis): string => new Date(at).toISOString().slice(0, 10);

/** When a day of UTC is over. */
export const endOfDay = (day: string): Millis => Date.parse(`${day}T00:00:00Z`) + 24 * 3_600_000;

/** What a person is offered: twice the cap, and enough for the request that did not fit. Whole dollars from ten on. */
export function raiseTo({ cap, spent, worst }: Pick<Over, 'cap' | 'spent' | 'worst'>): number {
  const least = Math.max(2 * cap, spent + worst);
  return least < 10 ? Math.ceil(least * 100) / 100 : Math.ceil(least);
}

/** `$5`, `$12.50`. */
export const usd = (of: number): string => `$${of.toFixed(2).replace(/\.00$/, '')}`;
