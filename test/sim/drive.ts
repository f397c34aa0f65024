import { bare } from '../../src/chain/covered.ts';
import type { Caps } from '../../src/chain/budget.ts';
import { createDesk } from '../../src/chain/desk.ts';
import { ProjectId } from '../../src/chain/ids.ts';
import { Role, roles } from '../../src/chain/roles.ts';
import { createSupervisor } from '../../src/chain/supervisor.ts';
import type { Means } from '../../src/chain/supervisor.ts';
import type { Task } from '../../src/chain/task.ts';
import { ana, ben, beside } from '../chain/samples.ts';
import { agentsStep, HOUR } from './agents.ts';
import type { Step } from './agents.ts';
import { simClock, simStore } from './disk.ts';
import type { Sleeper } from './disk.ts';
import type { Life } from './life.ts';
import { peopleOf } from './people.ts';
import type { Intent, Look } from './people.ts';
import {
  open,
  simAccounts,
  simChat,
  simForge,
  simMachine,
  simRefusals,
  simSessions,
  simSpending,
  simValidator,
  simWorkspace,
} from './ports.ts';
import type { Rules, Waiters } from './ports.ts';
import type { SimSession, World } from './world.ts';

/** How a world goes: what people want, what agents do, and what happens besides. All of it looks at the world alone, so that it outlives a crash. */
export type Scenario = Rules & {
  readonly name: string;
  /** What is so from the start, beside the usual. */
  readonly start?: Partial<World>;
  readonly slots: number;
  /** Projects whose base is set up and tested at the start. */
  readonly linked?: readonly string[];
  readonly caps: Caps | null;
  readonly intents: readonly Intent[];
  step(world: World, session: SimSession): Step;
  /** Something else happens when nobody acts: true when it changed the world. */
  event(look: Look): boolean;
  /** Something else happens while a call is under way. */
  meanwhile(world: World, call: string): void;
  /** Where each task may end. */
  readonly ends: Readonly<Record<string, readonly Task['phase']['at'][]>>;
  /** How many changes are merged in the end; null when that depends on who was first. */
  readonly merges: number | null;
};

/** How a life went: a sentence for each rule that was broken, and the tasks as they stood when nothing more happened. */
export type Lived = { readonly broken: readonly string[]; readonly tasks: readonly Task[] };

const byRole = <T>(of: (role: Role) => T): Record<Role, T> =>
  Object.fromEntries(Role.options.map((role) => [role, of(role)])) as Record<Role, T>;
const settings = byRole((role) => roles[role].settings);
const instructions = byRole((role) => `You are the ${role}.`);

/** One life of a controller on a world: until it dies, or nothing more happens. */
export async function live(life: Life, scenario: Scenario): Promise<Lived> {
  const { world } = life;
  const waiters: Waiters = new Map();
  const sleepers = new Set<Sleeper>();
  const broken: string[] = [];
  const supervisor = createSupervisor({
    store: simStore(life),
    accounts: simAccounts(life),
    machine: simMachine(life),
    refusals: simRefusals(world),
    room: { enough: () => world.room },
    covers: { known: bare, all: bare },
    spending: simSpending(life),
    slots: scenario.slots,
    linked: (scenario.linked ?? []).map((name) => ({
      project: ProjectId.parse(name),
      places: [{ platform: 'console', channel: name }],
    })),
    acts: actsOf(life, scenario, waiters, sleepers, broken),
  });
  const desk = createDesk(supervisor, {
    projectOf: (_platform, channel) => ProjectId.parse(channel),
    people: [ana, ben],
    projects: ['site', 'shop'].map((id) => ProjectId.parse(id)),
    placesOf: (project) => [{ platform: 'console', channel: project }],
    beside,
    hostsOf: () => [],
  });
  const look: Look = { world, task: (slug) => supervisor.tasks().find((task) => task.slug === slug) };
  const byId = { task: (id: string) => supervisor.tasks().find((task) => task.id === id) };
  const people = peopleOf(life, scenario.intents, desk, broken);
  void supervisor.load().then(
    () => life.dead || supervisor.goOn(),
    (error: Error) => broken.push(`load: ${error.message}`),
  );
  const began = world.now;
  let quiet = 0;
  for (let turns = 0; !life.dead; turns += 1) {
    await settle(life);
    if (life.dead) break;
    if (turns > 3_000 || world.now - began > 100 * HOUR) {
      broken.push('it goes on and on');
      break;
    }
    life.changed = true;
    const moved = people.act(look) || agentsStep(life, scenario.step, byId, waiters, broken) || scenario.event(look);
    quiet = moved || pass(world, sleepers) ? 0 : quiet + 1;
    if (quiet === 0) continue;
    // Who looks every so often looks once more before nothing is said to happen any more.
    if (quiet > 2) break;
    wakeIdle(sleepers);
  }
  const tasks = supervisor.tasks();
  if (!life.dead) await supervisor.close();
  return { broken, tasks };
}

function actsOf(
  life: Life,
  scenario: Scenario,
  waiters: Waiters,
  sleepers: Set<Sleeper>,
  broken: string[],
): Means['acts'] {
  return {
    chat: simChat(life),
    sessions: simSessions(life, waiters),
    workspace: simWorkspace(life, scenario),
    validator: simValidator(life, scenario),
    forge: simForge(life),
    clock: simClock(life, sleepers),
    log: {
      info: () => undefined,
      error(message, facts) {
        if (message === 'an effect was left pending') broken.push(`${message}: ${JSON.stringify(facts)}`);
      },
    },
    settings,
    instructions,
    caps: scenario.caps,
    project: () => ({ merges: true, soak: true }),
    person: (id) => [ana, ben].find((person) => person.id === id) ?? null,
  };
}

/** Everything that can happen without a person, an agent or the time. */
async function settle(life: Life): Promise<void> {
  const immediate = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  await immediate();
  while (life.pick !== null && life.calls.length > 0 && !life.dead) {
    const [next] = life.calls.splice(life.pick(life.calls.length), 1);
    next?.();
    await immediate();
  }
}

/** Lets time pass until something wakes; false when nothing ever would. */
function pass(world: World, sleepers: Set<Sleeper>): boolean {
  const due = [...sleepers].filter(({ idle }) => !idle).map(({ until }) => until);
  const next = Math.min(...due, ...Object.values(world.shut));
  if (next === Infinity) return false;
  world.now = Math.max(world.now, next);
  for (const [account, until] of Object.entries(world.shut)) if (until <= world.now) open(world, account, 'reset');
  const woken = [...sleepers].filter(({ until, idle }) => !idle && until <= world.now);
  for (const sleeper of woken.toSorted((a, b) => a.until - b.until)) sleeper.wake();
  wakeIdle(sleepers);
  return true;
}

/** What looks every so often has looked by then. */
function wakeIdle(sleepers: Set<Sleeper>): void {
  for (const sleeper of sleepers) if (sleeper.idle) sleeper.wake();
}
