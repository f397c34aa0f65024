import { describe, expect, it } from 'vitest';
import { accountsContract } from '../contract/accounts.ts';
import { fakeAccounts } from './accounts.ts';

accountsContract('fake', async () => {
  const fake = fakeAccounts();
  return {
    controller: () => fake,
    one: 'claude',
    other: 'codex',
    spend: async (account) => fake.shut(account),
    isOpen: async (account) => !fake.isShut(account),
    pause: async () => void (fake.deaf = true),
    async goOn() {
      fake.deaf = false;
      fake.hear();
    },
    leave: async () => {},
  };
});

describe('fake accounts', () => {
  it('shuts as told, opens by itself, and breaks', async () => {
    const fake = fakeAccounts();
    fake.shut('claude', { why: 'login', window: null, until: null });
    fake.reopen('claude', 'renewed');
    expect(await fake.seen(0)).toMatchObject([
      { n: 1, is: 'shut', why: 'login', until: null },
      { n: 2, is: 'opened', why: 'renewed' },
    ]);
    expect(fake.isShut('claude')).toBe(false);
    fake.broken = 'line 7';
    await expect(fake.seen(0)).rejects.toThrow('line 7');
    await expect(fake.open('claude', 'key')).rejects.toThrow('line 7');
    expect(fake.asked).toEqual([]);
  });
});
