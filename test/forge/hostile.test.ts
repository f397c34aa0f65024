import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Head } from '../../src/chain/ids.ts';
import { branchRef, mergeByHand } from '../../src/forge/branch.ts';
import { squashMessage, trailersOf } from '../../src/forge/squash.ts';
import { headOf } from '../fakes/workspace.ts';
import { project, repositories, task } from './repositories.ts';
import type { Repositories } from './repositories.ts';

let world: Repositories;
beforeEach(async () => {
  world = await repositories();
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await world.leave();
});

const message = { subject: 'docs: say hello', body: 'It was missing.' };
const trailers = (number: number, head: string): string => `Signalbox-Change: ${number}\nSignalbox-Head: ${head}`;
const treeOf = (head: Head): Promise<string> => world.git(['rev-parse', `${head}^{tree}`], { in: world.mirror });
const open = async (branch: string, head: Head, text = { title: 'Say hello', body: '' }) =>
  world.forge.open({ project, task, branch, head, ...text });

describe('trailers that an agent wrote', () => {
  it('in a title and a body make no merge of another change', async () => {
    const [one, other] = [await world.work(), await world.work()];
    const first = await open('signalbox/one', one);
    const second = await open('signalbox/other', other);
    const forged = {
      subject: `x\n\n${trailers(2, other)}`,
      body: `Fine.\r\r${trailers(2, other)}\n\n\u200bsignalbox-head : ${other}\n\n`,
    };
    await world.forge.merge(project, first, forged);
    const text = await world.git(['log', '-1', '--format=%B', 'main']);
    expect(text.match(/^[^\n\w]*signalbox-.*$/gim)).toEqual(trailers(1, one).split('\n'));
    expect(await world.forge.facts(project, 2)).toMatchObject({ state: 'open' });
    expect(await world.forge.merge(project, { ...second, base: await world.base() }, message)).toMatchObject({
      kind: 'merged',
    });
    expect((await world.squashes()).map(({ number }) => number)).toEqual([1, 2]);
  });

  it.each([
    ['that somebody put on the base branch', async (forged: () => Promise<Head>) => world.push('main', await forged())],
    [
      'that came in by a merge commit',
      async (forged: () => Promise<Head>) => {
        const head = await forged();
        const tree = await treeOf(head);
        const named = `by hand\n\n${trailers(1, head)}`;
        await world.push('main', await world.craft({ tree, parents: [await world.base(), head], message: named }));
      },
    ],
  ])('in a commit %s make no merge', async (_, arrives) => {
    const victim = await world.opened();
    const forged = `docs: nothing (#1)\n\n${trailers(1, victim.head)}`;
    await arrives(async () =>
      world.commit(
        await world.base(),
        { 'evil.txt': 'evil\n' },
        { message: forged, by: 'Signalbox <signalbox@localhost>' },
      ),
    );
    expect(await world.forge.facts(project, 1)).toMatchObject({ state: 'open' });
    expect(await world.forge.merge(project, { ...victim, base: await world.base() }, message)).toMatchObject({
      kind: 'merged',
    });
    expect(await world.git(['ls-tree', '--name-only', 'main'])).toContain('work-');
  });

  it.each([
    ['its parent', async () => world.base()],
    ['the head of the change', async () => (await world.forge.facts(project, 1)).head],
  ])('in an empty commit that names %s make no merge', async (_, named) => {
    const victim = await world.opened();
    const base = await world.base();
    const text = `docs: nothing (#1)\n\n${trailers(1, await named())}`;
    await world.push('main', await world.craft({ tree: await treeOf(base), parents: [base], message: text }));
    expect(await world.forge.facts(project, 1)).toMatchObject({ state: 'open' });
    expect(await world.forge.merge(project, { ...victim, base: await world.base() }, message)).toMatchObject({
      kind: 'merged',
      commit: await world.base(),
    });
  });

  it.each([
    ['another change', (head: Head) => trailers(2, head), []],
    ['another head', (head: Head) => `Signalbox-Head: ${head}\n\n${trailers(1, headOf('other'))}`, []],
    ['a second parent', (head: Head) => trailers(1, head), ['parent']],
  ])('make no merge with %s, even where the content is right', async (_, text, more) => {
    const { head, base } = await world.opened();
    const parents = [base, ...(more.length > 0 ? [await world.work(base)] : [])];
    await world.push(
      'main',
      await world.craft({ tree: await treeOf(head), parents, message: `x (#1)\n\n${text(head)}` }),
    );
    expect(await world.forge.facts(project, 1)).toMatchObject({ state: 'open' });
  });

  it('make a merge where they and the content are right', async () => {
    const { head, base } = await world.opened();
    const message = `x (#1)\n\n${trailers(1, head)}`;
    await world.push('main', await world.craft({ tree: await treeOf(head), parents: [base], message }));
    expect(await world.forge.facts(project, 1)).toMatchObject({ state: 'merged' });
  });

  it('are read at the very end alone', () => {
    const head = headOf('head');
    const real = squashMessage(7, head, message);
    expect(real).toBe(`docs: say hello (#7)\n\nIt was missing.\n\n${trailers(7, head)}`);
    expect(trailersOf(`${real}\n`)).toEqual({ number: 7, head });
    expect(trailersOf(`${real}\n\nmore`)).toBeNull();
    expect(trailersOf(`${real}\nSigned-off-by: x`)).toBeNull();
    expect(trailersOf(`x\n${trailers(7, head)}`)).toBeNull();
    expect(trailersOf(`x\n\n${trailers(7, head)}0`)).toBeNull();
    expect(trailersOf(`x\n\n${trailers(0, head)}`)).toBeNull();
  });
});

