import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Log } from '../chain/ports.ts';

/** How often it is looked whether the boundary is there: Codex gives up 24 s after its model is gone. */
const LOOK_MS = 3_000;

/** A boundary serves `folder` while this controller runs: one that is gone is started again, in a process that outlives this one. */
export async function keepBoundary({
  folder,
  argv,
  log,
  signal,
}: {
  readonly folder: string;
  readonly argv: readonly string[];
  readonly log: Log;
  readonly signal: AbortSignal;
}): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const words = openSync(join(folder, 'log'), 'a', 0o600);
  // Asked without waiting: a second boundary would wait for the first to end, and take its place.
  const isThere = async (): Promise<boolean> =>
    (await execa('flock', ['--nonblock', join(folder, 'lock'), 'true'], { reject: false })).exitCode === 1;
  // On a busy machine it takes longer than a look until the lock is held: one that is still starting is not started again.
  let starting = false;
  const look = async (): Promise<void> => {
    if (signal.aborted || starting || (await isThere())) return;
    log.info('the boundary is started', { folder });
    starting = true;
    const child = spawn(process.execPath, argv, { detached: true, stdio: ['ignore', words, words] });
    for (const over of ['exit', 'error'] as const) child.once(over, () => (starting = false));
    child.unref();
  };
  await look();
  const looking = setInterval(() => void look(), LOOK_MS).unref();
  signal.addEventListener('abort', () => clearInterval(looking), { once: true });
}
