import type { Machine } from '../../src/chain/machine.ts';
import { dayOf, widest } from '../../src/chain/budget.ts';
import type { Spending } from '../../src/chain/budget.ts';
import type { Notice } from '../../src/chain/notice.ts';
import { Policy } from '../../src/chain/policy.ts';
import type { Accounts, Chat, Forge, SessionEnd, Sessions, Validator, Workspace } from '../../src/chain/ports.ts';
import type { Refusals } from '../../src/chain/refused.ts';
import { Role, roles } from '../../src/chain/roles.ts';
import { call } from './life.ts';
import type { Life } from './life.ts';
import { commit } from './world.ts';
import type { SimChange, World } from './world.ts';

/** The ports of one life over its world. Each does what its contract says, in memory. */

const LOUD: readonly Notice['kind'][] = ['held-for-review', 'merged', 'failed'];

export function simChat(life: Life): Chat {
  const { world } = life;
  return {
    open: (key, place) => call(life, 'open', () => (world.threads[key] ??= { ...place, thread: key })),
    tell: (key, _thread, notice) =>
      call(life, 'tell', () => {
        world.told[key] ??= {
          key,
          task: key.split(':')[0] ?? '',
          kind: notice.kind === 'question' && notice.again === null ? 'asked' : notice.kind,
          loud: notice.kind === 'held' || notice.kind === 'question' ? notice.loud : LOUD.includes(notice.kind),
          head: 'head' in notice ? notice.head : null,
        };
      }),
    // A card is edited again whenever the task moves: nothing hangs on one.
    card: async () => undefined,
    announce: (key, _place, { project, check }) =>
      call(life, 'announce', () => void (world.news[key] ??= { key, project, outcome: check?.outcome ?? null })),
    show: () => undefined,
  };
}

/** Who waits for the end of which session in this life, and hears what it asks. */
export type Waiters = Map<string, { end(end: SessionEnd): void; ask(): void }>;

const options = ['Postgres', 'SQLite'].map((label) => ({ label, description: '' }));
const DATABASE = { question: 'Which database?', header: '', options, multi: false };

export function simSessions(life: Life, waiters: Waiters): Sessions {
  const { sessions, grants } = life.world;
  /** By this life's controller, also before it wrote the grant. */
  const allowed = new Map<string, (typeof grants)[string]>();
  const legsOf = (session: string) => Object.keys(sessions).filter((name) => name.startsWith(`${session}#`));
  const end = (name: string): void => {
    const at = sessions[name];
    if (at && !at.end) sessions[name] = { ...at, end: { kind: 'stopped' } };
  };
  /** Between two legs, and before the first, it is the next one that does not begin. */
  const stopped = (session: string, leg: number): void => {
    const [task = '', role] = session.split('-');
    const at = Role.parse(role);
    const begun = sessions[`${session}#${leg}`] ?? {
      task,
      role: at,
      leg,
      account: roles[at].settings.account,
      requests: 0,
      heard: [],
      asked: false,
      answers: [],
      end: null,
    };
    sessions[`${session}#${leg}`] = { ...begun, end: { kind: 'stopped' } };
  };
  return {
    async run({ session, leg, task, role, settings, prompt, budget }, on) {
      const name = `${session}#${leg}`;
      const known = await call(life, 'run', () => {
        if (leg > 1 && !sessions[`${session}#${leg - 1}`]?.end)
          throw new Error(`${name} begins before the leg before it has ended`);
        const { account } = settings;
        const answers = prompt.includes('Answer to your question') ? [prompt] : [];
        if (!(name in sessions)) begins(life.world, `session ${name}`);
        sessions[name] ??= { task, role, leg, account, requests: 0, heard: [], asked: false, answers, end: null };
        if (!sessions[name].end)
          grants[session] = allowed.has(session) ? widest(allowed.get(session) ?? null, budget) : budget;
        return sessions[name].end;
      });
      const ask = (): void => on({ kind: 'asked', n: leg, about: 'question', parts: [DATABASE] });
      // Whoever reads the record, reads it from its first line on.
      for (let n = 1; n <= leg; n += 1)
        if (sessions[`${session}#${n}`]?.asked) on({ kind: 'asked', n, about: 'question', parts: [DATABASE] });
      return known ?? new Promise((resolve) => waiters.set(name, { end: resolve, ask }));
    },
    hasBegun: (session, leg) => call(life, 'has begun', () => `${session}#${leg}` in sessions),
    transcript: async (session) => `# Session ${session}`,
    send: (session, letter) =>
      call(life, 'send', () => {
        const name = `${session}#${legsOf(session).length}`;
        const at = sessions[name];
        if (!at || at.end) return 'late';
        if (at.heard.includes(letter.uuid)) return 'taken';
        const answers = letter.kind === 'answer' ? [...at.answers, letter.text] : at.answers;
        sessions[name] = { ...at, heard: [...at.heard, letter.uuid], answers };
        return 'taken';
      }),
    allow: (session, budget) =>
      call(life, 'allow', () => {
        allowed.set(session, budget);
        if (session in grants) grants[session] = budget;
      }),
    async stop(session, only) {
      // Its end is decided and its way out closed here, whether or not the engine answers.
      await call(life, 'decide', () => {
        const leg = Math.max(1, legsOf(session).length);
        const isOver = Boolean(sessions[`${session}#${leg}`]?.end);
        if (only !== undefined) return only === leg && !isOver ? stopped(session, leg) : undefined;
        stopped(session, isOver ? leg + 1 : leg);
      });
      await call(life, 'stop', () => undefined);
    },
    admit: (project) => call(life, 'admit', () => void (life.world.admitted[project] = hostsOf(life.world, project))),
    sweep: (keep) =>
      call(life, 'sweep', () => {
        const kept = keep.flatMap(legsOf);
        for (const name of Object.keys(sessions)) if (!kept.includes(name)) end(name);
      }),
  };
}

