import type { Message } from '../../src/bots/message.ts';
import { Head, ProjectId, SessionId, TaskId } from '../../src/chain/ids.ts';
import type { Beside } from '../../src/chain/instead.ts';
import type { Person } from '../../src/chain/person.ts';
import type { Phase, Task } from '../../src/chain/task.ts';
import type { Verdict } from '../../src/chain/verdict.ts';

export const id = TaskId.parse('t0123456789');
export const head = Head.parse('abc1234'.padEnd(40, '0'));
export const other = Head.parse('def5678'.padEnd(40, '0'));
export const session = SessionId.parse('t0123456789-coder-1');
export const ana: Person = { id: 'ana', name: 'Ana', may: 'admin' };
export const ben: Person = { id: 'ben', name: 'Ben', may: 'watch' };

/** One more subscription beside claude. */
export const beside: Beside = (account) => (account === 'claude' ? [{ account: 'claude2', keeps: true }] : []);

const began = Date.UTC(2026, 10, 20, 14, 2);

export const held: Verdict = {
  says: 'hold',
  answers: [
    { gate: 'project', says: 'pass', yields: 'nobody', sentence: 'site may merge.' },
    { gate: 'checks', says: 'pass', yields: 'nobody', sentence: '`npm test` is green at abc1234.' },
    { gate: 'bots', says: 'unset', yields: 'nobody', sentence: 'No review bots are set up.' },
    { gate: 'paths', says: 'hold', yields: 'merge', sentence: 'src/announce.js is code, which a person merges.' },
    { gate: 'review', says: 'pass', yields: 'merge', sentence: 'Review: low, 2 findings.' },
    { gate: 'soak', says: 'hold', yields: 'merge', sentence: 'Soak is on: a person merges.' },
  ],
};
export const sensitive: Verdict = {
  says: 'hold',
  answers: [{ gate: 'paths', says: 'hold', yields: 'admin', sentence: "Needs an admin's second tap: AGENTS.md." }],
};
export const stale: Verdict = {
  says: 'hold',
  answers: [
    { gate: 'base', says: 'hold', yields: 'nobody', sentence: 'The base branch moved.' },
    { gate: 'soak', says: 'hold', yields: 'merge', sentence: 'Soak is on: a person merges.' },
  ],
};
export const blocked: Verdict = {
  says: 'block',
  answers: [
    { gate: 'paths', says: 'block', yields: 'nobody', sentence: '.signalbox/policy.yaml never merges from chat.' },
  ],
};

/** A task that came as far as `phase`, with all that it has there. */
export function task(phase: Phase, more: Partial<Task> = {}): Task {
  const before = more.times ?? [
    { at: 'opening', since: began },
    { at: 'preparing', since: began + 1_000 },
    { at: 'coder', since: began + 4_000 },
  ];
  const name = phase.at === 'working' ? phase.role : phase.at;
  const since = (before.at(-1)?.since ?? began) + 60_000;
  return {
    id,
    project: ProjectId.parse('site'),
    slug: 'readme-spelling',
    title: 'Correct the spelling in the README',
    idea: 'The README says "recieve".\nPut it right.',
    mode: 'headless',
    owner: ana,
    asker: null,
    offers: [],
    carried: null,
    branch: 'signalbox/readme-spelling',
    places: [{ platform: 'console', channel: 'site' }],
    threads: [{ platform: 'console', channel: 'site', thread: 'abcdef012345' }],
    phase,
    policy: null,
    slot: null,
    draft: null,
    raised: null,
    spent: null,
    warned: false,
    over: null,
    base: other,
    proven: null,
    head: null,
    requirements: null,
    plan: null,
    coder: null,
    sessions: [],
    check: null,
    review: null,
    change: null,
    approval: null,
    feedback: null,
    movedTo: null,
    notes: [],
    steers: [],
    questions: [],
    attempts: {},
    instead: {},
    refused: [],
    asks: [],
    files: [],
    rework: { tests: 0, intake: 0, plan: 0, handoff: 0 },
    holds: 0,
    outages: 0,
    tree: 0,
    ...more,
    times: [...before, { at: name, since }],
  };
}

