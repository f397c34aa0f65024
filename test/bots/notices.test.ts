import { describe, expect, it } from 'vitest';
import { notice } from '../../src/bots/notices.ts';
import { beside, drawn, id } from './samples.ts';
import { notices } from './told.ts';

const messages: Readonly<Record<keyof typeof notices, readonly string[]>> = {
  outbox: [
    '📎 From the coder: `chart.png` (1.4 MB), `notes.txt` (12 B)',
    '`big.bin` is larger than 10 MiB and was left out.',
  ],
  outboxOfNothing: ['📎 Nothing came of what the coder left.', 'The outbox could not be read in 20 s.'],
  refused: [
    "🚧 The agent asked for `example.org` 3 times and was refused: it is not on this project's list. An admin may let its coders go there. Allowing it also lets the agent send data there.",
    '[Allow example.org for this project] plain allow:t0123456789:4',
    '[Keep refusing] plain keep:t0123456789:4',
  ],
  refusedLast: [
    "🚧 The agent asked for `example.org` once and was refused: it is not on this project's list. An admin may let its coders go there. Allowing it also lets the agent send data there. Further places of this task stand in `boundary/usage.jsonl` alone.",
    '[Allow example.org for this project] plain allow:t0123456789:11',
    '[Keep refusing] plain keep:t0123456789:11',
  ],
  refusedNoName: ['🚧 The agent asked for `198.51.100.1` once and was refused: only full host names can be allowed.'],
  refusedKept: [
    "🚧 The agent asked for `example.org` once and was refused: it is not on this project's list. Ana said that it stays so.",
  ],
  place: ['🛣️ Ana allowed `example.org` for this project. `/hosts` shows it and takes it back.'],
  placeKept: ['🚧 Ana said that `example.org` stays refused in this project. Nobody is asked about it any more.'],
  refusedInside: [
    '🚧 The agent asked for `intern.example.org:8443` once and was refused: its name leads to an address that is not public. No session may go there.',
  ],
  refusedServer: [
    '🚧 The agent asked its MCP servers once for more and was refused: a session may call the servers that signalbox.yaml gives it, and these at their own address alone.',
  ],
  refusedModel: [
    "🚧 The agent asked its model's provider 14 times for more and was refused: no session may have another model or path, a tool that the provider runs, a faster tier, or so much at once.",
  ],
  refusedPlain: [
    '🚧 The agent asked for `deb.debian.org:80` 2 times and was refused: only TLS for that very name is let through.',
  ],
  document: [
    '📄 Requirements written: brainstorm complete, chain running headless. `docs/brainstorms/readme-requirements.md` Until the coder begins you can change them, or have it wait.',
    '(file readme-requirements.md: "# Requirements")',
    '[Change] plain change:t0123456789:2',
    '[Wait] plain wait:t0123456789:2',
  ],
  'pause-asked': ['✋ Ana said wait: who works may finish, and then nothing begins.'],
  paused: [
    '(rings)',
    '⏸ waits for a person ⋅ **site** ⋅ Correct the spelling in the README',
    'Ana said wait: the coder has not begun. Resume goes on; Change rewrites the requirements.',
    '[Resume now] primary resume:t0123456789:2',
    '[Change] plain change:t0123456789:2',
    '[Stop] danger stop:t0123456789',
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
  heardInReview: ['👀 Ana: kept. Nobody works now: Send back starts the coder with it.'],
  heardWaits: [
    '👀 Ana: the agent hears it when its turn ends.',
    '[Interrupt and tell it] plain interrupt:t0123456789:0a0a0a0a-2222-8333-a444-555555555555',
  ],
  interrupted: ["✋ Ana interrupted: the agent's turn ends, and it hears that now."],
  heardNext: ['👀 Ana: the next session begins with it.'],
  again: ['🔁 Back to the coder: `npm test` fails on the would-be merge. Tries left after this one: 1.'],
  checked: ['🧪 Checks red: `npm test` at `abc1234`', '| not ok 1 - announces', '|   expected 1, got 2'],
  green: ['🧪 Checks green: `npm test` at `abc1234`'],
  reviewed: ['🔎 Review: medium, 2 findings.'],
  held: [
    '(rings)',
    '⏸ waits for the limit ⋅ **site** ⋅ Correct the spelling in the README',
    'The 5-hour window of claude is used up.',
    'Resumes 16:11 UTC, 20 Nov.',
    'It goes on by itself. Nothing was paid.',
    '[Resume now] primary resume:t0123456789:2',
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
    '[Judge again] primary retry:t0123456789:2',
    '[Diff] plain diff:t0123456789',
    '[Findings] plain findings:t0123456789',
    '[Send back] plain sendback:t0123456789',
    '[Stop] danger stop:t0123456789',
  ],
  'files-left': ['📎 Ana: this task has 100 files already; `log.txt` was left out.'],
  stoppedEarly: ['⏹ Stopped by Ana.'],
  'merge-waits': [
    '(rings)',
    '⏳ cannot merge yet ⋅ **site** ⋅ Correct the spelling in the README',
    'Change #3: The repository is out of reach.',
    'It is tried again by itself. It may be merged already, so it cannot be stopped now.',
  ],
  'merge-refused': [
    '(rings)',
    '🚫 not merged ⋅ **site** ⋅ Correct the spelling in the README',
    'Ana asked for it. The branch moved.',
    'Resume judges it again; or Send back and say what to do.',
    '[Resume now] primary resume:t0123456789:2',
    '[Send back] plain sendback:t0123456789',
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
    '[Retry] primary retry:t0123456789:2',
    '[Stop] danger stop:t0123456789',
  ],
  stopped: ['⏹ Stopped by Ana. The work is kept on its branch.'],
  heldQuietly: [
    '⏸ cannot go on just now',
    'Docker does not answer.',
    'It tries again by itself.',
    '[Resume now] primary resume:t0123456789:2',
    '[Stop] danger stop:t0123456789',
  ],
  planWaits: [
    '(rings)',
    '⏸ waits for a person ⋅ **site** ⋅ Correct the spelling in the README',
    'The plan waits for a person.',
    'Approve it, or go back with /back plan and why.',
    '[Approve the plan] primary plan:t0123456789:abc1234000000000000000000000000000000000',
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
    'Nobody has answered for ten minutes. It pauses so that others can work, and goes on with your answer.',
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
    expect(rings).toHaveLength(19);
    for (const { text } of rings) {
      expect(text.split('\n')[0]).toMatch(/ ⋅ \*\*site\*\* ⋅ Correct the spelling in the README$/);
    }
  });
});
