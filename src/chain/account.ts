import { z } from 'zod';
import { TaskEvent } from './event.ts';
import { TaskId } from './ids.ts';
import { ignored, kind } from './stream.ts';
import type { Moved } from './stream.ts';

/** Why the boundary lets no request of an account out. */
const Shut = z.object({
  why: z.enum(['quota', 'overage', 'login', 'billing']),
  /** In a person's words, e.g. `5-hour window`. */
  window: z.string().nullable(),
  until: z.number().nullable(),
});
export type Shut = z.infer<typeof Shut>;

/** A model account as the boundary saw it, and the tasks that wait for it. */
export const Account = z.object({
  account: z.string(),
  /** The last line of the boundary's record that is in here. */
  cursor: z.number(),
  shut: Shut.nullable(),
  /** Whether somebody was told loudly of this shutting. */
  alerted: z.boolean(),
  waiting: z.array(z.object({ task: TaskId, hold: z.number() })),
});
export type Account = z.infer<typeof Account>;

export const AccountEvent = z.discriminatedUnion('is', [
  z.object({ is: z.literal('shut'), account: z.string(), n: z.number(), ...Shut.shape }),
  z.object({ is: z.literal('opened'), account: z.string(), n: z.number() }),
  /** From a task: its hold number `hold` ends when the account opens. */
  z.object({ is: z.literal('waits'), account: z.string(), task: TaskId, hold: z.number() }),
  /** From a task: a person wants it tried now. */
  z.object({ is: z.literal('open-asked'), account: z.string() }),
  /** The effect was done and has nothing to say. */
  z.object({ is: z.literal('done') }),
]);
export type AccountEvent = z.infer<typeof AccountEvent>;

export const AccountEffect = z.discriminatedUnion('do', [
  /** Under the effect's id as source, so that a repeat changes nothing. */
  z.object({ do: z.literal('post'), task: TaskId, event: TaskEvent }),
  /** Asks the boundary to let the next request out. */
  z.object({ do: z.literal('ask') }),
]);
export type AccountEffect = z.infer<typeof AccountEffect>;

type Of<K extends AccountEvent['is']> = Extract<AccountEvent, { is: K }>;
type Next = Moved<Account, AccountEffect>;

/** An account's rules: the boundary alone shuts and opens it; who waits is told, one of them loudly. */
export const accountKind = kind({
  prefix: 'account',
  state: Account,
  event: AccountEvent,
  effect: AccountEffect,
  transition(state, event): Next {
    if (event.is === 'done') return ignored('nothing more to do');
    const account = state ?? { account: event.account, cursor: 0, shut: null, alerted: false, waiting: [] };
    switch (event.is) {
      case 'shut':
        return shut(account, event);
      case 'opened':
        return opened(account, event);
      case 'waits':
        return waits(account, event);
      case 'open-asked':
        return account.shut
          ? { kind: 'moved', state: account, effects: [{ do: 'ask' }] }
          : ignored('the account is open');
    }
  },
});

function shut(account: Account, { n, why, window, until }: Of<'shut'>): Next {
  if (n <= account.cursor) return ignored('that line was read before');
  const { alerted, waiting } = account;
  const effects = waiting.map(({ task, hold }) => held(task, hold, { why, window, until }, false));
  const next = { ...account, cursor: n, shut: { why, window, until }, alerted: account.shut !== null && alerted };
  return { kind: 'moved', state: next, effects };
}

function opened(account: Account, { n }: Of<'opened'>): Next {
  if (n <= account.cursor) return ignored('that line was read before');
  const effects = account.waiting.map(({ task, hold }) => free(task, hold));
  return { kind: 'moved', state: { ...account, cursor: n, shut: null, alerted: false, waiting: [] }, effects };
}

/** A task whose account opened before its message came is told so at once: no wake-up is lost. */
function waits(account: Account, { task, hold }: Of<'waits'>): Next {
  // One that a full disk held up may come after the next: the later hold is the one that waits.
  if (account.waiting.some((other) => other.task === task && other.hold > hold))
    return ignored('a later hold of that task waits');
  if (!account.shut) return { kind: 'moved', state: account, effects: [free(task, hold)] };
  const waiting = [...account.waiting.filter((other) => other.task !== task), { task, hold }];
  const effects = [held(task, hold, account.shut, !account.alerted)];
  return { kind: 'moved', state: { ...account, alerted: true, waiting }, effects };
}

const held = (task: TaskId, hold: number, { why, window, until }: Shut, loud: boolean): AccountEffect => ({
  do: 'post',
  task,
  event: { is: 'account-held', hold, why, window, until, loud },
});

const free = (task: TaskId, hold: number): AccountEffect => ({
  do: 'post',
  task,
  event: { is: 'hold-ended', hold, why: 'The account is open again.' },
});
