import type { AccountEvent } from './account.ts';
import { ceilingOf } from './budget.ts';
import type { Head, ProjectId, TaskId } from './ids.ts';
import { lookAtProjects } from './linking.ts';
import type { Linked } from './linking.ts';
import type { AccountSeen } from './ports.ts';
import { refreshCard } from './pursue.ts';
import { accountOwner, liveOf, tasksOf } from './yard.ts';
import type { Task } from './task.ts';
import type { Yard } from './yard.ts';

const ACCOUNTS_MS = 300;
const MACHINE_MS = 500;
const REFUSALS_MS = 3_000;
const ROOM_MS = 3_000;
/** A card is edited so often for money alone. */
const SPENDING_MS = 3_000;
const RECONCILE_MS = 30_000;

export type Watch = {
  /** Journals all that the boundary has recorded of accounts until now. Answers with those whose stream did not take it, and why. */
  catchUp(): Promise<ReadonlyMap<string, string>>;
  /** Looks again and again until the controller closes. */
  begin(): void;
};

/** Looks at what changes without telling the controller: the boundary's record, the forge, the engine. */
export function createWatch(yard: Yard, linked: readonly Linked[], tick: () => void): Watch {
  const { acts, closing } = yard;
  let turn: Promise<unknown> = Promise.resolve();

  const readAccounts = accountsReader(yard);
  const catchUp: Watch['catchUp'] = () => {
    const next = turn.then(readAccounts);
    turn = next.catch(() => undefined);
    return next;
  };

  async function every(ms: number, what: string, look: () => Promise<void>): Promise<void> {
    while (!closing.signal.aborted) {
      await look().catch((error: Error) => acts.log.error(`${what} could not be looked at`, { reason: error.message }));
      await acts.clock.sleep(ms, closing.signal);
    }
  }

  return {
    catchUp,
    begin() {
      void every(ACCOUNTS_MS, 'the record of accounts', async () => {
        for (const [account, reason] of await catchUp()) throw new Error(`${account}: ${reason}`);
      });
      void every(MACHINE_MS, 'what was asked for on the machine', () => readMachine(yard));
      void every(SPENDING_MS, 'what is spent', spendingReader(yard));
      void every(REFUSALS_MS, 'the record of refusals', refusalsReader(yard));
      // A disk may be full and have room again between two looks: what waits for it is asked for each time.
      void every(ROOM_MS, 'the schedule', async () => tick());
      void every(RECONCILE_MS, 'what goes on outside', () => reconcile(yard));
      if (linked.length > 0) void every(RECONCILE_MS, 'a project', () => lookAtProjects(yard, linked));
    },
  };
}

/** Each is journaled, then taken away: one that comes again is known by its id. */
export async function readMachine({ machine, box }: Yard): Promise<void> {
  for (const asked of await machine.asked()) {
    const event =
      asked.is === 'lock' ? { is: 'locked' as const, by: null } : { is: 'unlocked' as const, upTo: asked.upTo };
    const answer = await box.submit(event, { source: `here:${asked.id}` });
    if (answer.kind === 'not-kept') throw new Error(answer.reason);
    await machine.done(asked.id);
  }
}

const eventOf = (line: AccountSeen): AccountEvent => {
  const { account, n } = line;
  if (line.is === 'opened') return { is: 'opened', account, n };
  const { why, window, until } = line;
  return { is: 'shut', account, n, why, window, until };
};

/**
 * Line after line, each account by its own cursor: one that cannot be kept is read again the next time, and so are those after it of that account.
 * No account waits for another's stream; one that is damaged takes nothing until it is mended.
 */
function accountsReader(yard: Yard): Watch['catchUp'] {
  /** Nothing up to here is to be kept any more. All is looked at once after a start. */
  let n = 0;
  return async () => {
    const failed = new Map<string, string>();
    for (const line of await yard.accounts.seen(n)) {
      const { account } = line;
      if (!failed.has(account) && !yard.damaged.has(`account-${account}`)) {
        const owner = accountOwner(yard, account);
        const isNew = line.n > (owner.stream().state?.cursor ?? 0);
        const answer = isNew ? await owner.submit(eventOf(line), {}) : null;
        if (answer?.kind === 'not-kept') failed.set(account, answer.reason);
      }
      if (failed.size === 0) n = line.n;
    }
    return failed;
  };
}

/**
 * Tells each task what its sessions were refused. Where it stands is not journaled: after a restart all is read again, and a task knows what it was
 * told. A line that its task cannot keep now is read again the next time.
 */
