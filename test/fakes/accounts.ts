import type { Accounts, AccountSeen } from '../../src/chain/ports.ts';

/** The boundary's record without a boundary: a test shuts and opens accounts. */
export type FakeAccounts = Accounts & {
  /** While set, every call throws it. */
  broken: string | null;
  readonly lines: readonly AccountSeen[];
  /** Keys under which the boundary was asked to open, once each. */
  readonly asked: readonly string[];
  shut(account: string, why?: 'quota' | 'overage' | 'login' | 'billing', until?: number | null): void;
  reopen(account: string): void;
};

export function fakeAccounts(): FakeAccounts {
  const lines: AccountSeen[] = [];
  const asked: string[] = [];
  const reach = (): void => {
    if (fake.broken !== null) throw new Error(fake.broken);
  };
  const fake: FakeAccounts = {
    broken: null,
    lines,
    asked,
    async seen(n) {
      reach();
      return lines.slice(n);
    },
    async open(account, key) {
      reach();
      if (asked.includes(key)) return;
      asked.push(key);
      lines.push({ n: lines.length + 1, t: 0, account, is: 'opened', why: 'asked' });
    },
    shut(account, why = 'quota', until = null) {
      lines.push({ n: lines.length + 1, t: 0, account, is: 'shut', why, window: '5-hour window', until });
    },
    reopen(account) {
      lines.push({ n: lines.length + 1, t: 0, account, is: 'opened', why: 'reset' });
    },
  };
  return fake;
}
