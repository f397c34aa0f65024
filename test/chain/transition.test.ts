import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TaskEvent } from '../../src/chain/event.ts';
import { Task } from '../../src/chain/task.ts';
import { transition } from '../../src/chain/transition.ts';
import * as sample from './samples.ts';
import {
  ana,
  ben,
  coder,
  ended,
  handed,
  head,
  judged,
  plan,
  play,
  reach,
  requirements,
  review,
  session,
  tapped,
  verdict,
  watcher,
} from './samples.ts';
import type { Reached } from './samples.ts';

const ghost = { kind: 'crashed', text: 'rc 1' } as const;
const refused = { kind: 'refused', why: 'quota', text: 'limit', until: 1_800_000_000_000 } as const;

/** Every kind of event, at least once, with the variants that a phase tells apart. */
const events = {
  asked: sample.asked(),
  said: { is: 'said', by: ben, text: 'use British spelling', uuid: 'u1' },
  'said by a watcher': { is: 'said', by: watcher, text: 'hi', uuid: 'u2' },
  'typed at the coder': { is: 'typed', session: session('coder'), text: 'hello' },
  'heard now': { is: 'heard', uuid: 'u1', by: 'Ben', text: 'x', when: 'now' },
  'heard late': { is: 'heard', uuid: 'u1', by: 'Ben', text: 'x', when: 'late' },
  'stop tapped': { is: 'stop-tapped', by: ana },
  'stop tapped by a watcher': { is: 'stop-tapped', by: watcher },
  'retry tapped': { is: 'retry-tapped', by: ana },
  'retry tapped by a watcher': { is: 'retry-tapped', by: watcher },
  'merge tapped': tapped(ben),
  'merge tapped by a watcher': tapped(watcher),
  'merge tapped at an old head': tapped(ana, '2'),
  'second tap by an admin': tapped(ana, '3', true),
  'second tap by a merger': tapped(ben, '3', true),
  opened: sample.opened,
  prepared: sample.prepared,
  'brainstormer ended': handed('brainstormer', requirements),
  'planner ended': handed('planner', plan),
  'coder ended': handed('coder', coder('done')),
  'coder found the plan wrong': handed('coder', coder('plan-violation', 'no such file')),
  'coder blocked': handed('coder', coder('blocked', 'needs a key')),
  'coder without handoff': handed('coder', null),
  'coder refused': ended('coder', refused),
  'coder crashed': ended('coder', ghost),
  'coder overran': ended('coder', { kind: 'overran', minutes: 5 }),
  'coder lost': ended('coder', { kind: 'lost', text: 'oom' }),
  'coder stopped': ended('coder', { kind: 'stopped' }),
  'reviewer ended': handed('reviewer', review()),
  recorded: sample.recorded('2'),
  taken: sample.taken('3'),
  'taken: uncommitted': { is: 'taken', work: { kind: 'uncommitted', paths: ['a.ts'] } },
  'taken: nothing': { is: 'taken', work: { kind: 'nothing' } },
  'taken: elsewhere': { is: 'taken', work: { kind: 'elsewhere', branch: 'main' } },
  'taken: rewritten': { is: 'taken', work: { kind: 'rewritten' } },
  'taken: refused': { is: 'taken', work: { kind: 'refused', reason: 'too large' } },
  'checked green': sample.checked('green'),
  'checked red': sample.checked('red'),
  'checked conflict': sample.checked('conflict'),
  'checked missing': sample.checked('missing'),
  proposed: sample.proposed(),
  'judged merge': judged(verdict('merge')),
  'judged hold': judged(verdict('hold')),
  'judged block': judged(verdict('block')),
  'judged at an old head': judged(verdict('merge'), '2'),
  'judged, base moved': judged(verdict('merge'), '3', head('d')),
  merged: { is: 'merged', commit: head('c') },
  'merge refused: base moved': { is: 'merge-refused', why: 'base-moved', text: 'main moved' },
  'merge refused: gate': { is: 'merge-refused', why: 'gate', text: 'checks are red' },
  done: { is: 'done' },
  'broke: prepare': { is: 'broke', of: 'prepare', reason: 'no repository' },
  'broke: run': { is: 'broke', of: 'run', reason: 'Docker does not answer' },
  'broke: record': { is: 'broke', of: 'record', reason: 'disk full' },
  'broke: take': { is: 'broke', of: 'take', reason: 'Docker does not answer' },
  'broke: validate': { is: 'broke', of: 'validate', reason: 'Docker does not answer' },
  'broke: propose': { is: 'broke', of: 'propose', reason: 'forge down' },
  'broke: judge': { is: 'broke', of: 'judge', reason: 'forge down' },
  'broke: comment': { is: 'broke', of: 'comment', reason: 'forge down' },
} satisfies Record<string, TaskEvent>;
type Event = keyof typeof events;

const open = [
  'opening',
  'preparing',
  'recording',
  'recordingPlan',
  'taking',
  'validating',
  'proposing',
  'judging',
  'review',
  'sensitive',
  'blocked',
  'held',
  'failed',
] as const;
const working = ['brainstorming', 'planning', 'coding', 'reviewing'] as const;
const alive = [...open, ...working, 'merging'] as const;

