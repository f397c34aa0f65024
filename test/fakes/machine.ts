import type { AskedHere, Machine } from '../../src/chain/machine.ts';

/** The machine without a disk: the test asks. It outlives a controller. */
export type FakeMachine = Machine & {
  readonly waiting: AskedHere[];
  ask(asked: { readonly is: 'lock' } | { readonly is: 'unlock'; readonly upTo: number }): Promise<string>;
};

export function fakeMachine(): FakeMachine {
  const waiting: AskedHere[] = [];
  let n = 0;
  return {
    waiting,
    async ask(asked) {
      n += 1;
      const id = `here-${n}`;
      waiting.push({ id, ...asked });
      return id;
    },
    asked: async () => [...waiting],
    async done(id) {
      const at = waiting.findIndex((asked) => asked.id === id);
      if (at >= 0) waiting.splice(at, 1);
    },
  };
}
