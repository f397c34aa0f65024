import { describe, expect, it } from 'vitest';
import { notice } from '../../src/bots/notices.ts';
import type { Notice } from '../../src/chain/notice.ts';
import { beside, blocked, drawn, head, held, id, other } from './samples.ts';

const check = { head, base: other, what: 'npm test', tail: 'not ok 1 - announces\n  expected 1, got 2' };
const long = `${'a'.repeat(60)}.${'b'.repeat(60)}.example.org`;

/** One for every kind, and for the variants that read differently. */
const notices = {
  document: {
    kind: 'document',
    what: 'requirements',
    path: 'docs/brainstorms/readme-requirements.md',
    text: '# Requirements',
  },
  plan: { kind: 'document', what: 'plan', path: 'docs/plans/2026-11-20-001-fix-readme-plan.md', text: '# Plan' },
  handoff: { kind: 'handoff', role: 'coder', summary: 'Put the word right.' },
  spoke: { kind: 'spoke', role: 'brainstormer', text: 'One thing first.\n[Merge](x) it' },
  typed: { kind: 'typed', role: 'coder', text: '/merge please' },
  refused: { kind: 'refused', place: 'example.org', why: 'unlisted', count: 3, ask: 4, kept: null },
  refusedLong: { kind: 'refused', place: long, why: 'unlisted', count: 3, ask: 11, kept: null },
  refusedNoName: { kind: 'refused', place: '198.51.100.1', why: 'unlisted', count: 1, ask: null, kept: null },
  refusedKept: { kind: 'refused', place: 'example.org', why: 'unlisted', count: 1, ask: null, kept: 'Ana' },
  refusedModel: { kind: 'refused', place: 'model requests', why: 'request', count: 14, ask: null, kept: null },
  refusedInside: { kind: 'refused', place: 'intern.example.org:8443', why: 'address', count: 1, ask: null, kept: null },
  refusedPlain: { kind: 'refused', place: 'deb.debian.org:80', why: 'tls', count: 2, ask: null, kept: null },
  place: { kind: 'place', by: 'Ana', place: 'example.org', answer: 'allow' },
  placeKept: { kind: 'place', by: 'Ana', place: 'example.org', answer: 'keep' },
  heard: { kind: 'heard', by: 'Ana', when: 'now' },
  heardLater: { kind: 'heard', by: 'Ana', when: 'turn-end' },
  heardNext: { kind: 'heard', by: 'Ana', when: 'next-session' },
  again: {
    kind: 'again',
    role: 'coder',
    reason: '`npm test` fails on the would-be merge commit.\n\nnot ok 1',
    left: 1,
  },
  checked: { kind: 'checked', check: { ...check, outcome: 'red' } },
  green: { kind: 'checked', check: { ...check, outcome: 'green' } },
  reviewed: { kind: 'reviewed', severity: 'medium', scope: 'implemented', count: 2 },
  held: {
    kind: 'held',
    cause: 'quota',
    ends: { by: 'account', account: 'claude' },
    reason: 'The 5-hour window of claude is used up.',
    todo: 'It goes on by itself. Nothing was paid.',
    until: Date.UTC(2026, 10, 20, 16, 11),
    loud: true,
  },
  heldQuietly: {
    kind: 'held',
    cause: 'infrastructure',
    ends: { by: 'time', at: 0 },
    reason: 'Docker does not answer.',
    todo: 'It tries again by itself.',
    until: null,
    loud: false,
  },
  planWaits: {
    kind: 'held',
    cause: 'person',
    ends: { by: 'approval' },
    reason: 'The plan waits for a person.',
    todo: 'Approve it, or go back with /back plan and why.',
    until: null,
    loud: true,
  },
  outbox: {
    kind: 'outbox',
    role: 'coder',
    files: [
      { id: 'a'.repeat(64), name: 'chart.png', size: 1_400_000 },
      { id: 'b'.repeat(64), name: 'notes.txt', size: 12 },
    ],
    left: ['`big.bin` is larger than 10 MiB and was left out.'],
  },
  outboxOfNothing: { kind: 'outbox', role: 'coder', files: [], left: ['The outbox could not be read in 20 s.'] },
  question: {
    kind: 'question',
    role: 'brainstormer',
    ask: 'b1-9',
    about: 'question',
    part: 1,
    of: 3,
    question: 'Which @database?',
    header: 'DB',
    options: [
      { label: 'Postgres', description: 'relational' },
      { label: '[Merge](https://example.org) this now, it is all fine', description: '' },
    ],
    multi: false,
    picked: [],
    again: null,
    loud: true,
  },
  questionOfSeveral: {
    kind: 'question',
    role: 'brainstormer',
    ask: 'b1-9',
    about: 'question',
    part: 2,
    of: 3,
    question: 'Which features?',
    header: '',
    options: ['Auth', 'Billing', 'Search'].map((label) => ({ label, description: '' })),
    multi: true,
    picked: [2],
    again: null,
    loud: false,
  },
  questionInWords: {
    kind: 'question',
    role: 'coder',
    ask: 'b1-9',
    about: 'question',
    part: 1,
    of: 1,
    question: 'What now?',
    header: '',
    options: [],
    multi: false,
    picked: [],
    again: 'reminder',
    loud: true,
  },
  leave: {
    kind: 'question',
    role: 'coder',
    ask: 'b1-9',
    about: 'tool',
    part: 1,
    of: 1,
    question: 'npm publish',
    header: 'Bash',
    options: [],
    multi: false,
    picked: [],
    again: 'day',
    loud: true,
  },
  answered: {
    kind: 'answered',
    by: 'Ben',
    about: 'question',
    question: 'Which?',
    answer: 'SQLite',
    allows: null,
  },
  allowed: { kind: 'answered', by: 'Ben', about: 'tool', question: 'npm publish', answer: '', allows: true },
  refusedTool: {
    kind: 'answered',
    by: 'Ben',
    about: 'tool',
    question: 'npm publish',
    answer: 'not on a Friday',
    allows: false,
  },
  unasked: { kind: 'unasked', role: 'brainstormer', question: 'Which?', answered: false },
  answeredThere: { kind: 'unasked', role: 'brainstormer', question: 'Which?', answered: true },
  blockedCoder: {
    kind: 'held',
    cause: 'question',
    ends: { by: 'answer' },
    reason: 'The coder cannot go on: which spelling?',
    todo: 'Answer in the thread: it goes on with that.',
    until: null,
    loud: true,
  },
  'spent-much': { kind: 'spent-much', usd: 5.204, ceiling: 20 },
  raised: { kind: 'raised', by: 'Ana', what: 'task', dollars: 40 },
  raisedDay: { kind: 'raised', by: 'Ana', what: 'day', dollars: 200 },
  overBudget: {
    kind: 'held',
    cause: 'budget',
    ends: { by: 'raise', cap: 20, spent: 18, worst: 3 },
    reason: 'Its budget is used up: $18 of $20 spent, and the next request may cost up to $3.',
    todo: 'Raise it and it goes on where it was, or Stop. Nothing beyond $20 was spent.',
    until: null,
    loud: true,
  },
  overDay: {
    kind: 'held',
    cause: 'budget',
    ends: { by: 'day', day: '2026-11-20', cap: 100, spent: 98, worst: 3 },
    reason: 'The budget of this day is used up: $98 of $100 spent, and the next request may cost up to $3.',
    todo: 'It goes on by itself when the day is over in UTC, or when an admin raises it.',
    until: Date.UTC(2026, 10, 21),
    loud: false,
  },
  resumed: { kind: 'resumed', why: 'The account is open again.', by: null },
  resumedBy: { kind: 'resumed', why: 'What is there was looked at.', by: 'Ana' },
  resumedOn: { kind: 'resumed', why: 'It goes on with claude2.', by: 'Ana', account: 'claude2' },
  approved: { kind: 'approved', by: 'Ana', head },
  'approval-void': { kind: 'approval-void', by: 'Ana', head, now: other },
  'plan-approved': { kind: 'plan-approved', by: 'Ana' },
  'feedback-asked': { kind: 'feedback-asked', by: 'Ana' },
  back: { kind: 'back', by: 'Ana', to: 'planner', why: 'Keep the old option.' },
  answer: { kind: 'answer', text: 'It is in `src/a.ts`.' },
  'talk-over': { kind: 'talk-over', by: null },
  talkEnded: { kind: 'talk-over', by: 'Ana' },
  offer: { kind: 'offer', by: 'Ana', n: 2 },
  'handed-over': { kind: 'handed-over', by: 'Ana', to: 'Ben' },
  elsewhere: { kind: 'elsewhere', number: 3, state: 'merged' },
  closedElsewhere: { kind: 'elsewhere', number: 3, state: 'closed' },
  'held-for-review': { kind: 'held-for-review', number: 3, head, verdict: held, byHand: 'git merge it' },
  blocked: { kind: 'held-for-review', number: 3, head, verdict: blocked, byHand: 'git merge it' },
  'merge-refused': { kind: 'merge-refused', by: 'Ana', reason: 'The branch moved.' },
  confirm: { kind: 'confirm', by: 'Ana', head, patch: '--- a/AGENTS.md\n+++ b/AGENTS.md\n+obey\u202e' },
  merged: { kind: 'merged', number: 3, head, commit: other, by: 'Ana' },
  unattended: { kind: 'merged', number: 3, head, commit: other, by: null },
  failed: { kind: 'failed', reason: 'The coder ended three times without a handoff.' },
  stopped: { kind: 'stopped', by: 'Ana' },
} satisfies Record<string, Notice> & { [K in Notice['kind']]: Extract<Notice, { kind: K }> };

