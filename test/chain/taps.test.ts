import { describe, expect, it } from 'vitest';
import type { TaskEvent } from '../../src/chain/event.ts';
import { transition } from '../../src/chain/transition.ts';
import type { Task } from '../../src/chain/task.ts';
import { ana, base, ben, ended, granted, head, judged, play, questioned, reach, verdict } from './samples.ts';

const stamp = { at: 9_000 };
const said = (text: string, by = ben): TaskEvent => ({ is: 'said', by, text, uuid: `u-${text}` });
const plan = (digit: string): TaskEvent => ({ is: 'approve-tapped', by: ben, head: null, plan: head(digit) });
const ignored = (task: Task, event: TaskEvent): boolean => transition(task, event, stamp).kind === 'ignored';

describe('a tap is about what the person saw', () => {
  it('approves the plan that was shown, and no other', () => {
    const waits = play(reach.heldForApproval);
    expect(waits.phase).toMatchObject({ ends: { by: 'approval', head: head('2') } });
    expect(ignored(waits, plan('1'))).toBe(true);
    expect(play([plan('2')], waits).phase).toMatchObject({ at: 'queued', step: { role: 'coder' } });
  });

  it('never takes the approval of a plan for one of the change', () => {
    for (const reached of ['validating', 'judging', 'review'] as const)
      expect(ignored(play(reach[reached]), plan('2'))).toBe(true);
  });

  it('retries and resumes the hold that was shown, and no later one', () => {
    for (const is of ['retry-tapped', 'resume-tapped'] as const) {
      const task = play(reach.heldForPerson);
      expect(ignored(task, { is, by: ana, holds: task.holds - 1 })).toBe(true);
      expect(ignored(task, { is, by: ana, holds: task.holds })).toBe(false);
      expect(ignored(task, { is, by: ana, holds: null })).toBe(false);
    }
  });

  it('leaves a question alone when an old Retry is tapped', () => {
    const task = play(reach.heldForQuestion);
    expect(ignored(task, { is: 'retry-tapped', by: ana, holds: 0 })).toBe(true);
  });
});

describe('what people said reaches an agent', () => {
  const lost: readonly TaskEvent[] = [
    { is: 'broke', of: 'run', reason: 'Docker does not answer' },
    { is: 'hold-ended', hold: 1, why: 'Its time is over.' },
    granted,
    ended('coder', { kind: 'stopped' }),
    granted,
  ];

  it('when its leg could not be begun', () => {
    const task = play([...reach.queuedToCode, said('use Postgres'), granted, ...lost]);
    expect(task.phase).toMatchObject({ at: 'working', notes: [{ text: 'use Postgres' }] });
  });

  it('when it was an answer to a question', () => {
    const asking = play([...reach.brainstorming, questioned()]);
    const broke = play([{ is: 'broke', of: 'run', reason: 'Docker does not answer' }], asking);
    expect(broke).toMatchObject({ phase: { at: 'held', ends: { by: 'answer' } }, slot: null });
    const answer: TaskEvent = { is: 'answered', by: ben, ask: broke.questions[0]!.id, part: 1, pick: 1, uuid: 'u1' };
    const begun = play([answer, granted], broke);
    expect(begun.phase).toMatchObject({ at: 'working', notes: [{ by: 'Ben' }] });
    const again = play(
      [
        { is: 'broke', of: 'run', reason: 'Docker does not answer' },
        { is: 'hold-ended', hold: broke.holds + 1, why: 'Its time is over.' },
        granted,
        ended('brainstormer', { kind: 'stopped' }),
        granted,
      ],
      begun,
    );
    expect(again.phase).toMatchObject({ at: 'working', notes: [{ by: 'Ben' }] });
  });

  it('when the base branch moved between Send back and the words', () => {
    const moved: TaskEvent = { is: 'change-moved', state: 'open', head: head('3'), base: head('d') };
    const judging = play([moved], play(reach.sendingBack));
    const back = play([said('Use tabs.')], judging);
    expect(back.phase).toMatchObject({
      at: 'queued',
      step: { role: 'coder', feedback: expect.stringContaining('Use tabs.') },
    });
    expect(back.feedback).toBeNull();
    // Somebody else's words are no reason, and are kept.
    expect(play([said('hm', ana)], judging)).toMatchObject({
      phase: { at: 'judging' },
      notes: [{ text: 'hm' }],
    });
  });

  it('and is no reason to send back what was merged, or what a coder has in hand', () => {
    for (const reached of ['merging', 'merged', 'coding'] as const)
      expect(play(reach[reached], null).feedback).toBeNull();
    const merging = play([{ is: 'merge-tapped', by: ana, head: head('3'), second: false }], play(reach.sendingBack));
    expect(merging.feedback).toBeNull();
  });
});

describe('a branch that somebody else pushed to while its change is in review', () => {
  const at = (digit: string): TaskEvent => ({ is: 'change-moved', state: 'open', head: head(digit), base });
  const pushed = at('9');

  it('is judged and told once', () => {
    const judging = play([pushed], play(reach.review));
    expect(judging.phase.at).toBe('judging');
    const review = play([judged(verdict('hold'))], judging);
    expect(ignored(review, pushed)).toBe(true);
  });

  it('is judged again when it moves once more, or back', () => {
    const review = play([pushed, judged(verdict('hold'))], play(reach.review));
    for (const digit of ['8', '3']) {
      const moved = play([at(digit)], review);
      expect(moved.phase.at).toBe('judging');
    }
  });
});
