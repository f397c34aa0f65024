import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Head } from '../../src/chain/ids.ts';
import { nameOf } from '../../src/runtime/cache.ts';
import { gitOut } from '../../src/runtime/git.ts';

let mirror: string;
beforeAll(async () => {
  mirror = await mkdtemp(join(tmpdir(), 'signalbox-cache-'));
  await execa('git', ['init', '--quiet', '--bare', mirror]);
});
afterAll(() => rm(mirror, { recursive: true }));

const honest = { 'setup.sh': 'npm ci', 'package-lock.json': 'one', 'requirements.txt': 'x==1\n', 'a.ts': 'a' };

let commits = 0;
/** A commit of the honest files with others in their place. */
async function commit(files: Readonly<Record<string, string>> = {}): Promise<Head> {
  const lines = await Promise.all(
    Object.entries({ ...honest, ...files }).map(async ([name, text]) => {
      const blob = await gitOut(mirror, ['hash-object', '-w', '--stdin'], { input: text });
      return `100644 blob ${blob}\t${name}\n`;
    }),
  );
  const tree = await gitOut(mirror, ['mktree'], { input: lines.join('') });
  const who = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a' };
  return Head.parse(await gitOut(mirror, ['commit-tree', tree, '-m', `${(commits += 1)}`], { env: who }));
}

const rest = { image: 'image', setup: ['./setup.sh'] };
const named = async (base: Head, of: Head, more: Partial<typeof rest> = {}) =>
  nameOf(mirror, { base, commit: of, ...rest, ...more });

it("the base's cache is for every commit that fetches the same", async () => {
  const base = await commit();
  const name = await named(base, base);
  expect(name).toEqual({ isBase: true, key: expect.stringMatching(/^[0-9a-f]{24}$/) });
  expect(await named(base, await commit({ 'a.ts': 'b' }))).toEqual(name);
  expect(await named(await commit({ 'a.ts': 'c' }), await commit({ 'setup.sh': 'other' }))).toEqual(name);
  expect((await named(base, base, { image: 'other' })).key).not.toBe(name.key);
  expect((await named(base, base, { setup: ['make'] })).key).not.toBe(name.key);
});

it("a task's cache is for one tree: what a commit planted is not found by the one that takes it back", async () => {
  const base = await commit();
  const changed = { 'requirements.txt': 'x==1\n# a word\n' };
  const planting = await named(base, await commit({ ...changed, 'setup.sh': 'plant a wheel; npm ci' }));
  const innocent = await named(base, await commit(changed));
  expect([planting.isBase, innocent.isBase]).toEqual([false, false]);
  expect(planting.key).not.toBe(innocent.key);
  expect(await named(base, await commit(changed))).toEqual(innocent);
});