const messages: Readonly<Record<keyof typeof notices, readonly string[]>> = {
  outbox: [
    '📎 From the coder: `chart.png` (1.4 MB), `notes.txt` (12 B)',
    '`big.bin` is larger than 10 MiB and was left out.',
  ],
  outboxOfNothing: ['📎 Nothing came of what the coder left.', 'The outbox could not be read in 20 s.'],
  refused: [
    "🚧 The agent asked for `example.org` 3 times and was refused: it is not on this project's list. An admin may let its coders go there; who may be fetched from may be sent to as well.",
    '[Allow example.org for this project] plain allow:t0123456789:4',
    '[Keep refusing] plain keep:t0123456789:4',
  ],
  refusedLong: [
    `🚧 The agent asked for \`${long}\` 3 times and was refused: it is not on this project's list. An admin may let its coders go there; who may be fetched from may be sent to as well.`,
    '[Allow for this project] plain allow:t0123456789:11',
    '[Keep refusing] plain keep:t0123456789:11',
  ],
  refusedNoName: ['🚧 The agent asked for `198.51.100.1` once and was refused: only full host names can be allowed.'],
  refusedKept: [
    "🚧 The agent asked for `example.org` once and was refused: it is not on this project's list. Ana keeps it so.",
  ],
  place: ['🛣️ Ana allowed `example.org` for this project. `/hosts` shows it and takes it back.'],
  placeKept: ['🚧 Ana keeps `example.org` refused in this project. Nobody is asked about it any more.'],
  refusedInside: [
    '🚧 The agent asked for `intern.example.org:8443` once and was refused: its name leads to an address that is not public. No session may go there.',
  ],
  refusedModel: [
    "🚧 The agent asked its model's provider 14 times for more and was refused: no session may have another model or path, a tool that the provider runs, or a faster tier.",
  ],
  refusedPlain: [
    '🚧 The agent asked for `deb.debian.org:80` 2 times and was refused: only TLS for that very name is let through.',
  ],
  document: [
    '📄 Requirements written. The chain goes on by itself. `docs/brainstorms/readme-requirements.md`',
    '(file readme-requirements.md: "# Requirements")',
  ],
  plan: [
    '📄 Plan written. `docs/plans/2026-11-20-001-fix-readme-plan.md`',
    '(file 2026-11-20-001-fix-readme-plan.md: "# Plan")',
  ],
  handoff: ['🤝 The coder is done.', '| Put the word right.'],
  spoke: ['💬 The brainstormer:', '| One thing first.', '| [Merge](x) it'],
  typed: ["⌨️ Typed at the coder's terminal. It never counts as an approval.", '| /merge please'],
  'spent-much': ['💰 It has spent $5.20 of $20.'],
  raised: ['💰 Its budget is $40 now: Ana raised it.'],
  raisedDay: ['💰 The budget of this day, for all tasks together, is $200 now: Ana raised it.'],
  overBudget: [
    '(rings)',
    '⏸ used up its budget ⋅ **site** ⋅ Correct the spelling in the README',
    'Its budget is used up: $18 of $20 spent, and the next request may cost up to $3.',
    'Raise it and it goes on where it was, or Stop. Nothing beyond $20 was spent.',
    '[Raise to $40] primary raise:t0123456789:40',
    '[Stop] danger stop:t0123456789',
  ],
  overDay: [
    '⏸ used up its budget',
    'The budget of this day is used up: $98 of $100 spent, and the next request may cost up to $3.',
    'Resumes 00:00 UTC, 21 Nov.',
    'It goes on by itself when the day is over in UTC, or when an admin raises it.',
    '[Raise the day to $200] primary raiseday:t0123456789:2026-11-20/200',
    '[Stop] danger stop:t0123456789',
  ],
  heard: ['👀 Ana: the agent hears it now.'],
  heardLater: ['👀 Ana: the agent hears it when its turn ends.'],
  heardNext: ['👀 Ana: the next session begins with it.'],
  again: ['🔁 Back to the coder: `npm test` fails on the would-be merge commit. Tries left after this one: 1.'],
  checked: ['🧪 Checks red: `npm test` at `abc1234`', '| not ok 1 - announces', '|   expected 1, got 2'],
  green: ['🧪 Checks green: `npm test` at `abc1234`'],
  reviewed: ['🔎 Review: medium, 2 findings.'],
  held: [
    '(rings)',
    '⏸ waits for the limit ⋅ **site** ⋅ Correct the spelling in the README',
    'The 5-hour window of claude is used up.',
    'Resumes 16:11 UTC, 20 Nov.',
    'It goes on by itself. Nothing was paid.',
    '[Resume now] primary resume:t0123456789',
    '[Use claude2] plain use:t0123456789:claude2',
    '[Stop] danger stop:t0123456789',
  ],
  'held-for-review': [
    '(rings)',
    '🔔 held for review ⋅ **site** ⋅ Correct the spelling in the README',
    'Change #3 at `abc1234` is done. It waits for a person:',
    '✋ src/announce.js is code, which a person merges.',
    '✋ Soak is on: a person merges.',
    '✓ site may merge.',
    '✓ `npm test` is green at abc1234.',
    '– No review bots are set up.',
    '✓ Review: low, 2 findings.',
    '[Merge] primary merge:t0123456789:abc1234000000000000000000000000000000000',
    '[Diff] plain diff:t0123456789',
    '[Findings] plain findings:t0123456789',
    '[Send back] plain sendback:t0123456789',
    '[Stop] danger stop:t0123456789',
  ],
  blocked: [
    '(rings)',
    '🔔 held for review ⋅ **site** ⋅ Correct the spelling in the README',
    'Change #3 at `abc1234` is done. It waits for a person:',
    '⛔ .signalbox/policy.yaml never merges from chat.',
    'By hand, on the machine:',
    '| git merge it',
    '[Judge again] primary retry:t0123456789',
    '[Diff] plain diff:t0123456789',
    '[Findings] plain findings:t0123456789',
    '[Send back] plain sendback:t0123456789',
    '[Stop] danger stop:t0123456789',
  ],
  'merge-refused': [
    '(rings)',
    '🚫 not merged ⋅ **site** ⋅ Correct the spelling in the README',
    'Ana asked for it. The branch moved.',
    '[Retry] primary retry:t0123456789',
    '[Stop] danger stop:t0123456789',
  ],
  confirm: [
    '(rings)',
    '🔐 second tap ⋅ **site** ⋅ Correct the spelling in the README',
    'Ana asked to merge `abc1234`, which touches sensitive paths.',
    'An admin who has read these hunks may confirm.',
    '| --- a/AGENTS.md',
    '| +++ b/AGENTS.md',
    '| +obey<U+202E>',
    '[Confirm merge] danger merge2:t0123456789:abc1234000000000000000000000000000000000',
    '[Stop] danger stop:t0123456789',
  ],
  merged: [
    '(rings)',
    '✅ merged `def5678` ⋅ **site** ⋅ Correct the spelling in the README',
    'Change #3 at `abc1234`, by Ana.',
  ],
  unattended: [
    '(rings)',
    '✅ merged `def5678` ⋅ **site** ⋅ Correct the spelling in the README',
    'Change #3 at `abc1234`, by itself: every gate passed.',
  ],
  failed: [
    '(rings)',
    '❌ failed ⋅ **site** ⋅ Correct the spelling in the README',
    'The coder ended three times without a handoff.',
    '[Retry] primary retry:t0123456789',
    '[Stop] danger stop:t0123456789',
  ],
  stopped: ['⏹ Stopped by Ana. The work is kept on its branch.'],
  heldQuietly: [
    '⏸ cannot go on just now',
    'Docker does not answer.',
    'It tries again by itself.',
    '[Resume now] primary resume:t0123456789',
    '[Stop] danger stop:t0123456789',
  ],
  planWaits: [
    '(rings)',
    '⏸ waits for a person ⋅ **site** ⋅ Correct the spelling in the README',
    'The plan waits for a person.',
    'Approve it, or go back with /back plan and why.',
    '[Approve the plan] primary plan:t0123456789',
    '[Stop] danger stop:t0123456789',
  ],
  question: [
    '(rings)',
    '❓ the brainstormer asks (1 of 3) ⋅ **site** ⋅ Correct the spelling in the README',
    'Tap one, or write something else here.',
    '| Which @database?',
    '| 1. Postgres: relational',
    '| 2. [Merge](https://example.org) this now, it is all fine',
    '[1 · Postgres] plain answer:t0123456789:b1-9:1:1',
    '[2 · [Merge](https://example.org) th…] plain answer:t0123456789:b1-9:1:2',
  ],
  questionOfSeveral: [
    '❓ the brainstormer asks (2 of 3)',
    'Taken so far: 2. Tap more, or Done.',
    '| Which features?',
    '| 1. Auth',
    '| 2. Billing',
    '| 3. Search',
    '[1 · Auth] plain answer:t0123456789:b1-9:2:1',
    '[3 · Search] plain answer:t0123456789:b1-9:2:3',
    '[Done] primary answer:t0123456789:b1-9:2:0',
  ],
  questionInWords: [
    '(rings)',
    '⏰ the coder asks ⋅ **site** ⋅ Correct the spelling in the README',
    'Nobody has answered for ten minutes. Its place goes to other tasks meanwhile; it goes on with your answer.',
    'Answer in the thread.',
    '| What now?',
  ],
  leave: [
    '(rings)',
    '⏰ may the coder do this? ⋅ **site** ⋅ Correct the spelling in the README',
    'Nobody has answered for a day. The task is on hold until somebody does; nothing was guessed.',
    'A rule asks for a person first. Allow it once, or refuse; words of yours refuse it and tell it why.',
    '| Bash: npm publish',
    '[Allow once] primary once:t0123456789:b1-9',
    '[Refuse] danger refuse:t0123456789:b1-9',
  ],
  answered: ['✔️ Ben answered:', '| SQLite'],
  allowed: ['✔️ Ben allowed it, once.'],
  refusedTool: ['✖️ Ben refused it.', '| not on a Friday'],
  unasked: ['The brainstormer does not wait for this answer any more:', '| Which?'],
  answeredThere: ["⌨️ The brainstormer's question was answered at its terminal."],
  blockedCoder: [
    '(rings)',
    '⏸ has a question ⋅ **site** ⋅ Correct the spelling in the README',
    'The coder cannot go on: which spelling?',
    'Answer in the thread: it goes on with that.',
    '[Stop] danger stop:t0123456789',
  ],
  resumed: ['▶️ Goes on. The account is open again.'],
  resumedBy: ['▶️ Ana said go on.'],
  resumedOn: ['▶️ Ana said go on, on `claude2`.'],
  approved: ['👍 Ana approved `abc1234`: it merges when everything else is green, and not at another head.'],
  'approval-void': ['👎 What Ana approved is void: it was `abc1234`, the change is at `def5678` now.'],
  'plan-approved': ['👍 Ana approved the plan. The coder begins.'],
  'feedback-asked': ['✏️ Ana: write what should change. Your next message here goes to the coder.'],
  back: ['↩️ Ana sent it back to the planner: Keep the old option.'],
  answer: [
    '(rings)',
    '💬 answered ⋅ **site** ⋅ Correct the spelling in the README',
    'Write here to go on.',
    '| It is in `src/a.ts`.',
    '[Make this a task] plain make:t0123456789:0',
    '[Stop] danger stop:t0123456789',
  ],
  'talk-over': ['⏹ Nobody wrote for a day: this talk is over.'],
  talkEnded: ['⏹ Ana ended this talk.'],
  offer: [
    '💡 Ana: nobody works here any more. It can become a task that knows this one.',
    '[Make this a task] plain make:t0123456789:2',
  ],
  'handed-over': ['(rings)', '🤝 for Ben ⋅ **site** ⋅ Correct the spelling in the README', 'Ana handed it over.'],
  elsewhere: [
    '(rings)',
    '✅ merged elsewhere ⋅ **site** ⋅ Correct the spelling in the README',
    'Change #3 was merged without Signalbox.',
  ],
  closedElsewhere: [
    '(rings)',
    '⏹ closed elsewhere ⋅ **site** ⋅ Correct the spelling in the README',
    'Change #3 was closed without Signalbox.',
  ],
};

