import { describe, expect, it } from 'vitest';
import type { Command } from '../../src/chain/commands.ts';
import { taskIdOf } from '../../src/chain/desk.ts';
import { SessionId } from '../../src/chain/ids.ts';
import { transition } from '../../src/chain/transition.ts';
import * as sample from './samples.ts';
import {
  ana,
  ben,
  changes,
  coder,
  ended,
  handed,
  head,
  plan,
  play,
  reach,
  requirements,
  session,
  waits,
} from './samples.ts';
import { boot, fixTheTypo, give, quiet, until, world } from './world.ts';

const says = (text: string) => ({ is: 'said', by: ben, text, uuid: 'u9' }) as const;
const stillWaits = (events: Parameters<typeof play>[0]) => play(events).phase;

describe('Wait', () => {
  it('lets the planner finish, and then the coder is not begun until a person resumes', () => {
    const events = [...reach.waitingSoon, handed('planner', plan), sample.recorded('2')];
    const held = play(events);
    expect(held).toMatchObject({
      slot: null,
      phase: {
        at: 'held',
        ends: { by: 'person' },
        from: { step: 'work', role: 'coder' },
        reason: 'Ben said wait: the coder has not begun.',
      },
    });
    const verifying = play([{ is: 'resume-tapped', by: ana, holds: null }], held);
    const on = play([{ is: 'verified', missing: null }], verifying);
    expect(on.phase).toMatchObject({ at: 'queued', step: { role: 'coder' } });
    expect(play([sample.granted], on).phase).toMatchObject({ at: 'working', role: 'coder' });
  });

  it('outlives a hold of another cause, which nobody but a person ends for it', () => {
    const quota = { kind: 'refused', why: 'quota', text: 'limit', until: null } as const;
    const shut = play([...reach.queuedToPlan, { is: 'account-shut', account: 'claude' }, waits()]);
    expect(shut).toMatchObject({ phase: { at: 'held', kind: 'quota' }, draft: { pause: { what: 'wait' } } });
    const open = play([{ is: 'hold-ended', hold: 1, why: 'open again' }], shut);
    expect(open.phase).toMatchObject({ at: 'held', kind: 'person', from: { role: 'planner' } });
    // A planner that was cut goes on: it had begun.
    const cut = [...reach.waitingSoon, ended('planner', quota, 1, 1, 'claude')];
    expect(stillWaits([...cut, { is: 'hold-ended', hold: 1, why: 'open again' }])).toMatchObject({
      at: 'queued',
      step: { step: 'resume' },
    });
  });

  it('is met by a plan that waits for Approve, which ends both', () => {
    const held = play([...reach.waitingSoon, handed('planner', plan), { is: 'recorded', head: head('2'), asks: true }]);
    expect(held.phase).toMatchObject({ at: 'held', ends: { by: 'approval' } });
    expect(transition(held, waits(ana), { at: 1 })).toMatchObject({ kind: 'ignored' });
    const approved = play([{ is: 'approve-tapped', by: ben, head: null, plan: null }], held);
    expect(approved).toMatchObject({ phase: { at: 'queued', step: { role: 'coder' } }, draft: { pause: null } });
  });

  it.each(['retry-tapped', 'back-asked'] as const)('is over with %s', (is) => {
    const event =
      is === 'retry-tapped'
        ? ({ is, by: ana, holds: null } as const)
        : ({ is, by: ana, to: 'plan', why: 'no' } as const);
    expect(play([...reach.waiting, event, sample.granted]).phase).toMatchObject({ at: 'working', role: 'planner' });
  });
});

