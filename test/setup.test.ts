import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa, execaSync } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { imageTag } from '../src/runtime/image.ts';

const fixtures = resolve('test/fixtures/setup');
const tools = 'bash cat env grep ln mktemp prlimit readlink rm setsid sha256sum sleep tail timeout touch dirname'.split(
  ' ',
);
const paths = execaSync('which', tools).stdout.split('\n');
let world: string;

/** A machine made of small programs: nothing else is on its PATH. */
beforeEach(() => {
  world = mkdtempSync(join(tmpdir(), 'sb-setup-'));
  mkdirSync(join(world, 'bin'));
  for (const path of paths) symlinkSync(path, join(world, 'bin', path.slice(path.lastIndexOf('/') + 1)));
  writeFileSync(join(world, 'images'), `${imageTag()}\n`);
  user(0);
});

afterEach(() => {
  if (existsSync(join(world, 'dockerd.pid'))) process.kill(enginePid(), 'SIGKILL');
  rmSync(world, { recursive: true });
});

function user(uid: number): void {
  rmSync(join(world, 'bin/id'), { force: true });
  writeFileSync(join(world, 'bin/id'), `#!/usr/bin/env bash\necho ${uid}\n`, { mode: 0o755 });
}

function have(...names: readonly string[]): void {
  for (const name of names) {
    const fixture = join(fixtures, name);
    symlinkSync(existsSync(fixture) ? fixture : '/bin/true', join(world, 'bin', name));
  }
}

const there = (...files: readonly string[]) => files.forEach((file) => writeFileSync(join(world, file), ''));
const noImage = () => writeFileSync(join(world, 'images'), '');
const enginePid = () => Number(readFileSync(join(world, 'dockerd.pid'), 'utf8'));

function installed(): readonly string[] {
  const file = join(world, 'installed');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
}

async function setUp(env: Record<string, string> = {}, words: readonly string[] = []) {
  const { exitCode, stdout, stderr } = await execa(resolve('deploy/setup.sh'), words, {
    env: {
      PATH: join(world, 'bin'),
      WORLD: world,
      FIXTURES: fixtures,
      SIGNALBOX_DOCKERD_LOG: join(world, 'log'),
      ...env,
    },
    extendEnv: false,
    reject: false,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'], // the last: a descriptor that someone left open
  });
  return { exitCode, said: `${stdout}${stderr}`.split('\n').filter((line) => line !== '') };
}

describe('deploy/setup.sh', () => {
  it('does nothing and says nothing where everything is there', async () => {
    have('git', 'tmux', 'docker', 'mmdebstrap', 'apt-get');
    there('engine');
    expect(await setUp()).toEqual({ exitCode: 0, said: [] });
    expect(installed()).toEqual([]);
  });

  it('brings what git is started through', async () => {
    have('git', 'tmux', 'docker', 'mmdebstrap', 'apt-get');
    there('engine');
    rmSync(join(world, 'bin/prlimit'));
    expect(await setUp()).toEqual({ exitCode: 0, said: ['signalbox setup: installing util-linux'] });
  });

  it('brings all of it to a bare machine, and leaves an engine that holds nothing of ours', async () => {
    have('apt-get');
    noImage();
    // execa ends when the last holder of our pipes does: an engine with one of them would keep us for its 30 s.
    expect(await setUp()).toEqual({
      exitCode: 0,
      said: [
        'signalbox setup: installing git tmux docker.io',
        'signalbox setup: starting the Docker engine',
        'signalbox setup: installing mmdebstrap',
      ],
    });
    expect(installed()).toEqual(['git', 'tmux', 'docker.io', 'mmdebstrap']);
    const open = `/proc/${enginePid()}/fd`;
    expect(readdirSync(open).map((fd) => [fd, readlinkSync(join(open, fd))])).toEqual([
      ['0', '/dev/null'],
      ['1', join(world, 'log')],
      ['2', join(world, 'log')],
    ]);
  });

  it('brings a browser to whom tests the page, and to nobody else', async () => {
    have('git', 'tmux', 'docker', 'mmdebstrap', 'apt-get');
    there('engine');
    expect(await setUp({}, ['--browser'])).toEqual({ exitCode: 0, said: ['signalbox setup: installing chromium'] });
    expect(installed()).toEqual(['chromium']);
    expect(await setUp({}, ['--browser'])).toEqual({ exitCode: 0, said: [] });
  });

  it('installs the engine where there is only a client', async () => {
    have('git', 'tmux', 'docker', 'apt-get');
    expect(await setUp()).toMatchObject({ exitCode: 0 });
    expect(installed()).toEqual(['docker.io']);
  });

  it.each([
    ['the worker image is there', () => undefined, []],
    ['a registry answers', () => (noImage(), there('registry')), []],
    ["the registry's base is there", () => writeFileSync(join(world, 'images'), 'node:24-bookworm\n'), []],
    ['the image has to be made without a registry', noImage, ['mmdebstrap']],
  ])('when %s, installs what making it takes', async (_when, arrange, expected) => {
    have('git', 'tmux', 'docker', 'apt-get');
    there('engine');
    arrange();
    expect(await setUp()).toMatchObject({ exitCode: 0 });
    expect(installed()).toEqual(expected);
  });

  it('says what to install to whom may not', async () => {
    have('apt-get');
    user(1000);
    const said = [
      'signalbox setup: lacking: git tmux docker.io. Run this as root on Debian, or install it yourself (Debian: apt-get install git tmux docker.io)',
    ];
    expect(await setUp()).toEqual({ exitCode: 69, said });
    expect(installed()).toEqual([]);
  });

  it('says how to start the engine to whom may not', async () => {
    have('git', 'tmux', 'docker', 'dockerd', 'apt-get');
    user(1000);
    const { exitCode, said } = await setUp();
    expect({ exitCode, said }).toEqual({
      exitCode: 69,
      said: [expect.stringMatching(/no Docker engine answers: Cannot connect to the Docker daemon\. Start it/)],
    });
  });

  it('starts no engine of its own beside the one that DOCKER_HOST names', async () => {
    have('git', 'tmux', 'docker', 'dockerd', 'apt-get');
    const { exitCode, said } = await setUp({ DOCKER_HOST: 'tcp://127.0.0.1:1' });
    expect({ exitCode, said }).toEqual({
      exitCode: 69,
      said: [expect.stringMatching(/DOCKER_HOST=tcp:\/\/127\.0\.0\.1:1 does not answer/)],
    });
  });

  it("passes on an engine's last words", async () => {
    have('git', 'tmux', 'docker', 'dockerd', 'apt-get');
    there('no-cgroups');
    expect(await setUp()).toEqual({
      exitCode: 69,
      said: [
        'signalbox setup: starting the Docker engine',
        'failed to start daemon: no cgroups',
        `signalbox setup: the Docker engine did not come up: all it said is in ${world}/log`,
      ],
    });
  });

  it("passes on apt-get's last words", async () => {
    have('apt-get');
    there('no-mirror');
    const { exitCode, said } = await setUp();
    expect(exitCode).toBe(69);
    expect(said.slice(1)).toEqual([
      'E: Could not resolve the mirror',
      'signalbox setup: apt-get could not install git tmux docker.io; its last words are above',
    ]);
  });
});
