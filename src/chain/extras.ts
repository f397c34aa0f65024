import { z } from 'zod';
import { Role } from './roles.ts';

const anywhere = {
  /** Its name in a session, e.g. `/extras/<name>`. */
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,30}$/, 'lower-case letters, digits and dashes, at most 31, e.g. house-style'),
  /** Whose sessions have it. Without them: every role whose CLI can. */
  roles: z.array(Role).min(1).optional(),
  /** In which projects; without them in all. */
  projects: z.array(z.string()).min(1).optional(),
};

const of = {
  ...anywhere,
  /** A folder of this machine that no agent can write; sessions see it read-only. */
  folder: z.string().startsWith('/', 'an absolute path of a folder on this machine'),
};

/** What the machine's owner gives to sessions beside their checkout. A repository gives none. */
export const Extra = z.discriminatedUnion('kind', [
  /** A plugin of Claude Code: commands, skills, agents. */
  z.strictObject({ kind: z.literal('plugin'), ...of }),
  /** A folder with a SKILL.md. */
  z.strictObject({ kind: z.literal('skill'), ...of }),
  /** A server on standard input and output, started in its folder by the CLI, inside the container and at the agent's uid. No secret belongs into `env`. */
  z.strictObject({
    kind: z.literal('mcp'),
    ...of,
    command: z.array(z.string().min(1)).min(1),
    env: z.record(z.string(), z.string()).default({}),
  }),
  /** A server behind a URL, which sessions reach through the boundary alone; it adds the credential. Judged by the boundary's own schema. */
  z.strictObject({
    kind: z.literal('mcp-url'),
    ...anywhere,
    url: z.string(),
    credentialFile: z.string().optional(),
    header: z.string().optional(),
  }),
]);
export type Extra = z.infer<typeof Extra>;
