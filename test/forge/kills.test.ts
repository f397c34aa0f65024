import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Head } from '../../src/chain/ids.ts';
import type { Forge } from '../../src/chain/ports.ts';
import { hardenedGit } from '../../src/forge/run.ts';
import type { Git } from '../../src/forge/run.ts';
import { project, repositories, task } from './repositories.ts';
import type { Repositories } from './repositories.ts';

const message = { subject: 'docs: say hello', body: 'It was missing.' };

/** A git whose caller dies once it made so many calls; `before` may do something just ahead of a call. */
function dying(after: number, before: (args: readonly string[]) => Promise<void> = async () => {}): Git {
  let made = 0;
  return async (call) => {
    if (made++ === after) throw new Error('killed');
    await before(call.args);
    return hardenedGit(call);
  };
}

/** Each test goes on in the same repository, with a change of its own for each place to die at. */
describe('killed between any two git commands, then repeated', () => {
  let world: Repositories;
  beforeAll(async () => {
    world = await repositories();
  });
  afterAll(() => world.leave());

  const wanted = (branch: string, head: Head) => ({
    project,
    task,
    branch,
    head,
    title: 'Say hello',
    body: 'It was missing.',
  });

  /** Dies after 0, 1, 2 … commands until the act gets through; each time it is done again by a controller that lives. */
  async function everywhere(act: (forge: Forge, n: number) => Promise<unknown>, check: (n: number) => Promise<void>) {
    for (let n = 0; n < 60; n++) {
      const died = await act(world.through(dying(n)), n).then(
        () => false,
        (error: unknown) => String(error).includes('killed'),
      );
      await act(world.forge, n);
      await check(n);
      if (!died) return n;
    }
    throw new Error('the act never got through');
  }

  it('opens one change', async () => {
    const head = await world.work();
    const before = await world.forge.open(wanted('signalbox/before', head));
    const deaths = await everywhere(
      (forge, n) => forge.open(wanted(`signalbox/opened-${n}`, head)),
      async (n) => {
        expect(await world.branch(`signalbox/opened-${n}`)).toBe(head);
        expect(await world.forge.open(wanted(`signalbox/opened-${n}`, head))).toMatchObject({
          number: before.number + n + 1,
        });
      },
    );
    expect(deaths).toBeGreaterThan(5);
  });

  it('comments once', async () => {
    const { number } = await world.forge.open(wanted('signalbox/comment', await world.work()));
    await everywhere(
      (forge, n) => forge.comment(project, number, `key ${n}`, `remark ${n}`),
      async (n) => expect((await world.comments(number)).filter((text) => text === `remark ${n}`)).toHaveLength(1),
    );
  });

  it('merges once', async () => {
    const changes = new Map<number, Awaited<ReturnType<Forge['open']>>>();
    const deaths = await everywhere(
      async (forge, n) => {
        const known = changes.get(n) ?? (await world.forge.open(wanted(`signalbox/merged-${n}`, await world.work())));
        changes.set(n, known);
        return forge.merge(project, known, message);
      },
      async (n) => {
        const { number, head } = changes.get(n)!;
        const own = (await world.squashes()).filter((squash) => squash.number === number);
        expect(own).toEqual([{ commit: await world.base(), number, head }]);
        expect(await world.forge.facts(project, number)).toMatchObject({ state: 'merged' });
      },
    );
    expect(deaths).toBeGreaterThan(10);
  });

  it('closes and deletes the branch', async () => {
    const head = await world.work();
    const numbers = new Map<number, number>();
    await everywhere(
      async (forge, n) => {
        const number = numbers.get(n) ?? (await world.forge.open(wanted(`signalbox/closed-${n}`, head))).number;
        numbers.set(n, number);
        return forge.close(project, number);
      },
      async (n) => {
        expect(await world.forge.facts(project, numbers.get(n)!)).toMatchObject({ state: 'closed' });
        expect(await world.branch(`signalbox/closed-${n}`)).toBeNull();
      },
    );
  });

  it('leaves a repository that git finds in order, and nothing half done in it', async () => {
    await world.git(['fsck', '--strict', '--no-dangling']);
    expect(await world.git(['for-each-ref', '--format=%(refname)', 'refs/remotes', 'refs/tags'])).toBe('');
  });
});

