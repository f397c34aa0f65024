import type { Notice } from '../../src/chain/notice.ts';
import { Policy } from '../../src/chain/policy.ts';
import type {
  Accounts,
  Chat,
  Clock,
  Forge,
  SessionEnd,
  Sessions,
  Store,
  Validator,
  Workspace,
} from '../../src/chain/ports.ts';
import { roles } from '../../src/chain/roles.ts';
import { call } from './life.ts';
import type { Life } from './life.ts';
import { commit } from './world.ts';
import type { World } from './world.ts';

/** The ports of one life over the world. Each does what its contract says, in memory; what fails is in the world. */

export const policy = Policy.parse({ test: 'npm test', approvePlan: 'never' });

export function simStore(life: Life): Store {
  const { streams, snapshots } = life.world;
  const of = (name: string): string[] => streams[name] ?? [];
  return {
    append: (name, seq, entries) =>
      call(life, 'append', () => {
        if (life.world.disk === 'full') throw new Error('The disk is full (ENOSPC) and nothing was recorded.');
        if (of(name).length !== seq) return 'stale';
        streams[name] = [...of(name), ...entries.map((entry) => JSON.stringify(entry))];
        return 'appended';
      }),
    read: async (name) => ({ ok: true, entries: of(name).map((entry) => JSON.parse(entry)) }),
    streams: async () => Object.keys(streams),
    snapshot: async (name) => {
      const kept = snapshots[name];
      return kept === undefined ? null : JSON.parse(kept);
    },
    keep: (name, seq, state) =>
      call(life, 'keep', () => {
        snapshots[name] = JSON.stringify({ seq, state });
      }),
  };
}

export function simChat(life: Life, cards: Record<string, string>): Chat {
  const { world } = life;
  return {
    open: (key, place) => call(life, 'open', () => (world.threads[key] ??= { ...place, thread: key })),
    tell: (key, _thread, notice) =>
      call(life, 'tell', () => {
        if (world.told.some((told) => told.key === key)) return;
        world.told.push({ key, kind: notice.kind, loud: isLoud(notice), head: 'head' in notice ? notice.head : null });
      }),
    card: (thread, task) =>
      call(life, 'card', () => {
        cards[thread.thread] = task.phase.at;
      }),
    show: () => undefined,
  };
}

const isLoud = (notice: Notice): boolean =>
  notice.kind === 'held' ? notice.loud : ['held-for-review', 'merged', 'failed'].includes(notice.kind);

/** Who waits for the end of which session in this life. */
export type Waiters = Map<string, (end: SessionEnd) => void>;

export function simSessions(life: Life, waiters: Waiters): Sessions {
  const { sessions } = life.world;
  const latest = (session: string) => {
    const legs = Object.keys(sessions).filter((name) => name.startsWith(`${session}#`));
    return sessions[`${session}#${legs.length}`];
  };
  return {
    async run(spec) {
      const name = `${spec.session}#${spec.leg}`;
      const end = await call(life, 'run', () => {
        const before = sessions[`${spec.session}#${spec.leg - 1}`];
        if (spec.leg > 1 && !before?.end) throw new Error(`${name} begins before the leg before it ended`);
        const { account } = roles[spec.role].settings;
        sessions[name] ??= {
          task: spec.task,
          role: spec.role,
          leg: spec.leg,
          account,
          requests: 0,
          heard: [],
          end: null,
        };
        return sessions[name].end;
      });
      return end ?? new Promise((resolve) => waiters.set(name, resolve));
    },
    send: (session, { uuid }) =>
      call(life, 'send', () => {
        const at = latest(session);
        if (!at || at.end) return 'late';
        if (!at.heard.includes(uuid)) at.heard.push(uuid);
        return 'taken';
      }),
    stop: (session) =>
      call(life, 'stop', () => {
        const at = latest(session);
        if (at) at.end ??= { kind: 'stopped' };
      }),
    sweep: (keep) =>
      call(life, 'sweep', () => {
        for (const [name, at] of Object.entries(sessions))
          if (!keep.some((session) => name.startsWith(`${session}#`))) at.end ??= { kind: 'stopped' };
      }),
  };
}

