import { describe } from 'vitest';
import { exhaust } from './exhaustive.ts';
import { people } from './scenarios/people.ts';

describe('whatever people do', () => {
  exhaust(people, 2);
});
