import { TaskId } from '../../../src/chain/ids.ts';
import { ana, ben } from '../../chain/samples.ts';
import type { Scenario } from '../drive.ts';
import type { Intent } from '../people.ts';
import { answered, ask, does, headOf, merge, phaseOf, plain, stop, whole } from './plain.ts';
import type { Phase } from './plain.ts';
import { hostsOf } from '../ports.ts';
import { once } from '../world.ts';
import { works } from './agents.ts';

/** A platform that tells nothing twice. */
const lostForEver = (intent: Intent): Intent => ({ ...intent, again: 'new' });

const chats: readonly Scenario[] = [
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

/** What people decide at every phase where something can wait. */
const phases: readonly Phase[] = [
  'queued',
  'proving',
  'working',
  'recording',
  'taking',
  'validating',
  'proposing',
  'judging',
  'review',
  'merging',
];
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
      does(({ task }) => ({ name: 'approve', head: headOf(task('fix')), plan: null }), [], {
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
      does(() => ({ name: 'approve', head: null, plan: null }), ['held'], { name: 'approve' }),
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

const interrupted: Scenario = {
  ...whole,
  name: 'words to the coder at work, and its turn interrupted for them by two',
  intents: [
    ...whole.intents,
    does(() => ({ name: 'say', text: 'and mind the tests' }), ['working'], { name: 'say' }),
    ...[ana, ben].map((person) =>
      does(({ task }) => ({ name: 'interrupt', message: task('fix')?.steers[0]?.uuid ?? '' }), [], {
        name: `interrupt of ${person.id}`,
        person,
        when: ({ task }) => task('fix')?.steers.length === 1,
      }),
    ),
  ],
};

/** The coder wanted to go somewhere, and somebody says what becomes of it. */
const refusing: Scenario = {
  ...plain,
  name: 'a refused place is allowed',
  meanwhile(world, call) {
    const [name, coder] = Object.entries(world.sessions)[0] ?? [];
    if (call !== 'tell' || name === undefined || !coder || !once(world, 'refused')) return;
    const task = TaskId.parse(coder.task);
    world.refusals[1] = { task, host: 'example.org', port: 443, why: 'unlisted', count: 3, listable: true };
  },
  intents: [
    ask(),
    does(() => ({ name: 'allow', place: 0 }), [], {
      name: 'answer',
      when: ({ task }) => task('fix')?.asks.length === 1,
    }),
    merge('fix', { when: (look) => phaseOf(look) === 'review' && answered(look, 'answer') }),
  ],
};
const places: readonly Scenario[] = [
  refusing,
  {
    ...refusing,
    name: 'a refused place is allowed, and taken back',
    intents: [
      ...refusing.intents,
      does(() => ({ name: 'hosts', remove: 'example.org' }), [], {
        name: 'take back',
        slug: null,
        when: (look) => answered(look, 'answer') && hostsOf(look.world, 'site') === 'example.org',
      }),
    ],
  },
  {
    ...refusing,
    name: 'a refused place is kept refused',
    intents: refusing.intents.map((intent) =>
      intent.name === 'answer' ? { ...intent, command: () => ({ name: 'keep', place: 0 }) as const } : intent,
    ),
  },
];

const unadmitted: readonly Scenario[] = [
  { ...refusing, name: 'admit loses two answers', start: { losses: { admit: 2 } } },
  { ...refusing, name: 'admit is refused five times', start: { outages: { admit: 5 } } },
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
    step: (world, session) =>
      session.role === 'coder' && Object.keys(world.record).length === 0 ? 'spent' : works(session),
    ends: { fix: ['merged'], mend: ['merged'] },
    merges: 2,
  },
];

export const people: readonly Scenario[] = [...chats, ...decisions, interrupted, ...places, ...unadmitted, ...queues];
