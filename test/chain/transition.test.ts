import { describe, expect, it } from 'vitest';
import type { TaskEvent } from '../../src/chain/event.ts';
import { Task } from '../../src/chain/task.ts';
import { transition } from '../../src/chain/transition.ts';
import { events, refused } from './events.ts';
import { became } from './phases.ts';
import * as sample from './samples.ts';
import { ana, ben, coder, ended, handed, head, judged, plan, play, reach, session, verdict } from './samples.ts';
import type { Reached } from './samples.ts';
import { rows } from './rows.ts';
import type { Event } from './rows.ts';

function outcome(reached: Reached, event: TaskEvent): string {
  const { task, text } = became(reached, event);
  if (task) expect(Task.parse(JSON.parse(JSON.stringify(task)))).toEqual(task);
  return text;
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
    ...(attempt > 1 ? [sample.granted] : []),
    handed('coder', coder('done'), attempt),
    sample.taken(String(attempt + 2)),
    sample.checked('red', String(attempt + 2)),
    sample.checked('red', String(attempt + 2)),
  ];

  it('sends the coder back as often as the policy says, then holds', () => {
    const twice = play([...reach.coding, ...redAgain(1), ...redAgain(2), sample.granted]);
    expect(twice.phase).toMatchObject({ at: 'working', role: 'coder', session: session('coder', 3) });
    const held = play(redAgain(3).slice(1), twice);
    expect(held.phase).toMatchObject({
      at: 'held',
      kind: 'checks',
      reason: '`npm test` fails on the would-be merge commit. Sent back 2 times already.',
      from: { step: 'validate' },
    });
    expect(held.slot).toBeNull();
    const back = play(
      [
        { is: 'feedback-asked', by: ben },
        { is: 'said', by: ben, text: 'the fixture is old', uuid: 'u1' },
      ],
      held,
    );
    const feedback = 'Ben sends it back: the fixture is old';
    expect(back.phase).toEqual({ at: 'queued', step: { step: 'work', role: 'coder', feedback } });
    expect(play([{ is: 'retry-tapped', by: ana, holds: null }], held).phase).toEqual({
      at: 'queued',
      step: { step: 'validate' },
    });
  });

  it('sends a plan back twice, then holds', () => {
    const violation = (n: number): TaskEvent => handed('coder', coder('plan-violation', 'no such file'), n);
    const again = (n: number): TaskEvent[] => [
      sample.granted,
      handed('planner', plan, n),
      sample.recorded('4'),
      sample.granted,
    ];
    const twice = play([...reach.coding, violation(1), ...again(2), violation(2), ...again(3)]);
    expect(twice.attempts).toMatchObject({ planner: 3, coder: 3 });
    expect(play([violation(3)], twice).phase).toMatchObject({
      at: 'held',
      kind: 'person',
      from: { step: 'resume', role: 'coder', session: session('coder', 3), leg: 2 },
    });
  });

  it('takes work that cannot be taken in twice, then fails', () => {
    const nothing = (n: number): TaskEvent[] => [
      handed('coder', coder('done'), n),
      { is: 'taken', work: { kind: 'nothing' } },
    ];
    const { granted } = sample;
    const task = play([...reach.coding, ...nothing(1), granted, ...nothing(2), granted, ...nothing(3)]);
    expect(task.phase).toMatchObject({ at: 'failed', reason: 'The coder left no commit on signalbox/fix-the-typo.' });
    expect(play([{ is: 'retry-tapped', by: ana, holds: null }], task).rework.intake).toBe(0);
  });
});

const quickCoding = [
  sample.asked('quick'),
  sample.opened,
  sample.prepared,
  sample.granted,
  sample.proved(),
  sample.granted,
];

