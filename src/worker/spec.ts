import { readFileSync } from 'node:fs';
import type { Spec } from './files.ts';
import { fields, fieldsOf } from './json.ts';

export type SpecRead = { readonly ok: true; readonly spec: Spec } | { readonly ok: false; readonly reason: string };

/** Reads in/spec.json. The controller wrote it by the schema in files.ts; this is a look at its shape, since no container has zod. */
export function readSpec(path: string): SpecRead {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return { ok: false, reason: `${path} cannot be read (${(error as Error).message}).` };
  }
  const spec = fieldsOf(text);
  const wrong = (
    [
      ['v', spec['v'] === 1],
      ['session', isString(spec['session'])],
      ['cli', spec['cli'] === 'claude' || spec['cli'] === 'codex'],
      ['start', isCommand(spec['start'])],
      ['resume', isCommand(spec['resume'])],
      ['env', Object.values(fields(spec['env'])).every(isString)],
      ['prompt', isString(fields(spec['prompt'])['uuid']) && isString(fields(spec['prompt'])['text'])],
      ['again', isString(spec['again'])],
    ] as const
  ).find(([, fits]) => !fits)?.[0];
  if (wrong !== undefined) {
    return {
      ok: false,
      reason: `${path}: ${wrong} is missing or wrong. Controller and worker are of different versions.`,
    };
  }
  return { ok: true, spec: spec as Spec };
}

function isString(value: unknown): value is string {
  return typeof value === 'string';
}

function isCommand(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every(isString);
}
