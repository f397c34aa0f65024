import type { Head } from '../../src/chain/ids.ts';
import type { Role } from '../../src/chain/roles.ts';
import type { Task } from '../../src/chain/task.ts';
import { ana, ben, coder } from '../chain/samples.ts';
import { finished } from './agents.ts';
import type { Step } from './agents.ts';
import type { Scenario } from './drive.ts';
import type { Intent, Look } from './people.ts';
import { open } from './ports.ts';
import { commit, once } from './world.ts';
import type { SimSession, World } from './world.ts';

type Phase = Task['phase']['at'];

const phaseOf = ({ task }: Look, slug = 'fix'): Phase | undefined => task(slug)?.phase.at;
const headOf = (task: Task | undefined): Head | null => task?.change?.head ?? null;

const ask = (slug = 'fix', mode: 'headless' | 'quick' = 'quick', of: Partial<Intent> = {}): Intent => ({
  name: `ask ${slug}`,
  person: ana,
  project: 'site',
  slug: null,
  again: 'same',
  when: ({ task }) => task(slug) === undefined,
  command: () => ({ name: 'task', idea: `${slug} it`, slug, mode }),
  ...of,
});

/** What somebody does about a task once it is in one of these phases. */
const does = (command: Intent['command'], at: readonly Phase[], of: Partial<Intent> = {}): Intent => ({
  name: `does ${at.join(' ')}`,
  person: ana,
  project: 'site',
  slug: 'fix',
  again: 'same',
  when: (look) => at.includes(phaseOf(look, of.slug ?? 'fix') ?? 'opening'),
  command,
  ...of,
});

/** Taps Merge on what is in review. */
const merge = (slug = 'fix', of: Partial<Intent> = {}): Intent =>
  does(({ task }) => ({ name: 'merge', head: headOf(task(slug)), second: false }), ['review'], {
    name: `merge ${slug}`,
    slug,
    ...of,
  });

const stop = (of: Partial<Intent> = {}): Intent =>
  does(() => ({ name: 'stop' }), ['review', 'held', 'failed'], { name: 'stop', ...of });
const resume = (of: Partial<Intent> = {}): Intent => does(() => ({ name: 'resume' }), ['held'], { name: 'resume', ...of });

const answered = ({ world }: Look, name: string): boolean => world.deeds[name]?.state === 'answered';

/** A short task that goes well: one request each, and it is done. */
export const plain: Scenario = {
  name: 'a quick task',
  slots: 2,
  policy: {},
  intents: [ask(), merge()],
  step: (_world, { role, requests }) => (requests === 0 ? 'request' : finished(role)),
  tests: () => 'green',
  missing: () => null,
  event: () => false,
  meanwhile: () => undefined,
  ends: { fix: ['merged'] },
  merges: 1,
};

const whole: Scenario = { ...plain, name: 'all roles', intents: [ask('fix', 'headless'), merge()] };

/** Nothing that the platform was told twice, and nothing that it never tells again. */
const lostForEver = (intent: Intent): Intent => ({ ...intent, again: 'new' });

const people: readonly Scenario[] = [
  plain,
  whole,
  { ...plain, name: 'a chat that never redelivers', intents: plain.intents.map(lostForEver) },
  {
    ...plain,
    name: 'two people tap at once',
    intents: [ask(), merge(), merge('fix', { name: 'merge too', person: ben })],
  },
  {
    ...plain,
    name: 'one taps Merge and one taps Stop at once',
    intents: [ask(), merge(), stop({ person: ben, when: (look) => phaseOf(look) === 'review' })],
    ends: { fix: ['merged', 'stopped'] },
    merges: null,
  },
  {
    ...plain,
    name: 'two people ask for the same at once',
    intents: [ask(), ask('fix', 'quick', { name: 'ask too', person: ben }), merge()],
  },
];

/** Every call loses its answer, is refused once, and is refused longer than anybody tries. */
const calls = [
  'append',
  'open',
  'tell',
  'keep',
  'run',
  'stop',
  'sweep',
  'prepare',
  'record',
  'take',
  'check',
  'forge open',
  'facts',
  'comment',
  'merge',
  'close',
  'remove',
] as const;
const failures: readonly Scenario[] = calls.flatMap((name) => [
  { ...plain, name: `${name} loses two answers`, start: { losses: { [name]: 2 } } },
  { ...plain, name: `${name} is refused five times`, start: { outages: { [name]: 5 } } },
]);

