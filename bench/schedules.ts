import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { Bench, Measured } from './figure.ts';

/** Where the simulated world says how fast it is: `export function measure(seconds, signal)`, which answers how many schedules it ran. */
const SIMULATION = 'test/sim/speed.ts';
const SECONDS = 10;

type Simulation = { measure(seconds: number, signal: AbortSignal): Promise<unknown> };
const Ran = z.object({ schedules: z.number().positive(), seconds: z.number().positive() });

/** null where there is no simulated world. */
export async function simulating({ root, say, signal }: Bench): Promise<Measured | null> {
  const file = join(root, SIMULATION);
  const there = await stat(file).catch(() => null);
  if (there === null) return null;
  say(`random schedules for ${SECONDS} s`);
  const { measure } = (await import(pathToFileURL(file).href)) as Simulation;
  const { schedules, seconds } = Ran.parse(await measure(SECONDS, signal));
  return {
    how: `${schedules} random schedules in ${seconds.toFixed(1)} s, in one process.`,
    rows: [{ what: 'schedules', unit: '1/s', values: { rate: schedules / seconds } }],
  };
}
