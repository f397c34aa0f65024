import type { Scenario } from '../drive.ts';
import type { Intent } from '../people.ts';
import { isLocked } from '../ports.ts';
import { once } from '../world.ts';
import type { World } from '../world.ts';
import { ask, does, merge, phaseOf, plain, whole } from './plain.ts';
import type { Phase } from './plain.ts';
import { works } from './agents.ts';

/** Somebody on the machine unlocks it once nothing else happens any more. */
function unlock(world: World): boolean {
  if (!isLocked(world) || !once(world, 'unlocked')) return false;
  world.here['unlock'] = { id: 'unlock', is: 'unlock', upTo: 9 };
  return true;
}

const lock = (when: Intent['when']): Intent => does(() => ({ name: 'lock' }), [], { name: 'lock', when });

/** Who reads that it is locked taps again when it is not. */
const tap = (): Intent => merge('fix', { when: (look) => phaseOf(look) === 'review' && !isLocked(look.world) });

const phases: readonly Phase[] = [
  'opening',
  'preparing',
  'queued',
  'proving',
  'working',
  'taking',
  'validating',
  'proposing',
  'judging',
  'review',
  'merging',
];

const started: Scenario = { ...plain, event: ({ world }) => unlock(world) };

/** Locked at each point of a task's life: nothing starts or merges until it is unlocked, and then all goes on. */
export const locks: readonly Scenario[] = [
  ...phases.map((phase): Scenario => ({
    ...started,
    name: `locked in ${phase}`,
    intents: [ask(), lock((look) => phaseOf(look) === phase), tap()],
  })),
  {
    ...started,
    name: 'locked while the engine is away and no session has begun',
    start: { outages: { run: 1 } },
    intents: [ask(), lock((look) => phaseOf(look) === 'working'), tap()],
  },
  {
    ...whole,
    name: 'locked while the planner works',
    step: (_world, session) => works(session),
    event: ({ world }) => unlock(world),
    intents: [
      ask('fix', 'headless'),
      lock(({ task }) => {
        const phase = task('fix')?.phase;
        return phase?.at === 'working' && phase.role === 'planner';
      }),
      tap(),
    ],
  },
  {
    ...started,
    name: 'locked on the machine before it starts',
    start: { here: { lock: { id: 'lock', is: 'lock' } } },
    intents: [ask('fix', 'quick', { when: ({ world, task }) => !isLocked(world) && task('fix') === undefined }), tap()],
  },
];
