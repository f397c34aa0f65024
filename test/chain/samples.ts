import type { TaskEvent } from '../../src/chain/event.ts';
import { Head, ProjectId, SessionId, TaskId } from '../../src/chain/ids.ts';
import type { Beside } from '../../src/chain/instead.ts';
import type { Person } from '../../src/chain/person.ts';
import { Policy } from '../../src/chain/policy.ts';
import type { Task } from '../../src/chain/task.ts';
import { transition } from '../../src/chain/transition.ts';
import type { Verdict } from '../../src/chain/verdict.ts';

export const head = (digit: string): Head => Head.parse(digit.repeat(40));
export const base = head('b');
export const id = TaskId.parse('t0123456789');
export const session = (role: string, attempt = 1): SessionId => SessionId.parse(`${id}-${role}-${attempt}`);

export const ana: Person = { id: 'ana', name: 'Ana', may: 'admin' };
export const ben: Person = { id: 'ben', name: 'Ben', may: 'merge' };
export const watcher: Person = { id: 'eve', name: 'Eve', may: 'watch' };

/** Two subscriptions of each provider, `claude` and `claude2`, `codex` and `codex2`. A conversation goes on with the other one of the first alone. */
export const beside: Beside = (account) => [
  {
    account: account.endsWith('2') ? account.slice(0, -1) : `${account}2`,
    keeps: account.startsWith('claude'),
  },
];

export const verdict = (says: Verdict['says'], yields: 'merge' | 'admin' | 'nobody' = 'merge'): Verdict => ({
  says,
  answers: [{ gate: 'soak', says: says === 'merge' ? 'pass' : says, yields, sentence: 'Soak: a person merges.' }],
});

type Of<K extends TaskEvent['is']> = Extract<TaskEvent, { is: K }>;
type End = Of<'session-ended'>['end'];

/** `shut`: the account that the boundary lets nothing out of just then. */
export const ended = (
  role: string,
  end: End,
  attempt = 1,
  leg = 1,
  shut: string | null = null,
  over: Of<'session-ended'>['over'] = null,
): TaskEvent => ({
  is: 'session-ended',
  session: session(role, attempt),
  leg,
  shut,
  over,
  spent: null,
  end,
});
/** A request of 3 dollars that the boundary did not let out at 18 of 20, or of a day's 100. */
export const over = (of: Partial<NonNullable<Of<'session-ended'>['over']>> = {}): Of<'session-ended'>['over'] => ({
  id: 'r1',
  what: 'task',
  day: '1970-01-01',
  cap: of.what === 'day' ? 100 : 20,
  spent: of.what === 'day' ? 98 : 18,
  worst: 3,
  lifted: false,
  loud: true,
  ...of,
});
export const granted: TaskEvent = { is: 'granted' };
export const proved = (outcome: 'green' | 'red' | 'missing' = 'green', on = base): TaskEvent => ({
  is: 'proved',
  check: { head: on, base: on, outcome, what: 'npm test', tail: 'not ok 1' },
});
export const handed = (role: string, handoff: unknown, attempt = 1): TaskEvent =>
  ended(role, { kind: 'ended', handoff, text: 'done' }, attempt);

export const requirements = { title: 'Fix the typo in the README', requirements: '# Fix the typo' };
export const plan = { type: 'fix', plan: '# Fix', units: [{ name: 'README', files: ['README.md'] }], acceptance: [] };
export const coder = (status: string, next = 'review it') => ({
  status,
  summary: 'Spelt it right.',
  defect: null,
  tests: [],
  risks: [],
  next,
});
export const review = (severity = 'none') => ({ severity, scope: 'implemented', findings: [] });

