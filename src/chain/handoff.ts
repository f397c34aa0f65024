import { z } from 'zod';

/**
 * What each role says at its end, by schema (Claude's --json-schema, Codex's --output-schema). Every field is required and objects are
 * strict, because Codex's structured output allows nothing else. All of it is a claim: shown, handed on, never believed.
 */
export const RequirementsHandoff = z.strictObject({
  title: z.string().min(1).max(100).describe('the task in one line, imperative, no full stop'),
  requirements: z
    .string()
    .min(1)
    .max(60_000)
    .describe('the requirements document, Markdown, as your instructions lay it out'),
});

export const PlanHandoff = z.strictObject({
  type: z.enum(['feat', 'fix', 'docs', 'refactor', 'test', 'chore']).describe('conventional commit type of the change'),
  plan: z.string().min(1).max(120_000).describe('the plan document, Markdown, as your instructions lay it out'),
  units: z
    .array(z.strictObject({ name: z.string(), files: z.array(z.string()) }))
    .min(1)
    .describe('units of work in order, each with the files it touches'),
  acceptance: z
    .array(z.string().min(1).max(1_000))
    .max(20)
    .describe('commands, run from the root of the repository, that exit 0 when the work is done'),
});

export const CoderHandoff = z.strictObject({
  status: z.enum(['done', 'plan-violation', 'blocked']),
  summary: z.string().min(1).max(10_000).describe('what changed and why, a few sentences'),
  defect: z
    .strictObject({
      cause: z.string().min(1).max(500).describe('its root cause, in one sentence'),
      file: z.string().max(300).describe('the file that owns it'),
      proof: z.string().max(1_000).describe('the command that proves the cure'),
    })
    .nullable()
    .describe('of the defect that was cured; null when the task was none'),
  tests: z
    .array(z.strictObject({ command: z.string(), result: z.string() }))
    .describe('every test command that you ran, exactly, and what it said'),
  risks: z.array(z.string()),
  next: z
    .string()
    .describe('the next step for whoever takes over; for plan-violation and blocked: what stands in the way'),
});

export const Severity = z.enum(['none', 'low', 'medium', 'high']);
export type Severity = z.infer<typeof Severity>;

/** `answer` is Markdown, for the person who asked. */
export const AnswerHandoff = z.strictObject({ answer: z.string().min(1) });

export const ReviewHandoff = z.strictObject({
  severity: Severity.describe('the highest severity among the findings'),
  scope: z
    .enum(['implemented', 'design-only'])
    .describe('design-only when the change describes work instead of doing it'),
  findings: z.array(
    z.strictObject({ severity: Severity, title: z.string(), detail: z.string(), file: z.string().nullable() }),
  ),
});

export type RequirementsHandoff = z.infer<typeof RequirementsHandoff>;
export type PlanHandoff = z.infer<typeof PlanHandoff>;
export type CoderHandoff = z.infer<typeof CoderHandoff>;
export type ReviewHandoff = z.infer<typeof ReviewHandoff>;