export function simMachine(life: Life): Machine {
  const { world } = life;
  return {
    asked: async () => Object.values(world.here),
    done: (id) => call(life, 'done here', () => void delete world.here[id]),
  };
}

/** As the box's journal has it. */
export function isLocked({ streams }: World): boolean {
  const said = (streams['box-this']?.entries ?? []).map((entry) => JSON.parse(entry).event.is as string);
  return said.lastIndexOf('locked') > said.lastIndexOf('unlocked');
}

/** What must not begin while it is locked. */
function begins(world: World, what: string): void {
  if (isLocked(world)) world.whileLocked[what] = true;
}

/** What a project's journal says of hosts. */
export const hostsOf = ({ streams }: World, project: string): string =>
  (streams[`project-${project}`]?.entries ?? [])
    .reduce((hosts: readonly string[], text) => {
      const { is, host } = (JSON.parse(text) as { event: { is: string; host?: string } }).event;
      if (host === undefined || !is.startsWith('host-')) return hosts;
      return [...hosts.filter((one) => one !== host), ...(is === 'host-allowed' ? [host] : [])];
    }, [])
    .join(' ');

/** What the scenario says of work: the same for the same work in the same world. */
export type Rules = {
  readonly policy: Partial<Policy>;
  tests(world: World, head: string, base: string): 'green' | 'red';
  /** A sentence about what is gone from the mirror; null when nothing is. */
  missing(world: World): string | null;
};

export function simWorkspace(life: Life, rules: Rules): Workspace {
  const { world } = life;
  const policy = Policy.parse({ test: 'npm test', approvePlan: 'never', ...rules.policy });
  return {
    prepare: (project) =>
      call(life, 'prepare', () => ({
        ok: true,
        base: baseOf(world, project),
        policy,
        guidance: '',
        environment: environmentOf(world),
        lacks: [],
      })),
    record: (doc) => call(life, 'record', () => commit(doc.on, doc.path, doc.text, doc.subject, doc.at)),
    take: ({ task, tree, from }) =>
      call(life, 'take', () => {
        // Each conversation of a coder leaves other commits.
        const n = Object.values(world.sessions).filter((at) => at.task === task && at.role === 'coder' && at.end);
        return { kind: 'taken', head: commit(task, tree, from, n.length), commits: 1 };
      }),
    diff: async () => ({ paths: [{ path: 'src/a.ts', status: 'M', from: '100644', to: '100644' }], patch: '' }),
    verify: () => call(life, 'verify', () => rules.missing(world)),
    remove: (_project, task) => call(life, 'remove', () => void (world.done[`removed ${task}`] = true)),
  };
}

const environmentOf = (world: World): string => (world.done['another environment'] ? 'another' : 'one');

const baseOf = (world: World, project: string) => world.bases[project] ?? commit(project);

export function simValidator(life: Life, rules: Rules): Validator {
  const { world } = life;
  return {
    check: ({ head, base }) =>
      call(life, 'check', () => {
        begins(world, `tests of ${head}`);
        const outcome = rules.tests(world, head, base);
        return (world.checks[`${head} ${base}`] = { head, base, outcome, what: 'npm test', tail: '' });
      }),
  };
}

