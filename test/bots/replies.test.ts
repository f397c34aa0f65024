import { describe, expect, it } from 'vitest';
import { reply, unknownButton, unparsed } from '../../src/bots/replies.ts';
import type { Unparsed } from '../../src/bots/parse.ts';
import { menu } from '../../src/bots/menu.ts';
import type { Command, RefusedInput, Reply } from '../../src/chain/commands.ts';
import { ProjectId, SessionId } from '../../src/chain/ids.ts';
import { Policy } from '../../src/chain/policy.ts';
import type { Task } from '../../src/chain/task.ts';
import { ana, head, id, other, task, tasks } from './samples.ts';

const waits = new Map([[id, { for: 'slot', ahead: 1, slots: 2 } as const]]);

const site = ProjectId.parse('site');
const session = SessionId.parse(`${id}-coder-1`);
const lock = { n: 1, by: ana, at: Date.UTC(2026, 10, 20, 14, 3) };
const kinds = {
  accepted: { kind: 'accepted', task: id, command: 'say' },
  repeated: { kind: 'repeated', task: id },
  status: { kind: 'status', tasks: [tasks.merged, tasks.review, tasks.held, tasks.queued], waits, lock: null },
  nothing: { kind: 'status', tasks: [], waits: new Map(), lock },
  locked: { kind: 'locked', lock, already: false },
  'locked already': { kind: 'locked', lock: { ...lock, by: null }, already: true },
  'unlocked since': { kind: 'locked', lock: null, already: false },
  hosts: {
    kind: 'hosts',
    project: tasks.held.project,
    settings: ['registry.npmjs.org'],
    said: {
      hosts: [{ host: 'example.org', by: ana, at: 0 }],
      kept: [{ host: 'evil.example:8443', by: { ...ana, name: 'Lee *x*' }, at: 60_000 }],
    },
    removed: null,
  },
  'hosts, one taken back': {
    kind: 'hosts',
    project: tasks.held.project,
    settings: [],
    said: { hosts: [], kept: [] },
    removed: 'example.org',
  },
  help: { kind: 'help', about: null },
  'help about one': { kind: 'help', about: '/Task' },
  diff: {
    kind: 'diff',
    slug: 'spelling',
    diff: {
      base: other,
      head,
      files: [
        { path: 'src/a.ts', status: 'M', plus: 2, minus: 1 },
        { path: 'docs/a.md', status: 'A', plus: 1, minus: 0 },
      ],
      patch: '+a line',
    },
  },
  'diff, large': {
    kind: 'diff',
    slug: 'spelling',
    diff: { base: other, head, files: [{ path: 'src/a.ts', status: 'M', plus: 0, minus: 0 }], patch: null },
  },
  'no diff': { kind: 'diff', slug: 'spelling', diff: null },
  logs: { kind: 'logs', slug: 'spelling', logs: { session, role: 'coder', text: 'It said hello.' } },
  'no logs': { kind: 'logs', slug: 'spelling', logs: null },
  findings: {
    kind: 'findings',
    review: {
      head,
      severity: 'medium',
      scope: 'implemented',
      count: 1,
      handoff: {
        severity: 'medium',
        scope: 'implemented',
        findings: [{ severity: 'medium', title: 'No test of @everyone', detail: 'long', file: 'src/a.ts' }],
      },
    },
  },
  'no findings': { kind: 'findings', review: null },
  usage: {
    kind: 'usage',
    accounts: [
      {
        account: 'claude',
        shut: null,
        windows: {
          account: 'claude',
          t: lock.at,
          windows: [
            { name: '5-hour window', used: 0.43, until: Date.UTC(2026, 10, 20, 15) },
            { name: 'weekly window', used: 0.91, until: null },
          ],
        },
      },
      {
        account: 'codex',
        shut: { why: 'quota', window: '5-hour window', until: Date.UTC(2026, 10, 20, 15) },
        windows: null,
      },
    ],
  },
  fleet: {
    kind: 'fleet',
    projects: [
      { id: site, merges: true, soak: true, merged: 7, tasks: [tasks.merged, tasks.review, tasks.queued] },
      { id: ProjectId.parse('shop'), merges: false, soak: true, merged: 0, tasks: [] },
    ],
    waits,
    lock,
  },
  policy: {
    kind: 'policy',
    project: site,
    base: other,
    merges: true,
    soak: true,
    policy: Policy.parse({ setup: ['npm ci'], test: 'npm test', merges: ['docs/**'] }),
  },
  soak: { kind: 'soak', project: site, clean: 3, written: true, merges: true, soak: true },
  'soak over': { kind: 'soak', project: site, clean: 5, written: null, merges: true, soak: false },
  refused: { kind: 'refused', why: { code: 'no-task-here' } },
} satisfies Record<string, Reply> & { [K in Reply['kind']]: Extract<Reply, { kind: K }> };