/** A disk that is full from one append on, until nothing else happens any more. */
const fullDisk = (from: number): Scenario => ({
  ...plain,
  name: `full disk from append ${from} on`,
  meanwhile(world, call) {
    if (call !== 'append' || world.done['full']) return;
    const n = Object.values(world.streams).reduce((sum, { entries }) => sum + entries.length, 0);
    if (n < from) return;
    world.done['full'] = true;
    world.disk = 'full';
  },
  event({ world }) {
    if (world.disk !== 'full' || once(world, 'full for a while') || once(world, 'full for longer')) return false;
    world.disk = 'ok';
    return true;
  },
});
const disks = Array.from({ length: 32 }, (_, n) => fullDisk(n + 1));

/** Somebody pushes to the task's branch. */
function push(world: World): void {
  const change = world.changes[1];
  if (change?.state === 'open') world.changes[1] = { ...change, head: commit('pushed', change.head) };
}
/** Somebody else's change lands on the base branch. */
function land(world: World): void {
  world.bases['site'] = commit('landed', world.bases['site'] ?? '');
}
const during =
  (call: string, happens: (world: World) => void, nth = 1): Scenario['meanwhile'] =>
  (world, at) => {
    if (at !== call || !world.changes[1]) return;
    for (let n = 1; n <= nth; n += 1) {
      if (!once(world, `${call} ${n}`)) continue;
      if (n === nth) happens(world);
      return;
    }
  };
const afterReview = ['facts', 'prepare', 'comment', 'tell', 'merge', 'append'] as const;
const moves: readonly Scenario[] = [
  ...afterReview.flatMap((call) =>
    [1, 2, 3].flatMap((nth) => [
      {
        ...plain,
        name: `head moved during ${call} ${nth}`,
        intents: [ask(), merge(), stop()],
        meanwhile: during(call, push, nth),
        // A push that comes after the merge is nobody's matter; before it, nothing is merged.
        ends: { fix: ['stopped', 'merged', 'held', 'review'] as const },
        merges: null,
      },
      {
        ...plain,
        name: `base moved during ${call} ${nth}`,
        intents: [ask(), merge(), merge('fix', { name: 'merge again', when: (look) => phaseOf(look) === 'review' && answered(look, 'merge fix') })],
        meanwhile: during(call, land, nth),
      },
    ]),
  ),
  {
    ...plain,
    name: 'head moved in review',
    intents: [ask(), merge('fix', { when: (look) => look.world.done['pushed'] === true && phaseOf(look) === 'review' }), stop({ when: (look) => answered(look, 'merge fix') && ['held', 'review'].includes(phaseOf(look) ?? '') })],
    event: (look) => phaseOf(look) === 'review' && once(look.world, 'pushed') && (push(look.world), true),
    ends: { fix: ['stopped'] },
    merges: 0,
  },
  {
    ...plain,
    name: 'base moved in review',
    intents: [ask(), merge('fix', { when: (look) => look.world.done['landed'] === true && phaseOf(look) === 'review' })],
    event: (look) => phaseOf(look) === 'review' && once(look.world, 'landed') && (land(look.world), true),
  },
  ...(['merged', 'closed'] as const).map((state): Scenario => ({
    ...plain,
    name: `${state} elsewhere in review`,
    intents: [ask()],
    event({ world }) {
      const change = world.changes[1];
      if (!change || !once(world, 'elsewhere')) return false;
      world.changes[1] = { ...change, state };
      return true;
    },
    ends: { fix: [state === 'merged' ? 'merged' : 'stopped'] },
    merges: 0,
  })),
];

/** A role at this request of its first conversation. */
const at = ({ role, requests, leg }: SimSession, want: Role, request: number): boolean =>
  role === want && leg === 1 && requests === request;
