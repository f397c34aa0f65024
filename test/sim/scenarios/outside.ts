import type { Scenario } from '../drive.ts';
import { commit, once } from '../world.ts';
import type { World } from '../world.ts';
import { answered, ask, land, merge, phaseOf, plain, stop } from './plain.ts';

/** Every call loses its answer, is refused once, and is refused longer than anybody tries. */
const calls = [
  'append',
  'open',
  'tell',
  'keep',
  'run',
  'stop',
  'sweep',
  'prepare',
  'record',
  'take',
  'check',
  'forge open',
  'facts',
  'comment',
  'merge',
  'close',
  'remove',
] as const;
const failures: readonly Scenario[] = calls.flatMap((name) => [
  { ...plain, name: `${name} loses two answers`, start: { losses: { [name]: 2 } } },
  { ...plain, name: `${name} is refused five times`, start: { outages: { [name]: 5 } } },
]);

/** A disk that is full from one append on, until nothing else happens any more. */
const fullDisk = (from: number): Scenario => ({
  ...plain,
  name: `full disk from append ${from} on`,
  meanwhile(world, call) {
    if (call !== 'append' || world.done['full']) return;
    const n = Object.values(world.streams).reduce((sum, { entries }) => sum + entries.length, 0);
    if (n < from) return;
    world.done['full'] = true;
    world.disk = 'full';
  },
  event({ world }) {
    if (world.disk !== 'full' || once(world, 'full for a while') || once(world, 'full for longer')) return false;
    world.disk = 'ok';
    return true;
  },
});
const disks = Array.from({ length: 32 }, (_, n) => fullDisk(n + 1));

/** Somebody pushes to the task's branch. */
function push(world: World): void {
  const change = world.changes[1];
  if (change?.state === 'open') world.changes[1] = { ...change, head: commit('pushed', change.head) };
}
const during =
  (call: string, happens: (world: World) => void, nth = 1): Scenario['meanwhile'] =>
  (world, at) => {
    if (at !== call || !world.changes[1]) return;
    for (let n = 1; n <= nth; n += 1) {
      if (!once(world, `${call} ${n}`)) continue;
      if (n === nth) happens(world);
      return;
    }
  };
const afterReview = ['facts', 'prepare', 'comment', 'tell', 'merge', 'append'] as const;
const moves: readonly Scenario[] = [
  ...afterReview.flatMap((call) =>
    [1, 2, 3].flatMap((nth) => [
      {
        ...plain,
        name: `head moved during ${call} ${nth}`,
        intents: [ask(), merge(), stop()],
        meanwhile: during(call, push, nth),
        // A push that comes after the merge is nobody's matter; before it, nothing is merged.
        ends: { fix: ['stopped', 'merged', 'held', 'review'] as const },
        merges: null,
      },
      {
        ...plain,
        name: `base moved during ${call} ${nth}`,
        intents: [
          ask(),
          merge(),
          merge('fix', {
            name: 'merge again',
            when: (look) => phaseOf(look) === 'review' && answered(look, 'merge fix'),
          }),
        ],
        meanwhile: during(call, land, nth),
      },
    ]),
  ),
  {
    ...plain,
    name: 'head moved in review',
    intents: [
      ask(),
      merge('fix', { when: (look) => look.world.done['pushed'] === true && phaseOf(look) === 'review' }),
      stop({ when: (look) => answered(look, 'merge fix') && ['held', 'review'].includes(phaseOf(look) ?? '') }),
    ],
    event: (look) => phaseOf(look) === 'review' && once(look.world, 'pushed') && (push(look.world), true),
    ends: { fix: ['stopped'] },
    merges: 0,
  },
  {
    ...plain,
    name: 'base moved in review',
    intents: [
      ask(),
      merge('fix', { when: (look) => look.world.done['landed'] === true && phaseOf(look) === 'review' }),
    ],
    event: (look) => phaseOf(look) === 'review' && once(look.world, 'landed') && (land(look.world), true),
  },
  ...(['merged', 'closed'] as const).map((state): Scenario => ({
    ...plain,
    name: `${state} elsewhere in review`,
    intents: [ask()],
    event({ world }) {
      const change = world.changes[1];
      if (!change || !once(world, 'elsewhere')) return false;
      world.changes[1] = { ...change, state };
      return true;
    },
    ends: { fix: [state === 'merged' ? 'merged' : 'stopped'] },
    merges: 0,
  })),
];

export const outside: readonly Scenario[] = [...failures, ...disks, ...moves];
