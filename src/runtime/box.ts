import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { claimDurably, readIfThere } from './durable.ts';

const Box = z.object({ id: z.string().regex(/^[0-9a-f]{8}$/) });

/** This installation's own id, made once and kept in `<data>/box.json`, so that two installations on one engine never touch each other's containers. */
export async function boxId(data: string): Promise<string> {
  const file = join(data, 'box.json');
  await mkdir(data, { recursive: true, mode: 0o700 });
  // Looked at first: a controller starts on a full disk too.
  const known = await readIfThere(file);
  if (known === null) await claimDurably(file, JSON.stringify({ id: randomBytes(4).toString('hex') }));
  const box = Box.safeParse(JSON.parse(known ?? (await readIfThere(file)) ?? 'null'));
  if (!box.success)
    throw new Error(
      `${file} does not hold this installation's id. Restore it from a backup; without it running sessions are not found again.`,
    );
  return box.data.id;
}