export function simWorkspace(life: Life): Workspace {
  const { world } = life;
  const base = (project: string) => world.bases[project] ?? commit(project);
  return {
    prepare: (project) => call(life, 'prepare', () => ({ ok: true, base: base(project), policy, guidance: '' })),
    record: (doc) => call(life, 'record', () => commit(doc.on, doc.path, doc.text, doc.subject, doc.at)),
    take: (work) =>
      call(life, 'take', () => ({ kind: 'taken', head: commit(work.task, work.tree, work.from), commits: 1 })),
    diff: async () => ({ paths: [{ path: 'src/a.ts', status: 'M', from: '100644', to: '100644' }], patch: '' }),
    verify: async () => null,
    remove: (_project, task) =>
      call(life, 'remove', () => {
        if (!world.done.includes(`removed ${task}`)) world.done.push(`removed ${task}`);
      }),
  };
}

/** `outcome` is a rule of the scenario: it sees the world, and answers the same for the same work. */
export function simValidator(
  life: Life,
  outcome: (world: World, head: string, base: string) => 'green' | 'red',
): Validator {
  return {
    check: ({ head, base }) =>
      call(life, 'check', () => {
        const check = { head, base, outcome: outcome(life.world, head, base), what: 'npm test', tail: '' };
        if (!life.world.checks.some((known) => known.head === head && known.base === base))
          life.world.checks.push(check);
        return check;
      }),
  };
}

export function simForge(life: Life): Forge {
  const { world } = life;
  const at = (number: number) => {
    const change = world.changes[number - 1];
    if (!change) throw new Error(`there is no change #${number}`);
    return change;
  };
  const base = (project: string) => world.bases[project] ?? commit(project);
  return {
    open: ({ project, branch, head }) =>
      call(life, 'forge open', () => {
        let number = world.changes.findIndex((change) => change.branch === branch) + 1;
        if (number === 0) number = world.changes.push({ branch, head, state: 'open', comments: [] });
        const change = at(number);
        if (change.state === 'open') change.head = head;
        return { number, head, base: base(project) };
      }),
    facts: (project, number) =>
      call(life, 'facts', () => {
        const { state, head } = at(number);
        return { state, head, base: base(project), mergeable: true, byHand: 'git merge' };
      }),
    comment: (_project, number, key) =>
      call(life, 'comment', () => {
        const { comments } = at(number);
        if (!comments.includes(key)) comments.push(key);
      }),
    merge: (project, { number, head, base: onto }) =>
      call(life, 'merge', () => {
        const change = at(number);
        const ours = world.merges.find((merge) => merge.number === number);
        if (ours?.head === head) return { kind: 'merged', commit: ours.commit };
        if (change.state === 'closed') return { kind: 'refused', why: 'closed', text: 'It is closed.' };
        if (change.head !== head) return { kind: 'refused', why: 'head-moved', text: 'The branch moved.' };
        if (base(project) !== onto) return { kind: 'refused', why: 'base-moved', text: 'The base branch moved.' };
        const merged = commit('merge', head, onto);
        world.merges.push({ number, head, base: onto, commit: merged });
        world.bases[project] = merged;
        change.state = 'merged';
        return { kind: 'merged', commit: merged };
      }),
    close: (_project, number) =>
      call(life, 'close', () => {
        const name = `closed ${at(number).branch}`;
        if (!world.done.includes(name)) world.done.push(name);
      }),
  };
}

export function simAccounts(life: Life): Accounts {
  const { world } = life;
  return {
    seen: async (n) => world.record.slice(n),
    open: (account, key) =>
      call(life, 'ask', () => {
        if (world.asked.includes(key)) return;
        world.asked.push(key);
        open(world, account, 'asked');
      }),
  };
}

/** The boundary lets requests of an account out again, if it did not, and writes that down. */
export function open(world: World, account: string, why: 'reset' | 'asked'): void {
  if (!(account in world.shut)) return;
  delete world.shut[account];
  world.record.push({ n: world.record.length + 1, t: world.now, account, is: 'opened', why });
}

/** A clock whose time the driver moves. */
export type Sleeper = { readonly until: number; readonly wake: () => void; readonly idle: boolean };

export function simClock(life: Life, sleepers: Set<Sleeper>): Clock {
  return {
    now: () => life.world.now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const sleeper: Sleeper = {
          until: life.world.now + ms,
          // What looks again and again is no reason to let time pass.
          idle: ms === 300 || ms === 30_000,
          wake() {
            sleepers.delete(sleeper);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener('abort', () => sleeper.wake(), { once: true });
      }),
  };
}
