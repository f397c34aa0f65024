import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TaskId } from '../../src/chain/ids.ts';
import type { Head } from '../../src/chain/ids.ts';
import { roles } from '../../src/chain/roles.ts';
import type { SessionSpec } from '../../src/chain/ports.ts';
import { inTree, makeCheckout, removeCheckouts } from '../../src/runtime/checkout.ts';
import { makeReady } from '../../src/runtime/setup.ts';
import { project, task } from './ground.ts';
import { yonder } from './environment.ts';
import type { Yonder } from './environment.ts';

/** One world for all, in the order of the file: what was kept once stays. */
let at: Yonder;
beforeAll(async () => {
  at = await yonder();
});
afterAll(async () => {
  await removeCheckouts(at.here.site, other);
  await at.leave();
});

const other = TaskId.parse('tffffffffff');
const fetching = 'curl -sSf --cacert ca.pem https://example.org/$(cat package-lock.json)';
/** As package managers do it: what is there is not fetched again, and what is fetched is kept where that can be. */
const policy = {
  setup: [
    `test -s /cache/$(cat package-lock.json) || ${fetching} -o /cache/$(cat package-lock.json)`,
    'test -e /cache/seed || cp seed.txt /cache/seed',
    'cp /cache/* .',
  ],
  test: [
    'echo "has $(cat $(cat package-lock.json))"',
    'grep -q "^of the base$" /cache/seed',
    'touch /cache/left-by-tests',
    'test ! -e /cache/left-before && touch /cache/left-before',
    `! ${fetching} -m 5 2>/dev/null`,
    'test ! -e /session',
    'env | grep -q "^npm_config_offline=true$"',
  ].join(' && '),
};
const privates = async (of: TaskId): Promise<readonly string[]> =>
  (await at.names('work', of)).filter((name) => /^cache-[0-9a-f]+$/.test(name));

describe('the cache of a project', () => {
  let green: Head;

  it('is filled once, through the boundary, from the base; tests find a copy of it, without a network', async () => {
    at.pages['/one'] = 'package one';
    await at.base({
      'ca.pem': at.far.certificate,
      'seed.txt': 'of the base\n',
      'package-lock.json': 'one',
      '.signalbox/policy.yaml': 'setup: []',
    });
    green = await at.change({ 'README.md': 'changed', 'seed.txt': 'of a branch\n' });
    const first = await at.check(policy, green);
    expect(first).toMatchObject({ outcome: 'green', tail: 'has package one' });
    expect(at.asked).toEqual(['/one']);
    expect(at.progress).toEqual([
      { step: 'cache', ms: null },
      { step: 'cache', ms: expect.any(Number) },
    ]);
    expect(await at.check(policy, green)).toMatchObject({ outcome: 'green', tail: 'has package one' });
    expect(at.asked).toEqual(['/one']);
    expect(await at.names('cache', project)).toHaveLength(2);
    expect(await at.here.site.engine.list()).toEqual([]);
    expect(await at.names('boundary', 'sessions')).toEqual([]);
  });

  it('is not what a session writes in: that has a copy, which no validator reads', async () => {
    const { site } = at.here;
    await at.base({ '.signalbox/policy.yaml': `setup: ${JSON.stringify(policy.setup)}\n` });
    const head = await at.change({ 'README.md': 'changed again' });
    const checkout = { tree: 'tree', branch: 'signalbox/work', head, access: 'write' } as const;
    const folder = await makeCheckout(site, { project, task, checkout });
    const spec = { project, task, checkout, role: 'coder', settings: roles.coder.settings } as SessionSpec;
    const { failed, ...ready } = await makeReady(site, spec, folder, () => undefined);
    expect(failed).toBe(null);
    const poison = 'set -e; cat one; echo poison >/cache/one; git status --porcelain';
    const said: string[] = [];
    const ran = await inTree(
      site,
      folder,
      { ...ready, command: ['bash', '-c', poison] },
      (chunk) => void said.push(chunk.toString()),
    );
    expect([ran.code, said.join('')]).toEqual([0, 'package one']);
    expect(await makeReady(site, spec, folder, () => undefined)).toEqual({ ...ready, failed: null });
    expect(await at.check(policy, head)).toMatchObject({ outcome: 'green', tail: 'has package one' });
    expect(at.asked).toEqual(['/one']);
  });

  it('of a branch that changes a lockfile is of its task alone, and never becomes that of the base', async () => {
    at.pages['/two'] = 'two as the branch got it';
    const head = await at.change({ 'package-lock.json': 'two' });
    const before = await at.names('cache', project);
    expect(await at.check(policy, head)).toMatchObject({ outcome: 'green', tail: 'has two as the branch got it' });
    expect(await privates(task)).toHaveLength(1);
    expect(await at.names('cache', project)).toEqual(before);
    at.pages['/two'] = 'two as another got it';
    const theirs = await at.change({ 'package-lock.json': 'two' }, other);
    expect(await at.check(policy, theirs, other)).toMatchObject({ tail: 'has two as another got it' });
    at.pages['/two'] = 'two as the base got it';
    await at.base({ 'package-lock.json': 'two' });
    const later = await at.change({ 'README.md': 'later' });
    expect(await at.check(policy, later)).toMatchObject({ outcome: 'green', tail: 'has two as the base got it' });
    expect(at.asked).toEqual(['/one', '/two', '/two', '/two']);
    await removeCheckouts(at.here.site, other);
    expect(await at.names('work')).not.toContain(other);
  });

  it('of a commit is not what a later one is tested with, though its lockfiles are the same', async () => {
    at.pages['/three'] = 'package three';
    const lock = { 'package-lock.json': 'three' };
    const planting = await at.change({ ...lock, 'seed.txt': 'planted\n' });
    expect(await at.check(policy, planting)).toMatchObject({ outcome: 'red' });
    const innocent = await at.change({ ...lock, 'seed.txt': 'of the base\n' });
    expect(await at.check(policy, innocent)).toMatchObject({ outcome: 'green', tail: 'has package three' });
  });

  it('keeps nothing of a setup that failed, and says which command did and why', async () => {
    const before = await at.names('cache', project);
    const setup = ['curl -sS --cacert ca.pem https://other.example/ -o /cache/x', 'echo not me'];
    const refused = await at.check({ ...policy, setup }, green);
    expect(refused).toMatchObject({ outcome: 'red', what: setup[0], tail: expect.stringContaining('403') });
    expect(await at.names('cache', project)).toEqual(before);
    expect(await at.here.site.engine.list()).toEqual([]);
  });
});
