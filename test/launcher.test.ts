import { cp, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '..');

/** A checkout whose cli.ts says what it was given, and an npm that installs nothing and counts. */
let at: string;
let bin: string;
beforeEach(async () => {
  at = await realpath(await mkdtemp(join(tmpdir(), 'signalbox-launcher-')));
  bin = join(at, 'bin');
  await mkdir(bin);
  await mkdir(join(at, 'src'));
  await cp(join(root, 'signalbox'), join(at, 'signalbox'));
  await writeFile(join(at, 'package-lock.json'), '{"lockfileVersion": 3}\n');
  await writeFile(
    join(at, 'src/cli.ts'),
    `console.log(JSON.stringify({ words: process.argv.slice(2), lock: process.env['SIGNALBOX_LOCK_FD'] ?? null }));
if (process.argv[2] === 'up') setTimeout(() => undefined, 60_000);\n`,
  );
  await program('npm', 'echo "$@" >>"$0.calls"; mkdir -p node_modules');
});
afterEach(() => rm(at, { recursive: true, force: true }));

const program = (name: string, script: string): Promise<void> =>
  writeFile(join(bin, name), `#!/bin/bash\n${script}\n`, { mode: 0o755 });

const run = (words: readonly string[], launcher = join(at, 'signalbox')) =>
  execa(launcher, words, {
    reject: false,
    extendEnv: false,
    cwd: '/',
    // Our own node, the stand-in npm, and the system's tools; no HOME.
    env: { PATH: `${bin}:${dirname(process.execPath)}:/usr/bin:/bin` },
  });
const installs = async (): Promise<number> =>
  (await readFile(join(bin, 'npm.calls'), 'utf8').catch(() => '')).split('\n').filter(Boolean).length;

describe('the launcher', () => {
  it('hands on every word, from any folder, through a link, without a home', async () => {
    const link = join(at, 'link');
    await symlink(join(at, 'signalbox'), link);
    const { stdout, exitCode } = await run(['status', '--data', 'a b'], link);
    expect([exitCode, JSON.parse(stdout)]).toEqual([0, { words: ['status', '--data', 'a b'], lock: null }]);
  });

  it('installs when the lockfile changed, and only then', async () => {
    await run(['help']);
    await run(['help']);
    expect(await installs()).toBe(1);
    await writeFile(join(at, 'package-lock.json'), '{"lockfileVersion": 3, "name": "x"}\n');
    await run(['help']);
    expect(await installs()).toBe(2);
  });

  it('installs again after an install that was cut off, once for two at a time', async () => {
    await program('npm', 'echo "$@" >>"$0.calls"; mkdir -p node_modules; exit 1');
    const failed = await run(['help']);
    expect([failed.exitCode, failed.stderr]).toEqual([
      69,
      expect.stringContaining('npm could not install the packages'),
    ]);
    await program('npm', 'echo "$@" >>"$0.calls"; sleep 0.3; mkdir -p node_modules');
    const both = await Promise.all([run(['help']), run(['help'])]);
    expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect(await installs()).toBe(2);
  });

  it('holds the lock of the data folder as long as its controller lives, kill -9 included', async () => {
    const data = join(at, 'data');
    const first = execa(join(at, 'signalbox'), ['up', `--data=${data}`], {
      reject: false,
      extendEnv: false,
      env: { PATH: `${bin}:${dirname(process.execPath)}:/usr/bin:/bin` },
    });
    await new Promise((ready) => first.stdout.once('data', ready));
    await writeFile(join(data, 'pid'), `${first.pid}\n`);
    const second = await run(['up', '--data', data]);
    expect([second.exitCode, second.stderr]).toEqual([
      75,
      expect.stringContaining(`in use by the controller with pid ${first.pid}`),
    ]);
    first.kill('SIGKILL');
    await first;
    const third = execa(join(at, 'signalbox'), ['up', '--data', data], {
      reject: false,
      extendEnv: false,
      env: { PATH: `${bin}:${dirname(process.execPath)}:/usr/bin:/bin` },
    });
    const [line] = (await new Promise<Buffer>((ready) => third.stdout.once('data', ready))).toString().split('\n');
    expect(JSON.parse(line!)).toMatchObject({ lock: expect.stringMatching(/^\d+$/) });
    third.kill('SIGKILL');
    await third;
  });

  it('says what is needed when there is no npm', async () => {
    await rm(join(bin, 'npm'));
    const { exitCode, stderr } = await execa(join(at, 'signalbox'), ['help'], {
      reject: false,
      extendEnv: false,
      env: { PATH: await onlyNode() },
    });
    expect([exitCode, stderr]).toEqual([69, expect.stringContaining('apt-get install npm')]);
  });
});

/** A folder with node and the tools of the launcher, and no npm. */
async function onlyNode(): Promise<string> {
  await symlink(process.execPath, join(bin, 'node'));
  for (const tool of [
    'bash',
    'dirname',
    'readlink',
    'mkdir',
    'flock',
    'cmp',
    'rm',
    'cp',
    'mv',
    'uname',
    'cat',
    'env',
  ]) {
    const { stdout } = await execa('which', [tool]);
    await symlink(stdout, join(bin, tool));
  }
  return bin;
}
