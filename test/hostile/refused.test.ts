import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ground } from './ground.ts';
import type { Ground } from './ground.ts';
import { crafted, refusal } from './rows.ts';

let here: Ground;
beforeAll(async () => {
  here = await ground();
});
afterAll(() => here.leave());

type Tree = Parameters<typeof crafted>[1];
const file = (name: string): Tree => [{ mode: '100644', name }];

/** Names and trees that never reach the gate: the mirror does not take them, whatever made the bundle. */
const refusals: readonly (readonly [string, Tree, string])[] = [
  ['a folder of git', file('.git'), "hasDotgit: contains '.git'"],
  ['a folder of git in capitals', file('.GIT'), "hasDotgit: contains '.git'"],
  ['a folder of git with an unseen letter', file('.git\u200c'), "hasDotgit: contains '.git'"],
  ['a folder of git by its short name', file('git~1'), "hasDotgit: contains '.git'"],
  ['a folder of git with a dot', file('.git.'), "hasDotgit: contains '.git'"],
  ['a folder of git with a stream', file('.git::$INDEX_ALLOCATION'), "hasDotgit: contains '.git'"],
  ['a folder of git behind a backslash', file('.git\\config'), "hasDotgit: contains '.git'"],
  ['the folder above', file('..'), "hasDotdot: contains '..'"],
  ['the folder itself', file('.'), "hasDot: contains '.'"],
  ['a path in one name', file('docs/../.github'), 'fullPathname: contains full pathnames'],
  ['no name', file(''), 'empty filename in tree entry'],
  ['a NUL in a name', file('docs\0.github'), 'too-short tree object'],
  ['one name twice', [...file('a'), ...file('a')], 'duplicateEntries: contains duplicate file entries'],
  ['names out of order', [...file('b'), ...file('a')], 'treeNotSorted: not properly sorted'],
  [
    'submodules behind a link',
    [{ mode: '120000', name: '.gitmodules' }],
    'gitmodulesSymlink: .gitmodules is a symbolic link',
  ],
  [
    'nothing behind a name',
    [{ mode: '100644', name: 'a', id: '3'.repeat(40) }],
    'fatal: did not receive expected object 3333333333333333333333333333333333333333',
  ],
];

const withoutId = (reason: string): string => reason.replace(/object [0-9a-f]{40}: /u, '');

describe('git itself refuses', () => {
  it.each(refusals)('%s', async (_, tree, reason) => {
    expect(withoutId(await refusal(here, await crafted(here, tree)))).toBe(`git does not accept the branch: ${reason}`);
  });

  it.each([
    [
      'an address that is a flag',
      '[submodule "x"]\n\turl = --upload-pack=id\n',
      'gitmodulesUrl: disallowed submodule url: --upload-pack=id',
    ],
    [
      'a name that leads out',
      '[submodule "../../x"]\n\turl = https://evil.example\n',
      'gitmodulesName: disallowed submodule name: ../../x',
    ],
    [
      'an address that runs a program',
      '[submodule "x"]\n\tupdate = !id\n\turl = https://evil.example\n',
      'gitmodulesUpdate: disallowed submodule update setting: !id',
    ],
  ])('submodules with %s', async (_, text, reason) => {
    const [head] = await here.commit([{ '.gitmodules': text }]);
    expect(withoutId(await refusal(here, head ?? ''))).toBe(`git does not accept the branch: ${reason}`);
  });
});