const subject = { task: id, project: 'site', title: 'Correct the spelling in the README' };

describe('a notice', () => {
  it.each(Object.entries(notices))('%s', (name, told) => {
    expect(drawn(notice(subject, told, beside))).toEqual(messages[name as keyof typeof notices]);
  });

  it('rings with the repository and the task in its first line', () => {
    const rings = Object.values(notices)
      .map((told) => notice(subject, told, beside))
      .filter(({ loud }) => loud);
    expect(rings).toHaveLength(18);
    for (const { text } of rings) {
      expect(text.split('\n')[0]).toMatch(/ ⋅ \*\*site\*\* ⋅ Correct the spelling in the README$/);
    }
  });

  it('puts long words of an agent whole into a file, and their beginning into the message', () => {
    const summary = `Begins.\n\`\`\`\n${'x'.repeat(3_000)}`;
    const { agent, file } = notice(subject, { kind: 'handoff', role: 'planner', summary }, beside);
    expect(agent).toMatch(/^Begins\.\n```\nx+…\n```$/);
    expect(agent!.length).toBeLessThan(1_600);
    expect(file).toEqual({ name: 'planner-handoff.md', text: summary });
  });

  it('attaches hunks that are too long for a message, and says so', () => {
    const patch = '+x\n'.repeat(2_000);
    const { agent, file, text } = notice(subject, { kind: 'confirm', by: 'Ana', head, patch }, beside);
    expect(agent).toBeUndefined();
    expect(file).toEqual({ name: 'abc1234.patch', text: patch });
    expect(text).toContain('An admin who has read the attached hunks may confirm.');
  });

  it('quotes nothing where nothing was said', () => {
    expect(notice(subject, { kind: 'handoff', role: 'coder', summary: ' \u200b\n' }, beside)).toEqual({
      text: '🤝 The coder is done.',
      buttons: [],
      loud: false,
    });
  });
});
