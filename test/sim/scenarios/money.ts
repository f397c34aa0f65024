import { ben } from '../../chain/samples.ts';
import type { Scenario } from '../drive.ts';
import type { Intent } from '../people.ts';
import { works } from './agents.ts';
import { ask, does, merge, phaseOf, plain, stop, whole } from './plain.ts';

/** Each request costs a dollar, and each role of a whole task makes two. */
const caps = { warn: 2, task: 1_000, day: 1_000 };

/** Lets the task, or the day, spend what it takes to the end. */
const raise = (what: 'task' | 'day' | null, of: Partial<Intent> = {}): Intent =>
  does(() => ({ name: 'raise', what, day: null, dollars: 100 }), ['held'], { name: 'raise', ...of });

const reached = (n: number): readonly Scenario[] => {
  const at = `at request ${(n % 2) + 1} of role ${Math.floor(n / 2) + 1}`;
  const over: Scenario = { ...whole, step: (_world, session) => works(session), caps: { ...caps, task: n + 0.5 } };
  return [
    { ...over, name: `the ceiling is reached ${at}, and raised`, intents: [...whole.intents, raise('task')] },
    {
      ...over,
      name: `the ceiling is reached ${at}, and raised twice`,
      intents: [...whole.intents, raise(null), raise('task', { name: 'raise too', person: ben, again: 'new' })],
    },
    {
      ...over,
      name: `the ceiling is reached ${at}, and raised after Stop`,
      intents: [
        ask('fix', 'headless'),
        stop({ when: (look) => phaseOf(look) === 'held' }),
        raise('task', { when: (look) => phaseOf(look) === 'stopped' }),
      ],
      ends: { fix: ['stopped'] },
      merges: 0,
    },
    {
      ...over,
      name: `the ceiling is raised while a session works, before it is reached ${at}`,
      intents: [...whole.intents, raise('task', { when: (look) => ['working', 'held'].includes(phaseOf(look) ?? '') })],
    },
    {
      ...over,
      name: `the day costs no more ${at}, and ends`,
      caps: { ...caps, day: Math.max(2, n) + 0.5 },
    },
    {
      ...over,
      name: `the day costs no more ${at}, and is raised`,
      caps: { ...caps, day: n + 0.5 },
      intents: [...whole.intents, raise('day')],
    },
  ];
};

const two: Scenario = {
  ...plain,
  name: 'the day costs no more for two tasks, and is raised by one',
  caps: { ...caps, day: 1.5 },
  intents: [ask('fix'), ask('other'), merge('fix'), merge('other'), raise('day')],
  ends: { fix: ['merged'], other: ['merged'] },
  merges: 2,
};

export const money: readonly Scenario[] = [...[0, 1, 2, 3, 4, 5, 6, 7].flatMap(reached), two];
