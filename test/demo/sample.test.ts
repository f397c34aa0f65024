import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { parse } from 'yaml';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Policy } from '../../src/chain/policy.ts';
import { makeSample } from '../../src/demo/sample.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'signalbox-sample-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** Nothing of this machine's settings, an empty npm cache, and a registry that nothing answers for. */
const env = (): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  HOME: join(dir, 'home'),
  npm_config_registry: 'http://127.0.0.1:9/',
  npm_config_update_notifier: 'false',
  GIT_CONFIG_GLOBAL: '/dev/null',
});

async function checkout(repository: string): Promise<string> {
  const tree = join(dir, 'tree');
  await execa('git', ['clone', '--quiet', repository, tree], { env: env(), extendEnv: false });
  return tree;
}

describe('the sample repository', () => {
  it('is bare, sound, on main, and the same each time that it is made', async () => {
    const one = await makeSample(join(dir, 'one'));
    const two = await makeSample(join(dir, 'two'));
    expect(one).toEqual({ repository: join(dir, 'one', 'postbox.git'), base: 'main', head: two.head });
    expect(one.head).toMatch(/^[0-9a-f]{40}$/);
    expect(await readdir(join(dir, 'one'))).toEqual(['postbox.git']);
    const git = (...args: string[]): Promise<{ stdout: string }> =>
      execa('git', ['--git-dir', one.repository, ...args]);
    expect((await git('rev-parse', '--is-bare-repository', '--abbrev-ref', 'HEAD')).stdout).toBe('true\nmain');
    expect((await git('for-each-ref', '--format=%(refname)')).stdout).toBe('refs/heads/main');
    await git('fsck', '--strict', '--no-dangling');
  });

  it('packs its dependency without compression, whose bytes differ between versions of zlib', async () => {
    const { repository } = await makeSample(dir);
    const args = ['--git-dir', repository, 'show', 'main:vendor/postbox-plural-1.0.0.tgz'];
    expect((await execa('git', args)).stdout).toContain('export const plural =');
  });

  it('keeps what was merged into it when it is asked for again', async () => {
    const { repository, head } = await makeSample(dir);
    const tree = await checkout(repository);
    const as = ['-c', 'user.name=Ana', '-c', 'user.email=ana@example.invalid'];
    await execa('git', [...as, 'commit', '--quiet', '--allow-empty', '-m', 'docs: more'], { cwd: tree });
    await execa('git', ['push', '--quiet', 'origin', 'main'], { cwd: tree });
    const again = await makeSample(dir);
    expect(again.head).not.toBe(head);
    expect(again.head).toBe((await execa('git', ['rev-parse', 'HEAD'], { cwd: tree })).stdout);
  });

  it('is made the same from within a hook of another repository', async () => {
    const { head } = await makeSample(join(dir, 'one'));
    process.env['GIT_DIR'] = join(dir, 'nowhere');
    try {
      expect((await makeSample(join(dir, 'two'))).head).toBe(head);
    } finally {
      delete process.env['GIT_DIR'];
    }
  });

  it('installs without a network, and is green before and after the typo is put right', async () => {
    const { repository } = await makeSample(dir);
    const cwd = await checkout(repository);
    const options = { cwd, env: env(), extendEnv: false } as const;
    await execa('npm', ['ci', '--offline', '--ignore-scripts'], options);
    expect((await execa('npm', ['test'], options)).stdout).toMatch(/tests 5\b[\s\S]*fail 0\b/);
    const readme = await readFile(join(cwd, 'README.md'), 'utf8');
    expect(readme.match(/recieve/g)).toHaveLength(2);
    await writeFile(join(cwd, 'README.md'), readme.replaceAll('recieve', 'receive'));
    expect((await execa('npm', ['test'], options)).stdout).toMatch(/tests 5\b[\s\S]*fail 0\b/);
    expect((await execa('git', ['status', '--short'], options)).stdout).toBe(' M README.md');
  });

  it('has tests that can fail', async () => {
    const cwd = await checkout((await makeSample(dir)).repository);
    const options = { cwd, env: env(), extendEnv: false, reject: false } as const;
    await execa('npm', ['ci', '--offline', '--ignore-scripts'], options);
    const source = join(cwd, 'src', 'announce.js');
    await writeFile(source, (await readFile(source, 'utf8')).replace('You have', 'You had'));
    const { exitCode, stdout } = await execa('npm', ['test'], options);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/fail 3\b/);
  });

  it('brings a policy that Signalbox reads', async () => {
    const cwd = await checkout((await makeSample(dir)).repository);
    const policy = Policy.parse(parse(await readFile(join(cwd, '.signalbox', 'policy.yaml'), 'utf8')));
    expect(policy).toMatchObject({ setup: ['npm ci --offline'], test: 'npm test' });
  });
});
