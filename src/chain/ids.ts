import { z } from 'zod';

/** A full commit id: 40 lower-case hex digits. What a review, a verdict or a tap is about; never a branch name. */
export const Head = z
  .string()
  .regex(/^[0-9a-f]{40}$/, 'a full commit id has 40 hex digits')
  .brand<'Head'>();
export type Head = z.infer<typeof Head>;

/** `t` and ten hex digits, derived from the source id of the `/task` that asked for it. */
export const TaskId = z
  .string()
  .regex(/^t[0-9a-f]{10}$/)
  .brand<'TaskId'>();
export type TaskId = z.infer<typeof TaskId>;

/** A project's name in the config: lower case, digits and dashes. */
export const ProjectId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'lower-case letters, digits and dashes, at most 40')
  .brand<'ProjectId'>();
export type ProjectId = z.infer<typeof ProjectId>;

/** One conversation of one role: `<task>-<role>-<attempt>`. Also the name of its folder; unique within a data folder. */
export const SessionId = z
  .string()
  .regex(/^t[0-9a-f]{10}-[a-z]+-[0-9]+$/)
  .brand<'SessionId'>();
export type SessionId = z.infer<typeof SessionId>;

/** Milliseconds since the epoch, from the Clock port. */
export type Millis = number;