/** What a task has once its change was reviewed. */
export const reviewed: Partial<Task> = {
  head,
  sessions: [session],
  change: { number: 3, head, base: other },
  check: { head, base: other, outcome: 'green', what: 'npm test', tail: 'ok' },
  review: {
    head,
    severity: 'low',
    scope: 'implemented',
    count: 2,
    handoff: {
      severity: 'low',
      scope: 'implemented',
      findings: [{ severity: 'low', title: 'SECRET TITLE', detail: 'SECRET DETAIL', file: null }],
    },
  },
  times: [
    { at: 'opening', since: began },
    { at: 'preparing', since: began + 1_000 },
    { at: 'brainstormer', since: began + 4_000, usd: 0.31 },
    { at: 'recording', since: began + 64_000 },
    { at: 'planner', since: began + 65_000, usd: 0.2 },
    { at: 'recording', since: began + 3_665_000 },
    { at: 'coder', since: began + 3_666_000, usd: 1.4 },
    { at: 'taking', since: began + 3_800_000 },
    { at: 'validating', since: began + 3_801_000 },
    { at: 'coder', since: began + 3_900_000 },
    { at: 'taking', since: began + 4_000_000 },
    { at: 'validating', since: began + 4_001_000 },
    { at: 'proposing', since: began + 4_030_000 },
    { at: 'reviewer', since: began + 4_031_000, usd: 0.004 },
    { at: 'judging', since: began + 4_100_000 },
  ],
};

/** A task in every phase, and in the variants that look different. */
export const tasks = {
  opening: task({ at: 'opening' }, { title: 'readme spelling', times: [] }),
  preparing: task({ at: 'preparing' }, { title: 'readme spelling', times: [{ at: 'opening', since: began }] }),
  queued: task({ at: 'queued', step: { step: 'work', role: 'coder', feedback: null } }),
  proving: task({ at: 'proving', base: other, next: 'begin' }),
  verifying: task({ at: 'verifying', step: { step: 'validate' } }),
  working: task({
    at: 'working',
    role: 'coder',
    session,
    leg: 1,
    words: null,
    notes: [],
    halted: false,
    yields: false,
  }),
  recording: task({ at: 'recording', role: 'planner' }),
  taking: task({ at: 'taking', session }),
  validating: task({ at: 'validating' }, { head, sessions: [session] }),
  proposing: task({ at: 'proposing' }),
  judging: task({ at: 'judging' }, reviewed),
  review: task({ at: 'review', verdict: held, patch: '' }, reviewed),
  held: task({
    at: 'held',
    hold: 1,
    kind: 'login',
    ends: { by: 'account', account: 'claude' },
    reason: 'The login of claude ran out.',
    todo: 'Log in again on the machine: it goes on by itself then.',
    from: { step: 'prepare' },
  }),
  merging: task({ at: 'merging', by: ana, waits: null }, reviewed),
  merged: task({ at: 'merged', commit: other }, reviewed),
  failed: task({ at: 'failed', reason: '`npm test` fails on the would-be merge commit.', from: { step: 'validate' } }),
  stopped: task({ at: 'stopped' }),
} satisfies Record<Phase['at'], Task>;

/** A message as one text: whether it rings, the text, quoted words, the file, the buttons with their ids. */
export function drawn({ text, agent, file, buttons, loud }: Message): readonly string[] {
  return [
    ...(loud ? ['(rings)'] : []),
    ...text.split('\n'),
    ...(agent === undefined ? [] : agent.split('\n').map((row) => `| ${row}`)),
    ...(file ? [`(file ${file.name}: ${JSON.stringify(file.text)})`] : []),
    ...buttons.map(({ id, label, style }) => `[${label}] ${style} ${id}`),
  ];
}
