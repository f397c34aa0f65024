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
  /** What prepare answers instead, e.g. an unreadable policy. */
  unprepared: string | null;
  /** What take finds in a checkout; by default one new commit, the same for the same work. */
  work: (work: Work) => Taken;
  /** What verify misses; null when all is there. */
  gone: string | null;
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

  const fake: FakeWorkspace = {
    broken: null,
    base: headOf('base'),
    policy: defaultPolicy,
    unprepared: null,
    work: ({ task, tree, from }) => ({ kind: 'taken', head: headOf(task, tree, from), commits: 1 }),
    gone: null,
    paths: [{ path: 'src/greet.js', status: 'A', from: '000000', to: '100644' }],
    patch: '',
    records,
    takes,
    removed,

    async prepare() {
      reach();
      if (fake.unprepared !== null) return { ok: false, reason: fake.unprepared };
      return { ok: true, base: fake.base, policy: fake.policy, guidance: '' };
    },
    async record(doc) {
      reach();
      records.push(doc);
      return headOf(doc.on, doc.path, doc.text, doc.subject, doc.at);
    },
    async take(work) {
      reach();
      takes.push(work);
      return fake.work(work);
    },
    async diff() {
      reach();
      return { paths: fake.paths, patch: fake.patch };
    },
    async verify(_project, task) {
      reach();
      return fake.gone === null ? null : `${fake.gone} of ${task} is gone.`;
    },
    async remove(_project, task) {
      reach();
      removed.push(task);
    },
  };
  return fake;
}
