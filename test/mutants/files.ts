import type { Mutant } from './mutant.ts';

/** What keeps files of people and agents harmless. */
export const files: readonly Mutant[] = [
  {
    guard: 'a file is on the disk before it is acknowledged',
    file: 'src/store/files.ts',
    find: '      await file.sync();\n',
    put: '',
    tests: ['test/store/files.test.ts'],
  },
  {
    guard: 'a file is what its name says',
    file: 'src/store/files.ts',
    find: "createHash('sha256').update(bytes).digest('hex') === id;",
    put: "id !== '';",
    tests: ['test/store/files.test.ts'],
  },
  {
    guard: 'only plain files come out of an outbox',
    file: 'src/runtime/tar.ts',
    find: String.raw`if (type === '0' || type === '\0') files.push`,
    put: "if (type !== '5') files.push",
    tests: ['test/runtime/tar.test.ts'],
  },
  {
    guard: 'an archive is believed by its sums alone',
    file: 'src/runtime/tar.ts',
    find: ' && octal(header, 148, 8) === sum',
    put: '',
    tests: ['test/runtime/tar.test.ts'],
  },
  {
    guard: 'an outbox has so many bytes',
    file: 'src/runtime/outbox.ts',
    find: 'return size <= limits.bytes;',
    put: 'return true;',
    tests: ['test/runtime/outbox.test.ts'],
  },
  {
    guard: 'a file is an attachment and runs nowhere',
    file: 'src/bots/console/uploads.ts',
    find: '`attachment; filename',
    put: '`inline; filename',
    tests: ['test/bots/console/uploads.test.ts'],
  },
  {
    guard: 'two files of a task never have one name',
    file: 'src/chain/files.ts',
    find: '{ ...file, name: freeName(all, name) }',
    put: '{ ...file, name }',
    tests: ['test/chain/files.test.ts'],
  },
  {
    guard: 'who may only watch sends no files',
    file: 'src/bots/console/uploads.ts',
    find: "if (!may(c.get('person'), 'steer')) return",
    put: "if (!may(c.get('person'), 'watch')) return",
    tests: ['test/bots/console/uploads.test.ts'],
  },
  {
    guard: 'what an agent left is told',
    file: 'src/chain/ended.ts',
    find: "if (!outbox || task.phase.at !== 'working') return moved;",
    put: 'if (moved) return moved;',
    tests: ['test/chain/files.test.ts'],
  },
];
