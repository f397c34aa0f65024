import type { Story } from './random.ts';

const nothing: Story = {
  mode: 'headless',
  slots: 1,
  policy: { approvePlan: 'never' },
  deeds: [],
  steps: [],
  red: [],
  happens: [],
  losses: {},
  outages: {},
  kills: [],
  order: 0,
};

/** Stories that broke a rule once, as fast-check shrank them. They are told again on every run; a new one is put here with its cure. */
export const kept: Readonly<Record<string, Story>> = {
  'a run that was given up had begun all the same': { ...nothing, losses: { run: 1 }, outages: { run: 2 } },
  'and the engine would not stop it either': { ...nothing, losses: { run: 1 }, outages: { run: 2, stop: 1 } },
  'stopped while its thread was being opened': {
    ...nothing,
    deeds: [{ after: 1, what: 'stop', by: 0, again: 'same' }],
    losses: { open: 1 },
  },
  'the message of an earlier hold comes after that of a later one': {
    ...nothing,
    deeds: [
      { after: 13, what: 'code', by: 0, again: 'same' },
      { after: 28, what: 'code', by: 0, again: 'same' },
    ],
    steps: ['waits', 'waits', 'waits', 'waits', 'spent'],
    happens: [{ after: 29, what: 'full' }],
  },
  'a chat that is out of reach for long': { ...nothing, losses: { open: 4 }, outages: { open: 4 } },
};