describe('Change', () => {
  it('goes on with the same conversation, and what was planned from the old requirements is void', () => {
    const planned = play(reach.heldForApproval);
    expect(planned).toMatchObject({ plan: {}, head: head('2') });
    const changing = play([changes()], planned);
    expect(changing).toMatchObject({ plan: null, head: head('1'), phase: { ends: { by: 'answer' } } });
    const moved = transition(play([says('keep it short')], changing), sample.granted, { at: 1 });
    expect(moved).toMatchObject({
      effects: [{ do: 'run', session: session('brainstormer'), leg: 2, notes: [{ by: 'Ben', text: 'keep it short' }] }],
    });
    const again = handed('brainstormer', { ...requirements, requirements: '# Short' });
    const rewritten = play(
      [sample.granted, { ...again, leg: 2 } as typeof again, sample.recorded('4')],
      play([says('keep it short')], changing),
    );
    expect(rewritten).toMatchObject({
      requirements: { text: '# Short' },
      draft: { n: 2, leg: 2, open: true, head: head('4') },
    });
    expect(rewritten.phase).toMatchObject({ at: 'queued', step: { step: 'work', role: 'planner' } });
    // The buttons of the first are named for the first.
    expect(transition(rewritten, changes(), { at: 1 })).toMatchObject({ kind: 'ignored' });
    expect(transition(rewritten, changes(ben, 2), { at: 1 })).toMatchObject({ kind: 'moved' });
  });

  it('that is taken back has the plan made anew: one that waited for Approve does not pass by it', () => {
    const changing = play([...reach.heldForApproval, changes(), { is: 'resume-tapped', by: ana, holds: null }]);
    const kept = play([{ is: 'verified', missing: null }], changing);
    expect(kept).toMatchObject({
      plan: null,
      draft: { pause: null },
      phase: { step: { step: 'work', role: 'planner' } },
    });
  });

  it('waits until the plan is kept, where that is under way', () => {
    const kept = play([...reach.changingSoon, { is: 'recorded', head: head('2'), asks: true }]);
    expect(kept).toMatchObject({ plan: null, head: head('1'), phase: { at: 'held', ends: { by: 'answer' } } });
  });

  it('takes what waits, and no second one takes it', () => {
    const changing = play([...reach.waiting, changes(ana)]);
    expect(changing.draft?.pause).toMatchObject({ what: 'change', by: { id: 'ana' } });
    expect(transition(changing, changes(ben), { at: 1 })).toMatchObject({ kind: 'ignored' });
    expect(transition(changing, waits(ben), { at: 1 })).toMatchObject({ kind: 'ignored' });
  });

  it('is over once a coder has begun, also when a plan is made again', () => {
    const begun = play(reach.coding);
    expect(transition(begun, changes(), { at: 1 })).toMatchObject({ kind: 'ignored' });
    const again = play([handed('coder', coder('plan-violation', 'no such file')), sample.granted], begun);
    expect(again.phase).toMatchObject({ role: 'planner' });
    expect(transition(again, changes(), { at: 1 })).toMatchObject({ kind: 'ignored' });
    expect(transition(again, waits(), { at: 1 })).toMatchObject({ kind: 'ignored' });
  });

  it('knows how far the conversation has come', () => {
    const lost = ended('brainstormer', { kind: 'lost', text: 'oom' }, 1, 2);
    const back = { is: 'back-asked', by: ana, to: 'plan', why: 'as it was' } as const;
    const task = play([...reach.rewriting, sample.granted, lost, back, changes(), says('so')]);
    expect(task.phase).toMatchObject({ at: 'queued', step: { step: 'resume', role: 'brainstormer', leg: 3 } });
  });
});

describe('a controller with requirements that people may change', () => {
  const tap = (name: 'change' | 'wait', draft: number): Command => ({ name, draft });

  it('pauses, changes with the next words, tells a stale tap so, and builds from what was written last', async () => {
    const of = world();
    const id = taskIdOf('s1');
    let written = 0;
    of.sessions.agent = (spec) => {
      if (spec.role === 'planner' && written === 1) return null;
      if (spec.role === 'coder') return null;
      if (spec.role === 'brainstormer') written += 1;
      const handoff = spec.role === 'brainstormer' ? { ...requirements, requirements: `# ${written}` } : plan;
      return { kind: 'ended', handoff, text: 'done' };
    };
    const box = await boot(of);
    await give(box, fixTheTypo, { source: 's1' });
    await of.sessions.began(SessionId.parse(`${id}-planner-1`));
    expect(await give(box, tap('change', 1), { task: id, source: 'c1' })).toMatchObject({ kind: 'accepted' });
    expect(await give(box, tap('change', 1), { task: id, source: 'c1' })).toMatchObject({ kind: 'repeated' });
    expect(await give(box, tap('wait', 1), { task: id, person: ben })).toEqual({
      kind: 'refused',
      why: { code: 'draft', why: 'first', by: 'Ana' },
    });
    await quiet();
    expect(of.sessions.running()).toEqual([]);
    await box.supervisor.close();
    const after = await boot(of);
    await give(after, { name: 'say', text: 'keep it short' }, { task: id, person: ben });
    await of.sessions.began(SessionId.parse(`${id}-coder-1`));
    expect(of.sessions.told(SessionId.parse(`${id}-brainstormer-1`)).at(-1)).toContain('Ben says:\n> keep it short');
    expect(after.supervisor.task(id)).toMatchObject({
      requirements: { text: '# 2' },
      plan: {},
      draft: { n: 2, open: false },
    });
    expect(await give(after, tap('change', 1), { task: id })).toEqual({
      kind: 'refused',
      why: { code: 'draft', why: 'newer', by: null },
    });
    expect(await give(after, tap('wait', 2), { task: id })).toEqual({
      kind: 'refused',
      why: { code: 'draft', why: 'begun', by: null },
    });
    await until(after, id, 'working');
  });
});
