import { afterEach, beforeEach, expect, it } from 'vitest';
import { execa } from 'execa';
import { gitWorkspace } from '../../src/runtime/workspace.ts';
import { ground, project } from './ground.ts';
import type { Ground } from './ground.ts';

/** What a base branch says of its environment, and what of it is not supported yet. */
let here: Ground;
beforeEach(async () => {
  here = await ground();
});
afterEach(() => here.leave());

async function read(files: Readonly<Record<string, string>> = {}) {
  await here.commit({ 'n.txt': JSON.stringify(files), ...files });
  const ready = await gitWorkspace(here.site).prepare(project);
  if (!ready.ok) throw new Error(ready.reason);
  return ready;
}

it('is another one with the commands, and with what the image layer is made of; not with the code or the rest of the policy', async () => {
  const plain = await read();
  expect(plain.lacks).toEqual([]);
  expect((await read({ 'src/a.js': '1', '.signalbox/policy.yaml': 'rework: 3\n' })).environment).toBe(
    plain.environment,
  );
  const seen = [plain.environment];
  for (const files of [
    { '.signalbox/policy.yaml': 'setup: [npm ci]\n' },
    { '.signalbox/policy.yaml': 'test: npm test\n' },
    { '.signalbox/Dockerfile': 'FROM signalbox-worker\n' },
    { '.signalbox/tool.sh': 'true\n' },
  ])
    seen.push((await read(files)).environment);
  expect(new Set(seen).size).toBe(5);
});

it('names LFS, submodules and services of a compose file', async () => {
  expect((await read({ 'art/.gitattributes': '*.png filter=lfs diff=lfs\n' })).lacks).toEqual(['lfs']);
  expect((await read({ 'compose.yaml': 'services: {}\n' })).lacks).toEqual(['lfs', 'services']);
  const { stdout: head } = await execa('git', ['--git-dir', here.repository, 'rev-parse', 'main']);
  const env = { GIT_INDEX_FILE: `${here.folder}/index` };
  const git = async (...args: string[]) =>
    (await execa('git', ['--git-dir', here.repository, ...args], { env })).stdout;
  await git('read-tree', head);
  await git('update-index', '--add', '--cacheinfo', `160000,${head},vendor/lib`);
  const tree = await git('write-tree');
  const commit = await git(
    '-c',
    'user.name=A',
    '-c',
    'user.email=a@example.invalid',
    'commit-tree',
    tree,
    '-p',
    head,
    '-m',
    'a submodule',
  );
  await git('update-ref', 'refs/heads/main', commit);
  const ready = await gitWorkspace(here.site).prepare(project);
  expect(ready.ok && ready.lacks).toEqual(['lfs', 'submodules', 'services']);
});

it('services in the policy are refused with what to do', async () => {
  await here.commit({ '.signalbox/policy.yaml': 'services: [postgres]\ntest: npm test\n' });
  expect(await gitWorkspace(here.site).prepare(project)).toEqual({
    ok: false,
    reason: expect.stringContaining('names services, which are not supported yet. Take `services` out;'),
  });
});
