import { z } from 'zod';

/**
 * `.signalbox/policy.yaml`, read from the base branch, never from the change. Unknown keys are refused: a misspelt rule that is
 * silently ignored would merge what it should hold.
 */
export const Policy = z.strictObject({
  /** Commands that prepare a fresh checkout, in order. */
  setup: z.array(z.string().min(1)).default([]),
  /** The command that must exit 0. Without one nothing is green. */
  test: z.string().min(1).nullable().default(null),
  /** Globs that may merge by themselves once soak is over; replaces the default. */
  merges: z.array(z.string().min(1)).default([
    // Not all of docs: `conf.py` and `vite.config.ts` run where the documents are built, a script in a page where they are read, and a
    // list of packages may have any name that ends in .txt.
    'docs/**/*.{md,rst,adoc,png,jpg,jpeg,gif,webp}',
    '**/*.md',
    '**/{README,CHANGELOG}{,.{md,txt,rst,adoc}}',
  ]),
  /** Globs added to those that need an admin's second tap. */
  sensitive: z.array(z.string().min(1)).default([]),
  /** Globs added to those that never merge from chat. */
  blocked: z.array(z.string().min(1)).default([]),
  /** Red tests may send the coder back this often before the task fails. */
  rework: z.number().int().min(0).max(10).default(2),
  /**
   * Tool calls of agents by pattern, `Bash(npm publish*)`, `Write(migrations/**)`, `Edit(…)`, `Read(…)`: allow, ask a person, or block. The first that
   * fits counts. Force pushes, hard resets, rm -r of a home or a root and files of secrets have rules of their own, which these do not loosen.
   */
  tools: z
    .record(
      z.string().regex(/^(Bash|Write|Edit|Read)\(.+\)$/, 'Bash(…), Write(…), Edit(…) or Read(…)'),
      z.enum(['allow', 'ask', 'block']),
    )
    .default({}),
  /** Whether the coder waits until a person has approved the plan: while soak lasts, always, or never. */
  approvePlan: z.enum(['soak', 'always', 'never']).default('soak'),
});
export type Policy = z.infer<typeof Policy>;

export const defaultPolicy: Policy = Policy.parse({});
