import type { Head } from '../../../src/chain/ids.ts';
import type { Task } from '../../../src/chain/task.ts';
import { ana } from '../../chain/samples.ts';
import { finished } from '../agents.ts';
import type { Scenario } from '../drive.ts';
import type { Intent, Look } from '../people.ts';
import { commit } from '../world.ts';
import type { World } from '../world.ts';

export type Phase = Task['phase']['at'];

export const phaseOf = ({ task }: Look, slug = 'fix'): Phase | undefined => task(slug)?.phase.at;
export const headOf = (task: Task | undefined): Head | null => task?.change?.head ?? null;

export const ask = (slug = 'fix', mode: 'headless' | 'quick' = 'quick', of: Partial<Intent> = {}): Intent => ({
  name: `ask ${slug}`,
  person: ana,
  project: 'site',
  slug: null,
  again: 'same',
  when: ({ task }) => task(slug) === undefined,
  command: () => ({ name: 'task', idea: `${slug} it`, slug, mode }),
  ...of,
});

/** What somebody does about a task once it is in one of these phases. */
export const does = (command: Intent['command'], at: readonly Phase[], of: Partial<Intent> = {}): Intent => ({
  name: `does ${at.join(' ')}`,
  person: ana,
  project: 'site',
  slug: 'fix',
  again: 'same',
  when: (look) => at.includes(phaseOf(look, of.slug ?? 'fix') ?? 'opening'),
  command,
  ...of,
});

/** Taps Merge on what is in review. */
export const merge = (slug = 'fix', of: Partial<Intent> = {}): Intent =>
  does(({ task }) => ({ name: 'merge', head: headOf(task(slug)), second: false }), ['review'], {
    name: `merge ${slug}`,
    slug,
    ...of,
  });

export const stop = (of: Partial<Intent> = {}): Intent =>
  does(() => ({ name: 'stop' }), ['review', 'held', 'failed'], { name: 'stop', ...of });
export const resume = (of: Partial<Intent> = {}): Intent =>
  does(() => ({ name: 'resume', holds: null }), ['held'], { name: 'resume', ...of });

export const answered = ({ world }: Look, name: string): boolean => world.deeds[name]?.state === 'answered';

/** A short task that goes well: one request each, and it is done. */
export const plain: Scenario = {
  name: 'a quick task',
  slots: 2,
  caps: null,
  policy: {},
  intents: [ask(), merge()],
  step: (_world, { role, requests }) => (requests === 0 ? 'request' : finished(role)),
  tests: () => 'green',
  missing: () => null,
  event: () => false,
  meanwhile: () => undefined,
  ends: { fix: ['merged'] },
  merges: 1,
};

export const whole: Scenario = { ...plain, name: 'all roles', intents: [ask('fix', 'headless'), merge()] };

/** Somebody else's change lands on the base branch. */
export function land(world: World): void {
  world.bases['site'] = commit('landed', world.bases['site'] ?? '');
}
