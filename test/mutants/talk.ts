import type { Mutant } from './mutant.ts';

const rules = ['test/chain', 'test/sim/locks'];

/** Guards of what people ask for: the lock. */
export const talk: readonly Mutant[] = [
  {
    guard: 'locked: nothing but looking is taken',
    file: 'src/chain/desk.ts',
    find: 'if (locked && !looks(command)) return',
    put: 'if (false && locked) return',
    tests: rules,
  },
  {
    guard: 'locked: the schedule lets nobody go on',
    file: 'src/chain/schedule.ts',
    find: 'if (view.locked) {',
    put: 'if (false) {',
    tests: rules,
  },
  {
    guard: 'locked: what starts or merges waits',
    file: 'src/chain/pursue.ts',
    find: 'if (freezes) await thawed(yard);',
    put: '',
    tests: rules,
  },
  {
    guard: 'locked: looked at last before a merge',
    file: 'src/chain/judging.ts',
    find: 'if (acts.others.locked())',
    put: 'if (false)',
    tests: rules,
  },
  {
    guard: 'an unlock ends no later lock',
    file: 'src/chain/box.ts',
    find: '!box.lock || box.lock.n > event.upTo',
    put: '!box.lock',
    tests: rules,
  },
  {
    guard: 'who only watches locks nothing',
    file: 'src/chain/box.ts',
    find: "if (event.by && !may(event.by, 'steer')) return",
    put: 'if (false) return',
    tests: rules,
  },
];
