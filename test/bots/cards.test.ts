import { describe, expect, it } from 'vitest';
import { card, taskRow, threadName } from '../../src/bots/cards.ts';
import type { Phase } from '../../src/chain/task.ts';
import { beside, blocked, drawn, reviewed, sensitive, stale, task, tasks } from './samples.ts';

const cards: Readonly<Record<Phase['at'], readonly string[]>> = {
  opening: [
    '🟢 **readme spelling** ⋅ opening its thread',
    '',
    '> The README says "recieve". Put it right.',
    '',
    '▸ Preparing, since 14:03 UTC, 20 Nov',
    '',
    'site ⋅ `signalbox/readme-spelling`',
    '[Stop] danger stop:t0123456789',
  ],
  preparing: [
    '🟢 **readme spelling** ⋅ reading the repository',
    '',
    '> The README says "recieve". Put it right.',
    '',
    '▸ Preparing, since 14:02 UTC, 20 Nov',
    '',
    'site ⋅ `signalbox/readme-spelling`',
    '[Stop] danger stop:t0123456789',
  ],
  working: [
    '🟢 **Correct the spelling in the README** ⋅ with the coder',
    '',
    '> The README says "recieve". Put it right.',
    '',
    '✓ Preparing 4s',
    '▸ Code, since 14:02 UTC, 20 Nov',
    '',
    'site ⋅ `signalbox/readme-spelling`',
    '[Stop] danger stop:t0123456789',
  ],
  recording: [
    '🟢 **Correct the spelling in the README** ⋅ keeping a document',
    '',
    '> The README says "recieve". Put it right.',
    '',
    '✓ Preparing 4s',
    '▸ Code, since 14:02 UTC, 20 Nov',
    '',
    'site ⋅ `signalbox/readme-spelling`',
    '[Stop] danger stop:t0123456789',
  ],
  taking: [
    '🟢 **Correct the spelling in the README** ⋅ taking in the commits',
    '',
    '> The README says "recieve". Put it right.',
    '',
    '✓ Preparing 4s',
    '✓ Code 1m00s',
    '▸ Tests, since 14:03 UTC, 20 Nov',
    '',
    'site ⋅ `signalbox/readme-spelling`',
    '[Stop] danger stop:t0123456789',
  ],
  validating: [
    '🟢 **Correct the spelling in the README** ⋅ running the tests',
    '',
    '> The README says "recieve". Put it right.',
    '',
    '✓ Preparing 4s',
    '✓ Code 1m00s',
    '▸ Tests, since 14:03 UTC, 20 Nov',
    '',
    'Branch at `abc1234`',
    '',
    'site ⋅ `signalbox/readme-spelling`',
    '[Stop] danger stop:t0123456789',
  ],
  proposing: [
    '🟢 **Correct the spelling in the README** ⋅ opening the change',
    '',
    '> The README says "recieve". Put it right.',
    '',
    '✓ Preparing 4s',
    '✓ Code 1m00s',
    '▸ Change, since 14:03 UTC, 20 Nov',
    '',
    'site ⋅ `signalbox/readme-spelling`',
    '[Stop] danger stop:t0123456789',
  ],
  judging: [
    '🟢 **Correct the spelling in the README** ⋅ at the gate',
    '',
    '> The README says "recieve". Put it right.',
    '',
    '✓ Preparing 4s',
    '✓ Requirements 1m01s',
    '✓ Plan 1h00m',
    '✓ Code 2m14s',
    '✓ Tests 1m40s',
    '✓ Code 1m40s',
    '✓ Tests 30s',
    '✓ Change 1s',
    '✓ Review 1m09s',
    '▸ Gate, since 15:10 UTC, 20 Nov',
    '',
    'Change #3 at `abc1234`',
    'Checks green: `npm test` at `abc1234`',
    'Review: low, 2 findings at `abc1234`',
    '',
    'site ⋅ `signalbox/readme-spelling`',
    '[Approve] plain approve:t0123456789:abc1234000000000000000000000000000000000',
    '[Stop] danger stop:t0123456789',
  ],
  review: [
    '🔔 **Correct the spelling in the README** ⋅ held for review',
    '',
    '> The README says "recieve". Put it right.',
    '',
    '… 1 earlier',
    '✓ Requirements 1m01s',
    '✓ Plan 1h00m',
    '✓ Code 2m14s',
    '✓ Tests 1m40s',
    '✓ Code 1m40s',
    '✓ Tests 30s',
    '✓ Change 1s',
    '✓ Review 1m09s',
    '✓ Gate 1m00s',
    '▸ Held for review, since 15:11 UTC, 20 Nov',
    '',
    'Change #3 at `abc1234`',
    'Checks green: `npm test` at `abc1234`',
    'Review: low, 2 findings at `abc1234`',
    '',
    'Waits for a person:',
    '✋ src/announce.js is code, which a person merges.',
    '✋ Soak is on: a person merges.',
    '',
    'site ⋅ `signalbox/readme-spelling` ⋅ 1h09m',
    '[Merge] primary merge:t0123456789:abc1234000000000000000000000000000000000',
    '[Diff] plain diff:t0123456789',
    '[Findings] plain findings:t0123456789',
    '[Send back] plain sendback:t0123456789',
    '[Stop] danger stop:t0123456789',
  ],
  held: [
    '⏸ **Correct the spelling in the README** ⋅ on hold',
    '',
    '> The README says "recieve". Put it right.',
    '',
    '✓ Preparing 4s',
    '✓ Code 1m00s',
    '▸ On hold, since 14:03 UTC, 20 Nov',
    '',
    'The login of claude ran out.',
    'Log in again on the machine: it goes on by itself then.',
    '',
    'site ⋅ `signalbox/readme-spelling` ⋅ 1m04s',
    '[Resume now] primary resume:t0123456789:0',
    '[Use claude2] plain use:t0123456789:claude2',
    '[Stop] danger stop:t0123456789',
  ],
  merging: [
    '🟢 **Correct the spelling in the README** ⋅ merging',
    '',
    '> The README says "recieve". Put it right.',
    '',
    '… 1 earlier',
    '✓ Requirements 1m01s',
    '✓ Plan 1h00m',
    '✓ Code 2m14s',
    '✓ Tests 1m40s',
    '✓ Code 1m40s',
    '✓ Tests 30s',
    '✓ Change 1s',
    '✓ Review 1m09s',
    '✓ Gate 1m00s',
    '▸ Merge, since 15:11 UTC, 20 Nov',
    '',
    'Change #3 at `abc1234`',
    'Checks green: `npm test` at `abc1234`',
    'Review: low, 2 findings at `abc1234`',
    '',
    'Merge asked for by Ana.',
    '',
    'site ⋅ `signalbox/readme-spelling`',
  ],
  merged: [
    '✅ **Correct the spelling in the README** ⋅ merged',
    '',
    '> The README says "recieve". Put it right.',
    '',
    '… 1 earlier',
    '✓ Requirements 1m01s',
    '✓ Plan 1h00m',
    '✓ Code 2m14s',
    '✓ Tests 1m40s',
    '✓ Code 1m40s',
    '✓ Tests 30s',
    '✓ Change 1s',
    '✓ Review 1m09s',
    '✓ Gate 1m00s',
    '• Merged 15:11 UTC, 20 Nov',
    '',
    'Change #3 at `abc1234`',
    'Checks green: `npm test` at `abc1234`',
    'Review: low, 2 findings at `abc1234`',
    '',
    'Merged as `def5678`.',
    '',
    'site ⋅ `signalbox/readme-spelling` ⋅ 1h09m',
  ],
  failed: [
    '❌ **Correct the spelling in the README** ⋅ failed',
    '',
    '> The README says "recieve". Put it right.',
    '',
    '✓ Preparing 4s',
    '✓ Code 1m00s',
    '• Failed 14:03 UTC, 20 Nov',
    '',
    '`npm test` fails on the would-be merge commit.',
    '',
    'site ⋅ `signalbox/readme-spelling` ⋅ 1m04s',
    '[Retry] primary retry:t0123456789:0',
    '[Stop] danger stop:t0123456789',
  ],
  stopped: [
    '⏹ **Correct the spelling in the README** ⋅ stopped',
    '',
    '> The README says "recieve". Put it right.',
    '',
    '✓ Preparing 4s',
    '✓ Code 1m00s',
    '• Stopped 14:03 UTC, 20 Nov',
    '',
    'site ⋅ `signalbox/readme-spelling` ⋅ 1m04s',
  ],
  queued: [
    '🟢 **Correct the spelling in the README** ⋅ in the queue',
    '',
    '> The README says "recieve". Put it right.',
    '',
    '✓ Preparing 4s',
    '▸ Code, since 14:02 UTC, 20 Nov',
    '',
    'site ⋅ `signalbox/readme-spelling`',
    '[Stop] danger stop:t0123456789',
  ],
  proving: [
    '🟢 **Correct the spelling in the README** ⋅ running the tests on the base branch',
    '',
    '> The README says "recieve". Put it right.',
    '',
    '✓ Preparing 4s',
    '✓ Code 1m00s',
    '▸ Preparing, since 14:03 UTC, 20 Nov',
    '',
    'site ⋅ `signalbox/readme-spelling`',
    '[Stop] danger stop:t0123456789',
  ],
  verifying: [
    '🟢 **Correct the spelling in the README** ⋅ looking at what is there',
    '',
    '> The README says "recieve". Put it right.',
    '',
    '✓ Preparing 4s',
    '▸ Code, since 14:02 UTC, 20 Nov',
    '',
    'site ⋅ `signalbox/readme-spelling`',
    '[Stop] danger stop:t0123456789',
  ],
};

