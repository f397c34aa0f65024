import { z } from 'zod';
import { AnswerHandoff, CoderHandoff, PlanHandoff, RequirementsHandoff, ReviewHandoff } from './handoff.ts';

/** Who works in a phase. The validator and the gate are not roles: no model takes part in them. */
export const Role = z.enum(['brainstormer', 'planner', 'coder', 'reviewer', 'answerer']);
export type Role = z.infer<typeof Role>;

export const Cli = z.enum(['claude', 'codex']);
export type Cli = z.infer<typeof Cli>;

/** How a role runs; the config may replace each field. Memory in GiB, time in minutes of one session. */
export const RoleSettings = z.object({
  cli: Cli,
  account: z.string().min(1).describe('a name under accounts'),
  model: z.string().min(1).describe('full model id: aliases move'),
  effort: z.enum(['low', 'medium', 'high', 'xhigh']),
  memoryGiB: z.number().min(0.25).max(64),
  cpus: z.number().min(0.25).max(64),
  minutes: z.number().min(1).max(1440),
});
export type RoleSettings = z.infer<typeof RoleSettings>;

type RoleRow = {
  /** The session's checkout: a `write` tree comes back as a bundle, a `read` tree is mounted read-only. */
  readonly access: 'read' | 'write';
  /** Schema of the handoff that ends the session. */
  readonly handoff: z.ZodType;
  readonly settings: RoleSettings;
};

const claude = { cli: 'claude', account: 'claude', memoryGiB: 2, cpus: 2 } as const;

export const roles: Readonly<Record<Role, RoleRow>> = {
  brainstormer: {
    access: 'read',
    handoff: RequirementsHandoff,
    settings: { ...claude, model: 'claude-opus-5-5', effort: 'medium', minutes: 30 },
  },
  planner: {
    access: 'read',
    handoff: PlanHandoff,
    settings: { ...claude, model: 'claude-opus-5-5', effort: 'high', minutes: 60 },
  },
  coder: {
    access: 'write',
    handoff: CoderHandoff,
    settings: {
      cli: 'codex',
      account: 'codex',
      model: 'gpt-6.1-sol',
      effort: 'high',
      memoryGiB: 2,
      cpus: 2,
      minutes: 120,
    },
  },
  reviewer: {
    access: 'read',
    handoff: ReviewHandoff,
    settings: { ...claude, model: 'claude-opus-5-5', effort: 'high', minutes: 30 },
  },
  answerer: {
    access: 'read',
    handoff: AnswerHandoff,
    settings: { ...claude, model: 'claude-opus-5-5', effort: 'medium', minutes: 30 },
  },
};
