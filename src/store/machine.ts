import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import type { AskedHere, Machine } from '../chain/machine.ts';
import type { Clock } from '../chain/ports.ts';
import { readBox } from '../chain/reading.ts';
import { realDisk, replace } from './disk.ts';
import type { Disk } from './disk.ts';
import { lookingDisk } from './look.ts';
import { fileStore } from './store.ts';

const Asked = z.discriminatedUnion('is', [
  z.strictObject({ v: z.literal(1), is: z.literal('lock') }),
  z.strictObject({ v: z.literal(1), is: z.literal('unlock'), upTo: z.number().int().nonnegative() }),
]);
type Asked = z.infer<typeof Asked>;

/** What is asked for, without its id. */
type AskHere = { readonly is: 'lock' } | { readonly is: 'unlock'; readonly upTo: number };

/** Ids of later ones sort after those of earlier ones. */
const NAME = /^(\d{15}-[0-9a-f-]{36})\.json$/;

type Where = { readonly folder: string; readonly disk?: Disk };

/** One small file for each thing that was asked for, in `<data>/here`. Throws on a file that is none of ours, and names it. */
export function fileMachine({ folder, disk = realDisk() }: Where): Machine {
  const here = join(folder, 'here');
  return {
    async asked() {
      const names = (await disk.list(here)).filter((name) => NAME.test(name)).toSorted();
      const read = await Promise.all(names.map((name) => askedIn(disk, join(here, name), name)));
      return read.flatMap((asked) => asked ?? []);
    },
    async done(id) {
      await disk.remove(join(here, `${id}.json`));
    },
  };
}

/** null when it was taken away meanwhile. */
async function askedIn(disk: Disk, path: string, name: string): Promise<AskedHere | null> {
  const bytes = await disk.read(path);
  if (bytes === null) return null;
  const [, id = name] = NAME.exec(name) ?? [];
  const { v: _version, ...asked } = parse(bytes.toString(), path);
  return { id, ...asked };
}

function parse(text: string, path: string): Asked {
  try {
    return Asked.parse(JSON.parse(text));
  } catch {
    throw new Error(`${path} is nothing that Signalbox writes. Take it away.`);
  }
}

/** Puts it where the controller finds it, now or when it starts; durable when this resolves. Answers with its id. */
export async function askHere({ folder, disk = realDisk() }: Where, asked: AskHere, now: number): Promise<string> {
  const here = join(folder, 'here');
  await disk.makeFolder(here);
  await disk.syncFolder(folder);
  const id = `${String(now).padStart(15, '0')}-${randomUUID()}`;
  const file: Asked = { v: 1, ...asked };
  await replace(disk, join(here, `${id}.json`), Buffer.from(JSON.stringify(file)));
  return id;
}

/** How long the controller gets to take what was asked for before it is said that it does not run. */
const TAKEN_MS = 5_000;

/**
 * `lock` and `unlock`, durable when answered with a sentence. The running controller takes it; where none runs the next one begins with it. An
 * unlock names the lock that is there now: one that comes after it stays.
 */
export async function askForLock(folder: string, what: 'lock' | 'unlock', clock: Clock): Promise<string> {
  const machine = fileMachine({ folder });
  const box = await readBox(fileStore({ folder, disk: lookingDisk() }));
  const waits = (await machine.asked()).some(({ is }) => is === 'lock');
  if (what === 'unlock' && !box?.lock && !waits) return 'It is not locked.';
  if (what === 'lock' && box?.lock) return 'It is locked already.';
  const upTo = box?.lock?.n ?? (box?.locks ?? 0) + 1;
  const id = await askHere({ folder }, what === 'lock' ? { is: 'lock' } : { is: 'unlock', upTo }, clock.now());
  const until = clock.now() + TAKEN_MS;
  while (clock.now() < until) {
    if (!(await machine.asked()).some((asked) => asked.id === id))
      return what === 'lock' ? 'Locked: nothing starts and nothing merges.' : 'Unlocked: everything goes on.';
    await clock.sleep(100);
  }
  return `Nobody took it: Signalbox does not run. It begins ${what}ed when it starts.`;
}
