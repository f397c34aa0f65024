import fc from 'fast-check';
import type { Command } from '../../src/chain/commands.ts';
import { ana, ben, coder, review } from '../chain/samples.ts';
import { finished } from './agents.ts';
import type { Step } from './agents.ts';
import { live } from './drive.ts';
import type { Scenario } from './drive.ts';
import { brokenAtTheEnd } from './invariants.ts';
import { newLife } from './life.ts';
import type { Intent, Look } from './people.ts';
import { land, plain, ask } from './scenarios/plain.ts';
import { commit, newWorld } from './world.ts';
import type { World } from './world.ts';

/** Something that happens once so many entries are in the journals. */
type Timed<T> = { readonly after: number; readonly what: T };
type Deed =
  | 'merge'
  | 'stop'
  | 'resume'
  | 'retry'
  | 'approve'
  | 'sendback'
  | 'say'
  | 'use'
  | 'wait'
  | 'change'
  | 'requirements'
  | 'plan'
  | 'code';

/** A task's life as drawn at random: what people do and when, what agents come to, what fails, and when the controller is killed. */
export type Story = {
  readonly mode: 'headless' | 'quick';
  readonly slots: number;
  readonly policy: Scenario['policy'];
  readonly deeds: readonly (Timed<Deed> & { readonly by: 0 | 1; readonly again: Intent['again'] })[];
  /** What the conversations come to, in their order; after these all goes well. */
  readonly steps: readonly Step[];
  readonly red: readonly number[];
  readonly happens: readonly Timed<'push' | 'land' | 'close' | 'full'>[];
  readonly losses: Readonly<Record<string, number>>;
  readonly outages: Readonly<Record<string, number>>;
  readonly kills: readonly number[];
  /** In which order answers arrive. */
  readonly order: number;
};

const after = fc.integer({ min: 1, max: 60 });
const calls = fc.constantFrom(
  'append',
  'open',
  'tell',
  'run',
  'stop',
  'prepare',
  'take',
  'check',
  'facts',
  'merge',
  'close',
);
const failures = fc.dictionary(calls, fc.integer({ min: 1, max: 4 }), { maxKeys: 2 });
const refused = (why: 'quota' | 'overloaded' | 'login', until: number | null): Step => ({
  kind: 'refused',
  why,
  text: why,
  until,
});
const steps = fc.constantFrom<Step>(
  'spent',
  'spent',
  refused('quota', 3_000_000),
  refused('overloaded', null),
  refused('login', null),
  { kind: 'crashed', text: 'rc 1' },
  { kind: 'lost', text: 'oom' },
  { kind: 'outgrew', text: 'its files take 12 GiB' },
  { kind: 'cramped', text: 'The disk is nearly full.' },
  { kind: 'overran', minutes: 5 },
  { kind: 'stopped' },
  { kind: 'ended', handoff: null, text: 'hm' },
  finished('coder', coder('plan-violation')),
  finished('coder', coder('blocked')),
  finished('reviewer', review('high')),
);
const deeds = fc.constantFrom<Deed>(
  'merge',
  'merge',
  'stop',
  'resume',
  'resume',
  'retry',
  'approve',
  'sendback',
  'say',
  'use',
  'wait',
  'change',
  'requirements',
  'plan',
  'code',
);

export const stories: fc.Arbitrary<Story> = fc.record({
  mode: fc.constantFrom('headless', 'quick'),
  slots: fc.constantFrom(1, 2),
  policy: fc.record({ approvePlan: fc.constantFrom('never', 'never', 'always') }),
  deeds: fc.array(fc.record({ after, what: deeds, by: fc.constantFrom(0, 1), again: fc.constantFrom('same', 'new') }), {
    maxLength: 8,
  }),
  steps: fc.array(fc.oneof({ weight: 3, arbitrary: fc.constant<Step>('waits') }, { weight: 1, arbitrary: steps }), {
    maxLength: 6,
  }),
  red: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 2 }),
  happens: fc.array(fc.record({ after, what: fc.constantFrom('push', 'land', 'close', 'full') }), { maxLength: 2 }),
  losses: failures,
  outages: failures,
  kills: fc.array(fc.integer({ min: 1, max: 150 }), { maxLength: 4 }),
  order: fc.nat(),
});

