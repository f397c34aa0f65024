import { bare, coversOf } from '../../src/chain/covered.ts';
import type { Caps, Spent } from '../../src/chain/budget.ts';
import { createDesk } from '../../src/chain/desk.ts';
import type { Desk, Command, Reply } from '../../src/chain/commands.ts';
import type { TaskId } from '../../src/chain/ids.ts';
import { ProjectId } from '../../src/chain/ids.ts';
import type { Person } from '../../src/chain/person.ts';
import { Policy } from '../../src/chain/policy.ts';
import type { SessionEnd, SessionSpec } from '../../src/chain/ports.ts';
import type { RefusedSeen } from '../../src/chain/refused.ts';
import { Role, roles } from '../../src/chain/roles.ts';
import type { RoleSettings } from '../../src/chain/roles.ts';
import { createSupervisor } from '../../src/chain/supervisor.ts';
import type { Means, Supervisor } from '../../src/chain/supervisor.ts';
import type { Task } from '../../src/chain/task.ts';
import { fakeAccounts } from '../fakes/accounts.ts';
import { fakeChat } from '../fakes/chat.ts';
import { fakeClock } from '../fakes/clock.ts';
import type { FakeClock } from '../fakes/clock.ts';
import { fakeForge } from '../fakes/forge.ts';
import { fakeMachine } from '../fakes/machine.ts';
import { fakeSessions } from '../fakes/sessions.ts';
import { fakeStore } from '../fakes/store.ts';
import { fakeValidator } from '../fakes/validator.ts';
import { fakeWorkspace } from '../fakes/workspace.ts';
import { ana, ben, beside, coder, plan, requirements, review, watcher } from './samples.ts';

const handoffs: Readonly<Record<Role, unknown>> = {
  brainstormer: requirements,
  planner: plan,
  coder: coder('done'),
  reviewer: review(),
  answerer: { answer: 'It is in `src/a.ts`.' },
};

/** The clock of the world that was made last: waiting moves it. */
let clock = fakeClock();
const newClock = (): FakeClock => (clock = fakeClock());

/** Everything outside the controller: it outlives a crash. Each part's failures are its fields. */
export function world() {
  const workspace = fakeWorkspace();
  workspace.policy = Policy.parse({ test: 'npm test', approvePlan: 'never' });
  const sessions = fakeSessions();
  sessions.agent = (spec: SessionSpec): SessionEnd => ({ kind: 'ended', handoff: handoffs[spec.role], text: 'done' });
  return {
    workspace,
    sessions,
    accounts: fakeAccounts(),
    machine: fakeMachine(),
    refused: [] as RefusedSeen[],
    chat: fakeChat(),
    forge: fakeForge(),
    validator: fakeValidator(),
    store: fakeStore(),
    project: { merges: true, soak: true as boolean | null },
    people: [ana, ben, watcher] as readonly Person[],
    clock: newClock(),
    slots: 2,
    caps: null as Caps | null,
    /** What the boundary counts. */
    spent: new Map<TaskId, Spent>(),
    covers: coversOf(bare),
    room: true,
    handoffs,
  };
}
export type World = ReturnType<typeof world>;

export type Box = { readonly supervisor: Supervisor; readonly desk: Desk; readonly errors: string[] };

const byRole = <T>(of: (role: Role) => T): Record<Role, T> =>
  Object.fromEntries(Role.options.map((role) => [role, of(role)])) as Record<Role, T>;

/** A controller on that world, whose time moves while a test waits. */
export async function boot(of: World): Promise<Box> {
  const errors: string[] = [];
  const acts: Means['acts'] = {
    chat: of.chat,
    sessions: of.sessions,
    workspace: of.workspace,
    validator: of.validator,
    forge: of.forge,
    clock: of.clock,
    log: { info: () => undefined, error: (message, facts) => void errors.push(`${message} ${JSON.stringify(facts)}`) },
    settings: byRole((role): RoleSettings => roles[role].settings),
    instructions: byRole((role) => `You are the ${role}.`),
    project: () => of.project,
    caps: of.caps,
    person: (id) => of.people.find((person) => person.id === id) ?? null,
  };
  const { store, accounts, machine, slots } = of;
  const refusals: Means['refusals'] = {
    seen: async (n) => ({ lines: of.refused.slice(n), n: of.refused.length }),
  };
  const spending: Means['spending'] = { of: async (task) => of.spent.get(task) ?? null };
  const supervisor = createSupervisor({
    store,
    acts,
    accounts,
    machine,
    refusals,
    spending,
    covers: of.covers,
    room: { enough: () => of.room },
    slots,
  });
  const links = {
    projectOf: (_platform: string, channel: string) => (channel === 'site' ? ProjectId.parse('site') : null),
    people: of.people,
    projects: [ProjectId.parse('site')],
    placesOf: () => [{ platform: 'console', channel: 'site' }],
    beside,
    hostsOf: () => ['registry.npmjs.org'],
  };
  await supervisor.load();
  supervisor.goOn();
  return { supervisor, desk: createDesk(supervisor, links), errors };
}

type Say = { readonly source?: string; readonly person?: Person; readonly task?: TaskId; readonly channel?: string };
let sources = 0;

/** What a person sends from the channel, or about a task. */
export function give(
  box: Box,
  command: Command,
  { source, person = ana, task, channel = 'site' }: Say = {},
): Promise<Reply> {
  const place = { platform: 'console', channel, thread: null };
  return box.desk.accept({ source: source ?? `source-${(sources += 1)}`, person, place, task: task ?? null, command });
}

export const fixTheTypo = { name: 'task', idea: 'fix the typo', slug: null, mode: 'headless' } satisfies Command;

/** Waits, without a clock, until the task is in a phase. */
export async function until(box: Box, id: TaskId, ...phases: Task['phase']['at'][]): Promise<Task> {
  for (let turn = 0; turn < 4_000; turn += 1) {
    const task = box.supervisor.task(id);
    if (task && phases.includes(task.phase.at)) return task;
    await new Promise((resolve) => setImmediate(resolve));
    if (turn % 20 === 19) await clock.advance(500);
  }
  throw new Error(
    `the task is ${JSON.stringify(box.supervisor.task(id)?.phase)}, not ${phases.join(' or ')}: ${box.errors.join('\n')}`,
  );
}

/** Waits until nothing is pending and every message was told. */
export async function quiet(): Promise<void> {
  for (let turn = 0; turn < 6; turn += 1) {
    for (let n = 0; n < 10; n += 1) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(500);
  }
}

/** Lets time pass. */
export const pass = (ms: number): Promise<void> => clock.advance(ms);
