import { createDesk } from '../../src/chain/desk.ts';
import type { Command } from '../../src/chain/commands.ts';
import { ProjectId } from '../../src/chain/ids.ts';
import type { TaskId } from '../../src/chain/ids.ts';
import type { Person } from '../../src/chain/person.ts';
import type { SessionEnd } from '../../src/chain/ports.ts';
import { Role, roles } from '../../src/chain/roles.ts';
import { createSupervisor } from '../../src/chain/supervisor.ts';
import type { Supervisor } from '../../src/chain/supervisor.ts';
import type { Task } from '../../src/chain/task.ts';
import { ana, ben, coder, plan, requirements, review } from '../chain/samples.ts';
import { point } from './life.ts';
import type { Life } from './life.ts';
import {
  open,
  simAccounts,
  simChat,
  simClock,
  simForge,
  simSessions,
  simStore,
  simValidator,
  simWorkspace,
} from './ports.ts';
import type { Sleeper, Waiters } from './ports.ts';
import type { SimSession, World } from './world.ts';

/** Something a person does once `when` holds. */
export type Intent = {
  readonly name: string;
  readonly person: Person;
  readonly project: 'site' | 'shop';
  readonly task: TaskId | null;
  when(look: Look): boolean;
  command(look: Look): Command;
  /** Whether the platform delivers it again until it is answered; else the person notices, and does it once more. */
  readonly redelivers: boolean;
};

/** What people and rules look at. */
export type Look = { readonly world: World; task(id: TaskId): Task | undefined };

/** How a world goes: what people want, what agents do, and what happens besides. */
export type Scenario = {
  readonly name: string;
  readonly slots: number;
  readonly intents: readonly Intent[];
  /** What an agent's next step comes to; null: one more request to the model. */
  step(world: World, session: SimSession): 'request' | 'spent' | SessionEnd;
  tests(world: World, head: string, base: string): 'green' | 'red';
  /** Happens when nothing else does: true when it changed the world. */
  event(look: Look): boolean;
  /** Where the tasks may end. */
  readonly ends: Readonly<Record<string, Task['phase']['at']>>;
  readonly merges: number;
};

const handoffs: Readonly<Record<Role, unknown>> = {
  brainstormer: requirements,
  planner: plan,
  coder: coder('done'),
  reviewer: review(),
};
export const finished = (role: Role, handoff: unknown = handoffs[role]): SessionEnd => ({
  kind: 'ended',
  handoff,
  text: 'done',
});

const people: readonly Person[] = [ana, ben];
const byRole = <T>(of: (role: Role) => T): Record<Role, T> =>
  Object.fromEntries(Role.options.map((role) => [role, of(role)])) as Record<Role, T>;
const settings = byRole((role) => roles[role].settings);
const instructions = byRole((role) => `You are the ${role}.`);

/** A sentence for each rule that was broken. */
export type Lived = {
  readonly broken: readonly string[];
  readonly supervisor: Supervisor;
  readonly cards: Record<string, string>;
};

const HOUR = 3_600_000;

/** One life of a controller on a world: until it dies, or nothing more happens. */
export async function live(life: Life, scenario: Scenario): Promise<Lived> {
  const { world } = life;
  const waiters: Waiters = new Map();
  const sleepers = new Set<Sleeper>();
  const cards: Record<string, string> = {};
  const broken: string[] = [];
  const supervisor = createSupervisor({
    store: simStore(life),
    accounts: simAccounts(life),
    slots: scenario.slots,
    acts: {
      chat: simChat(life, cards),
      sessions: simSessions(life, waiters),
      workspace: simWorkspace(life),
      validator: simValidator(life, scenario.tests),
      forge: simForge(life),
      clock: simClock(life, sleepers),
      log: { info: () => undefined, error: () => undefined },
      settings,
      instructions,
      project: () => ({ merges: true, soak: true }),
      person: (id) => people.find((person) => person.id === id) ?? null,
    },
  });
  const look: Look = { world, task: (id) => supervisor.task(id) };
  const desk = createDesk(supervisor, {
    projectOf: (_platform, channel) => ProjectId.parse(channel),
    placesOf: (project) => [{ platform: 'console', channel: project }],
  });
  const began = world.now;
  void supervisor.load().then(() => life.dead || supervisor.goOn());
  for (let turns = 0; !life.dead; turns += 1) {
    await drain(life);
    if (life.dead) break;
    if (turns > 3_000 || world.now - began > 40 * HOUR) {
      broken.push('it goes on and on');
      break;
    }
    if (act(life, scenario, look, desk, broken)) continue;
    if (agents(life, scenario, supervisor, waiters, broken)) continue;
    if (scenario.event(look)) continue;
    if (!pass(life, sleepers)) break;
  }
  if (!life.dead) await supervisor.close();
  return { broken, supervisor, cards };
}

