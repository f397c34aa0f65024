import { describe, expect, it } from 'vitest';
import type { PathChange } from '../../../src/chain/change.ts';
import { filePatches } from '../../../src/chain/gate/hunks.ts';
import { loosened } from '../../../src/chain/gate/loosened.ts';
import { patchOf } from '../patches.ts';

const path = 'test/a.test.ts';
const change: PathChange = { path, status: 'M', from: '100644', to: '100644' };
const found = (removed: readonly string[], added: readonly string[]): readonly string[] =>
  loosened([change], filePatches(patchOf(path, removed, added)));

describe('a change of tests', () => {
  it.each([
    ['more of them', [], ["it('works', () => expect(a).toBe(1));"]],
    ['other words around them', ['const a = 1;'], ['const a = 2;']],
    ['a comment that goes', ['// expect(a).toBe(1);'], []],
    ['something that is skipped over', [], ['cursor.skip(10);', 'const only = list.only;']],
  ])('is not loosened by %s', (_, removed, added) => {
    expect(found(removed, added)).toEqual([]);
  });

  it('is read at once, with lines that were made to take long', () => {
    const lines = [
      't.'.repeat(100_000),
      'it.a.'.repeat(40_000),
      '@a.'.repeat(60_000),
      `assert${' '.repeat(200_000)}`,
      '['.repeat(200_000),
      '"test'.repeat(40_000),
    ];
    expect(found([], lines)).toEqual([]);
    expect(loosened([], filePatches(patchOf('package.json', lines, lines)))).toEqual([]);
  });
});
