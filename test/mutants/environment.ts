import type { Mutant } from './mutant.ts';

const reading = ['test/runtime/dockerfile.test.ts'];
const kept = ['test/runtime/cache.test.ts'];

export const environment: readonly Mutant[] = [
  {
    guard: 'a layer begins with the worker image',
    file: 'src/runtime/dockerfile.ts',
    find: String.raw`/^FROM\s+signalbox-worker\s*$/i`,
    put: String.raw`/^FROM\s+signalbox-worker/i`,
    tests: reading,
  },
  {
    guard: 'no flag of COPY brings another base',
    file: 'src/runtime/dockerfile.ts',
    find: String.raw`name !== 'COPY' || !/^--chown=[^\s$]+$/.test(one)`,
    put: "name !== 'COPY'",
    tests: reading,
  },
  {
    guard: 'only instructions on the list are built',
    file: 'src/runtime/dockerfile.ts',
    find: 'if (!allowed.includes(name)) return',
    put: 'if (false) return',
    tests: reading,
  },
  {
    guard: 'no character that does not show ends a line',
    file: 'src/runtime/dockerfile.ts',
    find: 'if (odd >= 0) return',
    put: 'if (odd > 1e9) return',
    tests: reading,
  },
  {
    guard: 'an environment is told once',
    file: 'src/chain/project.ts',
    find: 'if (project.environment === environment) return',
    put: 'if (project.environment === null && environment === null) return',
    tests: ['test/chain', 'test/sim/linking.test.ts'],
  },
  {
    guard: "a project's cache is filled from its base",
    file: 'src/runtime/cache.ts',
    find: 'commit: isBase ? base : commit',
    put: 'commit',
    tests: kept,
  },
  {
    guard: 'a lockfile of a branch fills a cache of its task',
    file: 'src/runtime/cache.ts',
    find: 'const isBase = ofBase.join(',
    put: 'const isBase = ofBase.length > 0 || ofBase.join(',
    tests: ['test/runtime/cache-names.test.ts'],
  },
  {
    guard: "a task's cache is for one tree alone",
    file: 'src/runtime/cache.ts',
    find: 'const files = isBase ? ofBase : [',
    put: 'const files = isBase || commit ? ofCommit : [',
    tests: ['test/runtime/cache-names.test.ts'],
  },
  {
    guard: 'who uses a cache writes in a copy',
    file: 'src/runtime/cache.ts',
    find: "mounts: [{ from: own, to: CACHE, access: 'write' }] };",
    put: "mounts: [{ from: kept, to: CACHE, access: 'write' }] };",
    tests: kept,
  },
  {
    guard: 'git in a checkout that does not answer in its time is no answer',
    file: 'src/runtime/take.ts',
    find: 'if (ran.code !== 0) return null;',
    put: '',
    tests: ['test/runtime/workspace.test.ts'],
  },
  {
    guard: 'a bundle that did not end in its time is none',
    file: 'src/runtime/take.ts',
    find: 'if (ran.code !== 0) return `git could not bundle',
    put: 'if (ran.code === -1) return `git could not bundle',
    tests: ['test/runtime/workspace.test.ts'],
  },
];
