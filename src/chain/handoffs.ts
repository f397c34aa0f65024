import { z } from 'zod';
import { roles } from './roles.ts';

/** Without `$schema`: Claude Code refuses the dialect that zod names (2.1.329: "not a valid JSON Schema"). */
function jsonSchema(schema: z.ZodType): unknown {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema);
  return rest;
}

/** JSON Schema of each role's handoff. */
export const handoffs: Readonly<Record<string, unknown>> = Object.fromEntries(
  Object.entries(roles).map(([role, { handoff }]) => [role, jsonSchema(handoff)]),
);