/** `phases × event → phase after: what is to be done`. Every pair that is not here must be ignored. */
const rows: readonly (readonly [readonly Reached[], Event, string])[] = [
  [[...open, 'merging'], 'said', '= : tell heard'],
  [working, 'said', '= : send'],
  [['coding'], 'typed at the coder', '= : tell typed'],
  [[...alive, 'merged', 'stopped'], 'heard now', '= : tell heard'],
  [alive, 'heard late', '= : tell heard'],
  [open, 'stop tapped', 'stopped: tell stopped'],
  [working, 'stop tapped', 'stopped: halt, tell stopped'],
  [['held'], 'retry tapped', 'working coder: run coder'],
  [['failed'], 'retry tapped', 'working brainstormer: run brainstormer'],
  [['review', 'sensitive', 'blocked'], 'retry tapped', 'judging: judge'],
  [['review'], 'merge tapped', 'merging: merge'],
  [['review'], 'second tap by an admin', 'merging: merge'],
  [['review'], 'second tap by a merger', 'merging: merge'],
  [['sensitive'], 'merge tapped', '= : tell confirm'],
  [['sensitive'], 'second tap by a merger', '= : tell confirm'],
  [['sensitive'], 'second tap by an admin', 'merging: merge'],
  [['opening'], 'opened', 'preparing: prepare'],
  [['preparing'], 'prepared', 'working brainstormer: run brainstormer'],
  [['brainstorming'], 'brainstormer ended', 'recording: record'],
  [['recording'], 'recorded', 'working planner: tell document, run planner'],
  [['planning'], 'planner ended', 'recording: record'],
  [['recordingPlan'], 'recorded', 'working coder: tell document, run coder'],
  [['coding'], 'coder ended', 'taking: tell handoff, take'],
  [['coding'], 'coder found the plan wrong', 'working planner: tell again, run planner'],
  [['coding'], 'coder blocked', 'held: tell held'],
  [['coding'], 'coder without handoff', 'working coder: tell again, run coder'],
  [['coding'], 'coder refused', 'held: tell held'],
  [['coding'], 'coder crashed', 'working coder: tell again, run coder'],
  [['coding'], 'coder overran', 'held: tell held'],
  [['coding'], 'coder lost', 'held: tell held'],
  [['coding'], 'coder stopped', 'held: tell held'],
  [['taking'], 'taken', 'validating: validate'],
  [['taking'], 'taken: uncommitted', 'working coder: tell again, run coder'],
  [['taking'], 'taken: nothing', 'working coder: tell again, run coder'],
  [['taking'], 'taken: elsewhere', 'working coder: tell again, run coder'],
  [['taking'], 'taken: rewritten', 'working coder: tell again, run coder'],
  [['taking'], 'taken: refused', 'working coder: tell again, run coder'],
  [['validating'], 'checked green', 'proposing: propose'],
  [['validating'], 'checked red', 'working coder: tell checked, tell again, run coder'],
  [['validating'], 'checked conflict', 'held: tell held'],
  [['validating'], 'checked missing', 'held: tell held'],
  [['proposing'], 'proposed', 'working reviewer: run reviewer'],
  [['reviewing'], 'reviewer ended', 'judging: tell reviewed, comment, judge'],
  [['judging'], 'judged merge', 'merging: merge'],
  [['judging'], 'judged hold', 'review: tell held-for-review'],
  [['judging'], 'judged block', 'review: tell held-for-review'],
  [['judging'], 'judged, base moved', 'validating: validate'],
  [['merging'], 'merged', 'merged: tell merged, close, clear'],
  [['merging'], 'merge refused: base moved', 'validating: validate'],
  [['merging'], 'merge refused: gate', 'held: tell merge-refused'],
  [['preparing'], 'broke: prepare', 'held: tell held'],
  [working, 'broke: run', 'held: tell held'],
  [['recording', 'recordingPlan'], 'broke: record', 'held: tell held'],
  [['taking'], 'broke: take', 'held: tell held'],
  [['validating'], 'broke: validate', 'held: tell held'],
  [['proposing'], 'broke: propose', 'held: tell held'],
  [['judging'], 'broke: judge', 'held: tell held'],
];

function outcome(reached: Reached, event: TaskEvent): string {
  const before = play(reach[reached]);
  const moved = transition(before, event, { at: 60_000 });
  if (moved.kind === 'ignored') return `ignored: ${moved.why}`;
  expect(Task.parse(JSON.parse(JSON.stringify(moved.task)))).toEqual(moved.task);
  const { phase } = moved.task;
  const name = phase.at === 'working' ? `working ${phase.role}` : phase.at;
  const after = phase === before.phase ? '= ' : name;
  const effects = moved.effects.map((effect) => {
    if (effect.do === 'tell') return `tell ${effect.notice.kind}`;
    return effect.do === 'run' ? `run ${effect.role}` : effect.do;
  });
  return `${after}: ${effects.join(', ')}`;
}

