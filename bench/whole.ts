import { runBare, sessionsOf } from './bare.ts';
import type { Bare, Given } from './bare.ts';
import type { Bench, Measured, Row } from './figure.ts';
import { follow, untilReview } from './follow.ts';
import { withGround } from './ground.ts';
import type { Ground } from './ground.ts';
import { withPrograms } from './programs.ts';
import { median, middle } from './statistics.ts';

const REPEATS = 3;
const LATENCIES = [0, 1_000] as const;

/** One task under the controller, and the same conversations bare. `requests`: what either asked the model. */
type Pair = { readonly chain: Run; readonly bare: Bare; readonly requests: readonly [number, number] };

/** What the controller, the containers, the boundary and the validator add to a task, at two speeds of the model. */
export const wholeTask = (bench: Bench): Promise<Measured> =>
  withPrograms(bench.signal, (path) =>
    withGround(bench, { latencyMs: LATENCIES[0], containers: true }, (quick) =>
      withGround(bench, { latencyMs: LATENCIES[1], containers: true }, (slow) => compare([quick, slow], path, bench)),
    ),
  );

async function compare(grounds: readonly Ground[], path: string, bench: Bench): Promise<Measured> {
  const repeats = bench.repeats ?? REPEATS;
  const given: (readonly Given[])[] = [];
  for (const [n, ground] of grounds.entries()) {
    bench.say(`warm-up at ${LATENCIES[n]} ms an answer`);
    const { task } = await chain(ground, bench);
    const sessions = await sessionsOf(ground, task);
    if (n === 0) await runBare(ground, sessions, path, bench.signal);
    given.push(sessions);
  }
  const pairs = grounds.map((): Pair[] => []);
  for (let round = 1; round <= repeats; round += 1) {
    for (const [n, ground] of grounds.entries()) {
      bench.say(`round ${round} of ${repeats}, ${LATENCIES[n]} ms an answer`);
      pairs[n]?.push(await onePair(ground, given[n] ?? [], path, bench));
    }
  }
  return {
    how: `From the ask to the button that merges: brainstormer, planner, coder, reviewer and validator in containers, through controller and boundary; the person's tap is not in it. Beside it the same four conversations on the host, one after the other: the programs of the worker image with the same command lines, prompts, files and rehearsed model, in one clone, without controller, containers and validator; and apart from those the policy's setup and test. In turn, ${repeats} times after one warm-up; the ratio is taken pair by pair.`,
    rows: pairs.flatMap((of, n) => rows(of, LATENCIES[n] ?? 0)),
  };
}

async function onePair(ground: Ground, given: readonly Given[], path: string, bench: Bench): Promise<Pair> {
  const asked = (): number => Object.values(ground.world.rehearsal.requests()).reduce((sum, of) => sum + of);
  const before = asked();
  const run = await chain(ground, bench);
  const between = asked();
  const bare = await runBare(ground, given, path, bench.signal);
  return { chain: run, bare, requests: [between - before, asked() - between] };
}

function rows(pairs: readonly Pair[], latency: number): readonly Row[] {
  const at = `${latency / 1_000} s an answer`;
  const names = [...new Set(pairs.flatMap(({ chain }) => Object.keys(chain.steps)))];
  const steps = names.map((name) => [name, median(pairs.map(({ chain }) => chain.steps[name] ?? 0))] as const);
  return [
    { what: `${at}: whole task`, unit: 's', values: middle(pairs.map(({ chain }) => chain.seconds)) },
    { what: `${at}: the conversations bare`, unit: 's', values: middle(pairs.map(({ bare }) => bare.conversations)) },
    { what: `${at}: setup and test bare`, unit: 's', values: middle(pairs.map(({ bare }) => bare.checks)) },
    {
      what: `${at}: whole / conversations`,
      unit: '×',
      values: middle(pairs.map(({ chain, bare }) => chain.seconds / bare.conversations)),
      ...(latency === 1_000 ? { aim: '≤ 1.5' } : {}),
    },
    {
      what: `${at}: whole / (conversations + setup and test)`,
      unit: '×',
      values: middle(pairs.map(({ chain, bare }) => chain.seconds / (bare.conversations + bare.checks))),
    },
    {
      what: `${at}: requests to the model`,
      unit: 'in all',
      values: {
        'whole task': median(pairs.map(({ requests }) => requests[0])),
        bare: median(pairs.map(({ requests }) => requests[1])),
      },
    },
    { what: `${at}: where the whole task goes`, unit: 's', values: Object.fromEntries(steps) },
  ];
}

type Run = { readonly task: string; readonly seconds: number; readonly steps: Readonly<Record<string, number>> };

/** One task until it could be merged; then it is stopped, so that the base branch stays as it is for the next. */
async function chain(ground: Ground, bench: Bench): Promise<Run> {
  const { channel } = ground.world;
  const { task, ms, seen } = await untilReview(ground, 'fix the typo in the README', channel, bench);
  await ground.you.say('/stop', { channel, thread: seen.thread });
  await follow(ground, task, ({ phase }) => phase === 'stopped', bench);
  const steps: Record<string, number> = {};
  for (const [n, { step, at }] of seen.steps.entries()) {
    const next = seen.steps[n + 1];
    if (next) steps[step] = (steps[step] ?? 0) + (next.at - at) / 1_000;
  }
  return { task, seconds: ms / 1_000, steps };
}
