import { setTimeout as sleep } from 'node:timers/promises';
import { manyPeople, timedHealth, timedMessage } from './console.ts';
import type { Bench, Measured } from './figure.ts';
import { openHeld, withGround } from './ground.ts';
import type { Ground, Row } from './ground.ts';
import { spread } from './statistics.ts';

const TASKS = 50;
const ROUNDS = 20;
const SPREAD_SECONDS = 10;
/** What a message sets off besides its acknowledgement is over by then. */
const PAUSE_MS = 700;

/** How long people wait until what they wrote is acknowledged, which means journaled. */
export const acknowledging = (bench: Bench): Promise<Measured> =>
  withGround(bench, { containers: false }, async (ground) => {
    const rows = await openHeld(ground, TASKS, bench);
    bench.say(`${ROUNDS} rounds of ${TASKS} messages, then ${SPREAD_SECONDS} s of ${TASKS} a second`);
    const agent = manyPeople();
    try {
      const { messages, health } = await together(ground, agent, rows, bench);
      const apart = await evenly(ground, agent, rows, bench);
      return {
        how: `A controller on a demo's world; ${TASKS} tasks of a project whose repository is not there, so that each is held at once, without a container, and takes messages. One message to each at the same instant over ${TASKS} open connections, ${ROUNDS} rounds, after each the same with a request that journals nothing; then the messages evenly over ${SPREAD_SECONDS} s.`,
        rows: [
          {
            what: `${TASKS} at the same instant`,
            unit: 'ms',
            values: spread(messages),
            aim: 'p50 ≤ 10 ms, p99 ≤ 100 ms',
          },
          { what: `${TASKS} a second, evenly`, unit: 'ms', values: spread(apart), aim: 'p50 ≤ 10 ms, p99 ≤ 100 ms' },
          { what: `${TASKS} × GET /api/health at once`, unit: 'ms', values: spread(health) },
        ],
      };
    } finally {
      agent.destroy();
    }
  });

type Agent = ReturnType<typeof manyPeople>;

async function together(
  ground: Ground,
  agent: Agent,
  rows: readonly Row[],
  { signal }: Bench,
): Promise<{ readonly messages: readonly number[]; readonly health: readonly number[] }> {
  const [messages, health]: [number[], number[]] = [[], []];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const sent = await Promise.all(rows.map((row) => timedMessage(ground, agent, row)));
    await sleep(PAUSE_MS, undefined, { signal });
    const asked = await Promise.all(rows.map(() => timedHealth(ground, agent)));
    // The first round opens the connections and warms the code.
    if (round > 0) messages.push(...sent);
    if (round > 0) health.push(...asked);
  }
  return { messages, health };
}

async function evenly(
  ground: Ground,
  agent: Agent,
  rows: readonly Row[],
  { signal }: Bench,
): Promise<readonly number[]> {
  const waiting: Promise<number>[] = [];
  const began = performance.now();
  for (let n = 0; n < SPREAD_SECONDS * TASKS; n += 1) {
    const row = rows[n % rows.length];
    const due = began + (n * 1_000) / TASKS;
    await sleep(Math.max(0, due - performance.now()), undefined, { signal });
    if (row) waiting.push(timedMessage(ground, agent, row));
  }
  return Promise.all(waiting);
}