describe('every phase and every event', () => {
  const expected = new Map(
    rows.flatMap(([phases, event, then]) => phases.map((phase) => [`${phase} × ${event}`, then] as const)),
  );
  for (const reached of Object.keys(reach) as Reached[]) {
    for (const event of Object.keys(events) as Event[]) {
      const then = expected.get(`${reached} × ${event}`);
      it(`${reached} × ${event} → ${then ?? 'ignored'}`, () => {
        if (then) expect(outcome(reached, events[event])).toBe(then);
        else expect(outcome(reached, events[event])).toMatch(/^ignored: \w/);
      });
    }
  }
});

describe('bounds', () => {
  const redAgain = (attempt: number): TaskEvent[] => [
    handed('coder', coder('done'), attempt),
    sample.taken('3'),
    sample.checked('red'),
  ];

  it('sends the coder back as often as the policy says, then fails', () => {
    const twice = play([...reach.coding, ...redAgain(1), ...redAgain(2)]);
    expect(twice.phase).toMatchObject({ at: 'working', role: 'coder', session: session('coder', 3) });
    expect(play(redAgain(3), twice).phase).toMatchObject({
      at: 'failed',
      reason: '`npm test` fails on the would-be merge commit.',
    });
  });

  it('sends a plan back twice, then holds', () => {
    const violation = (n: number): TaskEvent => handed('coder', coder('plan-violation', 'no such file'), n);
    const again = (n: number): TaskEvent[] => [handed('planner', plan, n), sample.recorded('4')];
    const twice = play([...reach.coding, violation(1), ...again(2), violation(2), ...again(3)]);
    expect(twice.attempts).toMatchObject({ planner: 3, coder: 3 });
    expect(play([violation(3)], twice).phase).toMatchObject({ at: 'held', from: { step: 'work', role: 'coder' } });
  });

  it('takes work that cannot be taken in twice, then fails', () => {
    const nothing = (n: number): TaskEvent[] => [
      handed('coder', coder('done'), n),
      { is: 'taken', work: { kind: 'nothing' } },
    ];
    const task = play([...reach.coding, ...nothing(1), ...nothing(2), ...nothing(3)]);
    expect(task.phase).toMatchObject({ at: 'failed', reason: 'The coder left no commit on signalbox/fix-the-typo.' });
    expect(play([{ is: 'retry-tapped', by: ana }], task).rework.intake).toBe(0);
  });
});

describe('the way of a task', () => {
  it('goes from the idea straight to the coder when it is quick', () => {
    expect(play([sample.asked('quick'), sample.opened, sample.prepared]).phase).toMatchObject({
      at: 'working',
      role: 'coder',
    });
  });

  it('holds a quick task whose coder speaks of a plan that does not exist', () => {
    const task = play([
      sample.asked('quick'),
      sample.opened,
      sample.prepared,
      handed('coder', coder('plan-violation', 'which plan?')),
    ]);
    expect(task.phase).toMatchObject({ at: 'held', reason: 'The coder cannot go on: which plan?' });
  });

  it('hands what people said meanwhile to the next session, once', () => {
    const task = play([...reach.validating, { is: 'said', by: ben, text: 'hurry', uuid: 'u9' }]);
    const moved = transition(task, sample.checked('red'), { at: 1 });
    expect(moved).toMatchObject({
      task: { notes: [] },
      effects: [{}, {}, { do: 'run', notes: [{ uuid: 'u9', by: 'Ben', text: 'hurry' }] }],
    });
  });

  it('keeps the tap when the base moves between tap and merge, and merges the same head on the new base', () => {
    const moved = play(
      [{ is: 'merge-refused', why: 'base-moved', text: 'main moved' }, sample.checked('green', '3', head('d'))],
      play(reach.merging),
    );
    expect(moved).toMatchObject({
      phase: { at: 'judging' },
      change: { head: head('3'), base: head('d') },
      approval: { head: head('3') },
    });
    expect(play([judged(verdict('merge'))], moved).phase).toMatchObject({ at: 'merging', by: { id: 'ana' } });
  });

  it('forgets the tap when the gate refuses', () => {
    expect(play([...reach.merging, { is: 'merge-refused', why: 'gate', text: 'red' }]).approval).toBeNull();
  });

  it('says when a refused session may go on', () => {
    const task = play([...reach.coding, ended('coder', refused)]);
    expect(task.phase).toMatchObject({ reason: expect.stringContaining('It opens again 2027-01-15 08:00 UTC.') });
  });

  it('never merges what no verdict or tap let through, in any order of events', () => {
    const list = Object.values(events);
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...list), { maxLength: 60 }), (order) => {
        let task: Task | null = null;
        for (const event of [sample.asked(), ...order]) {
          const moved = transition(task, event, { at: 0 });
          if (moved.kind === 'ignored') continue;
          const merges = moved.effects.filter((effect) => effect.do === 'merge');
          if (merges.length > 0) expect(['judged', 'merge-tapped']).toContain(event.is);
          for (const merge of merges) expect(merge.change.head).toBe(moved.task.change?.head);
          task = moved.task;
        }
      }),
      { numRuns: 3_000 },
    );
  });
});
