import type { Millis } from '../chain/ids.ts';
import type { Role } from '../chain/roles.ts';
import type { Phase, Task } from '../chain/task.ts';

type Standing = Pick<Task, 'phase' | 'questions'>;

/** What its session asks people just now, as its buttons name it: question and part. */
export function asks({ phase, questions }: Standing): readonly string[] {
  if (phase.at !== 'working' && phase.at !== 'held') return [];
  return questions.flatMap(({ id, open, replies }) => (open ? [`${id}:${replies.length + 1}`] : []));
}

/** Whether nothing goes on before a person does something. */
export function waitsForPerson(task: Standing): boolean {
  const { phase } = task;
  if (phase.at === 'held') return ['person', 'answer', 'approval', 'raise', 'words'].includes(phase.ends.by);
  return phase.at === 'review' || phase.at === 'failed' || asks(task).length > 0;
}

/** How a task looks at a glance: in a thread's title, on the card, in a list. */
export function sign(task: Standing): string {
  switch (task.phase.at) {
    case 'review':
      return '🔔';
    case 'held':
      return waitsForPerson(task) ? '🟡' : '⏸';
    case 'merged':
      return '✅';
    case 'failed':
      return '❌';
    case 'stopped':
      return '⏹';
    default:
      return waitsForPerson(task) ? '🟡' : '🟢';
  }
}

export const ASKS = 'waits for your answer';

/** What happens now, in words. */
export function doing(task: Standing): string {
  const { phase } = task;
  if (asks(task).length > 0) return ASKS;
  if (phase.at === 'held' && phase.ends.by === 'approval') return 'waits for your approval';
  return phase.at === 'working' ? `with the ${phase.role}` : phaseWords(phase.at);
}

const words: Readonly<Record<Phase['at'], string>> = {
  opening: 'opening its thread',
  preparing: 'reading the repository',
  queued: 'in the queue',
  proving: 'running the tests on the base branch',
  verifying: 'looking at what is there',
  working: 'with an agent',
  recording: 'keeping a document',
  taking: 'taking in the commits',
  validating: 'running the tests',
  proposing: 'opening the change',
  judging: 'at the gate',
  review: 'held for review',
  held: 'on hold',
  merging: 'merging',
  merged: 'merged',
  failed: 'failed',
  stopped: 'stopped',
};

/** A phase by its name; one of another version is its own name. */
export const phaseWords = (phase: string): string =>
  Object.hasOwn(words, phase) ? words[phase as Phase['at']] : phase;

/** Stages of the card by name of Task.times, which holds roles for `working`. null: belongs to the stage before it. */
const stages: Readonly<Record<Role | Exclude<Phase['at'], 'working'>, string | null>> = {
  opening: 'Preparing',
  preparing: 'Preparing',
  queued: null,
  proving: 'Preparing',
  verifying: null,
  brainstormer: 'Requirements',
  planner: 'Plan',
  coder: 'Code',
  recording: null,
  taking: 'Tests',
  validating: 'Tests',
  proposing: 'Change',
  reviewer: 'Review',
  answerer: 'Answer',
  judging: 'Gate',
  review: 'Held for review',
  held: 'On hold',
  merging: 'Merge',
  merged: 'Merged',
  failed: 'Failed',
  stopped: 'Stopped',
};

const isStage = (name: string): name is keyof typeof stages => Object.hasOwn(stages, name);
const terminal: ReadonlySet<string> = new Set(['Merged', 'Failed', 'Stopped']);

/** The card shows so many of the latest stages: a task that was sent back often stays readable. */
const STAGES_SHOWN = 10;

/** One row a stage, in order: how long it took, or since when it lasts. Rows of one stage on end are one. */
export function timetable(times: Task['times']): readonly string[] {
  const rows: { name: string; since: Millis }[] = [];
  for (const { at, since } of times) {
    const name = isStage(at) ? stages[at] : null;
    if (name !== null && name !== rows.at(-1)?.name) rows.push({ name, since });
  }
  const lines = rows.map(({ name, since }, n) => {
    const next = rows[n + 1];
    if (next) return `${terminal.has(name) ? '•' : '✓'} ${name} ${duration(next.since - since)}`;
    return terminal.has(name) ? `• ${name} ${clockTime(since)}` : `▸ ${name}, since ${clockTime(since)}`;
  });
  const earlier = lines.length - STAGES_SHOWN;
  return earlier > 0 ? [`… ${earlier} earlier`, ...lines.slice(earlier)] : lines;
}

/** From the first phase to the latest. */
export function lasted(times: Task['times']): string {
  return duration((times.at(-1)?.since ?? 0) - (times[0]?.since ?? 0));
}

const two = (n: number): string => String(n).padStart(2, '0');

/** `45s`, `2m30s`, `1h05m`, `3d4h`. */
export function duration(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 60) return `${s}s`;
  if (s < 3600) return `${Math.floor(s / 60)}m${two(s % 60)}s`;
  if (s < 86_400) return `${Math.floor(s / 3600)}h${two(Math.floor(s / 60) % 60)}m`;
  return `${Math.floor(s / 86_400)}d${Math.floor(s / 3600) % 24}h`;
}

/** `14:02 UTC, 21 Nov`. */
export function clockTime(at: Millis): string {
  const [, day, month, , time] = new Date(at).toUTCString().split(' ');
  return `${time?.slice(0, 5)} UTC, ${Number(day)} ${month}`;
}
