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
    find: 'if (await isFrozen(yard, effect)) await thawed(yard);',
    put: '',
    tests: rules,
  },
  {
    guard: 'locked: no session begins, whichever controller was asked to begin it',
    file: 'src/chain/pursue.ts',
    find: '? !(await yard.acts.sessions.hasBegun(effect.session, effect.leg))',
    put: '? false',
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
  {
    guard: 'soak ends after clean merges alone',
    file: 'src/chain/project.ts',
    find: 'if (!on && project.clean < CLEAN_MERGES) return',
    put: 'if (false) return',
    tests: ['test/chain/talk.test.ts'],
  },
  {
    guard: 'soak that is written is the floor',
    file: 'src/chain/project.ts',
    find: 'written === true || (',
    put: '(',
    tests: ['test/chain/talk.test.ts'],
  },
  {
    guard: 'findings after the diff',
    file: 'src/chain/answers.ts',
    find: 'review && seen.get(who) !== review.head ?',
    put: 'review && seen.size < 0 ?',
    tests: ['test/chain/talk.test.ts'],
  },
  {
    guard: 'nothing is handed over to who could do nothing about it',
    file: 'src/chain/tapped.ts',
    find: "if (!may(to, 'steer')) return",
    put: 'if (false) return',
    tests: ['test/chain/transition.test.ts'],
  },
  {
    guard: 'the same offer is the same task, whoever taps',
    file: 'src/chain/making.ts',
    find: 'idOf(`make:${from.id}:',
    put: 'idOf(`make:${by.id}:',
    tests: ['test/chain/ask.test.ts'],
  },
  {
    guard: 'a new task reads the whole talk',
    file: 'src/chain/perform.ts',
    find: '...(task.carried?.sessions ?? []), ',
    put: '',
    tests: ['test/chain/ask.test.ts'],
  },
  {
    guard: 'a talk that nobody goes on with ends',
    file: 'src/chain/schedule.ts',
    find: "if (ends.by === 'time' || ends.by === 'words') return",
    put: "if (ends.by === 'time') return",
    tests: ['test/chain/ask.test.ts'],
  },
];
