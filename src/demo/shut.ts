import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AccountLine } from '../boundary/files.ts';

/** When an account was shut, and when it opens by itself. Ms since the epoch. */
export type ShutSeen = { readonly account: string; readonly at: number; readonly until: number | null };

/** The last time that the boundary of a data folder shut an account; null where it never did. */
export async function lastShut(data: string): Promise<ShutSeen | null> {
  const text = await readFile(join(data, 'boundary', 'accounts.jsonl'), 'utf8').catch(() => '');
  const shut = text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(Boolean)
    .map((line) => AccountLine.parse(JSON.parse(line)))
    .findLast((line) => line.event === 'shut');
  return shut === undefined ? null : { account: shut.account, at: shut.t, until: shut.until };
}
