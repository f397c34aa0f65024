import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export type Controller = {
  /** How often it had to be started. */
  starts(): number;
  /** Ends the controller and the boundary that it started. Safe to repeat. */
  stop(): Promise<void>;
};

/** Keeps `./signalbox up` running on a data folder, as systemd would: killed, it is started again. Its words go to `<data>/controller.log`. */
export function keepController(root: string, data: string): Controller {
  let child: ChildProcess | null = null;
  let stopping = false;
  let starts = 0;
  const log = openSync(join(data, 'controller.log'), 'a', 0o600);

  const start = (): void => {
    starts += 1;
    child = spawn(join(root, 'signalbox'), ['up', '--data', data], { stdio: ['ignore', log, log] });
    child.once('exit', () => {
      if (!stopping) setTimeout(() => !stopping && start(), 300);
    });
  };
  start();

  return {
    starts: () => starts,
    async stop() {
      const isFirst = !stopping;
      stopping = true;
      await endProcess(child?.exitCode === null && child.signalCode === null ? child.pid : undefined);
      await endProcess(await boundaryOf(data));
      if (isFirst) closeSync(log);
    },
  };
}

/** Waits until the controller answers on its port; throws the end of its log when it does not. */
export async function untilUp(data: string, url: string, signal: AbortSignal): Promise<void> {
  for (let tries = 0; tries < 240; tries += 1) {
    const up = await fetch(`${url}/api/health`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (up) return;
    await sleep(250, undefined, { signal });
  }
  const log = await readFile(join(data, 'controller.log'), 'utf8').catch(() => '');
  throw new Error(`the controller did not come up at ${url}; the end of its log:\n${log.slice(-2_000)}`);
}

/** TERM, and KILL for what is still there after ten seconds. */
export async function endProcess(pid: number | undefined): Promise<void> {
  if (pid === undefined || !signal(pid, 'SIGTERM')) return;
  for (let tries = 0; tries < 100; tries += 1) {
    if (!signal(pid, 0)) return;
    await sleep(100);
  }
  signal(pid, 'SIGKILL');
}

function signal(pid: number, what: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, what);
  } catch {
    return false;
  }
}

/** Pid of the boundary that serves a data folder. */
export async function boundaryOf(data: string): Promise<number | undefined> {
  const text = await readFile(join(data, 'boundary', 'pid'), 'utf8').catch(() => '');
  const pid = Number(text.trim());
  return Number.isInteger(pid) && pid > 1 ? pid : undefined;
}