describe('the card of a task', () => {
  it.each(Object.entries(tasks))('%s', (at, task) => {
    expect(drawn(card(task, beside))).toEqual(cards[at as Phase['at']]);
  });

  it('never shows what the reviewer found', () => {
    for (const task of Object.values(tasks)) expect(JSON.stringify(card(task, beside))).not.toContain('SECRET');
  });

  it.each([
    ['an admin only', sensitive, ["✋ Needs an admin's second tap: AGENTS.md."], 'Merge'],
    [
      'no tap',
      stale,
      ['✋ The base branch moved. (no tap overrides this)', '✋ Soak is on: a person merges.'],
      'Judge again',
    ],
    ['nothing', blocked, ['⛔ .signalbox/policy.yaml never merges from chat.'], 'Judge again'],
  ])('says what %s lets through, and offers no other tap', (_who, verdict, rows, first) => {
    const shown = card(task({ at: 'review', verdict, patch: '' }, reviewed), beside);
    expect(shown.text.split('\n')).toEqual(expect.arrayContaining(rows));
    expect(shown.buttons.map(({ label }) => label)).toEqual([first, 'Diff', 'Findings', 'Send back', 'Stop']);
  });

  it.each([
    ['nothing yet', { accounts: [] }, 0, []],
    [
      'with a key, in dollars',
      { accounts: [{ account: 'codex', usd: 3.2, plan: null }] },
      3.2,
      ['Spent: `codex` $3.20'],
    ],
    [
      'with a subscription: what a key would cost, and how full its window is',
      { accounts: [{ account: 'claude', usd: 3.2, plan: { window: '5-hour window', used: 0.424 } }] },
      3.2,
      ['Spent: `claude` $3.20 by list price, in the subscription, its 5-hour window is 42 % full'],
    ],
    [
      'with both',
      {
        accounts: [
          { account: 'claude', usd: 3.2, plan: 'no window known' as const },
          { account: 'codex', usd: 1, plan: null },
        ],
      },
      4.2,
      ['Spent: $4.20 ⋅ `claude` $3.20 by list price, in the subscription ⋅ `codex` $1'],
    ],
  ])('says what was spent: %s', (_name, { accounts }, usd, rows) => {
    const { text } = card(tasks.queued, beside, { usd, accounts, over: null });
    expect(text.split('\n').filter((row) => row.startsWith('Spent'))).toEqual(rows);
  });

  it('says what was spent when nobody counts just now', () => {
    expect(card({ ...tasks.merged, spent: 4.2 }, beside).text).toContain('Spent: $4.20');
  });

  it('says which account the task uses instead of another', () => {
    const { text } = card({ ...tasks.queued, instead: { claude: 'claude2' } }, beside);
    expect(text.split('\n')).toContain('Uses `claude2` instead of `claude`');
  });

  it('says who a merge without a tap is asked for by: nobody', () => {
    expect(card(task({ at: 'merging', by: null, waits: null }, reviewed), beside).text).not.toContain('asked for');
    const kept = 'The work is kept on its branch.';
    expect(card(task({ at: 'stopped' }, reviewed), beside).text).toContain(kept);
    expect(card(task({ at: 'stopped', cleared: true }, reviewed), beside).text).not.toContain(kept);
    const early = { ...task({ at: 'stopped' }, reviewed), head: null };
    expect(card(early, beside).text).not.toContain(kept);
    const waits = card(task({ at: 'merging', by: null, waits: 'The repository is out of reach.' }, reviewed), beside);
    expect(waits.text).toContain(
      'The repository is out of reach.\nIt is tried again by itself. It may be merged already, so it cannot be stopped now.',
    );
  });

  it('says that a review found design only', () => {
    const { review } = reviewed;
    const shown = card(
      task({ at: 'judging' }, { ...reviewed, review: { ...review!, scope: 'design-only', count: 1 } }),
      beside,
    );
    expect(shown.text).toContain('Review: low, 1 finding; it describes the work instead of doing it at `abc1234`');
  });

  it.each(['missing', 'conflict'] as const)('shows checks that are %s by their sentence', (outcome) => {
    const check = { ...reviewed.check!, outcome, what: 'package.json names no test.' };
    expect(card(task({ at: 'judging' }, { ...reviewed, check }), beside).text).toContain(
      'Checks: package.json names no test.',
    );
  });
});

describe('a task in a list', () => {
  it('is named with its state', () => {
    expect(threadName(tasks.review)).toBe('🔔 Correct the spelling in the README');
    expect(threadName(task({ at: 'judging' }, { title: 'a\n*b*\u202e' }))).toBe('🟢 a *b*');
  });

  it('has one row', () => {
    expect(taskRow(tasks.working)).toBe('🟢 site ⋅ Correct the spelling in the README ⋅ with the coder');
  });
});
