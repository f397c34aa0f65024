import type { Figure } from './figure.ts';
import { acknowledging } from './ack.ts';
import { passing } from './boundary.ts';
import { appending } from './journal.ts';
import { simulating } from './schedules.ts';
import { starting } from './start.ts';
import { streaming } from './page.ts';
import { merging } from './tap.ts';
import { wholeTask } from './whole.ts';

/** Every figure by the name that --only knows, in the order of the table. */
export const figures: Readonly<Record<string, Figure>> = {
  journal: { title: 'journal: one append', containers: false, measure: appending },
  ack: { title: 'ack: a message → acknowledged, with 50 open tasks', containers: false, measure: acknowledging },
  page: { title: "page: an agent's word → the page", containers: false, measure: streaming },
  boundary: {
    title: 'boundary: against the same requests straight to the service',
    containers: false,
    measure: passing,
  },
  tap: { title: 'tap: the press of Merge → merged', containers: true, measure: merging },
  start: { title: 'start: after SIGKILL, with many open tasks', containers: false, measure: starting },
  schedules: { title: 'schedules: of the simulated world', containers: false, measure: simulating },
  whole: { title: 'whole: a task against the same CLI calls bare on the host', containers: true, measure: wholeTask },
};
