import { describe } from 'vitest';
import { exhaust } from './exhaustive.ts';
import { drafts } from './scenarios/drafts.ts';
import { people } from './scenarios/people.ts';

describe('whatever people do', () => {
  exhaust([...people, ...drafts], 2);
});