function refusalsReader(yard: Yard): () => Promise<void> {
  let n = 0;
  return async () => {
    const read = await yard.refusals.seen(n);
    for (const { task, listable, ...refused } of read.lines) {
      const live = yard.damaged.has(`task-${task}`) ? undefined : yard.lives.get(task);
      const kept = keptBy(yard, live?.owner.stream().state?.project, refused);
      const answer = await live?.owner.submit({ is: 'refused', ...refused, asks: listable && kept === null, kept }, {});
      if (answer?.kind === 'not-kept') throw new Error(answer.reason);
    }
    n = read.n;
  };
}

/** Who said that this place stays refused in the project. */
function keptBy(
  yard: Yard,
  project: ProjectId | undefined,
  { host, port }: { host: string; port: number },
): string | null {
  const place = port === 443 ? host : `${host}:${port}`;
  const known = project && yard.projectOwners.get(project)?.stream().state?.kept;
  return (known ?? []).find((one) => one.host === place)?.by.name ?? null;
}

/** The card of a task at work shows what is spent by now: looked at, and not journaled. That it is much is said once. */
function spendingReader(yard: Yard): () => Promise<void> {
  const looked = new Set<TaskId>();
  return async () => {
    for (const task of tasksOf(yard)) await readSpending(yard, task, looked);
  };
}

/** One that does not work is looked at once after a start. */
async function readSpending(yard: Yard, task: Task, looked: Set<TaskId>): Promise<void> {
  const { acts, spending, spent } = yard;
  const { id, phase, sessions } = task;
  if (phase.at !== 'working' && (sessions.length === 0 || looked.has(id))) return;
  const now = await spending.of(id).catch((error: Error) => {
    acts.log.error('what a task has spent could not be read', { task: id, reason: error.message });
    return null;
  });
  looked.add(id);
  if (!now) return;
  const live = liveOf(yard, id);
  const before = spent.get(id)?.usd ?? null;
  spent.set(id, now);
  if (before !== now.usd) refreshCard(yard, live);
  if (!acts.caps || task.warned || now.usd < acts.caps.warn) return;
  const ceiling = ceilingOf(task, acts.caps);
  const answer = await live.owner.submit({ is: 'spent-much', usd: now.usd, ceiling }, {});
  if (answer.kind === 'not-kept') throw new Error(answer.reason);
}

/** What ends holds and reviews without a word: a base branch that moved, a change that somebody merged; and sessions that nobody runs. */
async function reconcile(yard: Yard): Promise<void> {
  await sweep(yard);
  const bases = new Map<ProjectId, Promise<Head | null>>();
  const baseOf = (project: ProjectId): Promise<Head | null> => {
    const asked = bases.get(project) ?? readBase(yard, project);
    bases.set(project, asked);
    return asked;
  };
  for (const task of tasksOf(yard))
    await reconcileTask(yard, task, baseOf).catch(({ message: reason }: Error) =>
      yard.acts.log.error('what a task waits for could not be looked at', { task: task.id, reason }),
    );
}

async function reconcileTask(
  yard: Yard,
  { id, project, phase, change }: Task,
  baseOf: (project: ProjectId) => Promise<Head | null>,
): Promise<void> {
  if (phase.at === 'held' && phase.ends.by === 'base') {
    const now = await baseOf(project);
    if (now !== null && now !== phase.ends.not) {
      const why = 'The base branch has moved.';
      await liveOf(yard, id).owner.submit({ is: 'hold-ended', hold: phase.hold, why }, {});
    }
  }
  if (phase.at === 'review' && change) {
    const { state, head, base } = await yard.acts.forge.facts(project, change.number);
    await liveOf(yard, id).owner.submit({ is: 'change-moved', state, head, base }, {});
  }
}

async function readBase({ acts }: Yard, project: ProjectId): Promise<Head | null> {
  const ready = await acts.workspace.prepare(project).catch(() => null);
  return ready?.ok ? ready.base : null;
}

/** What sessions of tasks that do not work left behind is removed; those at work are adopted by their pending `run`. */
export async function sweep(yard: Yard): Promise<void> {
  const keep = tasksOf(yard).flatMap(({ phase }) => (phase.at === 'working' ? [phase.session] : []));
  await yard.acts.sessions
    .sweep(keep)
    .catch((error: Error) => yard.acts.log.error('old sessions were not swept', { reason: error.message }));
}
