import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ground, OURS } from './ground.ts';
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

/** A pack of one blob of 16 MiB and of what is made of it: so many MiB, in some KB. */
function swelling(mib: number): Buffer {
  const base = Buffer.alloc(16 * 1024 ** 2 - 1);
  const copies = Math.floor((mib * 1024 ** 2) / base.length);
  // Type in the first byte's upper bits, then the length in groups of bits, the lowest first.
  const sizeOf = (size: number, bits = 7): readonly number[] =>
    size < 2 ** bits ? [size] : [(size % 2 ** bits) + 2 ** bits, ...sizeOf(Math.floor(size / 2 ** bits))];
  const header = (type: number, size: number): Buffer => {
    const [first = 0, ...more] = sizeOf(size, 4);
    return Buffer.from([(first % 16) + type * 16 + (more.length > 0 ? 128 : 0), ...more]);
  };
  const copy = [0xf0, 0xff, 0xff, 0xff];
  const delta = Buffer.from([
    ...sizeOf(base.length),
    ...sizeOf(base.length * copies),
    ...Array.from({ length: copies }, () => copy).flat(),
  ]);
  const id = createHash('sha1').update(`blob ${base.length}\0`).update(base).digest();
  const start = Buffer.from('PACK\0\0\0\u0002\0\0\0\u0002');
  const body = [start, header(3, base.length), deflateSync(base), header(7, delta.length), id, deflateSync(delta)];
  return Buffer.concat([...body, createHash('sha1').update(Buffer.concat(body)).digest()]);
}

describe('a bundle', () => {
  const foreign = ['refs/heads/main', 'refs/tasks/t9999999999/in', 'refs/tags/v1', 'refs/replace/x', 'HEAD', '../../x'];

  it('that brings other refs along moves none of them', async () => {
    const before = await here.refs();
    const change = await crafted(here, file('z.md'));
    const work = await here.take({ ...change, refs: [...foreign, OURS] });
    expect(work).toEqual({ kind: 'taken', head: change.head, commits: 1 });
    const isOurs = (ref: string): boolean => ref.startsWith('refs/tasks/t0123456789/in ');
    expect((await here.refs()).filter((ref) => !isOurs(ref))).toEqual(before.filter((ref) => !isOurs(ref)));
    expect((await here.refs()).filter(isOurs)).toEqual([`refs/tasks/t0123456789/in ${change.head}`]);
  });

  it('with a small object that becomes a very large one is refused', async () => {
    expect(await refusal(here, { ...(await crafted(here, file('x.md'))), packed: swelling(5 * 1024) })).toMatch(
      /^git does not accept the branch: fatal: Out of memory/,
    );
  });

  it.each([
    ['no ref of the task', { refs: foreign }, 'what came out of the checkout is not a bundle of the branch'],
    [
      'a longer name that begins as the branch does',
      { refs: [`${OURS}-2`] },
      'what came out of the checkout is not a bundle of the branch',
    ],
    [
      '20,000 refs before its own',
      { refs: [...Array.from({ length: 20_000 }, (_, n) => `refs/heads/${n}`), OURS] },
      'what came out of the checkout is not a bundle of the branch',
    ],
    ...[
      ':/first'.padEnd(40, ' '),
      '@{upstream}'.padEnd(40, '~'),
      'main'.padEnd(40, '^'),
      '7'.repeat(39).concat('G'),
    ].map(
      (names) =>
        [
          `a head that is no commit's: ${names}`,
          { names },
          'what came out of the checkout is not a bundle of the branch',
        ] as const,
    ),
    ['more objects than anybody makes', { says: 2 ** 32 - 1 }, 'the branch has more than 200000 objects'],
    ['more objects than it has', { says: 5 }, 'git does not accept the branch: fatal: early EOF'],
  ] as const)('with %s is refused, and nothing moves', async (_, lies, reason) => {
    const before = await here.refs();
    expect(await refusal(here, { ...(await crafted(here, file('y.md'))), ...lies })).toBe(reason);
    expect(await here.refs()).toEqual(before);
  });
});
