import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { confirm, pressed } from '../../src/bots/buttons.ts';
import { buttonsOf } from '../../src/bots/card-buttons.ts';
import { commandOf, parsePress, pressId } from '../../src/bots/buttons.ts';
import type { Press } from '../../src/bots/buttons.ts';
import { Head, TaskId } from '../../src/chain/ids.ts';
import type { Command } from '../../src/chain/commands.ts';
import type { Task } from '../../src/chain/task.ts';
import { ana, beside, blocked, head, id, reviewed, sensitive, session, stale, task, tasks } from './samples.ts';

const hex = (length: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'.split('')), minLength: length, maxLength: length });
const anyTask = hex(10).map((digits) => TaskId.parse(`t${digits}`));
const anyDollars = fc.integer({ min: 1, max: 99_999_999 }).map((cents) => cents / 100);
const anyPress: fc.Arbitrary<Press> = fc.oneof(
  fc.record({
    act: fc.constantFrom('merge', 'merge2', 'plan'),
    task: anyTask,
    head: hex(40).map((digits) => Head.parse(digits)),
  }),
  fc.record({
    act: fc.constant('use' as const),
    task: anyTask,
    account: fc.stringMatching(/^[a-z0-9-]{1,40}$/),
  }),
  fc.record({ act: fc.constantFrom('allow', 'keep'), task: anyTask, place: fc.nat(99) }),
  fc.record({ act: fc.constant('raise' as const), task: anyTask, dollars: anyDollars }),
  fc.record({
    act: fc.constant('raiseday' as const),
    task: anyTask,
    day: fc.constantFrom('2026-11-27', '2027-01-01'),
    dollars: anyDollars,
  }),
  fc.record({ act: fc.constant('interrupt' as const), task: anyTask, message: fc.uuid() }),
  fc.record({ act: fc.constantFrom('change', 'wait'), task: anyTask, draft: fc.integer({ min: 1, max: 9_999 }) }),
  fc.record({ act: fc.constantFrom('stop', 'status'), task: anyTask }),
  fc.record({ act: fc.constantFrom('retry', 'resume'), task: anyTask, holds: fc.nat(999_999) }),
  fc.record({
    act: fc.constantFrom('once', 'refuse'),
    task: anyTask,
    ask: fc.stringMatching(/^[a-z]\d{1,4}-\d{1,10}$/),
  }),
  fc.record({
    act: fc.constant('answer' as const),
    task: anyTask,
    ask: fc.stringMatching(/^[a-z]\d{1,4}-\d{1,10}$/),
    part: fc.integer({ min: 0, max: 99 }),
    pick: fc.integer({ min: 0, max: 99 }),
  }),
);

describe('the id of a button', () => {
  it('says what it does, in at most 64 bytes', () => {
    fc.assert(
      fc.property(anyPress, (press) => {
        expect(parsePress(pressId(press))).toEqual(press);
        expect(Buffer.byteLength(pressId(press))).toBeLessThanOrEqual(64);
      }),
    );
  });

  it.each([
    [`make:${id}:7`, `make:${id}:07`],
    [`answer:${id}:a1-2:7:0`, `answer:${id}:a1-2:07:0`],
    [`answer:${id}:a1-2:7:0`, `answer:${id}:a1-2:7:00`],
  ])('%s, and with a number written as in %s it is none', (one, other) => {
    expect(pressId(parsePress(one)!)).toBe(one);
    expect(parsePress(other)).toBeNull();
  });

  it('is nothing else that parses', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), anyPress.map(pressId)), fc.string(), (text, more) => {
        for (const one of [text + more, more + text]) {
          const press = parsePress(one);
          expect(press === null ? one : pressId(press)).toBe(one);
        }
      }),
    );
  });

  it.each([
    '',
    'merge',
    `merge:${id}`,
    `merge:${id}:abc1234`,
    `merge:${id}:${head.toUpperCase()}`,
    `merge:${id}:${head}:x`,
    `merge3:${id}:${head}`,
    `stop:${id}:${head}`,
    `stop:${id}:`,
    `answer:${id}:b1-9:1`,
    `answer:${id}:b1-9:1:1:1`,
    `answer:${id}:b1-9:1:-1`,
    `answer:${id}:Postgres:1:1`,
    `once:${id}`,
    `once:${id}:b1-9:1`,
    `raise:${id}`,
    `raise:${id}:0`,
    `raise:${id}:-5`,
    `raise:${id}:4e3`,
    `raise:${id}:040`,
    `raise:${id}:2026-11-27/40`,
    `raiseday:${id}:40`,
    `raiseday:${id}:today/40`,
    `stop:${id} `,
    `Stop:${id}`,
    'stop:t012345678',
    `task:${id}`,
    `allow:${id}`,
    `allow:${id}:example.org`,
    `allow:${id}:03`,
    `keep:${id}:100`,
    `interrupt:${id}:x`,
    `wait:${id}`,
    `wait:${id}:0`,
    `change:${id}:01`,
    `change:${id}:1:x`,
    `use:${id}`,
    `use:${id}:`,
    `use:${id}:Claude2`,
    `use:${id}:claude2:x`,
    `use:${id}:claude2\n`,
    `use:${id}:${'a'.repeat(41)}`,
  ])('is not %j', (text) => {
    expect(parsePress(text)).toBeNull();
  });
});

