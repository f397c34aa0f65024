import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ground } from './ground.ts';
import type { Files, Ground } from './ground.ts';
import { judged, taken } from './rows.ts';

let here: Ground;
beforeAll(async () => {
  here = await ground();
});
afterAll(() => here.leave());

const treeOf = (commit: string): Promise<string> => here.git(['rev-parse', `${commit}^{tree}`]);
const commitOf = (tree: string, ...parents: readonly string[]): Promise<string> => {
  const who = ['author', 'committer'].map((name) => `${name} Agent <agent@example.invalid> 1790000000 +0000`);
  const named = parents.map((parent) => `parent ${parent}`);
  return here.object('commit', [`tree ${tree}`, ...named, ...who, '', 'work', ''].join('\n'));
};
const changed = async (files: Files): Promise<string> => (await here.commit([files]))[0] ?? '';
const judge = async (head: string) => judged(await taken(here, head), here.policy);

describe('a history', () => {
  it('that takes back what it did touches no file, and nobody merges it', async () => {
    const there = await changed({ '.github/workflows/ci.yml': 'on: schedule\n' });
    const back = await commitOf(await treeOf(here.base), there);
    expect(await judge(back)).toEqual({
      who: 'nobody',
      paths: 'The change touches no file.',
      risk: 'The risk is unknown without a diff that can be judged.',
    });
  });

  it('is judged by its end, which alone is merged', async () => {
    const there = await changed({ '.github/workflows/ci.yml': 'on: schedule\n' });
    const end = await commitOf(await treeOf(await changed({ 'docs/a.md': 'x\n' })), there);
    expect(await judge(end)).toEqual({ who: 'itself', paths: 'The one file may merge unattended.', risk: 'Low risk.' });
  });

  it('that merges another one shows what came with it', async () => {
    const tree = await treeOf(await changed({ '.github/workflows/x.yml': 'on: push\n' }));
    const lone = await commitOf(tree);
    expect(await judge(await commitOf(tree, here.base, lone))).toMatchObject({
      who: 'by hand',
      paths: 'Only by hand, never from chat: `.github/workflows/x.yml` (a workflow).',
    });
  });

  it('that merges another one and leaves out what stood on the base shows that', async () => {
    const lone = await commitOf(await treeOf(here.base));
    const tree = await treeOf(await changed({ 'test/a.test.ts': null }));
    expect(await judge(await commitOf(tree, lone, here.base))).toMatchObject({
      who: 'a tap',
      risk: 'Medium risk: 1 test file removed, 1 file beyond what merges unattended.',
    });
  });

  it.each(['100664', '100600', '100777'])('with the mode %s is read as git will write it', async (mode) => {
    const blob = await here.object('blob', 'x\n');
    const tree = await here.git(['mktree'], `${await here.git(['ls-tree', here.base])}\n${mode} blob ${blob}\tz.md\n`);
    const who = mode === '100777' ? 'a tap' : 'itself';
    expect(await judge(await commitOf(tree, here.base))).toMatchObject({ who });
  });
});