const replies: Readonly<Record<keyof typeof kinds, readonly string[]>> = {
  accepted: ['👀 Taken.'],
  repeated: ['👀 Taken already.'],
  status: [
    '🔔 site ⋅ Correct the spelling in the README ⋅ held for review',
    '⏸ site ⋅ Correct the spelling in the README ⋅ on hold: The login of claude ran out.',
    '🟢 site ⋅ Correct the spelling in the README ⋅ in the queue: 1 task before it, 2 slots on this machine',
    '✅ site ⋅ Correct the spelling in the README ⋅ merged',
  ],
  nothing: [
    '🔒 Locked by Ana (14:03 UTC, 20 Nov): nothing starts, nothing merges, no tap counts. Unlock on the machine, with `./signalbox unlock`.',
    'No tasks yet. `/task <idea>` starts one.',
  ],
  locked: [
    '🔒 Locked. Nothing starts, nothing merges and no tap counts. Sessions at work finish their turn. Unlock on the machine, with `./signalbox unlock`.',
  ],
  'locked already': [
    '🔒 Already locked on the machine (14:03 UTC, 20 Nov). Nothing starts, nothing merges and no tap counts. Sessions at work finish their turn. Unlock on the machine, with `./signalbox unlock`.',
  ],
  'unlocked since': ['That was taken before, and it has been unlocked since.'],
  hosts: [
    '`registry.npmjs.org` may be reached: signalbox.yaml',
    '`example.org` may be reached: Ana, 00:00 UTC, 1 Jan',
    '`evil.example:8443` stays refused: Lee \\*x\\*, 00:01 UTC, 1 Jan',
    'An admin takes one back with `/hosts remove <name>`.',
  ],
  'hosts, one taken back': [
    '`example.org` is taken back. Sessions at work go by it at once.',
    'The coders of this project may go nowhere but to their model.',
  ],
  help: [
    '**Begin**',
    '`/task <idea>` starts a task in this channel',
    '`/ask <question>` opens a thread in which an agent that only reads answers',
    '',
    '**In a thread**',
    '`/merge` merges the change that the card shows',
    '`/approve` lets it merge when everything else is green; approves a plan that waits',
    '`/back requirements|plan|code <why>` goes back to that role, with the reason',
    '`/resume` goes on where it stands',
    '`/retry` begins the phase anew',
    '`/use <account>` goes on with another account than the one that is shut',
    '`/raise <dollars>` lets this task spend so much',
    '`/handover <person>` addresses somebody else from now on',
    '`/stop` ends the task and keeps its work',
    '',
    '**Look**',
    '`/diff` what the task has changed, file by file, and the patch',
    '`/findings` titles of what the reviewer found, for you alone',
    '`/logs` what its latest session said and did',
    '`/status` every task and what it waits for',
    '`/fleet` every project with its tasks',
    "`/usage` how full the accounts' windows are, and when they begin anew",
    '`/policy` the rules of this project, and where they stand',
    '`/hosts` where the coders of this project may go',
    '`/help [command]` this, or more about one command',
    '',
    '**Keep safe**',
    '`/soak [on|off]` whether nothing merges without a tap',
    '`/lock` nothing starts, nothing merges and no tap counts',
    '',
    "Anything else that you write in a task's thread is for its agent.",
  ],
  'help about one': [
    '`/task <idea>` starts a task in this channel.',
    'Before the idea: `--slug <name>`, `--quick` (straight to the coder), `--headless` (nobody is asked); `--` ends the options.',
    'It takes the right `steer`.',
  ],
  diff: ['2 files changed at `abc1234`, on `def5678`: +3 −1', '`src/a.ts` +2 −1', '`docs/a.md` +1 −0, new'],
  'diff, large': [
    '1 file changed at `abc1234`, on `def5678`',
    '`src/a.ts` +0 −0',
    'The patch is too large to be shown. The branch has it.',
  ],
  'no diff': ['There is nothing to see yet: no commit of this task was taken in.'],
  logs: ['The coder, as its record has it. It is what the agent says of itself.'],
  'no logs': ['There is nothing to see yet: no session has begun.'],
  findings: ['What the reviewer found at `abc1234`. It advises; you decide.'],
  'no findings': ['There is no review yet.'],
  usage: [
    '`claude` is open',
    '▓▓▓▓░░░░░░ 43 % of the 5-hour window, resets 15:00 UTC, 20 Nov',
    '▓▓▓▓▓▓▓▓▓░ 91 % of the weekly window',
    'As of 14:03 UTC, 20 Nov.',
    '',
    '⏸ `codex` is shut until 15:00 UTC, 20 Nov',
    'Nothing is known of its windows.',
  ],
  fleet: [
    '🔒 Locked by Ana (14:03 UTC, 20 Nov): nothing starts, nothing merges, no tap counts. Unlock on the machine, with `./signalbox unlock`.',
    '**site** ⋅ merges on a tap ⋅ 7 merges',
    '🔔 Correct the spelling in the README ⋅ held for review',
    '🟢 Correct the spelling in the README ⋅ in the queue: 1 task before it, 2 slots on this machine',
    '',
    '**shop** ⋅ merges nothing from here ⋅ 0 merges',
    'No tasks in flight.',
  ],
  policy: [
    '**site**: `.signalbox/policy.yaml` on the base branch at `def5678`; what is not there is the default.',
    'setup: `npm ci`',
    'test: `npm test`',
    'merges by itself: `docs/**`',
    'sensitive, beside the usual: none',
    'blocked, beside the usual: none',
    'red tests send the coder back: 2 times',
    'a person approves the plan: while soak is on',
    'From signalbox.yaml: on the merge allowlist; soak is on: nothing merges without a tap.',
  ],
  soak: [
    '**site**: soak is on: nothing merges without a tap. 3 clean merges in a row, as counted here. signalbox.yaml says `soak: true`.',
  ],
  'soak over': [
    '**site**: soak is over: what the policy names merges by itself. `/soak on` ends that. 5 clean merges in a row, as counted here.',
  ],
  refused: ["There is no task here. Write in a task's thread, or start one with `/task <idea>`."],
};

