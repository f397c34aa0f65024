import type { Scenario } from '../drive.ts';
import { once } from '../world.ts';
import { plain } from './plain.ts';

/** Nobody asks for anything: two projects are set up and tested at the start. */
const alone: Scenario = {
  ...plain,
  name: 'two projects are linked',
  linked: ['site', 'shop'],
  intents: [],
  ends: {},
  merges: 0,
};

const failures = (['append', 'keep', 'prepare', 'check', 'announce'] as const).flatMap((name): Scenario[] => [
  { ...alone, name: `${alone.name}, ${name} loses two answers`, start: { losses: { [name]: 2 } } },
  { ...alone, name: `${alone.name}, ${name} is refused three times`, start: { outages: { [name]: 3 } } },
]);

export const linking: readonly Scenario[] = [
  alone,
  ...failures,
  { ...alone, name: `${alone.name}, and the base is red`, tests: () => 'red' },
  {
    ...alone,
    name: 'the environment changes later',
    event: ({ world }) => Object.keys(world.news).length > 0 && once(world, 'another environment'),
  },
  {
    ...alone,
    name: 'the environment changes while the tests run',
    linked: ['site'],
    meanwhile: (world, call) => void (call === 'check' && once(world, 'another environment')),
  },
  { ...plain, name: 'a task while its project is linked', linked: ['site'] },
];
