import { chmod, lstat, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Head, TaskId } from '../../src/chain/ids.ts';
import type { Workspace } from '../../src/chain/ports.ts';
import { inTree, makeCheckout, removeCheckouts, treeFolder } from '../../src/runtime/checkout.ts';
import { removeStates } from '../../src/runtime/leftovers.ts';
import { mirrorsOf, taskRef } from '../../src/runtime/mirror.ts';
import { takeWork } from '../../src/runtime/take.ts';
import { gitWorkspace, parseRaw } from '../../src/runtime/workspace.ts';
import { workspaceContract } from '../contract/workspace.ts';
import type { Deed } from '../contract/workspace.ts';
import { ground, project, task } from './ground.ts';
import type { Ground } from './ground.ts';

const branch = 'signalbox/x';
const deeds: Readonly<Record<Deed, string>> = {
  commits: 'n=$(ls | wc -l); echo "$n" > "made.txt"; date +%N >> made.txt; git add -A; git commit -qm "feat: $n"',
  'leaves a file': 'echo left > left.txt',
  'commits elsewhere': 'git switch -qc other; echo x > x.txt; git add -A; git commit -qm other',
  rewrites: 'git commit -q --amend -m rewritten',
  nothing: 'true',
};

workspaceContract('git in containers', async () => {
  const here = await ground();
  return {
    workspace: gitWorkspace(here.site),
    project,
    task,
    worked: (tree, head, done) => agent(here, head, done.map((deed) => deeds[deed]).join('\n'), tree),
    async meddle(how) {
      const { folder } = here.site.mirror(project);
      if (how === 'deletes the mirror') await rm(folder, { recursive: true });
      else await execa('git', ['--git-dir', folder, 'update-ref', taskRef(task), 'refs/heads/main']);
    },
    leave: here.leave,
  };
});

/** What an agent does in its checkout: a script at its uid. */
async function agent(here: Ground, head: Head, script: string, tree = 'tree-1'): Promise<void> {
  const folder = await makeCheckout(here.site, { project, task, checkout: { tree, branch, head, access: 'write' } });
  const ran = await inTree(here.site, folder, { command: ['bash', '-euc', script], env: { HOME: '/tmp' } });
  expect(ran).toMatchObject({ code: 0 });
}