const receipts: Readonly<Partial<Record<Command['name'], string>>> = {
  task: '👀 Taken. Its thread opens now.',
  say: '👀 Taken.',
  answer: '👀 Taken.',
  merge: '👀 Taken. The gate looks once more.',
  stop: '👀 Taken. It stops.',
  retry: '👀 Taken. It tries again.',
  resume: '👀 Taken. It tries to go on now.',
  use: '👀 Taken. It goes on with that account.',
  raise: '👀 Taken.',
  approve: '👀 Taken.',
  back: '👀 Taken. It goes back.',
  sendback: '👀 Taken. Write what should change.',
  allow: '👀 Taken. Its sessions at work may go there in a moment.',
  keep: '👀 Taken. Nobody is asked about it any more.',
  handover: '👀 Taken.',
};

const refusals = {
  'not-allowed': { code: 'not-allowed', needs: 'merge', has: 'watch' },
  'unlinked-channel': { code: 'unlinked-channel', channel: 'lobby' },
  locked: { code: 'locked', lock },
  unreadable: { code: 'unreadable', reason: 'Docker does not answer' },
  'no-such-person': { code: 'no-such-person', named: '@nobody', people: ['Ana', 'Ben'] },
  'diff-first': { code: 'diff-first' },
  'soak-written': { code: 'soak-written' },
  'too-few-merges': { code: 'too-few-merges', clean: 3, needs: 5 },
  'no-task-here': { code: 'no-task-here' },
  'empty-idea': { code: 'empty-idea' },
  'long-idea': { code: 'long-idea', length: 10_000, max: 8_000 },
  'bad-slug': { code: 'bad-slug', slug: 'Über `x`' },
  'slug-in-use': { code: 'slug-in-use', slug: 'readme', task: id },
  'not-now': { code: 'not-now', command: 'merge', phase: 'merging' },
  unheard: { code: 'not-now', command: 'say', phase: 'merged' },
  blocked: { code: 'not-now', command: 'merge', phase: 'review' },
  'not-beside': { code: 'not-beside', account: 'gpt', shut: 'claude', beside: ['claude2', 'claude3'] },
  lonely: { code: 'not-beside', account: 'claude', shut: 'claude', beside: [] },
  'a plan waits': { code: 'not-now', command: 'resume', phase: 'held', for: 'plan' },
  'a question waits': { code: 'not-now', command: 'retry', phase: 'held', for: 'answer' },
  'no change yet': { code: 'not-now', command: 'sendback', phase: 'validating' },
  'other hold': { code: 'not-now', command: 'use', phase: 'held' },
  answered: { code: 'answered', by: 'Ben' },
  unasked: { code: 'answered', by: null },
  heard: { code: 'heard' },
  draft: { code: 'draft', why: 'newer', by: null },
  'draft begun': { code: 'draft', why: 'begun', by: null },
  'draft first': { code: 'draft', why: 'first', by: 'Ben' },
  budget: { code: 'budget' },
  'not-raised': { code: 'not-raised', what: 'task', at: 20 },
  'day not raised': { code: 'not-raised', what: 'day', at: 100 },
  'day over': { code: 'not-raised', what: 'day', at: Infinity },
  'no budget': { code: 'not-raised', what: 'task', at: null },
  'head-moved': { code: 'head-moved', saw: head, is: other },
  past: { code: 'past' },
  'not-asked': { code: 'not-asked' },
  'hosts-full': { code: 'hosts-full', max: 100 },
  'no-such-host': { code: 'no-such-host', host: 'example.org', settings: false },
  'host of the settings': { code: 'no-such-host', host: 'example.org', settings: true },
  damaged: { code: 'damaged', stream: 'task-t0123456789', reason: 'line 3 is not JSON' },
  'not-kept': { code: 'not-kept', reason: 'The disk is full (ENOSPC)' },
} satisfies Record<string, RefusedInput> & { [K in RefusedInput['code']]: Extract<RefusedInput, { code: K }> };