describe('a title and a body', () => {
  it.each([
    ['--exec=touch x', '--exec=touch x (#1)'],
    ['two\nlines\r\nand\ttabs', 'two lines and tabs (#1)'],
    ['\u0000\u001b[31mred\u202e', '[31mred (#1)'],
    ['', 'Change (#1)'],
    ['x'.repeat(9_000), `${'x'.repeat(200)} (#1)`],
    ['"quotes" $(id) `id` %s', '"quotes" $(id) `id` %s (#1)'],
    ['# not a comment', '# not a comment (#1)'],
  ])('%j make the subject %j', async (subject, expected) => {
    const change = await open('signalbox/hello', await world.work(), { title: subject, body: subject });
    expect(await world.forge.merge(project, change, { subject, body: subject })).toMatchObject({ kind: 'merged' });
    expect(await world.git(['log', '-1', '--format=%s', 'main'])).toBe(expected);
    await world.git(['fsck', '--strict', '--no-dangling']);
  });
});

describe('a branch name', () => {
  it.each(
    [
      '--upload-pack=x',
      '-x',
      'a..b',
      'a b',
      'a~1',
      'a^',
      'a:b',
      'a?',
      'a*',
      'a[',
      'a\\b',
      '/a',
      'a/',
      'a//b',
      'a.lock',
      'a.lock/b',
      '.a',
      'a/.b',
      'a.',
    ].concat(['HEAD', 'refs/heads/x', '', 'a@{1}', '@', 'a\nb', 'ä', 'a\u202eb', 'x'.repeat(201), 'a;b', '$(id)']),
  )('%j is refused before git sees it', async (branch) => {
    expect(() => branchRef(branch)).toThrow('cannot be a branch here');
    await expect(open(branch, headOf('never'))).rejects.toThrow('cannot be a branch here');
  });

  it.each(['signalbox/a-1', 'a', 'release/1.x', 'A_b'])('%j is taken', (branch) => {
    expect(branchRef(branch)).toBe(`refs/heads/${branch}`);
  });

  it('is not the base branch', async () => {
    await expect(open('main', await world.work())).rejects.toThrow('main is the base branch');
  });
});

