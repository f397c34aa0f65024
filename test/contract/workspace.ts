import { afterEach, describe, expect, it } from 'vitest';
import { Head } from '../../src/chain/ids.ts';
import type { ProjectId, TaskId } from '../../src/chain/ids.ts';
import type { Workspace } from '../../src/chain/ports.ts';

/** What an agent did in its checkout before it ended. */
export type Deed = 'commits' | 'leaves a file' | 'commits elsewhere' | 'rewrites' | 'nothing';

export type WorkspaceWorld = {
  readonly workspace: Workspace;
  readonly project: ProjectId;
  readonly task: TaskId;
  /** A checkout named `tree` of `head` on the branch `signalbox/x`, in which an agent did these things in this order. */
  worked(tree: string, head: Head, deeds: readonly Deed[]): Promise<void>;
  /** Somebody's hand in the mirror: the task's branch is put where the base is, or the whole mirror is deleted. */
  meddle(how: 'moves the branch' | 'deletes the mirror'): Promise<void>;
  leave(): Promise<void>;
};

export function workspaceContract(name: string, enter: () => Promise<WorkspaceWorld>): void {
  describe(`workspace: ${name}`, () => {
    let world: WorkspaceWorld;
    afterEach(() => world.leave());

    const begin = async (): Promise<Head> => {
      world = await enter();
      const prepared = await world.workspace.prepare(world.project);
      if (!prepared.ok) throw new Error(prepared.reason);
      return prepared.base;
    };
    const taken = async (from: Head, ...deeds: readonly Deed[]) => {
      await world.worked('tree-1', from, deeds);
      const { project, task } = world;
      return world.workspace.take({ project, task, tree: 'tree-1', branch: 'signalbox/x', from });
    };

    it('prepares the base branch with a policy', async () => {
      world = await enter();
      expect(await world.workspace.prepare(world.project)).toMatchObject({
        ok: true,
        policy: { rework: expect.any(Number) },
      });
    });

    it('records the same head for the same arguments and another for others', async () => {
      const on = await begin();
      const { project, task } = world;
      const doc = {
        project,
        task,
        on,
        path: 'docs/plans/a-plan.md',
        text: '# Plan\n',
        subject: 'docs: plan',
        at: 1_790_000_000_123,
      };
      const head = await world.workspace.record(doc);
      expect(head).not.toBe(on);
      expect(await world.workspace.record(doc)).toBe(head);
      expect(await world.workspace.record({ ...doc, text: '# Other\n' })).not.toBe(head);
    });

    it('takes commits, and the same again when asked again', async () => {
      const from = await begin();
      const first = await taken(from, 'commits', 'commits');
      expect(first).toMatchObject({ kind: 'taken', commits: 2 });
      const { project, task } = world;
      expect(await world.workspace.take({ project, task, tree: 'tree-1', branch: 'signalbox/x', from })).toEqual(first);
    });

    it('takes nothing when nothing was done', async () => {
      expect(await taken(await begin(), 'nothing')).toEqual({ kind: 'nothing' });
    });

    it('says what no commit holds, also beside a commit', async () => {
      const from = await begin();
      const work = await taken(from, 'commits', 'leaves a file');
      expect(work).toMatchObject({ kind: 'uncommitted' });
      expect(work.kind === 'uncommitted' && work.paths.length).toBe(1);
    });

    it('says which other branch was worked on', async () => {
      expect(await taken(await begin(), 'commits elsewhere')).toEqual({ kind: 'elsewhere', branch: 'other' });
    });

    it('refuses a branch that was rewritten', async () => {
      expect(await taken(await begin(), 'rewrites')).toEqual({ kind: 'rewritten' });
    });

    it('shows what a commit changed', async () => {
      const base = await begin();
      const work = await taken(base, 'commits');
      if (work.kind !== 'taken') throw new Error(`the work was ${work.kind}`);
      const { paths } = await world.workspace.diff(world.project, base, work.head);
      expect(paths).toMatchObject([{ status: 'A', from: '000000', to: '100644' }]);
    });

    describe('verify', () => {
      const verify = (head: Head, ...paths: readonly string[]): Promise<string | null> =>
        world.workspace.verify(world.project, world.task, head, paths);
      const path = 'docs/plans/a-plan.md';
      const plan = (on: Head): Promise<Head> => {
        const { project, task } = world;
        const [text, subject, at] = ['# Plan\n', 'docs: plan', 1_790_000_000_123];
        return world.workspace.record({ project, task, on, path, text, subject, at });
      };
      const at = (head: Head): string => head.slice(0, 7);

      it('misses nothing on the base, at a document, and after the coder', async () => {
        const base = await begin();
        expect(await verify(base)).toBeNull();
        const recorded = await plan(base);
        expect(await verify(recorded, path)).toBeNull();
        const work = await taken(recorded, 'commits');
        if (work.kind !== 'taken') throw new Error(`the work was ${work.kind}`);
        expect(await verify(work.head, path)).toBeNull();
        // What a branch holds further back is there too.
        expect(await verify(recorded, path)).toBeNull();
        expect(await verify(base)).toBeNull();
      });

      it('says that a document is not at the commit', async () => {
        const base = await begin();
        const recorded = await plan(base);
        expect(await verify(recorded, path, 'docs/other.md')).toBe(
          `docs/other.md is not on the branch any more, at ${at(recorded)}.`,
        );
        expect(await verify(base, path)).toBe(`${path} is not on the branch any more, at ${at(base)}.`);
      });

      it('says that a branch was moved by hand', async () => {
        const recorded = await plan(await begin());
        await world.meddle('moves the branch');
        const { project, task } = world;
        expect(await verify(recorded, path)).toBe(
          `Commit ${at(recorded)} of task ${task} is on no branch of the mirror of ${project} any more: the branch was moved.`,
        );
      });

      it('says that a commit is not there, and that the whole mirror is not', async () => {
        const recorded = await plan(await begin());
        const gone = (head: Head): string =>
          `Commit ${at(head)} of task ${world.task} is not in the mirror of ${world.project} any more.`;
        const never = Head.parse('0123456789'.repeat(4));
        expect(await verify(never, path)).toBe(gone(never));
        await world.meddle('deletes the mirror');
        expect(await verify(recorded, path)).toBe(gone(recorded));
      });

      it('misses what a task that was removed had', async () => {
        const recorded = await plan(await begin());
        await world.workspace.remove(world.project, world.task);
        expect(await verify(recorded, path)).toContain(`Commit ${at(recorded)} of task ${world.task} is on no branch`);
      });
    });

    it('removes a task, also twice', async () => {
      const from = await begin();
      await taken(from, 'commits');
      await world.workspace.remove(world.project, world.task);
      await world.workspace.remove(world.project, world.task);
    });
  });
}
