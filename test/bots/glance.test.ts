import { expect, it } from 'vitest';
import { glance } from '../../src/bots/glance.ts';
import { TaskId } from '../../src/chain/ids.ts';
import type { Wait } from '../../src/chain/schedule.ts';
import { task, tasks } from './samples.ts';

const named = (n: number): TaskId => TaskId.parse(`t${String(n).padStart(10, '0')}`);

it('what waits for a person comes first, then what is held, what is at work, and the latest that are over', () => {
  const over = Array.from({ length: 7 }, (_, n) => ({ ...tasks.merged, id: named(20 + n), title: `over ${n}` }));
  const all = [
    ...over,
    { ...tasks.queued, id: named(1) },
    tasks.working,
    tasks.held,
    { ...tasks.failed, id: named(2) },
    tasks.review,
  ];
  const waits = new Map<TaskId, Wait>([[named(1), { for: 'slot', ahead: 2, slots: 1 }]]);
  const now = tasks.working.times.at(-1)!.since + 150_000;
  const [site, more] = glance(all, waits, now);
  expect(more).toBeUndefined();
  expect([site!.project, site!.sum]).toEqual(['site', '2 waiting for you ⋅ 1 on hold ⋅ 2 at work ⋅ 7 over']);
  expect(site!.tasks.slice(0, 5).map(({ sign, doing, why }) => [sign, doing, why])).toEqual([
    ['❌', 'failed', '`npm test` fails on the would-be merge commit.'],
    ['🔔', 'held for review', null],
    ['⏸', 'on hold', 'The login of claude ran out.'],
    ['🟢', 'in the queue', '2 tasks before it, 1 slot on this machine'],
    ['🟢', 'with the coder', null],
  ]);
  expect(site!.tasks.slice(5).map(({ title }) => title)).toEqual(['over 6', 'over 5', 'over 4', 'over 3', 'over 2']);
  expect(site!.tasks.find(({ doing }) => doing === 'with the coder')!.since).toBe('2m30s');
});

it('a merge that lasts says why', () => {
  const lasts = task({ at: 'merging', by: null, waits: 'The repository is out of reach.' });
  expect(glance([lasts], new Map(), 0)[0]!.tasks[0]).toMatchObject({
    why: 'The repository is out of reach.',
    waits: 'cause',
  });
});

it.each([
  ['a question', { by: 'answer' }, 'person'],
  ['a plan', { by: 'approval', head: null }, 'person'],
  ['a tap', { by: 'person' }, 'person'],
  ['more money', { by: 'raise', cap: 5, spent: 5, worst: 1 }, 'person'],
  ['more words', { by: 'words', at: 0 }, 'person'],
  ['a window', { by: 'account', account: 'claude' }, 'cause'],
  ['a time', { by: 'time', at: 0 }, 'cause'],
] as const)('a hold for %s waits for a %o', (_what, ends, waits) => {
  const held = task({ ...(tasks.held.phase as object), ends } as typeof tasks.held.phase);
  expect(glance([held], new Map(), 0)[0]!.tasks[0]!.waits).toBe(waits);
});