describe('a merge that something comes between', () => {
  let world: Repositories;
  beforeAll(async () => {
    world = await repositories();
  });
  afterAll(() => world.leave());

  let opened = 0;
  const open = async () =>
    world.forge.open({
      project,
      task,
      branch: `signalbox/${opened++}`,
      head: await world.work(),
      title: 'Say hello',
      body: '',
    });
  /** A forge beside which something happens once, just before its first ref moves. */
  const beside = (happens: () => Promise<unknown>): Forge => {
    let left = 1;
    return world.through(
      dying(Infinity, async ([command]) => {
        if (command === 'update-ref' && left-- === 1) await happens();
      }),
    );
  };

  it('refuses when the base branch moves', async () => {
    const change = await open();
    const forge = beside(() => world.moveBase());
    expect(await forge.merge(project, change, message)).toMatchObject({ why: 'base-moved' });
  });

  it('refuses when the branch moves, and leaves the base branch as it was', async () => {
    const change = await open();
    const before = await world.base();
    const forge = beside(async () => world.push(`signalbox/${opened - 1}`, await world.work(change.head)));
    expect(await forge.merge(project, change, message)).toMatchObject({ why: 'head-moved' });
    expect(await world.base()).toBe(before);
  });

  it('refuses when the change is closed', async () => {
    const change = await open();
    const forge = beside(() => world.forge.close(project, change.number));
    expect(await forge.merge(project, change, message)).toMatchObject({ why: 'closed' });
  });

  it('goes on when only a comment came', async () => {
    const change = await open();
    const forge = beside(() => world.forge.comment(project, change.number, 'a', 'severity none'));
    expect(await forge.merge(project, change, message)).toMatchObject({ kind: 'merged' });
    expect(await world.comments(change.number)).toEqual(['severity none']);
  });

  it('answers with the merge of another one that was faster', async () => {
    const change = await open();
    const forge = beside(() => world.forge.merge(project, change, message));
    expect(await forge.merge(project, change, message)).toEqual({ kind: 'merged', commit: await world.base() });
    expect((await world.squashes()).filter(({ number }) => number === change.number)).toHaveLength(1);
  });

  it('finds its squash when the machine lost the note of it', async () => {
    const change = await open();
    const ref = `refs/signalbox/changes/${change.number}`;
    const note = await world.git(['rev-parse', ref]);
    const merged = await world.forge.merge(project, change, message);
    await world.git(['update-ref', ref, note]);
    await world.moveBase();
    expect(await world.forge.facts(project, change.number)).toMatchObject({ state: 'merged' });
    await world.git(['update-ref', ref, note]);
    expect(await world.forge.merge(project, change, message)).toEqual(merged);
    await world.git(['update-ref', ref, note]);
    await world.forge.close(project, change.number);
    expect(await world.forge.facts(project, change.number)).toMatchObject({ state: 'merged' });
  });

  it('makes the very same commit again when it died before it counted', async () => {
    const change = await open();
    const commits: string[] = [];
    const watching =
      (dies: boolean): Git =>
      async (call) => {
        if (dies && call.args[0] === 'update-ref') throw new Error('killed');
        const answer = await hardenedGit(call);
        if (call.args[0] === 'hash-object' && call.input?.includes('Signalbox-Head')) commits.push(answer.out);
        return answer;
      };
    await expect(world.through(watching(true)).merge(project, change, message)).rejects.toThrow('killed');
    await world.through(watching(false)).merge(project, change, message);
    expect(commits).toEqual([commits[0], commits[0]]);
  });
});