describe('workspace', () => {
  let here: Ground;
  let workspace: Workspace;
  beforeEach(async () => {
    here = await ground();
    workspace = gitWorkspace(here.site);
  });
  afterEach(() => here.leave());

  const prepare = async (): Promise<Head> => {
    const prepared = await workspace.prepare(project);
    if (!prepared.ok) throw new Error(prepared.reason);
    return prepared.base;
  };
  const take = (from: Head) => workspace.take({ project, task, tree: 'tree-1', branch, from });
  const mirror = (...args: string[]) => execa('git', ['--git-dir', here.site.mirror(project).folder, ...args]);

  describe('prepare', () => {
    it('reads the policy of the base branch, each time afresh', async () => {
      await here.commit({ '.signalbox/policy.yaml': 'test: npm test\nrework: 1\n' });
      expect(await workspace.prepare(project)).toMatchObject({ ok: true, policy: { test: 'npm test', rework: 1 } });
      const base = await here.commit({ '.signalbox/policy.yaml': 'test: make check\n' });
      expect(await workspace.prepare(project)).toMatchObject({
        ok: true,
        base,
        policy: { test: 'make check', rework: 2 },
      });
    });

    it.each([
      ['tests: npm test\n', /policy\.yaml at [0-9a-f]{8} is not valid:\n {2}.*tests/s],
      ['rework: many\n', /is not valid:\n {2}rework: /],
      ['test: [\n', /is not YAML/],
      [`#${'x'.repeat(70_000)}\n`, /is larger than 64 KiB/],
    ])('refuses the policy %j', async (text, reason) => {
      await here.commit({ '.signalbox/policy.yaml': text.slice(0, 80_000) });
      expect(await workspace.prepare(project)).toMatchObject({ ok: false, reason: expect.stringMatching(reason) });
    });

    it('says that a repository is missing, empty, no repository, or without the base branch', async () => {
      const empty = join(here.folder, 'empty.git');
      await execa('git', ['init', '-q', '--bare', empty]);
      const reason = async (repository: string, base = 'main') => {
        const site = { ...here.site, mirror: mirrorsOf(here.data, [{ id: project, repository, base }]) };
        const prepared = await gitWorkspace(site).prepare(project);
        return prepared.ok ? 'ok' : prepared.reason;
      };
      expect(await reason('/nowhere/site.git')).toMatch(
        /^Project site: there is no folder \/nowhere\/site\.git\. Correct/,
      );
      expect(await reason(here.folder)).toMatch(/cannot be read as a git repository/);
      expect(await reason(empty)).toMatch(/has no commit yet\. Push a first one to main\.$/);
      expect(await reason(here.repository, 'trunk')).toMatch(/has no branch trunk, but main\. Correct `base`/);
    });

    it('runs no hook and no program that the mirror or the repository names', async () => {
      await prepare();
      const mark = join(here.folder, 'ran');
      for (const folder of [here.repository, here.site.mirror(project).folder]) {
        await execa('git', ['--git-dir', folder, 'config', 'core.fsmonitor', `touch ${mark}`]);
        for (const hook of ['reference-transaction', 'post-update']) {
          await execa('mkdir', ['-p', join(folder, 'hooks')]);
          await writeFile(join(folder, 'hooks', hook), `#!/bin/sh\ntouch ${mark}\n`, { mode: 0o755 });
        }
      }
      await here.commit({ 'new.txt': 'new\n' });
      // The seed's own push runs the repository's hook.
      await execa('rm', ['-f', mark]);
      await prepare();
      await expect(lstat(mark)).rejects.toThrow('ENOENT');
    });
  });

  describe('checkout', () => {
    it('shows the commit on the task’s branch at the agent’s uid, without a remote and without the record of others', async () => {
      const base = await prepare();
      const head = await workspace.record({
        project,
        task,
        on: base,
        path: 'docs/a.md',
        text: 'A\n',
        subject: 'docs: a',
        at: 1_790_000_000_000,
      });
      await agent(
        here,
        head,
        'test "$(id -u)" = 10001; test -z "$(git remote)"; test "$(cat docs/a.md)" = A; test "$(git rev-parse HEAD)" = ' +
          head,
      );
      await agent(
        here,
        head,
        `test "$(git branch --format='%(refname:short)' | sort | xargs)" = "main ${branch}"; test "$(git log -1 --format=%an)" = Signalbox`,
      );
      expect((await lstat(join(here.data, 'work', task))).mode & 0o777).toBe(0o700);
      expect((await lstat(treeFolder(here.data, task, 'tree-1'))).uid).toBe(10001);
    });

    it('leaves a tree to write in as it is, and makes one to read again for another commit', async () => {
      const base = await prepare();
      await agent(here, base, 'echo draft > draft.txt');
      await agent(here, base, 'test "$(cat draft.txt)" = draft');
      const read = (head: Head) =>
        makeCheckout(here.site, { project, task, checkout: { tree: 'read-1', branch, head, access: 'read' } });
      const folder = await read(base);
      await read(
        Head.parse(
          await workspace.record({ project, task, on: base, path: 'b.md', text: 'B\n', subject: 'docs: b', at: 0 }),
        ),
      );
      expect(await readFile(join(folder, 'b.md'), 'utf8')).toBe('B\n');
    });

    it('makes a tree anew that was cut short', async () => {
      const base = await prepare();
      const folder = treeFolder(here.data, task, 'tree-1');
      await execa('install', ['-d', '-o', '10001', join(folder, 'half')]);
      await execa('install', ['-d', '-o', '10001', '-m', '0500', join(folder, 'half/locked')]);
      await execa('chown', ['10001:10001', folder]);
      await agent(here, base, 'test ! -e half; test "$(cat greet.txt)" = hello');
    });
  });

  describe('take', () => {
    it('lets the mirror decide: the head is what was fetched, under the task’s own ref', async () => {
      const base = await prepare();
      await agent(here, base, deeds.commits);
      const work = await take(base);
      if (work.kind !== 'taken') throw new Error(JSON.stringify(work));
      expect((await mirror('for-each-ref', '--format=%(refname) %(objectname)', 'refs/tasks')).stdout).toBe(
        `refs/tasks/${task}/in ${work.head}`,
      );
      expect((await mirror('show', `${work.head}:made.txt`)).stdout).toMatch(/^\d+/);
    });

    it('takes no other branch and no tag along', async () => {
      const base = await prepare();
      await agent(
        here,
        base,
        `git tag v1; git switch -qc main2; ${deeds.commits}; git tag v2; git switch -q ${branch}; ${deeds.commits}; git tag v3`,
      );
      expect(await take(base)).toMatchObject({ kind: 'taken', commits: 1 });
      expect((await mirror('for-each-ref', '--format=%(refname)')).stdout.split('\n')).toEqual([
        'refs/heads/main',
        `refs/tasks/${task}/in`,
      ]);
    });

    it('believes no claim: a checkout whose git lies about its branches gives nothing that is not in the bundle', async () => {
      const base = await prepare();
      // A second, unrelated history under the branch's name: the claim about its descent is right only in the agent's own git.
      await agent(
        here,
        base,
        `${deeds.commits}; git replace --graft HEAD; git checkout -q --orphan lone; git commit -qm lone; git branch -f ${branch} lone; git switch -q ${branch}; git replace --graft HEAD ${base}`,
      );
      expect(await take(base)).toEqual({ kind: 'rewritten' });
      expect((await mirror('for-each-ref', '--format=%(refname)', 'refs/tasks')).stdout).toBe('');
    });

    it('runs nothing of the agent’s on the host, whatever its checkout is set to run', async () => {
      const base = await prepare();
      const trap =
        'git config core.fsmonitor "touch /tmp/signalbox-trap; false"; git config core.sshCommand "touch /tmp/signalbox-trap"; git config uploadpack.packObjectsHook "touch /tmp/signalbox-trap"';
      await agent(here, base, `${deeds.commits}; ${trap}`);
      expect(await take(base)).toMatchObject({ kind: 'taken' });
      await expect(lstat('/tmp/signalbox-trap')).rejects.toThrow('ENOENT');
    });

    it('refuses objects that git finds fault with', async () => {
      const base = await prepare();
      const forge = `git cat-file commit HEAD | sed 's/^author .*/author nobody/' | git hash-object -t commit -w --stdin --literally`;
      await agent(here, base, `${deeds.commits}; git update-ref refs/heads/${branch} "$(${forge})"`);
      expect(await take(base)).toEqual({
        kind: 'refused',
        reason: expect.stringMatching(/^git does not accept the branch: /),
      });
      expect((await mirror('for-each-ref', '--format=%(refname)', 'refs/tasks')).stdout).toBe('');
    });

    it('refuses a checkout without a working git, and a branch that is gone', async () => {
      const base = await prepare();
      await agent(here, base, `git checkout -q main; git branch -D ${branch}`);
      expect(await take(base)).toEqual({ kind: 'refused', reason: `the branch ${branch} is gone` });
      await agent(here, base, 'rm -rf .git; mkfifo .git');
      expect(await take(base)).toEqual({ kind: 'refused', reason: 'git in the checkout does not answer' });
    });

    it.each([
      ['a pipe among its refs', 'mkfifo .git/refs/heads/pipe', 'git in the checkout does not answer'],
      [
        'a monitor that does not end',
        'git config core.fsmonitor "sleep 600; false"',
        'git in the checkout does not answer',
      ],
      [
        'a pipe in place of a file that is committed',
        'o=.git/objects/$(git rev-parse HEAD:made.txt | sed "s,..,&/,"); rm -f "$o"; mkfifo "$o"',
        'git could not bundle the branch: it took too long',
      ],
    ])('does not wait for %s', async (_name, script, reason) => {
      const base = await prepare();
      await agent(here, base, `${deeds.commits}; ${script}`);
      const work = { project, task, tree: 'tree-1', branch, from: base };
      expect(await takeWork(here.site, work, { look: 0.15, bundle: 0.05 })).toEqual({ kind: 'refused', reason });
      expect(await here.site.engine.list()).toEqual([]);
      await removeCheckouts(here.site, task);
    });

    it('sees commits on no branch', async () => {
      const base = await prepare();
      await agent(here, base, `git checkout -q --detach; ${deeds.commits}`);
      expect(await take(base)).toEqual({ kind: 'elsewhere', branch: '(no branch)' });
    });

    it('does not count ignored files as left behind', async () => {
      const base = await prepare();
      await agent(
        here,
        base,
        'echo build/ > .gitignore; git add .gitignore; git commit -qm "chore: ignore"; mkdir build; echo x > build/x',
      );
      expect(await take(base)).toMatchObject({ kind: 'taken', commits: 1 });
    });
  });

  it('diffs without renames, with modes, and cuts a long patch', async () => {
    const base = await prepare();
    await agent(
      here,
      base,
      `git mv greet.txt moved.txt; ln -s /etc/passwd link; head -c 400000 /dev/urandom | base64 > long.txt; chmod +x README.md; git add -A; git commit -qm "feat: much"`,
    );
    const work = await take(base);
    if (work.kind !== 'taken') throw new Error(JSON.stringify(work));
    const { paths, patch } = await workspace.diff(project, base, work.head);
    expect(paths).toEqual([
      { path: 'README.md', status: 'M', from: '100644', to: '100755' },
      { path: 'greet.txt', status: 'D', from: '100644', to: '000000' },
      { path: 'link', status: 'A', from: '000000', to: '120000' },
      { path: 'long.txt', status: 'A', from: '000000', to: '100644' },
      { path: 'moved.txt', status: 'A', from: '000000', to: '100644' },
    ]);
    expect(patch).toMatch(/… cut here: the patch is longer than 200000 characters\n$/);
  });

  it('refuses to record outside the tree', async () => {
    const on = await prepare();
    for (const path of ['../x.md', '.git/config', '/etc/x']) {
      await expect(workspace.record({ project, task, on, path, text: 'x', subject: 'docs: x', at: 0 })).rejects.toThrow(
        /update-index.*failed/,
      );
    }
  });

  it('removes what the CLIs kept of its conversations, and no record', async () => {
    const sessions = join(here.data, 'sessions');
    const state = (session: string): string => join(sessions, session, 'state');
    const kept = [`${task}-coder-1`, `${task}-reviewer-1`, 'tffffffffff-coder-1'];
    for (const session of kept) {
      await mkdir(state(session), { recursive: true });
      await chmod(state(session), 0o777);
      await writeFile(join(sessions, session, 'record.jsonl'), '');
      await inTree(here.site, state(session), {
        command: ['bash', '-c', 'mkdir -p a/b; mkfifo a/b/pipe; ln -s / root; chmod 000 a/b'],
      });
    }
    await workspace.remove(project, task);
    for (const session of kept) expect(await readdir(join(sessions, session))).toContain('record.jsonl');
    for (const session of kept.slice(0, 2)) await expect(lstat(state(session))).rejects.toThrow('ENOENT');
    expect(await readdir(state(kept[2]!))).toHaveLength(2);
    await removeStates(here.site, TaskId.parse('tffffffffff'));
  });

  it('removes what agents made undeletable, and the task’s refs', async () => {
    const base = await prepare();
    await agent(here, base, `${deeds.commits}; mkdir -p a/b; echo x > a/b/c; chmod 500 a/b; chmod 000 a`);
    await workspace.record({ project, task, on: base, path: 'a.md', text: 'x', subject: 'docs: x', at: 0 });
    await workspace.remove(project, task);
    await expect(lstat(join(here.data, 'work', task))).rejects.toThrow('ENOENT');
    expect((await mirror('for-each-ref', '--format=%(refname)', 'refs/tasks')).stdout).toBe('');
  });
});

it('parses paths with spaces, quotes and line ends', () => {
  const line = (path: string) => `:100644 100644 ${'a'.repeat(40)} ${'b'.repeat(40)} M\0${path}\0`;
  expect(parseRaw(line('a "b"\n c') + line('d')).map(({ path }) => path)).toEqual(['a "b"\n c', 'd']);
  expect(parseRaw('')).toEqual([]);
});