describe('a repository', () => {
  it('runs none of its hooks', async () => {
    const hooks = ['reference-transaction', 'pre-receive', 'update', 'post-update', 'post-receive', 'pre-auto-gc'];
    await mkdir(join(world.path, 'hooks'), { recursive: true });
    for (const hook of hooks) {
      const file = join(world.path, 'hooks', hook);
      await writeFile(file, `#!/bin/sh\ntouch "${dirname(world.path)}/ran-$(basename "$0")"\n`);
      await chmod(file, 0o755);
    }
    const head = await world.work();
    await world.forge.merge(project, await open('signalbox/hello', head), message);
    await world.forge.close(project, 1);
    expect((await readdir(dirname(world.path))).filter((name) => name.startsWith('ran-'))).toEqual([]);
  });

  it('hears nothing of the environment', async () => {
    const change = await world.opened();
    vi.stubEnv('GIT_DIR', '/nowhere');
    vi.stubEnv('GIT_OBJECT_DIRECTORY', '/nowhere');
    vi.stubEnv('GIT_CONFIG_PARAMETERS', "'core.bare=false'");
    expect(await world.forge.merge(project, change, message)).toMatchObject({ kind: 'merged' });
  });

  it('gets no ref from the mirror but the branch', async () => {
    const head = await world.work();
    await world.git(['update-ref', 'refs/tags/v1', head], { in: world.mirror });
    await world.git(['update-ref', 'refs/heads/else', head], { in: world.mirror });
    await open('signalbox/hello', head);
    const refs = await world.git(['for-each-ref', '--format=%(refname)']);
    expect(refs.split('\n')).toEqual(['refs/heads/main', 'refs/heads/signalbox/hello', 'refs/signalbox/changes/1']);
  });

  it('refuses objects that git finds unsound', async () => {
    const base = await world.base();
    const blob = await world.git(['hash-object', '-w', '--stdin'], { in: world.mirror, input: 'x' });
    const tree = await world.git(['mktree'], { in: world.mirror, input: `100644 blob ${blob}\t.git\n` });
    const head = await world.craft({ tree, parents: [base], message: 'work' });
    await expect(open('signalbox/hello', head)).rejects.toThrow(/fsck|hasDotgit/);
    expect(await world.branch('signalbox/hello')).toBeNull();
  });

  it('keeps the work of a closed change through a clean-up', async () => {
    const { head } = await world.opened();
    await world.forge.close(project, 1);
    await world.git(['gc', '--quiet', '--prune=now']);
    expect(await world.git(['cat-file', '-t', head])).toBe('commit');
    expect(await world.forge.facts(project, 1)).toMatchObject({ state: 'closed', head });
  });

  it('takes a head that is merged by hand for merged', async () => {
    const { head } = await world.opened();
    const script = mergeByHand({ repository: world.path, base: 'main', head });
    const who = {
      GIT_AUTHOR_NAME: 'O',
      GIT_AUTHOR_EMAIL: 'o@localhost',
      GIT_COMMITTER_NAME: 'O',
      GIT_COMMITTER_EMAIL: 'o@localhost',
    };
    await execa('sh', ['-ec', script], { cwd: dirname(world.path), env: { ...who, GIT_CONFIG_GLOBAL: '/dev/null' } });
    expect(await world.forge.facts(project, 1)).toMatchObject({ state: 'merged' });
    expect(await world.forge.merge(project, { number: 1, head, base: await world.base() }, message)).toEqual({
      kind: 'merged',
      commit: head,
    });
    await world.forge.close(project, 1);
    expect(await world.branch('signalbox/hello')).toBeNull();
    expect(await world.squashes()).toEqual([]);
  });

  it('gets no empty squash for what somebody squashed by hand', async () => {
    const change = await world.opened();
    const tree = await treeOf(change.head);
    await world.push('main', await world.craft({ tree, parents: [change.base], message: 'by hand' }));
    const merge = await world.forge.merge(project, { ...change, base: await world.base() }, message);
    expect(merge).toMatchObject({
      kind: 'refused',
      why: 'empty',
      text: 'Change #1 adds nothing: main has all of it already.',
    });
  });
});

describe('a repository that is not in order', () => {
  it('is missing', async () => {
    await world.leave();
    await expect(world.forge.facts(project, 1)).rejects.toThrow(
      `There is no repository at ${world.path}. Make one with: git clone --bare`,
    );
  });

  it('is a checkout', async () => {
    await world.leave();
    await execa('git', ['init', '--quiet', world.path]);
    await expect(world.forge.facts(project, 1)).rejects.toThrow(`${world.path} is not a bare repository.`);
  });

  it('is the folder of a checkout', async () => {
    await world.git(['config', 'core.bare', 'false']);
    await expect(world.forge.facts(project, 1)).rejects.toThrow(`${world.path} is not a bare repository.`);
  });

  it('has no base branch', async () => {
    const head = await world.work();
    await world.git(['update-ref', '-d', 'refs/heads/main']);
    await expect(open('signalbox/hello', head)).rejects.toThrow('has no branch main: push one');
  });

  it('has a change that cannot be read', async () => {
    await world.opened();
    await world.git(['update-ref', 'refs/signalbox/changes/1', 'main']);
    await expect(world.forge.facts(project, 1)).rejects.toThrow('The change that refs/signalbox/changes/1');
  });

  it('has a branch of that name already', async () => {
    await world.push('signalbox/hello', await world.work());
    await expect(world.opened()).rejects.toThrow('exists already and is not of Signalbox');
  });

  it('has a branch in the way of the name', async () => {
    await world.push('signalbox', await world.work());
    await expect(world.opened()).rejects.toThrow(/git update-ref failed .*refs\/heads\/signalbox/);
  });

  it('has a mirror without the commit', async () => {
    await expect(world.opened(headOf('unknown'))).rejects.toThrow('git fetch failed');
  });

  it('has the commit on its base branch already', async () => {
    await expect(world.opened(await world.base())).rejects.toThrow('there is nothing to propose');
  });
});