/** Everything that can happen without a person, an agent or the time. */
async function drain(life: Life): Promise<void> {
  await settle();
  while (life.pick !== null && life.calls.length > 0 && !life.dead) {
    const [next] = life.calls.splice(life.pick(life.calls.length), 1);
    next?.();
    await settle();
  }
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** People act: all whose time has come, at once. */
function act(
  life: Life,
  scenario: Scenario,
  look: Look,
  desk: ReturnType<typeof createDesk>,
  broken: string[],
): boolean {
  let acted = false;
  for (const intent of scenario.intents) {
    const deed = (life.world.deeds[intent.name] ??= { state: 'todo', sends: 0, answer: '' });
    if (deed.state === 'acked' || waiting.get(life)?.has(intent.name) || !intent.when(look)) continue;
    acted = true;
    const sends = intent.redelivers ? 0 : deed.sends;
    deed.sends += 1;
    deed.state = 'lost';
    const under = waiting.get(life) ?? new Set();
    waiting.set(life, under.add(intent.name));
    void desk
      .accept({
        source: `${intent.name}-${sends}`,
        person: intent.person,
        place: { platform: 'console', channel: intent.project, thread: null },
        task: intent.task,
        command: intent.command(look),
      })
      .then((reply) => {
        if (life.dead) return;
        under.delete(intent.name);
        // A person who reads that nothing was kept does it again.
        if (reply.kind === 'refused' && reply.why.code === 'not-kept') return;
        deed.state = 'acked';
        deed.answer = reply.kind === 'refused' ? reply.why.code : reply.kind;
        point(life, `acked ${intent.name}`);
      })
      .catch((error: Error) => broken.push(`${intent.name}: ${error.message}`));
  }
  return acted;
}

/** What was sent in this life and is not answered yet. */
const waiting = new WeakMap<Life, Set<string>>();

/** Every session that runs takes a step, whether or not a controller looks. */
function agents(life: Life, scenario: Scenario, supervisor: Supervisor, waiters: Waiters, broken: string[]): boolean {
  const { world } = life;
  let acted = false;
  for (const [name, session] of Object.entries(world.sessions)) {
    if (session.end || life.dead) continue;
    acted = true;
    const step = scenario.step(world, session);
    if (typeof step === 'string') request(world, name, session, step, supervisor, broken);
    else session.end = step;
    point(life, `${name} took a step`);
  }
  for (const [name, resolve] of waiters) {
    const end = world.sessions[name]?.end;
    if (!end || life.dead) continue;
    waiters.delete(name);
    resolve(end);
    acted = true;
  }
  return acted;
}

/** A request to the model, through the boundary: an account that is shut lets nothing out. */
function request(
  world: World,
  name: string,
  session: SimSession,
  step: 'request' | 'spent',
  supervisor: Supervisor,
  broken: string[],
): void {
  const refused: SessionEnd = { kind: 'refused', why: 'quota', text: 'usage limit reached', until: null };
  const { account } = session;
  if (account in world.shut) {
    session.end = refused;
    return;
  }
  session.requests += 1;
  const phase = supervisor.tasks().find(({ id }) => id === session.task)?.phase;
  if (phase?.at === 'held') broken.push(`${name} asked the model while its task was held (${phase.reason})`);
  if (step === 'request') return;
  const until = world.now + HOUR;
  world.shut[account] = until;
  const n = world.record.length + 1;
  world.record.push({ n, t: world.now, account, is: 'shut', why: 'quota', window: '5-hour window', until });
  session.end = refused;
}

/** Lets time pass until something wakes; false when nothing ever would. */
function pass({ world }: Life, sleepers: Set<Sleeper>): boolean {
  const due = [...sleepers].filter(({ idle }) => !idle).map(({ until }) => until);
  const resets = Object.values(world.shut);
  const next = Math.min(...due, ...resets);
  if (next === Infinity) return false;
  world.now = Math.max(world.now, next);
  for (const [account, until] of Object.entries(world.shut)) if (until <= world.now) open(world, account, 'reset');
  // What looks every so often has looked by then.
  const woken = [...sleepers]
    .filter(({ until, idle }) => idle || until <= world.now)
    .toSorted((a, b) => a.until - b.until);
  for (const sleeper of woken) sleeper.wake();
  return true;
}