const sentences: Readonly<Record<keyof typeof refusals, string>> = {
  'not-allowed':
    'That takes the right `merge` and you have `watch`. Whoever runs Signalbox can change it in signalbox.yaml.',
  unreadable: 'That cannot be read just now: Docker does not answer. Try again in a moment.',
  'no-such-person': 'Nobody called `@nobody` may steer here. Take one of: Ana, Ben.',
  'diff-first': 'Look at the change first: `/diff`. Then ask again.',
  'soak-written':
    'signalbox.yaml says `soak: true` for this project, and nothing here ends that. Take the line out on the machine first.',
  'too-few-merges':
    'Soak ends after 5 clean merges in a row, as counted here; there were 3. Until then each takes a tap.',
  locked: '🔒 Locked by Ana (14:03 UTC, 20 Nov): nothing was taken. Unlock on the machine, with `./signalbox unlock`.',
  'unlinked-channel':
    "No repository is linked to the channel `lobby`. Write in a linked one, or add it to a project's channels in signalbox.yaml.",
  'no-task-here': "There is no task here. Write in a task's thread, or start one with `/task <idea>`.",
  'empty-idea': 'A task needs an idea, e.g. `/task Correct the spelling in the README`.',
  'long-idea':
    'The idea has 10,000 characters; at most 8,000 are taken, and nothing is cut. Shorten it, or put the details into a file in the repository and name that.',
  'bad-slug': "`Über 'x'` is no slug. Take lower-case letters, digits and dashes, at most 40, e.g. `readme-spelling`.",
  'slug-in-use': 'The slug `readme` belongs to task `t0123456789`. Take another one, or leave it out.',
  'not-now': 'Somebody was first: it is merging already.',
  'a plan waits': 'The plan waits: Approve it, or `/back plan` and why.',
  'a question waits': 'Its question waits for an answer: write it here, or tap one above.',
  'no change yet': 'Send back does nothing now: the task is running the tests.',
  answered: 'Ben was first: that is answered already.',
  unasked: 'Nobody waits for that answer any more.',
  heard: 'Nothing waits for that any more: it was heard, or its session is over.',
  draft: 'Newer requirements were written since: look at those, and tap there.',
  'draft begun': 'The coder has begun. `/back requirements <why>` writes them anew all the same.',
  'draft first': 'Ben was first: it waits already.',
  unheard: 'Nobody hears it: the task is merged. Start another with `/task <idea>`.',
  blocked: 'The gate blocks this change, and no tap lets it through. The card says why.',
  'not-beside': '`gpt` cannot stand in for `claude`. Take `claude2` or `claude3`, e.g. `/use claude2`.',
  lonely:
    '`claude` cannot stand in for `claude`. There is no other subscription of its provider. One more can be added under accounts in signalbox.yaml.',
  'other hold': 'This hold is not about an account: another one would change nothing. The card says what ends it.',
  budget:
    'It waits for money: `/raise <dollars>` lets it go on, or `/stop` ends it. The card says how much it may spend.',
  'not-raised': 'This task may spend $20 already. Name more than that, e.g. `/raise 40`.',
  'day not raised': 'All tasks together may today spend $100 already. Name more than that, e.g. `/raise day 200`.',
  'day over': 'That day is over, in UTC: its budget holds nobody any more.',
  'no budget': 'No budget is set up in signalbox.yaml, so nothing stands in the way.',
  past: 'That button is about something that is over. The card shows what can be done now.',
  'head-moved': 'The change moved on: you saw `abc1234`, it is at `def5678` now. Look at the card and tap again.',
  'not-asked':
    'That was answered already. `/hosts` shows what holds; an admin takes one back with `/hosts remove <name>`.',
  'hosts-full':
    '100 hosts are allowed in this project, and no more are taken. Take one back first: `/hosts remove <name>`.',
  'no-such-host': 'Nobody said anything of `example.org` in this project. `/hosts` lists what was said.',
  'host of the settings': '`example.org` is in signalbox.yaml: whoever runs Signalbox takes it out there.',
  damaged:
    'Nothing was taken: the record `task-t0123456789` is damaged: line 3 is not JSON. Restore it from a backup and start Signalbox again.',
  'not-kept': 'Nothing was taken. The disk is full (ENOSPC). Once that is mended, send it again.',
};

