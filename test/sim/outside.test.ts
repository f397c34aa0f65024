import { describe } from 'vitest';
import { exhaust } from './exhaustive.ts';
import { outside } from './scenarios/outside.ts';

describe('whatever happens outside', () => {
  exhaust(outside, 2);
});
