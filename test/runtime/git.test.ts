import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hardenedGit } from '../../src/forge/run.ts';
import { git, gitBytes, gitOut } from '../../src/runtime/git.ts';

let repository: string;
beforeAll(async () => {
  repository = await mkdtemp(join(tmpdir(), 'signalbox-git-'));
  await execa('git', ['init', '--quiet', '--bare', repository]);
});
afterAll(() => rm(repository, { recursive: true }));

/** A command of git's own that runs a script. */
const script = (words: string): readonly string[] => ['-c', `alias.script=!${words}`, 'script'];
const FOUR_GIB = '4194304';

describe('git on the host', () => {
  it('has 4 GiB of memory, whoever starts it', async () => {
    const bound = script('ulimit -v');
    expect(await gitOut(repository, bound)).toBe(FOUR_GIB);
    expect(Buffer.from(await gitBytes(repository, bound, 100)).toString()).toBe(FOUR_GIB);
    expect((await hardenedGit({ repository, args: bound })).out.trim()).toBe(FOUR_GIB);
  });

  it('that is ended by what it asked for has failed; one that ends with the controller has not', async () => {
    const end = (signal: string) => git(repository, script(`kill -${signal} $PPID; sleep 1`));
    expect(await end('KILL')).toMatchObject({ ok: false, code: null, errors: 'git -c was ended by SIGKILL' });
    await expect(end('TERM')).rejects.toThrow('git could not be run');
    await expect(gitOut(repository, script('kill -SEGV $PPID; sleep 1'))).rejects.toThrow('was ended by SIGSEGV');
  });

  it('tells a large text as bytes, and one of usual length by its lines', async () => {
    const blob = (size: number) =>
      gitOut(repository, ['hash-object', '-w', '--stdin'], { input: 'a\n'.repeat(size / 2) });
    const [small, large] = [await blob(1024 ** 2), await blob(5 * 1024 ** 2)];
    const one = await gitOut(repository, ['hash-object', '-w', '--stdin'], { input: 'b\n' });
    const diff = async (to: string) => (await git(repository, ['diff', '--numstat', one, to])).out;
    expect(await diff(small)).toContain('524288\t1\t');
    expect(await diff(large)).toContain('-\t-\t');
  });
});
