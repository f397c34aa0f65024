import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { execa } from 'execa';
import { bare } from '../../src/chain/covered.ts';
import { ProjectId, TaskId } from '../../src/chain/ids.ts';
import { removeCheckouts } from '../../src/runtime/checkout.ts';
import { dockerEngine } from '../../src/runtime/docker.ts';
import { imageTag } from '../../src/runtime/image.ts';
import type { Installation } from '../../src/runtime/installation.ts';
import { mirrorsOf } from '../../src/runtime/mirror.ts';
import { roomy } from '../fakes/room.ts';
import { fakeFiles } from '../fakes/files.ts';

export const socket = '/var/run/docker.sock';
export const project = ProjectId.parse('site');
export const task = TaskId.parse('t0123456789');

/** A data folder, an installation of its own on the real engine, and a repository with one commit on `main`. */
export type Ground = {
  readonly folder: string;
  readonly data: string;
  readonly repository: string;
  readonly site: Installation;
  /** Puts files on a branch of the repository as one commit and answers its id; null deletes a file. */
  commit(files: Readonly<Record<string, string | null>>, branch?: string): Promise<string>;
  /** Removes every container of this installation, the trees that agents wrote, and the folder. */
  leave(): Promise<void>;
};

/** `hosts`: where coders and setup may go, through a boundary that the test serves on `<data>/boundary`. */
export async function ground(hosts: readonly string[] = []): Promise<Ground> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-test-'));
  const [data, repository, seed] = [join(folder, 'data'), join(folder, 'repository.git'), join(folder, 'seed')];
  const box = randomBytes(4).toString('hex');
  const engine = dockerEngine({ socket, box });
  const egress = await mkdtemp('/tmp/sb-');
  const site: Installation = {
    engine,
    image: imageTag(),
    data,
    mirror: mirrorsOf(data, [{ id: project, repository, base: 'main' }]),
    room: roomy,
    egress,
    hosts: () => hosts,
    extras: [],
    known: bare,
    files: fakeFiles(),
    root: resolve(import.meta.dirname, '../..'),
  };
  await execa('git', ['init', '-q', '--bare', '-b', 'main', repository]);
  await execa('git', ['init', '-q', '-b', 'main', seed]);
  const env = author;
  let empty = true;
  const commit: Ground['commit'] = async (files, branch = 'main') => {
    const inSeed = (...args: string[]) => execa('git', ['-C', seed, ...args], { env });
    // A branch begins where main is; main goes on where it was.
    if (!empty) await inSeed('checkout', '-q', ...(branch === 'main' ? ['main'] : ['-B', branch, 'main']));
    empty = false;
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(seed, path)), { recursive: true });
      await (text === null ? rm(join(seed, path)) : writeFile(join(seed, path), text));
    }
    await inSeed('add', '-A');
    await inSeed('commit', '-q', '--allow-empty', '-m', `change ${Object.keys(files).join(' ')}`);
    await inSeed('push', '-q', repository, `HEAD:refs/heads/${branch}`);
    return (await inSeed('rev-parse', 'HEAD')).stdout;
  };
  await commit({ 'README.md': '# Site\n', 'greet.txt': 'hello\n' });
  return {
    folder,
    data,
    repository,
    site,
    commit,
    async leave() {
      for (const { name } of await engine.list()) await engine.remove(name);
      await removeCheckouts(site, task);
      for (const path of [folder, egress]) await removeAll(path);
    },
  };
}

/** Removes a folder in which agents wrote, too: only root may delete what their uid left, and a container has one. */
async function removeAll(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true });
  } catch {
    const inside = ['run', '--rm', '--network', 'none', '-v', `${folder}:/gone`, imageTag()];
    await execa('docker', [...inside, 'find', '/gone', '-mindepth', '1', '-delete']);
    await rm(folder, { recursive: true, force: true });
  }
}

const author = {
  GIT_AUTHOR_NAME: 'Ana',
  GIT_AUTHOR_EMAIL: 'ana@example.invalid',
  GIT_COMMITTER_NAME: 'Ana',
  GIT_COMMITTER_EMAIL: 'ana@example.invalid',
  GIT_CONFIG_GLOBAL: '/dev/null',
};
