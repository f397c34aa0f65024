import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TaskId } from '../../src/chain/ids.ts';
import type { Change } from '../../src/chain/change.ts';
import type { Head, ProjectId } from '../../src/chain/ids.ts';
import type { Forge } from '../../src/chain/ports.ts';
import { headOf } from '../fakes/workspace.ts';

export type ForgeWorld = {
  readonly forge: Forge;
  readonly project: ProjectId;
  /** A new commit in the mirror with a file of its own, on the base branch or on `on`. */
  work(on?: Head): Promise<Head>;
  base(): Promise<Head>;
  /** Somebody else commits to the base branch: a file of their own, or the one that `against` changed. */
  moveBase(against?: Head): Promise<Head>;
  branch(name: string): Promise<Head | null>;
  /** Somebody else puts a branch on this head, or deletes it. */
  push(name: string, head: Head | null): Promise<void>;
  /** Squashes on the base branch, oldest first. */
  squashes(): Promise<readonly { readonly commit: Head; readonly number: number; readonly head: Head }[]>;
  comments(number: number): Promise<readonly string[]>;
  leave(): Promise<void>;
};

const task = TaskId.parse('t0123456789');
const message = { subject: 'docs: say hello', body: 'It was missing.' };

export function forgeContract(name: string, enter: () => Promise<ForgeWorld>): void {
  describe(`forge: ${name}`, () => {
    let world: ForgeWorld;
    beforeEach(async () => {
      world = await enter();
    });
    afterEach(() => world.leave());

    const open = (head: Head, branch = 'signalbox/hello', by = task): Promise<Change> =>
      world.forge.open({ project: world.project, task: by, branch, head, title: 'Say hello', body: 'It was missing.' });
    const opened = async (): Promise<Change> => open(await world.work());
    const facts = (number: number) => world.forge.facts(world.project, number);
    const merge = (change: Change) => world.forge.merge(world.project, change, message);
    const close = (number: number) => world.forge.close(world.project, number);

    describe('open', () => {
      it('opens a change and its branch at the head', async () => {
        const head = await world.work();
        expect(await open(head)).toEqual({ number: 1, head, base: await world.base() });
        expect(await world.branch('signalbox/hello')).toBe(head);
        expect(await facts(1)).toEqual({
          state: 'open',
          head,
          base: await world.base(),
          mergeable: true,
          byHand: expect.stringContaining('git merge'),
        });
      });

      it('finds the change again, and numbers others on', async () => {
        const change = await opened();
        expect(await open(change.head)).toEqual(change);
        expect(await open(await world.work(), 'signalbox/other')).toMatchObject({ number: 2 });
        expect(await open(change.head)).toEqual(change);
      });

      it('brings an open change to a head that follows, and to one that does not', async () => {
        const { head } = await opened();
        const next = await world.work(head);
        expect(await open(next)).toMatchObject({ number: 1, head: next });
        const anew = await world.work();
        expect(await open(anew)).toMatchObject({ number: 1, head: anew });
        expect(await world.branch('signalbox/hello')).toBe(anew);
        expect(await facts(1)).toMatchObject({ state: 'open', head: anew });
      });

      it('answers with the base head of now', async () => {
        const { head } = await opened();
        const base = await world.moveBase();
        expect(await open(head)).toEqual({ number: 1, head, base });
      });

      it('leaves the branch of another task alone', async () => {
        const { head } = await opened();
        const other = TaskId.parse('t9876543210');
        await expect(open(await world.work(), 'signalbox/hello', other)).rejects.toThrow(task);
        expect(await world.branch('signalbox/hello')).toBe(head);
      });

      it("leaves alone what somebody else put on the task's branch", async () => {
        await opened();
        const theirs = await world.work();
        await world.push('signalbox/hello', theirs);
        await expect(open(await world.work())).rejects.toThrow('somebody else');
        expect(await world.branch('signalbox/hello')).toBe(theirs);
      });

      it('opens anew after a close, and knows what was merged', async () => {
        const change = await opened();
        await close(1);
        const again = await open(change.head);
        expect(again).toMatchObject({ number: 2, head: change.head });
        await merge(again);
        expect(await open(change.head)).toMatchObject({ number: 2 });
        expect(await open(await world.work())).toMatchObject({ number: 3 });
      });
    });

    describe('facts', () => {
      it('says where the branches are now', async () => {
        await opened();
        const head = await world.work();
        await world.push('signalbox/hello', head);
        const base = await world.moveBase();
        expect(await facts(1)).toEqual({
          state: 'open',
          head,
          base,
          mergeable: true,
          byHand: expect.stringContaining('git merge'),
        });
      });

      it('says that it does not merge cleanly', async () => {
        const { head } = await opened();
        await world.moveBase(head);
        expect(await facts(1)).toMatchObject({
          state: 'open',
          mergeable: false,
          byHand: expect.stringContaining('git merge'),
        });
      });

      it('calls a change closed whose branch somebody deleted', async () => {
        const { head } = await opened();
        await world.push('signalbox/hello', null);
        expect(await facts(1)).toMatchObject({ state: 'closed', head });
      });

      it('knows no change that was never opened', async () => {
        await expect(facts(7)).rejects.toThrow('no change #7');
        await expect(close(7)).rejects.toThrow('no change #7');
      });
    });

    it('comments once per key', async () => {
      await opened();
      const comment = (key: string, text: string) => world.forge.comment(world.project, 1, key, text);
      await comment('a', 'severity low, 1 finding');
      await comment('a', 'severity low, 1 finding');
      await comment('b', 'severity none');
      expect(await world.comments(1)).toEqual(['severity low, 1 finding', 'severity none']);
    });

    describe('merge', () => {
      it('makes one squash, whatever is repeated', async () => {
        const change = await opened();
        const merged = await merge(change);
        const squashes = [{ commit: await world.base(), number: 1, head: change.head }];
        expect(merged).toEqual({ kind: 'merged', commit: await world.base() });
        expect(await world.squashes()).toEqual(squashes);
        await world.moveBase();
        expect(await merge(change)).toEqual(merged);
        expect(await world.squashes()).toEqual(squashes);
        expect(await facts(1)).toMatchObject({ state: 'merged', head: change.head });
      });

      it('makes one squash for two at once', async () => {
        const change = await opened();
        const [one, other] = await Promise.all([merge(change), merge(change)]);
        expect(one).toEqual({ kind: 'merged', commit: await world.base() });
        expect(other).toEqual(one);
        expect(await world.squashes()).toHaveLength(1);
      });

      it('says that it was merged at another head', async () => {
        const change = await opened();
        const next = await open(await world.work(change.head));
        await merge(next);
        expect(await merge(change)).toEqual({ kind: 'merged-elsewhere', head: next.head });
      });

      it.each([
        ['head-moved', () => world.work().then((head) => world.push('signalbox/hello', head))],
        ['head-moved', () => world.push('signalbox/hello', null)],
        ['base-moved', () => world.moveBase()],
        ['closed', () => close(1)],
      ] as const)('refuses: %s', async (why, happens) => {
        const change = await opened();
        await happens();
        const before = await world.base();
        expect(await merge(change)).toMatchObject({ kind: 'refused', why, text: expect.stringMatching(/\w.*\.$/) });
        expect(await world.base()).toBe(before);
      });

      it('refuses what conflicts, also when the base head is the named one', async () => {
        const change = await opened();
        const base = await world.moveBase(change.head);
        expect(await merge({ ...change, base })).toMatchObject({ kind: 'refused', why: 'conflict' });
        expect(await world.squashes()).toEqual([]);
      });

      it('merges onto a base that moved once that one is named', async () => {
        const change = await opened();
        const base = await world.moveBase();
        expect(await merge(change)).toMatchObject({ why: 'base-moved' });
        expect(await merge({ ...change, base })).toMatchObject({ kind: 'merged' });
      });

      it('refuses heads that it never had', async () => {
        const change = await opened();
        expect(await merge({ ...change, head: headOf('unknown') })).toMatchObject({ why: 'head-moved' });
        expect(await merge({ ...change, base: headOf('unknown') })).toMatchObject({ why: 'base-moved' });
      });
    });

    describe('close', () => {
      it('deletes the branch of what is merged, also twice', async () => {
        const change = await opened();
        await merge(change);
        expect(await world.branch('signalbox/hello')).toBe(change.head);
        await close(1);
        await close(1);
        expect(await world.branch('signalbox/hello')).toBeNull();
        expect(await facts(1)).toMatchObject({ state: 'merged', head: change.head });
      });

      it('closes what is open and then deletes its branch, also twice', async () => {
        const { head } = await opened();
        await close(1);
        await close(1);
        expect(await world.branch('signalbox/hello')).toBeNull();
        expect(await facts(1)).toMatchObject({
          state: 'closed',
          head,
          mergeable: null,
          byHand: expect.stringContaining('git merge'),
        });
      });

      it('leaves a branch that has more than the change', async () => {
        const change = await opened();
        await merge(change);
        const more = await world.work(change.head);
        await world.push('signalbox/hello', more);
        await close(1);
        expect(await world.branch('signalbox/hello')).toBe(more);
      });

      it('leaves the branch of a later change', async () => {
        const { head } = await opened();
        await close(1);
        await open(head);
        await close(1);
        expect(await world.branch('signalbox/hello')).toBe(head);
        expect(await facts(2)).toMatchObject({ state: 'open' });
      });
    });
  });
}
