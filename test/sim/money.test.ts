import { describe } from 'vitest';
import { exhaust } from './exhaustive.ts';
import { money } from './scenarios/money.ts';

describe('whatever is spent', () => {
  exhaust(money, 2);
});