const entries = ({ streams }: World): number =>
  Object.values(streams).reduce((sum, journal) => sum + journal.entries.length, 0);

function commandOf(deed: Deed, { task }: Look): Command {
  const head = task('fix')?.change?.head ?? null;
  switch (deed) {
    case 'merge':
      return { name: 'merge', head, second: false };
    case 'approve':
      return { name: 'approve', head, plan: null };
    case 'say':
      return { name: 'say', text: 'spell it so' };
    case 'use': {
      const phase = task('fix')?.phase;
      const shut = phase?.at === 'held' && phase.ends.by === 'account' ? phase.ends.account : 'codex';
      return { name: 'use', account: shut.endsWith('2') ? shut.slice(0, -1) : `${shut}2` };
    }
    case 'wait':
    case 'change':
      return { name: deed, draft: task('fix')?.draft?.n ?? 1 };
    case 'requirements':
    case 'plan':
    case 'code':
      return { name: 'back', to: deed, why: 'not so' };
    case 'retry':
    case 'resume':
      return { name: deed, holds: null };
    default:
      return { name: deed };
  }
}

/** The scenario that a story tells. */
export function scenarioOf(story: Story): Scenario {
  return {
    ...plain,
    name: 'a random story',
    slots: story.slots,
    caps: null,
    policy: story.policy,
    start: { losses: { ...story.losses }, outages: { ...story.outages } },
    intents: [
      ask('fix', story.mode),
      ...story.deeds.map(({ after: n, what, by, again }, k): Intent => ({
        name: `${k} ${what}`,
        person: by === 0 ? ana : ben,
        project: 'site',
        slug: 'fix',
        again,
        when: ({ world, task }) => task('fix') !== undefined && entries(world) >= n,
        command: (look) => commandOf(what, look),
      })),
    ],
    step(world, session) {
      const order = Object.values(world.sessions).indexOf(session);
      const planned = story.steps[order] ?? 'waits';
      if (session.requests === 0) return 'request';
      return planned === 'waits' ? finished(session.role) : planned;
    },
    // The change is red at these runs of the tests; the base alone is green.
    tests: ({ checks }, head, base) =>
      head !== base && story.red.includes(Object.keys(checks).length) ? 'red' : 'green',
    meanwhile(world, call) {
      story.happens.forEach(({ after: n, what }, k) => {
        if (call !== 'append' || world.done[`${k}`] || entries(world) < n) return;
        world.done[`${k}`] = true;
        happen(world, what);
      });
    },
    event({ world }) {
      if (world.disk === 'ok') return false;
      world.disk = 'ok';
      return true;
    },
    ends: { fix: ['merged', 'stopped', 'failed', 'review', 'held'] },
    merges: null,
  };
}

function happen(world: World, what: Story['happens'][number]['what']): void {
  const change = world.changes[1];
  if (what === 'full') world.disk = 'full';
  if (what === 'land') land(world);
  if (change?.state !== 'open') return;
  if (what === 'push') world.changes[1] = { ...change, head: commit('pushed', change.head) };
  if (what === 'close') world.changes[1] = { ...change, state: 'closed' };
}

/** Lives a story to its end and says which rules were broken. */
export async function tell(story: Story): Promise<readonly string[]> {
  const scenario = scenarioOf(story);
  const world = newWorld(structuredClone(scenario.start));
  let seed = story.order;
  // Park and Miller's minimal standard: the order is the story's own.
  const pick = (n: number): number => (seed = (seed * 48_271 + 11) % 2_147_483_647) % n;
  const meanwhile = (call: string): void => scenario.meanwhile(world, call);
  for (const diesAt of story.kills) {
    const { broken } = await live(newLife(world, { diesAt, pick, meanwhile }), scenario);
    if (broken.length > 0) return broken;
  }
  const { broken, tasks } = await live(newLife(world, { pick, meanwhile }), scenario);
  return [...broken, ...brokenAtTheEnd(world, scenario, tasks)];
}
