import { describe } from 'vitest';
import { exhaust } from './exhaustive.ts';
import { agents } from './scenarios/agents.ts';

describe('whatever agents and their accounts do', () => {
  exhaust(agents, 2);
});