const rolesWith = (of: (role: Role, request: number) => Scenario[]): Scenario[] =>
  (['brainstormer', 'planner', 'coder', 'reviewer'] as const).flatMap((role) => [0, 1].flatMap((n) => of(role, n)));
const works = (session: SimSession): Step => (session.requests < 2 ? 'request' : finished(session.role));

const accounts: readonly Scenario[] = rolesWith((role, request) => [
  {
    ...whole,
    name: `the window is spent at request ${request + 1} of the ${role}`,
    step: (_world, session) => (at(session, role, request) ? 'spent' : works(session)),
  },
  {
    ...whole,
    name: `the login expires at request ${request + 1} of the ${role}`,
    step: (_world, session) => (at(session, role, request) ? 'expired' : works(session)),
    event({ world }) {
      const shut = Object.keys(world.shut);
      if (shut.length === 0 || once(world, 'a coffee')) return false;
      for (const account of shut) open(world, account, 'renewed');
      return true;
    },
  },
  {
    ...whole,
    name: `Resume now after the window was spent at request ${request + 1} of the ${role}`,
    intents: [...whole.intents, resume()],
    step: (_world, session) => (at(session, role, request) ? 'spent' : works(session)),
  },
  {
    ...whole,
    name: `Stop after the window was spent at request ${request + 1} of the ${role}`,
    intents: [...whole.intents, stop({ when: (look) => phaseOf(look) === 'held' })],
    step: (_world, session) => (at(session, role, request) ? 'spent' : works(session)),
    ends: { fix: ['stopped'] },
    merges: 0,
  },
]);

/** An agent's end that is not what it should be, once. */
const ends: readonly (readonly [string, Exclude<Step, string>, readonly Intent[]])[] = [
  ['claims a limit until later', { kind: 'refused', why: 'quota', text: 'limit', until: 2_000_000 }, []],
  ['claims a limit', { kind: 'refused', why: 'quota', text: 'limit', until: null }, [resume()]],
  ['is turned away', { kind: 'refused', why: 'overloaded', text: 'busy', until: null }, []],
  ['crashes', { kind: 'crashed', text: 'rc 1' }, []],
  ['loses its container', { kind: 'lost', text: 'oom' }, []],
  ['runs out of time', { kind: 'overran', minutes: 5 }, [resume()]],
  ['is stopped on the machine', { kind: 'stopped' }, [resume()]],
  ['leaves no handoff', { kind: 'ended', handoff: null, text: 'hm' }, []],
];
const lies: readonly Scenario[] = [
  ...ends.flatMap(([name, end, intents]) =>
    (['planner', 'coder', 'reviewer'] as const).map((role): Scenario => ({
      ...whole,
      name: `the ${role} ${name}`,
      intents: [...whole.intents, ...intents],
      step: (world, session) =>
        session.role === role && session.requests === 1 && ranOnce(world, session) ? end : works(session),
    })),
  ),
  {
    ...whole,
    name: 'the coder finds that the plan does not work',
    step: (world, session) =>
      session.role === 'coder' && session.requests === 1 && ranOnce(world, session)
        ? finished('coder', coder('plan-violation'))
        : works(session),
  },
  {
    ...whole,
    name: 'the coder asks',
    intents: [
      ...whole.intents,
      does(() => ({ name: 'say', text: 'like this' }), ['held'], { name: 'answer' }),
    ],
    step: (world, session) =>
      session.role === 'coder' && session.requests === 1 && ranOnce(world, session)
        ? finished('coder', coder('blocked'))
        : works(session),
  },
];
/** The first session of its role. */
const ranOnce = ({ sessions }: World, { role }: SimSession): boolean =>
  Object.values(sessions).filter((other) => other.role === role).length === 1;

