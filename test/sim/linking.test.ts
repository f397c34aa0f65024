import { describe } from 'vitest';
import { exhaust } from './exhaustive.ts';
import { linking } from './scenarios/linking.ts';

describe('projects are linked', () => {
  exhaust(linking, 2);
});
