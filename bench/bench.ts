import { mkdtemp, rm, stat } from 'node:fs/promises';
import { availableParallelism, loadavg, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { Exit } from '../src/exit.ts';
import type { Bench, Figure } from './figure.ts';
import { figures } from './figures.ts';
import { shown } from './table.ts';
import type { Outcome } from './table.ts';

export type BenchOptions = Pick<Bench, 'root' | 'repeats' | 'sweep'> & {
  /** Names of figures; undefined: all. */
  readonly only: string | undefined;
  /** One JSON object as the last line of stdout. */
  readonly json: boolean;
  /** The data folder: what is written is written on its disk. It need not be there. */
  readonly data: string;
  /** Brings Docker and the worker image. */
  readonly setUp: () => Promise<void>;
};

/** Measures and prints. Answers with an exit code: 1 when a figure could not be measured, never because of what it says. */
export async function runBench(options: BenchOptions, signal: AbortSignal): Promise<number> {
  const chosen = choose(options.only);
  const machine = {
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    load: Number((loadavg()[0] ?? 0).toFixed(2)),
  };
  console.log(
    `${machine.cores} cores, ${machine.memoryGiB} GiB, Node ${machine.node}, load ${machine.load} before. Times are of this machine as busy as it is now: compare figures of one machine only.\n`,
  );
  const place = await mkdtemp(join(await nearest(options.data), '.bench-'));
  const outcomes: Record<string, Outcome> = {};
  let isSetUp: Promise<void> | undefined;
  try {
    for (const [name, figure] of chosen) {
      const say = (line: string): void => console.error(`bench: ${name}: ${line}`);
      const ready = async (): Promise<void> => (isSetUp ??= options.setUp());
      const outcome = await take(figure, ready, { ...options, place, say, signal });
      outcomes[name] = outcome;
      console.log(shown(figure, outcome));
    }
  } finally {
    await rm(place, { recursive: true, force: true });
  }
  if (options.json) console.log(JSON.stringify({ machine, figures: outcomes }));
  return Object.values(outcomes).some(({ is }) => is === 'failed') ? 1 : 0;
}

function choose(only: string | undefined): readonly (readonly [string, Figure])[] {
  if (only === undefined) return Object.entries(figures);
  const names = only.split(',').filter(Boolean);
  const unknown = names.find((name) => !Object.hasOwn(figures, name));
  if (unknown !== undefined || names.length === 0)
    throw new Exit(
      64,
      `--only ${only}: there is no figure ${unknown ?? ''}; there are ${Object.keys(figures).join(', ')}`,
    );
  return Object.entries(figures).filter(([name]) => names.includes(name));
}

/** A machine without Docker still has the figures that take none. */
async function take({ measure, containers }: Figure, ready: () => Promise<void>, bench: Bench): Promise<Outcome> {
  if (bench.signal.aborted) return { is: 'failed', reason: 'interrupted' };
  try {
    if (containers) await ready();
    const measured = await measure(bench);
    return measured === null ? { is: 'not measured' } : { is: 'measured', ...measured };
  } catch (error) {
    return { is: 'failed', reason: bench.signal.aborted ? 'interrupted' : (error as Error).message };
  }
}

/** The folder itself, or the one above it that is there. */
async function nearest(folder: string): Promise<string> {
  const there = await stat(folder).catch(() => null);
  return there?.isDirectory() ? folder : nearest(dirname(folder));
}