/** What people decide at every phase where something can wait. */
const phases: readonly Phase[] = ['queued', 'proving', 'working', 'recording', 'taking', 'validating', 'proposing', 'judging', 'review', 'merging'];
const decisions: readonly Scenario[] = [
  ...phases.map((phase): Scenario => ({
    ...whole,
    name: `Stop in ${phase}`,
    intents: [...whole.intents, stop({ when: (look) => phaseOf(look) === phase })],
    ends: { fix: ['stopped', 'merged'] },
    merges: null,
  })),
  ...(['requirements', 'plan', 'code'] as const).flatMap((to) =>
    (['working', 'review'] as const).map((phase): Scenario => ({
      ...whole,
      name: `/back ${to} in ${phase}`,
      intents: [
        ask('fix', 'headless'),
        does(() => ({ name: 'back', to, why: 'not so' }), [phase], { name: 'back' }),
        merge('fix', { when: (look) => phaseOf(look) === 'review' && answered(look, 'back') }),
      ],
    })),
  ),
  {
    ...whole,
    name: 'Send back, and why',
    intents: [
      ask('fix', 'headless'),
      does(() => ({ name: 'sendback' }), ['review'], { name: 'send back' }),
      does(() => ({ name: 'say', text: 'spell it so' }), ['review'], {
        name: 'why',
        when: (look) => phaseOf(look) === 'review' && answered(look, 'send back'),
      }),
      merge('fix', { when: (look) => phaseOf(look) === 'review' && answered(look, 'why') }),
    ],
  },
  {
    ...whole,
    name: 'Approve before it is green',
    intents: [
      ask('fix', 'headless'),
      does(({ task }) => ({ name: 'approve', head: headOf(task('fix')) }), [], {
        name: 'approve',
        when: ({ task }) => headOf(task('fix')) !== null,
      }),
    ],
  },
  {
    ...whole,
    name: 'a plan that waits for Approve',
    policy: { approvePlan: 'always' },
    intents: [
      ask('fix', 'headless'),
      does(() => ({ name: 'approve', head: null }), ['held'], { name: 'approve' }),
      merge(),
    ],
  },
  {
    ...whole,
    name: 'words to the coder at work',
    intents: [
      ...whole.intents,
      does(() => ({ name: 'say', text: 'and mind the tests' }), ['working'], { name: 'say' }),
    ],
  },
];

const tests: readonly Scenario[] = [
  { ...plain, name: 'red once', tests: ({ sessions }, head, base) => (head !== base && Object.keys(sessions).length < 2 ? 'red' : 'green') },
  {
    ...plain,
    name: 'red for ever',
    intents: [ask(), stop({ when: (look) => phaseOf(look) === 'held' })],
    tests: (_world, head, base) => (head === base ? 'green' : 'red'),
    ends: { fix: ['stopped'] },
    merges: 0,
  },
  {
    ...plain,
    name: 'a base that is red until it moves',
    tests: (_world, _head, base) => (base === commit('site') ? 'red' : 'green'),
    event: (look) => phaseOf(look) === 'held' && once(look.world, 'landed') && (land(look.world), true),
  },
  {
    ...whole,
    name: 'what was left is gone',
    intents: [
      ...whole.intents,
      resume(),
      resume({ name: 'resume again', when: (look) => look.world.done['restored'] === true && phaseOf(look) === 'held' }),
    ],
    step: (world, session) =>
      session.role === 'coder' && ranOnce(world, session) && session.requests === 1
        ? { kind: 'overran', minutes: 5 }
        : works(session),
    missing: ({ done }) => (done['restored'] ? null : 'The commit is gone.'),
    event: (look) => phaseOf(look) === 'held' && answered(look, 'resume') && once(look.world, 'restored'),
  },
];

const queues: readonly Scenario[] = [
  {
    ...plain,
    name: 'two tasks and one slot',
    slots: 1,
    intents: [ask(), ask('mend'), merge(), merge('mend')],
    ends: { fix: ['merged'], mend: ['merged'] },
    merges: 2,
  },
  {
    ...plain,
    name: 'two projects, one account, and its window is spent',
    slots: 1,
    intents: [ask(), ask('mend', 'quick', { project: 'shop' }), merge(), merge('mend', { project: 'shop' })],
    step: (world, session) => (session.role === 'coder' && Object.keys(world.record).length === 0 ? 'spent' : works(session)),
    ends: { fix: ['merged'], mend: ['merged'] },
    merges: 2,
  },
];

export const scenarios: readonly Scenario[] = [
  ...people,
  ...failures,
  ...disks,
  ...moves,
  ...accounts,
  ...lies,
  ...decisions,
  ...tests,
  ...queues,
];