const misreadings = {
  'nothing-said': { code: 'nothing-said' },
  'unknown-command': { code: 'unknown-command', word: '/deploy' },
  'unknown-option': { code: 'unknown-option', option: '--fast' },
  'option-without-value': { code: 'option-without-value', option: '--slug' },
  'two-modes': { code: 'two-modes' },
  'back-without-why': { code: 'back-without-why' },
  'use-without-account': { code: 'use-without-account' },
  'hosts-otherwise': { code: 'hosts-otherwise' },
  'handover-to-nobody': { code: 'handover-to-nobody' },
  'soak-what': { code: 'soak-what' },
  'raise-without-dollars': { code: 'raise-without-dollars' },
  'words-after': { code: 'words-after', word: 'stop' },
} satisfies { [K in Unparsed['code']]: Extract<Unparsed, { code: K }> };

const hints: Readonly<Record<Unparsed['code'], string>> = {
  'nothing-said': 'That was empty. `/help` says what you can write.',
  'unknown-command':
    '`/deploy` is no command here. `/help` lists them. To tell an agent that, begin with another word.',
  'unknown-option':
    '`--fast` is no option of `/task`. It knows `--slug <name>`, `--quick` and `--headless`; `--` ends the options.',
  'option-without-value': '`--slug` needs a value, e.g. `/task --slug readme-spelling Correct the spelling`.',
  'two-modes': '`--quick` and `--headless` exclude each other. Take one.',
  'back-without-why':
    '`/back` needs where to and why, e.g. `/back plan Keep the old option too`. It goes to `requirements`, `plan` or `code`.',
  'use-without-account': '`/use` needs the name of an account, e.g. `/use claude2`.',
  'hosts-otherwise': '`/hosts` stands alone or takes a name back, e.g. `/hosts remove registry.npmjs.org`.',
  'handover-to-nobody': '`/handover` needs a person, e.g. `/handover @kim`.',
  'soak-what': '`/soak` takes `on` or `off`; alone it says how it is.',
  'raise-without-dollars':
    '`/raise` needs how many dollars this task may spend, e.g. `/raise 40`; `/raise day 200` is for all tasks together, today.',
  'words-after': '`/stop` stands alone. To tell the agent something, begin with another word.',
};

