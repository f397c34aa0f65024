import { afterEach, describe, expect, it } from 'vitest';
import type { Accounts, AccountSeen } from '../../src/chain/ports.ts';

export type AccountsWorld = {
  /** A controller's view; a second call is the next controller, after a restart. */
  controller(): Accounts;
  /** The names of two accounts. */
  readonly one: string;
  readonly other: string;
  /** The provider says that the account's 5-hour window is spent for an hour: it is shut when this resolves. */
  spend(account: string): Promise<void>;
  /** Whether a request of the account would leave. */
  isOpen(account: string): Promise<boolean>;
  /** Ends, and begins again, whoever takes what is asked for. */
  pause(): Promise<void>;
  goOn(): Promise<void>;
  leave(): Promise<void>;
};

export function accountsContract(name: string, enter: () => Promise<AccountsWorld>): void {
  describe(`accounts: ${name}`, () => {
    let world: AccountsWorld;
    afterEach(() => world.leave());

    const all = (): Promise<readonly AccountSeen[]> => world.controller().seen(0);
    const opened = async (): Promise<number> => (await all()).filter((line) => line.is === 'opened').length;
    const opens = (account: string): Promise<unknown> => expect.poll(() => world.isOpen(account)).toBe(true);

    it('has seen nothing of accounts that are open', async () => {
      world = await enter();
      expect(await all()).toEqual([]);
    });

    it('tells of no windows that the provider did not tell', async () => {
      world = await enter();
      expect(await world.controller().windows()).toEqual([]);
    });

    it('gives every line after n, in order, and the same line the same', async () => {
      world = await enter();
      const accounts = world.controller();
      await world.spend(world.one);
      const [first] = await accounts.seen(0);
      expect(first).toMatchObject({ account: world.one, is: 'shut', why: 'quota', window: '5-hour window' });
      expect(first?.is === 'shut' && first.until).toBeGreaterThan(first?.t ?? Infinity);
      expect(await world.isOpen(world.one)).toBe(false);
      expect(await world.isOpen(world.other)).toBe(true);
      await world.spend(world.other);
      const both = await accounts.seen(0);
      expect(both.map(({ account }) => account)).toEqual([world.one, world.other]);
      expect(both[0]).toEqual(first);
      expect(await accounts.seen(first?.n ?? 0)).toEqual([both[1]]);
      expect(await accounts.seen(both[1]?.n ?? 0)).toEqual([]);
      expect(await world.controller().seen(0)).toEqual(both);
    });

    it('opens the account that is asked for, and says so', async () => {
      world = await enter();
      await world.spend(world.one);
      await world.spend(world.other);
      const before = await all();
      await world.controller().open(world.one, 't1:7:1');
      await opens(world.one);
      expect(await world.controller().seen(before.at(-1)?.n ?? 0)).toMatchObject([
        { account: world.one, is: 'opened', why: 'asked' },
      ]);
      expect(await world.isOpen(world.other)).toBe(false);
    });

    it('takes each key once, also from a controller that starts again, and another key anew', async () => {
      world = await enter();
      await world.spend(world.one);
      await world.controller().open(world.one, 'key');
      await opens(world.one);
      await world.spend(world.one);
      await world.controller().open(world.one, 'key');
      await world.spend(world.other);
      await world.controller().open(world.other, 'other key');
      await opens(world.other);
      expect(await world.isOpen(world.one)).toBe(false);
      await world.controller().open(world.one, 'a later key');
      await opens(world.one);
      expect(await opened()).toBe(3);
    });

    it('opens no shut that is newer than the asking', async () => {
      world = await enter();
      // There is nothing to open yet.
      await world.controller().open(world.one, 'too early');
      await world.spend(world.one);
      await world.spend(world.other);
      await world.controller().open(world.one, 'too early');
      await world.controller().open(world.other, 'in time');
      await opens(world.other);
      expect(await world.isOpen(world.one)).toBe(false);
    });

    it('what was asked for while nobody listened is taken later, once', async () => {
      world = await enter();
      await world.spend(world.one);
      await world.pause();
      await world.controller().open(world.one, 'key');
      await world.controller().open(world.one, 'key');
      expect(await opened()).toBe(0);
      await world.goOn();
      await opens(world.one);
      expect(await opened()).toBe(1);
    });
  });
}