export const asked = (mode: 'headless' | 'quick' | 'ask' = 'headless'): TaskEvent => ({
  is: 'asked',
  task: id,
  project: ProjectId.parse('site'),
  slug: 'fix-the-typo',
  idea: 'fix the typo',
  mode,
  by: ana,
  places: [{ platform: 'console', channel: 'site' }],
});
export const QUESTION_ID = 'b1-9';
export const part = (question: string, labels: readonly string[] = [], multi = false) => ({
  question,
  header: '',
  options: labels.map((label) => ({ label, description: '' })),
  multi,
});
const database = part('Which database?', ['Postgres', 'SQLite']);
/** Asked by the brainstormer at work, at place 9 of its record. */
export const questioned = (parts = [database], about: 'question' | 'tool' = 'question'): Of<'questioned'> => ({
  is: 'questioned',
  session: session('brainstormer'),
  ask: QUESTION_ID,
  n: 9,
  about,
  parts,
});
export const due = (told: number): TaskEvent => ({ is: 'ask-due', ask: QUESTION_ID, told });
export const picks = (pick: number, by: Person = ben, part = 1): TaskEvent => ({
  is: 'answered',
  by,
  ask: QUESTION_ID,
  part,
  pick,
  uuid: `u${pick}`,
});
export const opened: TaskEvent = { is: 'opened', threads: [{ platform: 'console', channel: 'site', thread: '1' }] };
export const prepared: TaskEvent = { is: 'prepared', base, policy: Policy.parse({ test: 'npm test' }) };
export const recorded = (digit: string): TaskEvent => ({ is: 'recorded', head: head(digit), asks: false });
export const taken = (digit: string): TaskEvent => ({
  is: 'taken',
  work: { kind: 'taken', head: head(digit), commits: 1 },
});
export const checked = (outcome: 'green' | 'red' | 'conflict' | 'missing', digit = '3', on = base): TaskEvent => ({
  is: 'checked',
  check: { head: head(digit), base: on, outcome, what: 'npm test', tail: 'not ok 1' },
});
export const proposed = (digit = '3'): TaskEvent => ({
  is: 'proposed',
  change: { number: 1, head: head(digit), base },
});
export const judged = (judgement: Verdict, digit = '3', moved: Head | null = null): TaskEvent => ({
  is: 'judged',
  head: head(digit),
  verdict: judgement,
  moved,
  patch: 'the hunks',
  byHand: 'git merge it',
});
export const tapped = (by: Person = ana, digit = '3', second = false): TaskEvent => ({
  is: 'merge-tapped',
  by,
  head: head(digit),
  second,
});

/** About the requirements that were shown first. */
export const waits = (by: Person = ben, draft = 1): TaskEvent => ({ is: 'wait-tapped', by, draft });
export const changes = (by: Person = ben, draft = 1): TaskEvent => ({ is: 'change-tapped', by, draft });

/** Folds events; each must move the task. */
export function play(events: readonly TaskEvent[], from: Task | null = null): Task {
  let task = from;
  events.forEach((event, n) => {
    const moved = transition(task, event, { at: 1_000 * n });
    if (moved.kind === 'ignored') throw new Error(`${event.is} was ignored: ${moved.why}`);
    task = moved.state;
  });
  if (!task) throw new Error('no event made a task');
  return task;
}

const crash = (attempt: number): TaskEvent => ended('brainstormer', { kind: 'crashed', text: 'rc 1' }, attempt);
const quota: End = { kind: 'refused', why: 'quota', text: 'limit', until: 1_800_000_000_000 };

const opening = [asked()];
const preparing = [...opening, opened];
const queuedToProve = [...preparing, prepared];
const proving = [...queuedToProve, granted];
const queued = [...proving, proved()];
const brainstorming = [...queued, granted];
const recording = [...brainstorming, handed('brainstormer', requirements)];
const planning = [...recording, recorded('1'), granted];
const recordingPlan = [...planning, handed('planner', plan)];
const queuedToCode = [...recordingPlan, recorded('2')];
const coding = [...queuedToCode, granted];
/** A session wanted to go to `example.com`. */
const placeAsked: TaskEvent = {
  is: 'refused',
  host: 'example.com',
  port: 443,
  why: 'unlisted',
  count: 1,
  asks: true,
  kept: null,
};
const taking = [...coding, handed('coder', coder('done'))];
const validating = [...taking, taken('3')];
const proposing = [...validating, checked('green')];
const reviewing = [...proposing, proposed(), granted];
const judging = [...reviewing, handed('reviewer', review())];
const held = [...judging, judged(verdict('hold'))];
const merging = [...held, tapped()];

