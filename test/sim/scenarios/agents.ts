import type { Role } from '../../../src/chain/roles.ts';
import { ben, coder } from '../../chain/samples.ts';
import { finished } from '../agents.ts';
import type { Step } from '../agents.ts';
import type { Scenario } from '../drive.ts';
import type { Intent, Look } from '../people.ts';
import { open } from '../ports.ts';
import { commit, once } from '../world.ts';
import type { SimSession, World } from '../world.ts';
import { answered, ask, does, land, phaseOf, plain, resume, stop, whole } from './plain.ts';

/** A role at this request of its first conversation. */
const at = ({ role, requests, leg }: SimSession, want: Role, request: number): boolean =>
  role === want && leg === 1 && requests === request;
const rolesWith = (of: (role: Role, request: number) => Scenario[]): Scenario[] =>
  (['brainstormer', 'planner', 'coder', 'reviewer'] as const).flatMap((role) => [0, 1].flatMap((n) => of(role, n)));
export const works = (session: SimSession): Step => (session.requests < 2 ? 'request' : finished(session.role));

/** A person lets the task go on with the other account of the one that it waits for. */
const use = (): Intent =>
  does(
    ({ task }) => {
      const phase = task('fix')?.phase;
      const shut = phase?.at === 'held' && phase.ends.by === 'account' ? phase.ends.account : 'claude';
      return { name: 'use', account: `${shut}2` };
    },
    ['held'],
    { name: 'use' },
  );

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
    name: `Use another account after the window was spent at request ${request + 1} of the ${role}`,
    intents: [...whole.intents, use()],
    step: (_world, session) =>
      at(session, role, request) && !session.account.endsWith('2') ? 'spent' : works(session),
  },
  {
    ...whole,
    // The login is never renewed: there is no other way on.
    name: `Use another account after the login expired at request ${request + 1} of the ${role}`,
    intents: [...whole.intents, use()],
    step: (_world, session) =>
      at(session, role, request) && !session.account.endsWith('2') ? 'expired' : works(session),
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
  ['outgrows its share of the disk', { kind: 'outgrew', text: 'its files take 12 GiB' }, [resume()]],
  ['is cramped for a moment', { kind: 'cramped', text: 'The disk is nearly full.' }, []],
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
  ...(['planner', 'coder', 'reviewer'] as const).map((role): Scenario => ({
    ...whole,
    name: `the disk is full under the ${role}`,
    step(world, session) {
      if (session.role !== role || session.requests !== 1 || !ranOnce(world, session)) return works(session);
      world.room = false;
      return { kind: 'cramped', text: 'The disk is nearly full.' };
    },
    event({ world }) {
      if (world.room || once(world, 'full for a while')) return false;
      world.room = true;
      return true;
    },
  })),
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
    intents: [...whole.intents, does(() => ({ name: 'say', text: 'like this' }), ['held'], { name: 'answer' })],
    step: (world, session) =>
      session.role === 'coder' && session.requests === 1 && ranOnce(world, session)
        ? finished('coder', coder('blocked'))
        : works(session),
  },
];
/** The first session of its role. */
const ranOnce = ({ sessions }: World, { role }: SimSession): boolean =>
  Object.values(sessions).filter((other) => other.role === role).length === 1;

/** At its second request the first session of the role asks, and waits for the answer. */
const asksOnce =
  (role: Role): Scenario['step'] =>
  (_world, session) => {
    if (session.role !== role || session.leg > 1 || session.requests !== 1) return works(session);
    if (!session.asked) return 'asks';
    return session.answers.length === 0 ? 'waits' : works(session);
  };

const asked = (look: Look, told = 0): boolean => look.task('fix')?.questions.some((one) => one.told >= told) ?? false;
const tap = (pick: number, of: Partial<Intent> = {}): Intent =>
  does(({ task }) => ({ name: 'answer', ask: task('fix')?.questions[0]?.id ?? '', part: 1, pick }), [], {
    name: 'tap',
    when: (look) => asked(look),
    ...of,
  });

const questions: readonly Scenario[] = (['brainstormer', 'coder'] as const).flatMap((role): Scenario[] => {
  const asks = { ...whole, step: asksOnce(role) };
  return [
    { ...asks, name: `the ${role} asks, and a person taps`, intents: [...whole.intents, tap(2)] },
    {
      ...asks,
      name: `the ${role} asks, and two answer at once`,
      intents: [...whole.intents, tap(2), tap(1, { name: 'tap too', person: ben })],
    },
    {
      ...asks,
      name: `the ${role} asks, and is answered after ten minutes`,
      intents: [...whole.intents, tap(1, { when: (look) => asked(look, 1) })],
    },
    {
      ...asks,
      name: `the ${role} asks, and is answered in words once it is held`,
      intents: [...whole.intents, does(() => ({ name: 'say', text: 'a file' }), ['held'], { name: 'words' })],
    },
    {
      ...asks,
      name: `the ${role} asks, and is answered after a day`,
      intents: [...whole.intents, tap(1, { when: (look) => asked(look, 2) })],
    },
    {
      ...asks,
      name: `the ${role} asks, and is stopped instead`,
      intents: [...whole.intents, stop({ when: (look) => asked(look) })],
      ends: { fix: ['stopped'] },
      merges: 0,
    },
  ];
});

const tests: readonly Scenario[] = [
  {
    ...plain,
    name: 'red once',
    tests: ({ sessions }, head, base) => (head !== base && Object.keys(sessions).length < 2 ? 'red' : 'green'),
  },
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
      resume({
        name: 'resume again',
        when: (look) => look.world.done['restored'] === true && phaseOf(look) === 'held',
      }),
    ],
    step: (world, session) =>
      session.role === 'coder' && ranOnce(world, session) && session.requests === 1
        ? { kind: 'overran', minutes: 5 }
        : works(session),
    missing: ({ done }) => (done['restored'] ? null : 'The commit is gone.'),
    event: (look) => phaseOf(look) === 'held' && answered(look, 'resume') && once(look.world, 'restored'),
  },
];

export const agents: readonly Scenario[] = [...accounts, ...lies, ...questions, ...tests];