describe('a press', () => {
  it.each<[Press, Command, string]>([
    [{ act: 'merge', task: id, head }, { name: 'merge', head, second: false }, 'Merge abc1234'],
    [{ act: 'merge2', task: id, head }, { name: 'merge', head, second: true }, 'Confirm merge abc1234'],
    [{ act: 'stop', task: id }, { name: 'stop' }, 'Stop'],
    [{ act: 'retry', task: id, holds: 3 }, { name: 'retry', holds: 3 }, 'Retry'],
    [{ act: 'plan', task: id, head }, { name: 'approve', head: null, plan: head }, 'Approve the plan abc1234'],
    [{ act: 'use', task: id, account: 'claude2' }, { name: 'use', account: 'claude2' }, 'Use claude2'],
    [{ act: 'status', task: id }, { name: 'status' }, 'Status'],
    [
      { act: 'interrupt', task: id, message: '0a0a0a0a-2222-8333-a444-555555555555' },
      { name: 'interrupt', message: '0a0a0a0a-2222-8333-a444-555555555555' },
      'Interrupt and tell it',
    ],
    [{ act: 'change', task: id, draft: 3 }, { name: 'change', draft: 3 }, 'Change'],
    [{ act: 'wait', task: id, draft: 3 }, { name: 'wait', draft: 3 }, 'Wait'],
  ])('%o', (press, command, words) => {
    expect(commandOf(press)).toEqual(command);
    expect(pressed(press)).toBe(words);
  });
});

const acts = (of: typeof tasks.review): readonly string[] =>
  buttonsOf(of, beside).map((button) => button.id.split(':')[0]!);

describe('the buttons of a task', () => {
  it.each([
    ['opening', ['stop']],
    ['preparing', ['stop']],
    ['working', ['stop']],
    ['recording', ['stop']],
    ['taking', ['stop']],
    ['validating', ['stop']],
    ['proposing', ['stop']],
    ['judging', ['approve', 'stop']],
    ['queued', ['stop']],
    ['proving', ['stop']],
    ['verifying', ['stop']],
    ['review', ['merge', 'diff', 'findings', 'sendback', 'stop']],
    ['held', ['resume', 'use', 'stop']],
    ['failed', ['retry', 'stop']],
    ['merging', []],
    ['merged', []],
    ['stopped', []],
  ] as const)('%s', (at, expected) => {
    expect(acts(tasks[at])).toEqual(expected);
  });

  it('offer Merge only where a tap can let every hold through', () => {
    expect(acts(task({ at: 'review', verdict: sensitive, patch: '' }, reviewed))).toEqual([
      'merge',
      'diff',
      'findings',
      'sendback',
      'stop',
    ]);
    expect(acts(task({ at: 'review', verdict: stale, patch: '' }, reviewed))).toEqual([
      'retry',
      'diff',
      'findings',
      'sendback',
      'stop',
    ]);
    expect(acts(task({ at: 'review', verdict: blocked, patch: '' }, reviewed))).toEqual([
      'retry',
      'diff',
      'findings',
      'sendback',
      'stop',
    ]);
  });

  it('offer at most two other accounts, and none where there is none', () => {
    const labels = (names: readonly string[]): readonly string[] =>
      buttonsOf(tasks.held, () => names.map((account) => ({ account, keeps: true }))).map(({ label }) => label);
    expect(labels([])).toEqual(['Resume now', 'Stop']);
    expect(labels(['b', 'c', 'd'])).toEqual(['Resume now', 'Use b', 'Use c', 'Stop']);
  });

  it('offer no account where none is waited for', () => {
    const { phase } = tasks.held;
    if (phase.at !== 'held') throw new Error('the sample is not held');
    expect(acts({ ...tasks.held, phase: { ...phase, ends: { by: 'time', at: 0 } } })).toEqual(['resume', 'stop']);
  });

  it('offer Change and Wait until the coder begins, and only what still does something', () => {
    const n = { n: 2, session, leg: 1, head, open: true, pause: null };
    const wait = { ...n, pause: { what: 'wait', by: ana } } as const;
    const planning = { at: 'working', role: 'planner', session, leg: 1, words: null } as const;
    const step = { step: 'work', role: 'coder', feedback: null } as const;
    const rest = { hold: 1, kind: 'person', reason: '', todo: '', from: step, feedback: null } as const;
    const at = (phase: Task['phase'], draft: Task['draft']): readonly string[] => acts(task(phase, { draft }));
    const works = { ...planning, notes: [], halted: false, yields: false };
    expect(at(works, n)).toEqual(['change', 'wait', 'stop']);
    expect(at(works, wait)).toEqual(['change', 'stop']);
    expect(at({ at: 'queued', step }, n)).toEqual(['change', 'wait', 'stop']);
    expect(at({ at: 'queued', step }, { ...n, open: false })).toEqual(['stop']);
    expect(at({ ...works, role: 'coder' }, n)).toEqual(['stop']);
    expect(at({ at: 'held', ...rest, ends: { by: 'person' } }, wait)).toEqual(['resume', 'change', 'stop']);
    const changes = { ...n, pause: { what: 'change', by: ana } } as const;
    expect(at({ at: 'held', ...rest, ends: { by: 'answer' } }, changes)).toEqual(['resume', 'stop']);
    expect(at({ at: 'failed', reason: '', from: step }, n)).toEqual(['retry', 'change', 'stop']);
  });

  it('are bound to the head that is shown', () => {
    expect(buttonsOf(tasks.review, beside)[0]).toEqual({ id: `merge:${id}:${head}`, label: 'Merge', style: 'primary' });
    expect(confirm(id, head)).toEqual({ id: `merge2:${id}:${head}`, label: 'Confirm merge', style: 'danger' });
  });
});