export function simForge(life: Life): Forge {
  const { world } = life;
  const at = (number: number): SimChange => {
    const change = world.changes[number];
    if (!change) throw new Error(`there is no change #${number}`);
    return change;
  };
  const put = (number: number, of: Partial<SimChange>): void => {
    world.changes[number] = { ...at(number), ...of };
  };
  return {
    open: ({ project, branch, head }) =>
      call(life, 'forge open', () => {
        begins(world, `a change of ${head}`);
        const known = Object.keys(world.changes).find((number) => at(Number(number)).branch === branch);
        const number = known ? Number(known) : Object.keys(world.changes).length + 1;
        if (known && at(number).state === 'open') put(number, { head });
        if (!known)
          world.changes[number] = { branch, project, head, state: 'open', comments: [], branchDeleted: false };
        return { number, head, base: baseOf(world, project) };
      }),
    facts: (project, number) =>
      call(life, 'facts', () => {
        const { state, head } = at(number);
        return { state, head, base: baseOf(world, project), mergeable: true, byHand: 'git merge' };
      }),
    comment: (_project, number, key) =>
      call(life, 'comment', () => {
        const { comments } = at(number);
        if (!comments.includes(key)) put(number, { comments: [...comments, key] });
      }),
    merge: (project, { number, head, base }) =>
      call(life, 'merge', () => {
        const change = at(number);
        const known = world.merges[number];
        if (known) return known.head === head ? { kind: 'merged', commit: known.commit } : elsewhere(known.head);
        if (change.state === 'closed') return { kind: 'refused', why: 'closed', text: 'It is closed.' };
        if (change.head !== head) return { kind: 'refused', why: 'head-moved', text: 'The branch moved.' };
        if (baseOf(world, project) !== base)
          return { kind: 'refused', why: 'base-moved', text: 'The base branch moved.' };
        begins(world, `the merge of ${head}`);
        const merged = commit('merge', head, base);
        world.merges[number] = { number, head, base, commit: merged };
        world.bases[project] = merged;
        put(number, { state: 'merged' });
        return { kind: 'merged', commit: merged };
      }),
    close: (_project, number) => call(life, 'close', () => put(number, { branchDeleted: true })),
  };
}

const elsewhere = (head: SimChange['head']) => ({ kind: 'merged-elsewhere', head }) as const;

export function simSpending({ world }: Life): Spending {
  return {
    of: async (task) => {
      const usd = world.spent[task];
      const over = world.overs[task] ?? null;
      return usd === undefined && over === null ? null : { usd: usd ?? 0, accounts: [], over };
    },
  };
}

/** Whether a request of one dollar leaves; else the boundary writes down why not. */
export function spend(world: World, session: string, task: string): boolean {
  const budget = world.grants[session] ?? null;
  const day = dayOf(world.now);
  const [spent, ofDay] = [world.spent[task] ?? 0, world.days[day] ?? 0];
  const dayCap = budget && Math.max(budget.day, budget.raised?.day === day ? budget.raised.to : 0);
  const what = budget && spent + 1 > budget.task ? 'task' : dayCap !== null && ofDay + 1 > dayCap ? 'day' : null;
  if (budget && what !== null && dayCap !== null) {
    const of = what === 'task' ? { cap: budget.task, spent } : { cap: dayCap, spent: ofDay };
    world.overs[task] = { id: `${session} ${of.cap} ${world.now}`, session, what, day, ...of, worst: 1 };
    return false;
  }
  world.spent[task] = spent + 1;
  world.days[day] = ofDay + 1;
  return true;
}

export function simAccounts(life: Life): Accounts {
  const { world } = life;
  return {
    windows: async () => [],
    seen: async (n) => Object.values(world.record).slice(n),
    open: (account, key) =>
      call(life, 'ask', () => {
        if (world.asked[key]) return;
        world.asked[key] = true;
        open(world, account, 'asked');
      }),
  };
}

/** The boundary's record of where sessions wanted to go. */
export const simRefusals = (world: World): Refusals => ({
  async seen(n) {
    const all = Object.values(world.refusals);
    return { lines: all.slice(n), n: all.length };
  },
});

const nextLine = (world: World): number => Object.keys(world.record).length + 1;

/** The boundary lets requests of an account out again, if it did not, and writes that down. */
export function open(world: World, account: string, why: 'reset' | 'asked' | 'renewed'): void {
  if (!(account in world.shut)) return;
  delete world.shut[account];
  const n = nextLine(world);
  world.record[n] = { n, t: world.now, account, is: 'opened', why };
}

/** The boundary lets nothing of an account out until then, and writes that down. */
export function shut(world: World, account: string, until: number, why: 'quota' | 'login' = 'quota'): void {
  world.shut[account] = until;
  const n = nextLine(world);
  const window = why === 'quota' ? '5-hour window' : null;
  const known = until === Infinity ? null : until;
  world.record[n] = { n, t: world.now, account, is: 'shut', why, window, until: known };
}
