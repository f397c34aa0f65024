import { describe } from 'vitest';
import { exhaust } from './exhaustive.ts';
import { locks } from './scenarios/locks.ts';

describe('locked at every point', () => {
  exhaust(locks, 2);
});
