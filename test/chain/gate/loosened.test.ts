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
    ['an import that names more', ["import { a } from 'x';"], ["import { a, b } from 'x';"]],
    ['a row more', ["  ['a', 1]"], ["  ['a', 1],", "  ['b', 2],"]],
    [
      'a test that returns in itself',
      [],
      ['', "it('works', () => {", '  if (!here) return;', '  expect(a).toBe(1);', '});'],
    ],
    [
      'a test as git cuts it, between others',
      [],
      [
        '});',
        '',
        "it('works', () => {",
        '  for (const b of all) {',
        '    if (b) continue;',
        '    expect(b).toBe(1);',
        '  }',
      ],
    ],
    [
      'a helper',
      [],
      ['function two(): number {', '  return 2;', '}', '/** Three. */', 'const three = () => { return 3; };'],
    ],
    [
      'Python',
      [],
      ['def test_b():', '    for one in all:', '        if not one:', '            continue', '        assert one'],
    ],
    ['Go', [], ['func TestB(t *testing.T) {', '\tif testing.Short() {', '\t\treturn', '\t}', '\tt.Error("x (")', '}']],
    ['what a program it starts does', [], ["  const code = await node('-e', 'process.exit(1)');"]],
    ['a comment that goes', ['// expect(a).toBe(1);'], []],
    ['something that is skipped over', [], ['cursor.skip(10);', 'const only = list.only;']],
  ])('is not loosened by %s', (_, removed, added) => {
    expect(found(removed, added)).toEqual([]);
  });

  it.each([
    'process.exit(0);',
    '  return;',
    '  if (true) return;',
    'if (process.env.NEVER) {',
    'if (process.env.NEVER)',
    'false &&',
    '/*',
    '*/',
    '__test__ = False',
    'import sys; sys.exit(0)',
    'pytest.importorskip("nope")',
    '//go:build never',
    'func TestMain(m *testing.M) { os.Exit(0) }',
    '#![cfg(never)]',
    '#[cfg(never)]',
    '#if 0',
    '=begin',
    'const expect = () => new Proxy({}, {});',
    'globalThis.expect = () => same;',
    'vi.mock("../src/a.js");',
    "jest.mock('../src/a.js');",
  ])('may be stopped by %s', (line) => {
    expect(found([], [line])).toEqual(['1 test file with lines that may stop tests']);
  });

  it('may be stopped by a new file too, where that ends them all', () => {
    const of = (line: string) =>
      loosened([{ ...change, status: 'A', from: '000000' }], filePatches(patchOf(path, [], [line])));
    expect(of('func TestMain(m *testing.M) { os.Exit(0) }')).toEqual(['1 test file with lines that may stop tests']);
    expect(of("vi.mock('../src/a.js');")).toEqual([]);
  });

  it.each([
    ['const want = 3;', 'const want = 4;'],
    ["import { a } from '../src/a.ts';", "import { a } from './double.ts';"],
  ])('has other lines: %s', (removed, added) => {
    expect(found([removed], [added])).toEqual(['1 test file with other lines']);
  });

  it('is read at once, with lines that were made to take long', () => {
    const lines = [
      't.'.repeat(100_000),
      'it.a.'.repeat(40_000),
      '@a.'.repeat(60_000),
      `assert${' '.repeat(200_000)}`,
      '['.repeat(200_000),
      '"test'.repeat(40_000),
      '"\\'.repeat(100_000),
      `if${' '.repeat(200_000)}`,
      ' return'.repeat(40_000),
      ' '.repeat(200_000),
    ];
    expect(found(lines, lines)).toContain('1 test file with lines that may stop tests');
    expect(loosened([], filePatches(patchOf('package.json', lines, lines)))).toEqual([]);
  });
});
