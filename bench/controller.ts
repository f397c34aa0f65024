import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { boundaryOf, endProcess } from '../src/demo/controller.ts';

/** A controller process that is started and killed on demand. */
export type Controller = {
  /** Starts `./signalbox up`, and resolves with the moment (performance.now) at which the launcher became Node. */
  start(): Promise<number>;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** Ends it, and the boundary that it started. Safe to repeat. */
  stop(): Promise<void>;
  /** Memory of the running one, in MB: resident now, and at most so far. */
  memory(): Promise<{ readonly now: number; readonly peak: number }>;
};

export function controllerOn(root: string, data: string): Controller {
  let child: ChildProcess | null = null;
  const log = openSync(join(data, 'controller.log'), 'a', 0o600);
  const isThere = (): boolean => child !== null && child.exitCode === null && child.signalCode === null;
  return {
    async start() {
      child = spawn(join(root, 'signalbox'), ['up', '--data', data], { stdio: ['ignore', log, log] });
      while (isThere() && program(child.pid) !== 'node') await sleep(1);
      return performance.now();
    },
    async kill() {
      if (child === null || !isThere()) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
    async stop() {
      await endProcess(isThere() ? child?.pid : undefined);
      await endProcess(await boundaryOf(data));
    },
    async memory() {
      const status = await readFile(`/proc/${child?.pid}/status`, 'utf8');
      const of = (field: string): number =>
        Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024;
      return { now: of('VmRSS'), peak: of('VmHWM') };
    },
  };
}

/** The launcher keeps its pid when it becomes Node. */
function program(pid: number | undefined): string | null {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`));
  } catch {
    return null;
  }
}
