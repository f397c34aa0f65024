import type { Millis } from '../chain/ids.ts';
import type { Wait } from '../chain/schedule.ts';
import type { Task } from '../chain/task.ts';
import { waitWords } from './cards.ts';
import { plain } from './markdown.ts';
import { doing, duration, sign, waitsForPerson } from './phases.ts';

/** A task in one row. `since`: how long it has been so. Plain text. */
export type GlanceRow = {
  readonly task: string;
  readonly sign: string;
  readonly title: string;
  readonly doing: string;
  /** Why it waits, where it does. */
  readonly why: string | null;
  readonly since: string;
  readonly waits: 'person' | 'cause' | 'no' | 'over';
};

export type Glance = readonly {
  readonly project: string;
  readonly sum: string;
  readonly tasks: readonly GlanceRow[];
}[];

/** How many of those that are over are shown. */
const OVER_SHOWN = 5;

/** Every project with its tasks: what waits for a person first, then what goes on, then the latest that are over. */
export function glance(tasks: readonly Task[], waits: ReadonlyMap<string, Wait>, now: Millis): Glance {
  const projects = [...new Set(tasks.map(({ project }) => project))].toSorted();
  return projects.map((project) => {
    const rows = tasks.filter((task) => task.project === project).map((task) => rowOf(task, waits.get(task.id), now));
    const by = (...waiting: readonly GlanceRow['waits'][]): GlanceRow[] =>
      rows.filter((row) => waiting.includes(row.waits));
    const [yours, held, going, over] = [by('person'), by('cause'), by('no'), by('over')];
    const counts = [
      [yours.length, 'waiting for you'],
      [held.length, 'on hold'],
      [going.length, 'at work'],
      [over.length, 'over'],
    ] as const;
    const sum = counts.filter(([n]) => n > 0).map(([n, words]) => `${n} ${words}`);
    return {
      project,
      sum: sum.join(' ⋅ '),
      tasks: [...yours, ...held, ...going, ...over.toReversed().slice(0, OVER_SHOWN)],
    };
  });
}

function rowOf(task: Task, wait: Wait | undefined, now: Millis): GlanceRow {
  const { id, phase, title, times } = task;
  const why =
    phase.at === 'held' || phase.at === 'failed'
      ? phase.reason
      : phase.at === 'merging'
        ? phase.waits
        : phase.at === 'queued' && wait
          ? waitWords(wait)
          : null;
  return {
    task: id,
    sign: sign(task),
    title: plain(title, 80),
    doing: doing(task),
    why: why === null ? null : plain(why, 160),
    since: duration(now - (times.at(-1)?.since ?? now)),
    waits: waitsFor(task),
  };
}

function waitsFor(task: Task): GlanceRow['waits'] {
  const { phase } = task;
  if (waitsForPerson(task)) return 'person';
  switch (phase.at) {
    case 'held':
      return 'cause';
    case 'merging':
      return phase.waits === null ? 'no' : 'cause';
    case 'merged':
    case 'stopped':
      return 'over';
    default:
      return 'no';
  }
}
