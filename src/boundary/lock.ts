import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export type Lock = {
  /** Resolves when the lock is gone, released or not. */
  readonly lost: Promise<void>;
  release(): Promise<void>;
};

/** `flock` answers with this when somebody else holds the lock. */
const taken = 75;

/**
 * Takes the lock on a boundary's folder, or throws an Error that names who has it. `<folder>/pid` is for that message and for whoever
 * wants to end the boundary.
 */
export async function takeLock(folder: string): Promise<Lock> {
  // A killed boundary's lock ends a moment after it does.
  for (let tries = 0; tries < 20; tries += 1) {
    const holder = await hold(join(folder, 'lock'));
    if (holder !== null) {
      const lost = once(holder, 'exit').then(() => undefined);
      const pid = join(folder, 'pid');
      await writeFile(pid, `${process.pid}\n`);
      return {
        lost,
        release: async () => {
          await rm(pid, { force: true });
          holder.ref();
          holder.stdin?.end();
          await lost;
        },
      };
    }
    await sleep(100);
  }
  const pid = (await readFile(join(folder, 'pid'), 'utf8').catch(() => '')).trim() || 'unknown';
  throw new Error(
    `${folder} is served by the boundary with pid ${pid}: stop that one, or name another data folder with --data.`,
  );
}

/** Node has no flock: `cat` holds it under `flock` until its stdin ends, which the kernel sees to when this process is killed. */
async function hold(path: string): Promise<ChildProcess | null> {
  // In a process group of its own, so that Ctrl-C does not take the lock away before the sockets are closed.
  const child = spawn('flock', ['--nonblock', '--no-fork', '--conflict-exit-code', String(taken), path, 'cat'], {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  let complaint = '';
  child.stderr.on('data', (text: Buffer) => (complaint += text.toString()));
  child.stdin.on('error', () => undefined);
  child.stdin.write('held\n');
  const answer = await Promise.race([
    once(child.stdout, 'data').then(() => 'held' as const),
    once(child, 'close').then(([code]) => code as number | null),
  ]).catch((error: unknown) => {
    throw new Error(`the lock ${path} cannot be taken: the program flock (util-linux) could not be started.`, {
      cause: error,
    });
  });
  if (answer === 'held') {
    child.unref();
    return child;
  }
  if (answer === taken) {
    return null;
  }
  throw new Error(`the lock ${path} cannot be taken: ${complaint.trim() || `flock ended with ${answer}`}.`);
}