describe('the way of a task', () => {
  it('goes from the idea straight to the coder when it is quick', () => {
    expect(play(quickCoding).phase).toMatchObject({ at: 'working', role: 'coder' });
  });

  it('holds a quick task whose coder speaks of a plan that does not exist', () => {
    const task = play([...quickCoding, handed('coder', coder('plan-violation', 'which plan?'))]);
    expect(task.phase).toMatchObject({ at: 'held', reason: 'The coder cannot go on: which plan?' });
  });

  it('hands what people said meanwhile to the next session, once', () => {
    const task = play([...reach.validating, { is: 'said', by: ben, text: 'hurry', uuid: 'u9' }]);
    const moved = transition(play([sample.checked('red'), sample.checked('red')], task), sample.granted, { at: 1 });
    expect(moved).toMatchObject({
      state: { notes: [] },
      effects: [{ do: 'run', notes: [{ uuid: 'u9', by: 'Ben', text: 'hurry' }] }],
    });
  });

  it('keeps the tap when the base moves between tap and merge, and merges the same head on the new base', () => {
    const moved = play(
      [
        { is: 'merge-refused', why: 'base-moved', text: 'main moved' },
        sample.granted,
        sample.checked('green', '3', head('d')),
      ],
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

  it.each([
    [{ task: 't9999999999' }, 'Unrecognized key: "task"'],
    [{ head: head('9'), merged: true }, 'Unrecognized keys: "head", "merged"'],
    [{ status: 'merged' }, 'status: Invalid option: expected one of "done"|"plan-violation"|"blocked"'],
  ])('takes no handoff that says %j, and says why', (more, why) => {
    const end = { kind: 'ended', handoff: { ...coder('done'), ...more }, text: '' } as const;
    const { phase, rework } = play([...reach.coding, ended('coder', end)]);
    const feedback = `The coder ended without the handoff that its role asks for (${why}).`;
    expect([phase, rework.handoff]).toMatchObject([
      { at: 'queued', step: { step: 'work', role: 'coder', feedback } },
      1,
    ]);
  });

  it('tries a limit that only the CLI claims when it says, and at most eight days later', () => {
    const task = (until: number): Task => play([...reach.coding, ended('coder', { ...refused, until })]);
    expect(task(3_600_000).phase).toMatchObject({ kind: 'quota', ends: { by: 'time', at: 3_605_000 } });
    const { phase } = task(refused.until);
    expect(phase).toMatchObject({ ends: { by: 'time' } });
    expect(phase.at === 'held' && phase.ends.by === 'time' ? phase.ends.at : 0).toBeLessThan(9 * 86_400_000);
  });

  it('goes on with the conversation that was turned away, in its next leg', () => {
    const { granted } = sample;
    const open: TaskEvent = { is: 'hold-ended', hold: 1, why: 'open' };
    const task = play([...reach.heldForAccount, open, granted]);
    expect(task.phase).toMatchObject({ at: 'working', session: session('coder'), leg: 2 });
    expect(play([ended('coder', refused, 1, 2, 'codex')], task).phase).toMatchObject({ hold: 2, from: { leg: 3 } });
    expect(play([ended('coder', { kind: 'ended', handoff: coder('done'), text: '' }, 1, 2)], task).sessions).toEqual([
      session('brainstormer'),
      session('planner'),
      session('coder'),
    ]);
  });

  it('goes on with another account: in the same conversation where that takes it, else in a new one that reads the old', () => {
    const use = (keeps: boolean): TaskEvent => ({ is: 'use-tapped', by: ana, account: 'codex2', of: 'codex', keeps });
    const kept = play([...reach.heldForAccount, use(true), sample.granted]);
    expect(kept).toMatchObject({ instead: { codex: 'codex2' }, phase: { session: session('coder'), leg: 2 } });
    const anew = play([...reach.heldForAccount, use(false), sample.granted]);
    const words = expect.stringContaining(`transcript-${session('coder')}.md`);
    expect(anew).toMatchObject({ tree: kept.tree, phase: { session: session('coder', 2), leg: 1, words } });
    expect(anew.sessions).toContain(session('coder'));
  });

  it('begins what never began with its own words on another account', () => {
    const { granted } = sample;
    const broke: TaskEvent = { is: 'broke', of: 'run', reason: 'Docker does not answer' };
    const ended: TaskEvent = { is: 'hold-ended', hold: 1, why: 'time' };
    const back: TaskEvent = { is: 'back-asked', by: ana, to: 'code', why: 'shorter' };
    const shut: TaskEvent = { is: 'account-shut', account: 'codex' };
    const use = events['use tapped'];
    const task = play([...reach.queuedToCode, back, granted, broke, ended, shut, use, granted]);
    expect(task.phase).toMatchObject({ session: session('coder', 2), leg: 1, words: 'Ana sends it back: shorter' });
  });

  it('is not moved any more by an account that it no longer waits for', () => {
    const task = play([...reach.heldForAccount, events['use tapped']]);
    const held = play([{ is: 'account-shut', account: 'codex2' }], task);
    for (const late of ['hold ended', 'account held, loud', 'use tapped'] as const)
      expect(transition(held, events[late], { at: 1 })).toMatchObject({ kind: 'ignored' });
    const back: TaskEvent = { is: 'use-tapped', by: ana, account: 'codex', of: 'codex2', keeps: false };
    expect(play([back], held).instead).toEqual({ codex2: 'codex' });
  });

  it('reads a task that was kept before there were other accounts', () => {
    const { instead, ...before } = play(reach.coding);
    expect(Task.parse(before)).toEqual({ ...before, instead });
  });

  it('gives what was not heard back to the next try of a session that could not be begun', () => {
    const { granted } = sample;
    const said: TaskEvent = { is: 'said', by: ben, text: 'hurry', uuid: 'u9' };
    const broke: TaskEvent = { is: 'broke', of: 'run', reason: 'Docker does not answer' };
    const task = play([
      ...reach.queuedToCode,
      said,
      granted,
      broke,
      { is: 'hold-ended', hold: 1, why: 'time' },
      granted,
    ]);
    expect(task.phase).toMatchObject({ session: session('coder'), leg: 1, notes: [{ uuid: 'u9' }] });
  });

  it('tries what is out of reach later each time, and rings once', () => {
    const { granted } = sample;
    const broke: TaskEvent = { is: 'broke', of: 'run', reason: 'Docker does not answer' };
    let task = play(reach.coding);
    const waits: number[] = [];
    const rings: boolean[] = [];
    for (let n = 1; n <= 9; n += 1) {
      const moved = transition(task, broke, { at: 0 });
      if (moved.kind === 'ignored' || moved.state.phase.at !== 'held') throw new Error('not held');
      waits.push(moved.state.phase.ends.by === 'time' ? moved.state.phase.ends.at / 1_000 : 0);
      rings.push(
        moved.effects.some((effect) => effect.do === 'tell' && effect.notice.kind === 'held' && effect.notice.loud),
      );
      task = play([{ is: 'hold-ended', hold: n, why: 'time' }, granted], moved.state);
    }
    expect(waits).toEqual([30, 60, 120, 240, 480, 960, 1_800, 1_800, 1_800]);
    expect(rings).toEqual([true, ...Array.from({ length: 8 }, () => false)]);
  });

  it('gives the slot back when it is held, in review or over, and keeps it from role to role', () => {
    for (const reached of ['heldForAccount', 'heldForBase', 'review', 'failed', 'stopped', 'merged'] as const)
      expect(play(reach[reached]).slot).toBeNull();
    for (const reached of ['proving', 'queuedToCode', 'coding', 'validating', 'reviewing'] as const)
      expect(play(reach[reached]).slot).not.toBeNull();
  });

  it('voids an approval when the head moves, and keeps an armed one while it does not', () => {
    const approve: TaskEvent = { is: 'approve-tapped', by: ben, head: head('3'), plan: null };
    const armed = play([...reach.judging, approve, judged(verdict('hold'))]);
    expect(armed).toMatchObject({ phase: { at: 'review' }, approval: { head: head('3'), armed: true } });
    const back: TaskEvent = { is: 'back-asked', by: ana, to: 'code', why: 'shorter' };
    expect(play([back], armed).approval).toBeNull();
    const rework = play([...reach.validating, sample.checked('green'), sample.proposed(), approve]);
    const moved = transition({ ...rework, phase: { at: 'proposing' } }, sample.proposed('4'), { at: 0 });
    expect(moved).toMatchObject({ state: { approval: null }, effects: [{ notice: { kind: 'approval-void' } }] });
  });
});
