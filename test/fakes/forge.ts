import type { Head, ProjectId, TaskId } from '../../src/chain/ids.ts';
import type { Change } from '../../src/chain/change.ts';
import type { Forge, Merge } from '../../src/chain/ports.ts';
import { headOf } from './workspace.ts';

type Act = keyof Forge;

export type FakeChange = {
  readonly task: TaskId;
  readonly branch: string;
  head: Head;
  title: string;
  body: string;
  state: 'open' | 'draft' | 'merged' | 'closed';
  merged: { readonly head: Head; readonly commit: Head } | null;
  readonly comments: { readonly key: string; readonly text: string }[];
};

export type FakeMerge = {
  readonly project: ProjectId;
  readonly number: number;
  readonly head: Head;
  readonly base: Head;
  readonly commit: Head;
  readonly subject: string;
};

/** A forge in memory that knows heads and no content. Its failures are its fields. */
export type FakeForge = Forge & {
  /** Head of the base branch by project; a project that is missing here is at fakeWorkspace's. */
  readonly bases: Map<ProjectId, Head>;
  /** Heads of branches by `project branch`. */
  readonly branches: Map<string, Head>;
  /** Changes by `project number`. */
  readonly changes: Map<string, FakeChange>;
  /** Squash commits that it made, in order. More than one of a change is a defect of the caller or the fake. */
  readonly merges: FakeMerge[];
  /** Every call, also those that failed, e.g. `merge 1`. */
  readonly calls: string[];
  readonly fails: {
    /** So many next calls of an act throw before it is done. */
    readonly outOfReach: Partial<Record<Act, number>>;
    /** So many next calls of an act throw after it was done. */
    readonly lostAnswer: Partial<Record<Act, number>>;
    /** The branch moves to this head just before the next merge. */
    headMoves: Head | null;
    /** The base branch moves to this head just before the next merge. */
    baseMoves: Head | null;
    /** Heads that do not merge cleanly. */
    readonly conflicts: Set<Head>;
    /** While true the forge does not know whether a change merges cleanly. */
    mergeableUnknown: boolean;
  };
  base(project: ProjectId): Head;
};

export function fakeForge(): FakeForge {
  const bases: FakeForge['bases'] = new Map();
  const branches: FakeForge['branches'] = new Map();
  const changes: FakeForge['changes'] = new Map();
  const merges: FakeMerge[] = [];
  const calls: string[] = [];
  const fails: FakeForge['fails'] = {
    outOfReach: {},
    lostAnswer: {},
    headMoves: null,
    baseMoves: null,
    conflicts: new Set(),
    mergeableUnknown: false,
  };

  const base = (project: ProjectId): Head => bases.get(project) ?? headOf('base');

  function find(project: ProjectId, number: number): FakeChange {
    const change = changes.get(`${project} ${number}`);
    if (change === undefined) throw new Error(`There is no change #${number} in ${project}.`);
    return change;
  }

  function ofBranch(project: ProjectId, branch: string): [string, FakeChange] | undefined {
    return [...changes].findLast(([key, change]) => key.startsWith(`${project} `) && change.branch === branch);
  }

  function open(wanted: Parameters<Forge['open']>[0]): Change {
    const { project, task, branch, head, title, body } = wanted;
    const [key, last] = ofBranch(project, branch) ?? [];
    if (last && last.task !== task) throw new Error(`The branch ${branch} belongs to the task ${last.task}.`);
    const known = { number: Number(key?.split(' ')[1]), head, base: base(project) };
    if (last?.state === 'merged' && last.head === head) return known;
    const now = branches.get(`${project} ${branch}`) ?? head;
    if (now !== head && now !== last?.head) throw new Error(`The branch ${branch} was moved by somebody else.`);
    branches.set(`${project} ${branch}`, head);
    if (last?.state === 'open') {
      Object.assign(last, { head, title, body });
      return known;
    }
    const number = [...changes.keys()].filter((key) => key.startsWith(`${project} `)).length + 1;
    changes.set(`${project} ${number}`, { task, branch, head, title, body, state: 'open', merged: null, comments: [] });
    return { number, head, base: base(project) };
  }

  function merge(project: ProjectId, wanted: Change, subject: string): Merge {
    const change = find(project, wanted.number);
    const branch = `${project} ${change.branch}`;
    if (fails.headMoves !== null) branches.set(branch, fails.headMoves);
    if (fails.baseMoves !== null) bases.set(project, fails.baseMoves);
    fails.headMoves = fails.baseMoves = null;
    const refused = (why: Extract<Merge, { kind: 'refused' }>['why'], text: string): Merge => ({
      kind: 'refused',
      why,
      text,
    });
    if (change.merged !== null) {
      const { head, commit } = change.merged;
      return head === wanted.head ? { kind: 'merged', commit } : { kind: 'merged-elsewhere', head };
    }
    if (change.state !== 'open') return refused('closed', `The change #${wanted.number} is ${change.state}.`);
    if (branches.get(branch) !== wanted.head) return refused('head-moved', 'The branch moved.');
    if (base(project) !== wanted.base) return refused('base-moved', 'The base branch moved.');
    if (fails.conflicts.has(wanted.head)) return refused('conflict', 'It does not merge cleanly.');
    const commit = headOf('squash', wanted.head, wanted.base);
    merges.push({ project, number: wanted.number, head: wanted.head, base: wanted.base, commit, subject });
    bases.set(project, commit);
    change.state = 'merged';
    change.merged = { head: wanted.head, commit };
    return { kind: 'merged', commit };
  }

  function close(project: ProjectId, number: number): void {
    const change = find(project, number);
    if (change.state !== 'merged') change.state = 'closed';
    const later = ofBranch(project, change.branch)?.[1] !== change;
    const branch = `${project} ${change.branch}`;
    if (!later && branches.get(branch) === (change.merged?.head ?? change.head)) branches.delete(branch);
  }

  /** Whether this call of the act is one of those that fail so; counts it. */
  function strikes(left: Partial<Record<Act, number>>, act: Act): boolean {
    const times = left[act] ?? 0;
    if (times > 0) left[act] = times - 1;
    return times > 0;
  }

  async function reach<T>(act: Act, about: string | number, doIt: () => T): Promise<T> {
    calls.push(`${act} ${about}`);
    await Promise.resolve();
    if (strikes(fails.outOfReach, act)) throw new Error('The forge is out of reach.');
    const answer = doIt();
    if (strikes(fails.lostAnswer, act)) throw new Error('The forge did not answer.');
    return answer;
  }

  return {
    bases,
    branches,
    changes,
    merges,
    calls,
    fails,
    base,
    open: (wanted) => reach('open', wanted.branch, () => open(wanted)),
    facts: (project, number) =>
      reach('facts', number, () => {
        const { state, branch, head } = find(project, number);
        const now = branches.get(`${project} ${branch}`);
        const gone = state === 'open' && now === undefined;
        const mergeable = state !== 'open' || gone || fails.mergeableUnknown ? null : !fails.conflicts.has(now ?? head);
        return {
          state: gone ? 'closed' : state,
          head: now ?? head,
          base: base(project),
          mergeable,
          byHand: `git merge ${now ?? head}`,
        };
      }),
    comment: (project, number, key, text) =>
      reach('comment', number, () => {
        const { comments } = find(project, number);
        if (!comments.some((comment) => comment.key === key)) comments.push({ key, text });
      }),
    merge: (project, change, message) => reach('merge', change.number, () => merge(project, change, message.subject)),
    close: (project, number) => reach('close', number, () => close(project, number)),
  };
}