/** A task in every phase, reached by the events that lead there; `working` once for each role. */
const answering = [asked('ask'), opened, prepared, granted];

export const reach = {
  answering,
  heldForWords: [...answering, handed('answerer', { answer: 'In src/a.ts.' })],
  opening,
  preparing,
  queuedToProve,
  proving,
  queued,
  queuedToCode,
  brainstorming,
  questioning: [...brainstorming, questioned()],
  questioningTwice: [
    ...brainstorming,
    questioned([database, part('Which features?', ['Auth', 'Search', 'Log'], true)]),
  ],
  seekingLeave: [...brainstorming, questioned([part('npm publish')], 'tool')],
  yielding: [...brainstorming, questioned(), due(1)],
  heldForQuestion: [...brainstorming, questioned(), due(1), ended('brainstormer', { kind: 'stopped' })],
  recording,
  queuedToPlan: [...recording, recorded('1')],
  waiting: [...recording, recorded('1'), waits()],
  waitingSoon: [...planning, waits()],
  changing: [...planning, changes()],
  changingSoon: [...recordingPlan, changes()],
  rewriting: [...planning, changes(), { is: 'said', by: ben, text: 'keep it short', uuid: 'u1' }],
  planning,
  recordingPlan,
  coding,
  asking: [...coding, placeAsked],
  askingPlanner: [...planning, placeAsked],
  askingOver: [...coding, placeAsked, { is: 'stop-tapped', by: ana }],
  steered: [...coding, { is: 'heard', uuid: 'u1', by: 'Ben', text: 'x', when: 'turn-end' }],
  taking,
  validating,
  proposing,
  reviewing,
  judging,
  review: held,
  sensitive: [...judging, judged(verdict('hold', 'admin'))],
  blocked: [...judging, judged(verdict('block', 'nobody'))],
  merging,
  merged: [...merging, { is: 'merged', commit: head('c') }],
  heldForPerson: [...coding, ended('coder', { kind: 'overran', minutes: 5 })],
  heldForAccount: [...coding, ended('coder', quota, 1, 1, 'codex')],
  heldForRoom: [...coding, ended('coder', { kind: 'cramped', text: 'The disk of /data has 9 % free.' })],
  heldForRaise: [...coding, ended('coder', quota, 1, 1, null, over())],
  heldForDay: [...coding, ended('coder', quota, 1, 1, null, over({ what: 'day' }))],
  heldForTime: [...coding, ended('coder', { kind: 'lost', text: 'oom' })],
  heldForBase: [...preparing, prepared, granted, proved('red')],
  heldForAnswer: [...coding, handed('coder', coder('blocked', 'which spelling?'))],
  heldForApproval: [...recordingPlan, { is: 'recorded', head: head('2'), asks: true }],
  verifying: [
    ...coding,
    ended('coder', { kind: 'overran', minutes: 5 }),
    { is: 'resume-tapped', by: ana, holds: null },
  ],
  validatingAgain: [...validating, checked('red')],
  provingRed: [...validating, checked('red', '3', head('d'))],
  sendingBack: [...held, { is: 'feedback-asked', by: ben }],
  failed: [...brainstorming, crash(1), granted, crash(2), granted, crash(3)],
  stopped: [...coding, { is: 'stop-tapped', by: ana }],
  stoppedEarly: [asked(), { is: 'stop-tapped', by: ana }],
  givenUp: [
    ...coding,
    { is: 'broke', of: 'run', reason: 'Docker does not answer' },
    { is: 'hold-ended', hold: 1, why: 'Its time is over.' },
    granted,
  ],
} satisfies Record<string, readonly TaskEvent[]>;

export type Reached = keyof typeof reach;
