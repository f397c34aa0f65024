import { createHash } from 'node:crypto';
import type { PathChange } from '../../src/chain/change.ts';
import { Head } from '../../src/chain/ids.ts';
import { defaultPolicy } from '../../src/chain/policy.ts';
import type { Policy } from '../../src/chain/policy.ts';
import type { Taken, Workspace } from '../../src/chain/ports.ts';

type Work = Parameters<Workspace['take']>[0];
type Doc = Parameters<Workspace['record']>[0];

/** Git in memory: heads are hashes of what led to them. Failures are its fields. */
export type FakeWorkspace = Workspace & {
  /** While set, every call throws it: the disk is full, git is missing. */
  broken: string | null;
  base: Head;
  policy: Policy;
  /** The name of what setup and tests run in. */
  environment: string;
  /** What prepare answers instead, e.g. an unreadable policy. */
  unprepared: string | null;
  /** What take finds in a checkout; by default one new commit, the same for the same work. */
  work: (work: Work) => Taken;
  /** What verify misses, whatever is there. */
  gone: string | null;
  /** Every commit that was made or prepared, with the documents at it, and what it was made on. */
  readonly commits: Map<Head, { readonly on: Head | null; readonly paths: readonly string[] }>;
  /** Where the branch of each task is. */
  readonly branches: Map<string, Head>;
  /** What every diff shows. */
  paths: readonly PathChange[];
  patch: string;
  readonly records: readonly Doc[];
  readonly takes: readonly Work[];
  readonly removed: readonly string[];
};

export const headOf = (...parts: readonly (string | number)[]): Head =>
  Head.parse(createHash('sha1').update(JSON.stringify(parts)).digest('hex'));

export function fakeWorkspace(): FakeWorkspace {
  const records: Doc[] = [];
  const takes: Work[] = [];
  const removed: string[] = [];
  const reach = (): void => {
    if (fake.broken !== null) throw new Error(fake.broken);
  };

  const bases = new Set<Head>();
  const commit = (task: string, head: Head, on: Head, paths: readonly string[]): void => {
    fake.commits.set(head, { on, paths: [...(fake.commits.get(on)?.paths ?? []), ...paths] });
    fake.branches.set(task, head);
  };
  const isOnBranch = (task: string, head: Head): boolean => {
    for (let at = fake.branches.get(task) ?? null; at !== null; at = fake.commits.get(at)?.on ?? null)
      if (at === head) return true;
    return bases.has(head);
  };

  const fake: FakeWorkspace = {
    broken: null,
    base: headOf('base'),
    policy: defaultPolicy,
    environment: 'one',
    unprepared: null,
    work: ({ task, tree, from }) => ({ kind: 'taken', head: headOf(task, tree, from), commits: 1 }),
    gone: null,
    commits: new Map(),
    branches: new Map(),
    paths: [{ path: 'src/greet.js', status: 'A', from: '000000', to: '100644' }],
    patch: '',
    records,
    takes,
    removed,

    async prepare() {
      reach();
      if (fake.unprepared !== null) return { ok: false, reason: fake.unprepared };
      fake.commits.set(fake.base, { on: null, paths: [] });
      bases.add(fake.base);
      return { ok: true, base: fake.base, policy: fake.policy, guidance: '', environment: fake.environment, lacks: [] };
    },
    async record(doc) {
      reach();
      records.push(doc);
      const head = headOf(doc.on, doc.path, doc.text, doc.subject, doc.at);
      commit(doc.task, head, doc.on, [doc.path]);
      return head;
    },
    async take(work) {
      reach();
      takes.push(work);
      const found = fake.work(work);
      if (found.kind === 'taken') commit(work.task, found.head, work.from, []);
      return found;
    },
    async diff() {
      reach();
      return { paths: fake.paths, patch: fake.patch };
    },
    async verify(project, task, head, paths) {
      reach();
      if (fake.gone !== null) return `${fake.gone} of ${task} is gone.`;
      const found = fake.commits.get(head);
      const commit = `Commit ${head.slice(0, 7)} of task ${task}`;
      if (!found) return `${commit} is not in the mirror of ${project} any more.`;
      if (!isOnBranch(task, head))
        return `${commit} is on no branch of the mirror of ${project} any more: the branch was moved.`;
      const missing = paths.find((path) => !found.paths.includes(path));
      return missing === undefined ? null : `${missing} is not on the branch any more, at ${head.slice(0, 7)}.`;
    },
    async remove(_project, task) {
      reach();
      removed.push(task);
      fake.branches.delete(task);
    },
  };
  return fake;
}
