import { afterEach, describe, expect, it } from 'vitest';
import type { Machine } from '../../src/chain/machine.ts';

export type MachineWorld = {
  /** A controller's view; a second call is the next controller, after a restart. */
  controller(): Machine;
  /** Somebody on the machine asks; answers with the id. */
  ask(asked: { readonly is: 'lock' } | { readonly is: 'unlock'; readonly upTo: number }): Promise<string>;
  leave(): Promise<void>;
};

export function machineContract(name: string, enter: () => Promise<MachineWorld>): void {
  describe(`machine: ${name}`, () => {
    let world: MachineWorld;
    afterEach(() => world.leave());

    it('has nothing where nothing was asked for', async () => {
      world = await enter();
      expect(await world.controller().asked()).toEqual([]);
    });

    it('gives what was asked for in order, the same after a restart, until it is done', async () => {
      world = await enter();
      const first = await world.ask({ is: 'lock' });
      const second = await world.ask({ is: 'unlock', upTo: 3 });
      const both = [
        { id: first, is: 'lock' },
        { id: second, is: 'unlock', upTo: 3 },
      ];
      expect(await world.controller().asked()).toEqual(both);
      await world.controller().done(first);
      expect(await world.controller().asked()).toEqual(both.slice(1));
      await world.controller().done(second);
      expect(await world.controller().asked()).toEqual([]);
    });

    it('takes one away that is gone, and leaves the others', async () => {
      world = await enter();
      const first = await world.ask({ is: 'lock' });
      await world.controller().done(first);
      const second = await world.ask({ is: 'lock' });
      await world.controller().done(first);
      expect((await world.controller().asked()).map(({ id }) => id)).toEqual([second]);
    });
  });
}
