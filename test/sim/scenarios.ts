import type { Head } from '../../src/chain/ids.ts';
import type { Task } from '../../src/chain/task.ts';
import { ana, ben } from '../chain/samples.ts';
import { finished } from './agents.ts';
import type { Scenario } from './drive.ts';
import type { Intent, Look } from './people.ts';

type Phase = Task['phase']['at'];

export const phaseOf = ({ task }: Look, slug = 'fix'): Phase | undefined => task(slug)?.phase.at;

export const ask = (slug = 'fix', of: Partial<Intent> & { mode?: 'headless' | 'quick' } = {}): Intent => {
  const { mode = 'quick', ...rest } = of;
  return {
    name: `ask ${slug}`,
    person: ana,
    project: 'site',
    slug: null,
    again: 'same',
    when: ({ task }) => task(slug) === undefined,
    command: () => ({ name: 'task', idea: `${slug} it`, slug, mode }),
    ...rest,
  };
};

/** Taps Merge on what is in review. */
export const merge = (slug = 'fix', of: Partial<Intent> = {}): Intent => ({
  name: `merge ${slug}`,
  person: ana,
  project: 'site',
  slug,
  again: 'same',
  when: (look) => phaseOf(look, slug) === 'review',
  command: ({ task }) => ({ name: 'merge', head: headOf(task(slug)), second: false }),
  ...of,
});

const headOf = (task: Task | undefined): Head | null => task?.change?.head ?? null;

/** A short task that goes well: one request each, and it is done. */
export const plain: Scenario = {
  name: 'a quick task',
  slots: 2,
  policy: {},
  intents: [ask(), merge()],
  step: (_world, { role, requests }) => (requests === 0 ? 'request' : finished(role)),
  tests: () => 'green',
  missing: () => null,
  event: () => false,
  ends: { fix: ['merged'] },
  merges: 1,
};
void ben;
