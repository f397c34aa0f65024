import type { Cli } from '../../chain/roles.ts';
import type { Agent } from './agent.ts';
import { claude } from './claude.ts';
import { codex } from './codex.ts';

export const agents: Readonly<Record<Cli, Agent>> = { claude, codex };
