import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { mutants } from './table.ts';

it.each(mutants.map((mutant) => [mutant.guard, mutant] as const))(
  '%s: what `npm run mutants` takes out is there, once',
  async (_guard, { file, find, put }) => {
    expect((await readFile(file, 'utf8')).split(find)).toHaveLength(2);
    expect(put).not.toBe(find);
  },
);
