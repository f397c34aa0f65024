import type { Mutant } from './mutant.ts';

const rules = ['test/chain', 'test/sim'];

export const journal: readonly Mutant[] = [
  {
    guard: 'fsync before an append counts',
    file: 'src/store/journal.ts',
    find: 'await file.datasync();',
    put: '',
    tests: ['test/store'],
  },
  {
    guard: "fsync of the folder's names",
    file: 'src/store/disk.ts',
    find: '  await disk.syncFolder(dirname(path));\n}',
    put: '}',
    tests: ['test/store'],
  },
  {
    guard: 'expectedSeq, in the store',
    file: 'src/store/journal.ts',
    find: 'if (at.seq !== expectedSeq) {',
    put: 'if (at.seq < 0) {',
    tests: ['test/store'],
  },
  {
    guard: 'stale: the owner reads its journal again',
    file: 'src/chain/owner.ts',
    find: 'const damage = await load(book);\n    if (damage) return',
    put: 'const damage = null as Damage | null;\n    if (damage) return',
    tests: rules,
  },
  {
    guard: 'acknowledged after the journal, not before',
    file: 'src/chain/owner.ts',
    find: '      book.writing ??= drain(book);\n',
    put: '      book.writing ??= drain(book);\n      done(null);\n',
    tests: rules,
  },
  {
    guard: 'what is judged against an entry that was not kept is not kept either',
    file: 'src/chain/owner.ts',
    find: 'for (const { done } of [...batch, ...book.waiting.splice(0)]) done(refusal);\n      book.ahead = book.durable;',
    put: 'for (const { done } of batch) done(refusal);\n      book.ahead = book.durable;',
    tests: rules,
  },
  {
    guard: 'effects are settled by their outcome',
    file: 'src/chain/stream.ts',
    find: 'stream.pending.filter((effect) => effect.id !== entry.settles)',
    put: 'stream.pending.filter(() => true)',
    tests: rules,
  },
  {
    guard: 'an outcome counts once',
    file: 'src/chain/owner.ts',
    find: "if (settles !== null && !stream.pending.some((effect) => effect.id === settles)) return { kind: 'repeated' };",
    put: '',
    tests: rules,
  },
  {
    guard: 'what is not waited for any more is not done',
    file: 'src/chain/pursue.ts',
    find: "if (!wanted(task, effect)) return { is: 'done' };",
    put: '',
    tests: rules,
  },
  {
    guard: 'a merge that lasts says why',
    file: 'src/chain/pursue.ts',
    find: "if (effect.do === 'merge' && tries === TOLD_AFTER) {",
    put: 'if (false) {',
    tests: rules,
  },
  {
    guard: 'a disk that refuses is asked again',
    file: 'src/chain/pursue.ts',
    find: "if (answer.kind !== 'not-kept') return;",
    put: 'return;',
    tests: rules,
  },
  {
    guard: 'a snapshot ahead of its journal is not believed',
    file: 'src/chain/owner.ts',
    find: 'kept.success && kept.data.seq <= read.entries.length ? kept.data : empty',
    put: 'kept.success ? kept.data : empty',
    tests: rules,
  },
  {
    guard: 'messages keep their order, after their thread',
    file: 'src/chain/pursue.ts',
    find: "const inOrder = pending.effect.do === 'tell' || pending.effect.do === 'open';",
    put: "const inOrder = pending.effect.do === 'tell';",
    tests: rules,
  },
];
