import { usd } from '../chain/budget.ts';
import type { Millis } from '../chain/ids.ts';
import type { Task } from '../chain/task.ts';
import { duration, sign } from './phases.ts';

/** A stretch of a task's time. `work`: an agent; `check`: tests and the gate; `wait`: for a slot or a cause; `person`: for a tap. */
export type Stretch = {
  readonly label: string;
  readonly kind: 'work' | 'check' | 'wait' | 'person' | 'end';
  readonly from: Millis;
  readonly ms: number;
  /** What it cost by list price, USD; null where nobody counted, or not yet. */
  readonly usd: number | null;
};

const kinds: Readonly<Record<string, readonly [label: string, kind: Stretch['kind']]>> = {
  opening: ['Preparing', 'check'],
  preparing: ['Preparing', 'check'],
  queued: ['Queue', 'wait'],
  proving: ['Base tests', 'check'],
  verifying: ['Looking', 'check'],
  brainstormer: ['Requirements', 'work'],
  planner: ['Plan', 'work'],
  coder: ['Code', 'work'],
  reviewer: ['Review', 'work'],
  recording: ['Document', 'check'],
  taking: ['Taking in', 'check'],
  validating: ['Tests', 'check'],
  proposing: ['Change', 'check'],
  judging: ['Gate', 'check'],
  review: ['Your turn', 'person'],
  held: ['On hold', 'wait'],
  merging: ['Merge', 'check'],
  merged: ['Merged', 'end'],
  failed: ['Failed', 'end'],
  stopped: ['Stopped', 'end'],
};

/** Too short to be a row of its own. */
const LEAST_MS = 1_000;
/** A picture shows so many of the latest. */
const ROWS = 16;

/** What a task did with its time, in order, up to `now`. Stretches of one label on end are one. */
export function stretches(times: Task['times'], now: Millis): readonly Stretch[] {
  const found: Stretch[] = [];
  for (const [n, { at, since, usd: spent = null }] of times.entries()) {
    const [label, kind] = kinds[at] ?? [at, 'check' as const];
    const until = kind === 'end' ? since : (times[n + 1]?.since ?? Math.max(now, since));
    const before = found.at(-1);
    if (before?.label === label)
      found.splice(-1, 1, { ...before, ms: until - before.from, usd: plus(before.usd, spent) });
    else found.push({ label, kind, from: since, ms: Math.max(0, until - since), usd: spent });
  }
  return found.filter(({ kind, ms }, n) => kind === 'end' || ms >= LEAST_MS || n === found.length - 1);
}

const plus = (a: number | null, b: number | null): number | null => (a === null ? b : a + (b ?? 0));

const WIDTH = 360;
const ROW = 30;
const LEFT = 96;
/** For how long a stretch took, beside its bar, and for what it cost, in a column. */
const RIGHT = 62;
const COST = 56;

const colours: Readonly<Record<Stretch['kind'], string>> = {
  work: '#3b82d6',
  check: '#2f9e7f',
  wait: '#c98a1b',
  person: '#d9622b',
  end: '#7d8896',
};

/** The same as a picture, for any platform: one row a stretch, on one axis of time. Dark or light by the system of whoever looks. */
export function timesPicture(task: Pick<Task, 'times' | 'title' | 'phase' | 'questions'>, now: Millis): string {
  const { times, title } = task;
  const all = stretches(times, now);
  const shown = all.slice(-ROWS);
  const began = shown[0]?.from ?? now;
  const ended = Math.max(...shown.map(({ from, ms }) => from + ms), began + 1);
  const cost = times.reduce<number | null>((sum, { usd: spent = null }) => plus(sum, spent), null);
  const right = WIDTH - RIGHT - (cost === null ? 0 : COST);
  const scale = (right - LEFT) / (ended - began);
  const sums = (['work', 'check', 'wait', 'person'] as const)
    .map((kind) => [kind, all.filter((one) => one.kind === kind).reduce((sum, { ms }) => sum + ms, 0)] as const)
    .filter(([, ms]) => ms >= LEAST_MS);
  const words = { work: 'agents', check: 'tests and gate', wait: 'waiting', person: 'your turn' };
  const height =
    40 + shown.length * ROW + (all.length > shown.length ? 18 : 0) + 12 + (sums.length + (cost === null ? 0 : 1)) * 22;
  let y = 26;
  const text = (x: number, at: number, said: string, more = ''): string =>
    `<text x="${x}" y="${at}"${more}>${escape(said)}</text>`;
  const rows = [
    text(0, 16, `${sign(task)} ${title.slice(0, 44)}`, ' font-weight="600"'),
    ...(all.length > shown.length
      ? [text(0, (y += 18), `… ${all.length - shown.length} earlier`, ' class="soft"')]
      : []),
    ...shown.flatMap(({ label, kind, from, ms, usd: spent }) => {
      y += ROW;
      const x = LEFT + (from - began) * scale;
      const width = Math.max(kind === 'end' ? 10 : 3, ms * scale);
      const ends = Math.min(x + width + 6, right + 6);
      return [
        text(0, y, label),
        `<rect x="${LEFT}" y="${y + 6}" width="${right - LEFT}" height="1" class="axis"/>`,
        `<rect x="${x.toFixed(1)}" y="${y - 14}" width="${width.toFixed(1)}" height="16" rx="3" fill="${colours[kind]}"/>`,
        ...(kind === 'end' ? [] : [text(Number(ends.toFixed(1)), y, duration(ms), ' class="soft"')]),
        ...(spent === null ? [] : [text(WIDTH, y, dollars(spent), ' text-anchor="end"')]),
      ];
    }),
    ...sums.map(([kind, ms], n) => {
      const at = y + 30 + n * 22;
      return `<rect x="0" y="${at - 11}" width="12" height="12" rx="3" fill="${colours[kind]}"/>${text(20, at, `${duration(ms)} ${words[kind]}`)}`;
    }),
    ...(cost === null ? [] : [text(20, y + 30 + sums.length * 22, `${dollars(cost)} by list price, so far`)]),
  ];
  const style =
    'text{font:13px system-ui,sans-serif;fill:#17202b}.soft{fill:#4d5a69}.axis{fill:#d4dae2}@media(prefers-color-scheme:dark){text{fill:#e6eaf0}.soft{fill:#a5b0bd}.axis{fill:#313a46}}';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}"><style>${style}</style>${rows.join('')}</svg>`;
}

const dollars = (of: number): string => (of > 0 && of < 0.01 ? '< $0.01' : usd(of));

const escape = (text: string): string =>
  text
    .replace(/[&<>"']/g, (char) => `&#${char.codePointAt(0)};`)
    .replace(/[^\t\n\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '');
