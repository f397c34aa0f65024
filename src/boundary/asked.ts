import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Asking } from './files.ts';

/** A file of the folder `asked`. `asking` is null when it is not what the controller writes. */
export type AskedFile = { readonly key: string; readonly asking: Asking | null };

/** What is asked for now. Throws when the folder cannot be read. */
export async function readAsked(folder: string): Promise<readonly AskedFile[]> {
  const keys = (await readdir(folder)).filter((name) => /^[0-9a-f]{64}$/.test(name));
  return Promise.all(keys.map(async (key) => ({ key, asking: await readOne(join(folder, key)) })));
}

export async function removeAsked(folder: string, key: string): Promise<void> {
  await rm(join(folder, key), { force: true });
}

async function readOne(path: string): Promise<Asking | null> {
  const text = await readFile(path, 'utf8');
  try {
    return Asking.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