describe('a reply', () => {
  it.each(Object.entries(kinds))('%s', (name, to) => {
    expect(reply(to).text.split('\n')).toEqual(replies[name as keyof typeof kinds]);
    expect(reply(to).ok).toBe(to.kind !== 'refused');
  });

  it.each(Object.entries(receipts))('is a receipt: %s', (command, text) => {
    expect(reply({ kind: 'accepted', task: id, command: command as Command['name'] })).toEqual({
      ok: true,
      text,
      task: id,
    });
  });

  it.each(Object.entries(refusals))('is a refusal: %s', (name, why) => {
    expect(reply({ kind: 'refused', why })).toEqual({
      ok: false,
      text: sentences[name as keyof typeof refusals],
      task: null,
    });
  });

  it.each(Object.entries(misreadings))('is a hint: %s', (code, why) => {
    expect(unparsed(why)).toEqual({ ok: false, text: hints[code as Unparsed['code']], task: null });
  });

  it('knows what to say of a button that is not ours', () => {
    expect(unknownButton).toEqual({
      ok: false,
      text: 'This button means nothing here. Use one from the card.',
      task: null,
    });
  });
});

describe('what is looked at', () => {
  it('comes with the words of agents and whole files apart from the text', () => {
    expect(reply(kinds.diff)).toMatchObject({
      agent: '+a line',
      file: { name: 'spelling-abc1234.patch', text: '+a line' },
      task: null,
    });
    expect(reply(kinds.logs)).toMatchObject({ agent: 'It said hello.', file: { name: `${session}.md` } });
    expect(reply(kinds.findings)).toMatchObject({ agent: 'medium: No test of @everyone (src/a.ts)' });
  });

  it('shows the end of a long record, a short patch, and both whole as files', () => {
    const long = `begin ${'x'.repeat(9_000)} end`;
    const logs = reply({ ...kinds.logs, logs: { ...kinds.logs.logs, text: long } });
    expect(logs.agent?.length).toBeLessThan(1_600);
    expect(logs.agent).toMatch(/ end$/);
    expect(logs.file?.text).toBe(long);
    const diff = reply({ ...kinds.diff, diff: { ...kinds.diff.diff, patch: long } });
    expect(diff.agent).toBeUndefined();
    expect(diff.file?.text).toBe(long);
  });

  it('has a line of help for every command, and its right', () => {
    for (const { name, does: help, right } of menu) {
      expect(reply({ kind: 'help', about: name }).text).toContain(`It takes the right \`${right}\`.`);
      expect(help).not.toMatch(/\.$/);
    }
    expect(reply({ kind: 'help', about: 'deploy' })).toMatchObject({ ok: false });
  });
});

describe('the list of tasks', () => {
  it('keeps to a screen: what goes on first, the latest first', () => {
    const old = Array.from({ length: 30 }, (_, n): Task =>
      task({ at: 'stopped' }, { title: `old ${n}`, times: [{ at: 'opening', since: n }] }),
    );
    const { text } = reply({ kind: 'status', tasks: [...old, tasks.working], waits: new Map(), lock: null });
    const rows = text.split('\n');
    expect(rows).toHaveLength(21);
    expect(rows[0]).toContain('with the coder');
    expect(rows[1]).toContain('old 29');
    expect(rows[20]).toBe('… and 11 more');
  });
});
