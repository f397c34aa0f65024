import type { Millis } from '../../src/chain/ids.ts';
import type { Accounts, AccountSeen, AccountWindows } from '../../src/chain/ports.ts';

type ShutSeen = Extract<AccountSeen, { is: 'shut' }>;

/** The boundary's record without a boundary: the test shuts and opens. It outlives a controller: give it to the next one too. */
export type FakeAccounts = Accounts & {
  /** While set, every call throws it: the record is damaged. */
  broken: string | null;
  /** While true nobody takes what is asked for: no boundary runs. */
  deaf: boolean;
  now: () => Millis;
  /** Every line, as `seen(0)` gives them. */
  readonly lines: readonly AccountSeen[];
  /** What was asked for, once a key. */
  readonly asked: readonly { readonly account: string; readonly key: string }[];
  /** A 5-hour window of an hour unless told. */
  shut(account: string, how?: Partial<Pick<ShutSeen, 'why' | 'window' | 'until'>>): void;
  reopen(account: string, why?: 'reset' | 'renewed'): void;
  isShut(account: string): boolean;
  /** What the provider last said of windows. */
  told: AccountWindows[];
  /** Takes what was asked for while it was deaf. */
  hear(): void;
};

export function fakeAccounts(): FakeAccounts {
  const lines: AccountSeen[] = [];
  const asked: { readonly account: string; readonly key: string; readonly seen: number; taken: boolean }[] = [];
  const reach = (): void => {
    if (fake.broken !== null) throw new Error(fake.broken);
  };
  const lastOf = (account: string): AccountSeen | undefined => lines.findLast((line) => line.account === account);
  const opened = (account: string, why: 'reset' | 'renewed' | 'asked'): void =>
    void lines.push({ n: lines.length + 1, t: fake.now(), account, is: 'opened', why });

  const fake: FakeAccounts = {
    broken: null,
    deaf: false,
    now: () => Date.UTC(2026, 10, 20, 12),
    lines,
    asked,
    told: [],

    async windows() {
      reach();
      return fake.told;
    },
    async seen(n) {
      reach();
      return lines.filter((line) => line.n > n);
    },
    async open(account, key) {
      reach();
      if (asked.some((known) => known.key === key)) return;
      asked.push({ account, key, seen: lines.length, taken: false });
      if (!fake.deaf) fake.hear();
    },

    shut(account, how = {}) {
      const usual = { why: 'quota', window: '5-hour window', until: fake.now() + 3_600_000 } as const;
      lines.push({ n: lines.length + 1, t: fake.now(), account, is: 'shut', ...usual, ...how });
    },
    reopen: (account, why = 'reset') => opened(account, why),
    isShut: (account) => lastOf(account)?.is === 'shut',
    hear() {
      for (const one of asked.filter(({ taken }) => !taken)) {
        one.taken = true;
        const last = lastOf(one.account);
        if (last?.is === 'shut' && last.n <= one.seen) opened(one.account, 'asked');
      }
    },
  };
  return fake;
}
