import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Head } from '../../src/chain/ids.ts';
import { Policy } from '../../src/chain/policy.ts';
import { plainTail } from '../../src/runtime/commands.ts';
import { containerValidator } from '../../src/runtime/validator.ts';
import { validatorContract } from '../contract/validator.ts';
import { ground, project, task } from './ground.ts';
import type { Ground } from './ground.ts';

/** Commits onto a branch of the repository and lets the mirror have it, as if taken from a checkout. */
async function change(here: Ground, files: Readonly<Record<string, string>>): Promise<Head> {
  const head = Head.parse(await here.commit(files, 'work'));
  const { folder } = here.site.mirror(project);
  await execa('git', ['--git-dir', folder, 'fetch', '-q', here.repository, `+refs/heads/work:refs/tasks/${task}/in`]);
  return head;
}

async function base(here: Ground): Promise<Head> {
  const fetched = await here.site.mirror(project).fetch();
  if (!fetched.ok) throw new Error(fetched.reason);
  return fetched.base;
}

validatorContract('container', async () => {
  const here = await ground();
  await base(here);
  return {
    validator: containerValidator(here.site),
    project,
    task,
    test: 'sh test.sh',
    async change(outcome) {
      const head = await change(here, {
        'test.sh': outcome === 'red' ? 'exit 3\n' : 'exit 0\n',
        'greet.txt': 'good day\n',
      });
      if (outcome === 'conflict') await here.commit({ 'greet.txt': 'hi\n' });
      return { base: await base(here), head };
    },
    leave: here.leave,
  };
});

describe('validator', () => {
  let here: Ground;
  beforeEach(async () => {
    here = await ground();
  });
  afterEach(() => here.leave());

  const check = async (
    files: Readonly<Record<string, string>>,
    policy: object,
    minutes = 5,
    acceptance: readonly string[] = [],
  ) => {
    const on = await base(here);
    const head = await change(here, files);
    const limits = { memoryGiB: 0.25, cpus: 1, minutes };
    return containerValidator(here.site, limits).check({
      project,
      task,
      base: on,
      head,
      policy: Policy.parse(policy),
      acceptance,
    });
  };

  it('runs setup and test in a clean checkout at the agent’s uid, without a network, and leaves nothing', async () => {
    const test = [
      'test "$(id -u)" = 10001',
      'test "$(cat built.txt)" = built',
      'test "$(git log -1 --format=%s)" = "Would-be merge"',
      '! touch /usr/x',
      '! timeout 5 curl -s http://1.1.1.1',
      'test ! -e /session',
      'echo all well',
    ];
    const checked = await check(
      { 'test.sh': test.join('\n') },
      { setup: ['echo built > built.txt'], test: 'bash -eu test.sh' },
    );
    expect(checked).toMatchObject({ outcome: 'green', tail: expect.stringMatching(/all well$/) });
    await expect(lstat(join(here.data, 'work', task, 'tree'))).rejects.toThrow('ENOENT');
    expect((await execa('find', [join(here.data, 'work'), '-mindepth', '2'])).stdout).toBe('');
    expect(await here.site.engine.list()).toEqual([]);
  });

  it('tests the merge of both sides, not the change alone', async () => {
    await base(here);
    const head = await change(here, { 'mine.txt': 'mine\n' });
    await here.commit({ 'theirs.txt': 'theirs\n' });
    const policy = Policy.parse({ test: 'cat mine.txt theirs.txt' });
    const checked = await containerValidator(here.site).check({
      project,
      task,
      base: await base(here),
      head,
      policy,
      acceptance: [],
    });
    expect(checked).toMatchObject({ outcome: 'green', tail: 'mine\ntheirs' });
  });

  it('names the setup command that failed', async () => {
    const checked = await check({}, { setup: ['true', 'echo no such tool >&2; exit 127', 'false'], test: 'true' });
    expect(checked).toMatchObject({ outcome: 'red', what: 'echo no such tool >&2; exit 127', tail: 'no such tool' });
  });

  const test = 'echo tests ran';
  const files = { 'done.txt': 'done\n' };
  it('runs the acceptance checks after the tests', async () => {
    expect(await check(files, { test }, 5, ['test -s done.txt', 'grep done done.txt'])).toMatchObject({
      outcome: 'green',
      what: test,
      tail: 'tests ran\ndone',
    });
  });

  it('names the acceptance check that failed', async () => {
    const failed = await check(files, { setup: ['true'], test }, 5, ['test -s done.txt', 'exit 7', 'echo not me']);
    expect(failed).toMatchObject({ outcome: 'red', what: 'exit 7', tail: 'tests ran' });
  });

  it('stops tests that do not end', async () => {
    const checked = await check({}, { test: 'echo begun; sleep 600' }, 0.05);
    expect(checked).toMatchObject({
      outcome: 'red',
      what: 'echo begun; sleep 600 (stopped after 0.05 minutes)',
      tail: 'begun',
    });
    expect(await here.site.engine.list()).toEqual([]);
  });

  it('keeps tests to their memory', async () => {
    const checked = await check({}, { test: `node -e 'const a=[]; for(;;) a.push(Buffer.alloc(1e7,1))'` });
    expect(checked.outcome).toBe('red');
  });

  it('keeps the end of a long output', async () => {
    const checked = await check({}, { test: 'seq 1 100000; exit 1' });
    expect(checked.tail.split('\n')).toHaveLength(60);
    expect(checked.tail).toMatch(/^99941\n.*\n100000$/s);
  });

  it('throws when the container is ended from outside: that is no red test', async () => {
    const on = await base(here);
    const head = await change(here, {});
    const checking = containerValidator(here.site).check({
      project,
      task,
      base: on,
      head,
      policy: Policy.parse({ test: 'sleep 600' }),
      acceptance: [],
    });
    await expect
      .poll(async () => {
        const [{ name } = { name: '' }] = await here.site.engine.list();
        const top = await execa('docker', ['top', name], { reject: false });
        return top.stdout.includes('sleep 600') && (await execa('docker', ['kill', name])).exitCode;
      })
      .toBe(0);
    await expect(checking).rejects.toThrow(/was ended from outside \(137\)/);
  });
});

it('strips colours and control characters from a tail', () => {
  expect(plainTail('\u001B[31mred\u001B[0m\r\n\u001B]0;title\u0007a\u0000\tb\u202E')).toBe('red\na\tb');
});
