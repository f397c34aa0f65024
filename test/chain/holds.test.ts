import { describe, expect, it } from 'vitest';
import { taskIdOf } from '../../src/chain/desk.ts';
import type { TaskId } from '../../src/chain/ids.ts';
import { SessionId } from '../../src/chain/ids.ts';
import type { SessionEnd } from '../../src/chain/ports.ts';
import { headOf } from '../fakes/workspace.ts';
import { ana, coder, watcher } from './samples.ts';
import { boot, fixTheTypo, give, pass, quiet, until, world } from './world.ts';
import type { Box, World } from './world.ts';

const one = taskIdOf('s1');
const two = taskIdOf('s2');
const quick = { ...fixTheTypo, mode: 'quick' } as const;
const spent: SessionEnd = { kind: 'refused', why: 'quota', text: 'usage limit', until: null };
const done: SessionEnd = { kind: 'ended', handoff: coder('done'), text: '' };
const session = (id: TaskId, role = 'coder', attempt = 1): SessionId => SessionId.parse(`${id}-${role}-${attempt}`);

/** The notices that rang, and those of holds. */
const holds = (of: World): readonly string[] =>
  of.chat.world.told.flatMap(({ notice }) =>
    notice.kind === 'held'
      ? [`${notice.cause} ${notice.loud ? 'loud' : 'quiet'}`]
      : notice.kind === 'resumed'
        ? ['resumed']
        : [],
  );

/** The coder of every task works until the test ends it; the other roles end at once. */
function withCoders(of: World): World {
  const { agent } = of.sessions;
  of.sessions.agent = (spec) => (spec.role === 'coder' ? null : agent(spec));
  return of;
}

async function coding(of: World, ...sources: readonly string[]): Promise<Box> {
  const box = await boot(of);
  for (const source of sources) await give(box, quick, { source });
  for (const source of sources) await until(box, taskIdOf(source), 'working');
  return box;
}

describe('an account that is shut', () => {
  it('holds every task of it, rings once, and goes on with the same conversations when it opens', async () => {
    const of = withCoders(world());
    const box = await coding(of, 's1', 's2');
    of.accounts.shut('codex');
    for (const id of [one, two]) of.sessions.end(session(id), spent);
    for (const id of [one, two]) {
      expect((await until(box, id, 'held')).phase).toMatchObject({ ends: { by: 'account', account: 'codex' } });
    }
    await quiet();
    expect(holds(of).toSorted()).toEqual(['quota loud', 'quota quiet']);
    of.accounts.reopen('codex');
    for (const id of [one, two]) {
      const task = await until(box, id, 'working');
      expect(task.phase).toMatchObject({ session: session(id), leg: 2 });
    }
    expect(of.sessions.begun.map((spec) => spec.leg)).toEqual([1, 1, 2, 2]);
    expect(of.sessions.begun[2]!.prompt).toContain('go on where you were');
  });

  it('opens though the stream of another account takes nothing, and that one is told later what it missed', async () => {
    const of = withCoders(world());
    const box = await coding(of, 's1');
    of.accounts.shut('codex');
    of.sessions.end(session(one), spent);
    await until(box, one, 'held');
    of.store.damaged.set('account-claude', { line: 3, reason: 'not JSON' });
    of.accounts.shut('claude');
    of.accounts.reopen('codex');
    await until(box, one, 'working');
    await give(box, quick, { source: 's2' });
    await until(box, two, 'working');
    of.accounts.shut('codex');
    of.sessions.end(session(two), spent);
    expect((await until(box, two, 'held')).phase).toMatchObject({ ends: { by: 'account', account: 'codex' } });
    of.store.damaged.clear();
    of.accounts.reopen('codex');
    await until(box, two, 'working');
    for (const id of [one, two]) of.sessions.end(session(id), done);
    expect((await until(box, one, 'held')).phase).toMatchObject({ ends: { by: 'account', account: 'claude' } });
  });

  it('holds a task at its next safe point, before the role that needs it begins', async () => {
    const of = withCoders(world());
    const box = await coding(of, 's1');
    of.accounts.shut('claude');
    await pass(1_000);
    of.sessions.end(session(one), done);
    expect((await until(box, one, 'held')).phase).toMatchObject({ from: { step: 'work', role: 'reviewer' } });
    await quiet();
    expect(of.sessions.begun).toHaveLength(1);
    expect(holds(of)).toEqual(['quota loud']);
    of.accounts.reopen('claude');
    await until(box, one, 'review');
  });

  it('goes on after a restart, once, also when it opened meanwhile', async () => {
    const of = withCoders(world());
    const box = await coding(of, 's1');
    of.accounts.shut('codex');
    of.sessions.end(session(one), spent);
    await until(box, one, 'held');
    await quiet();
    await box.supervisor.close();
    of.accounts.reopen('codex');
    const again = await boot(of);
    expect((await until(again, one, 'working')).phase).toMatchObject({ leg: 2 });
    await quiet();
    expect(of.sessions.begun).toHaveLength(2);
    expect(holds(of)).toEqual(['quota loud', 'resumed']);
  });

  it('is opened by nobody but the boundary: Resume now asks it, once', async () => {
    const of = withCoders(world());
    const box = await coding(of, 's1');
    of.accounts.shut('codex');
    of.sessions.end(session(one), spent);
    await until(box, one, 'held');
    await give(box, { name: 'resume', holds: null }, { task: one, source: 'tap' });
    await give(box, { name: 'resume', holds: null }, { task: one, source: 'tap' });
    await until(box, one, 'working');
    expect(of.accounts.asked).toHaveLength(1);
  });

  it('is left by nobody but a person, for one task alone, and the rest waits on', async () => {
    const of = withCoders(world());
    const box = await coding(of, 's1', 's2');
    of.accounts.shut('codex');
    for (const id of [one, two]) of.sessions.end(session(id), spent);
    for (const id of [one, two]) await until(box, id, 'held');
    await quiet();
    expect(of.sessions.begun).toHaveLength(2);
    const tap = { task: one, source: 'tap' };
    expect(await give(box, { name: 'use', account: 'codex2' }, tap)).toMatchObject({ kind: 'accepted' });
    await until(box, one, 'working');
    expect(await give(box, { name: 'use', account: 'codex2' }, tap)).toMatchObject({ kind: 'repeated' });
    expect(of.sessions.begun[2]).toMatchObject({ session: session(one, 'coder', 2), settings: { account: 'codex2' } });
    await quiet();
    expect(box.supervisor.task(two)!.phase.at).toBe('held');
    of.accounts.reopen('codex');
    await until(box, two, 'working');
    expect(of.sessions.begun[3]).toMatchObject({ session: session(two), leg: 2, settings: { account: 'codex' } });
    expect(of.sessions.begun).toHaveLength(4);
  });

  it('is left in the same conversation where the other one can take it, also after a restart', async () => {
    const of = world();
    const { agent } = of.sessions;
    of.sessions.agent = (spec) => (spec.role === 'planner' && spec.leg === 1 ? null : agent(spec));
    const box = await boot(of);
    await give(box, fixTheTypo, { source: 's1' });
    await until(box, one, 'working');
    await of.sessions.began(session(one, 'planner'));
    of.accounts.shut('claude');
    of.sessions.end(session(one, 'planner'), spent);
    await until(box, one, 'held');
    await box.supervisor.close();
    const again = await boot(of);
    await give(again, { name: 'use', account: 'claude2' }, { task: one });
    await until(again, one, 'review');
    const runs = of.sessions.begun.map(({ session: name, leg, settings }) => `${name} ${leg} ${settings.account}`);
    expect(runs).toEqual([
      `${session(one, 'brainstormer')} 1 claude`,
      `${session(one, 'planner')} 1 claude`,
      `${session(one, 'planner')} 2 claude2`,
      `${session(one)} 1 codex`,
      `${session(one, 'reviewer')} 1 claude2`,
    ]);
  });

  it('holds it again, loudly once, where the other one is shut too', async () => {
    const of = withCoders(world());
    const box = await coding(of, 's1');
    of.accounts.shut('codex');
    of.accounts.shut('codex2');
    of.sessions.end(session(one), spent);
    await until(box, one, 'held');
    await quiet();
    await give(box, { name: 'use', account: 'codex2' }, { task: one });
    await quiet();
    expect((await until(box, one, 'held')).phase).toMatchObject({ hold: 2, ends: { account: 'codex2' } });
    expect(holds(of)).toEqual(['quota loud', 'resumed', 'quota loud']);
    of.accounts.reopen('codex');
    await quiet();
    expect((await until(box, one, 'held')).phase).toMatchObject({ hold: 2 });
    expect(of.sessions.begun).toHaveLength(1);
    of.accounts.reopen('codex2');
    await until(box, one, 'working');
    expect(of.sessions.begun[1]!.settings.account).toBe('codex2');
  });

  it('holds again by the account that the session ran on', async () => {
    const of = withCoders(world());
    const box = await coding(of, 's1');
    of.accounts.shut('codex');
    of.sessions.end(session(one), spent);
    await until(box, one, 'held');
    await give(box, { name: 'use', account: 'codex2' }, { task: one });
    await until(box, one, 'working');
    of.accounts.shut('codex2');
    of.sessions.end(session(one, 'coder', 2), spent);
    expect((await until(box, one, 'held')).phase).toMatchObject({ ends: { account: 'codex2' } });
  });

  it('is not left for one that does not stand beside it, nor by who may not, nor where none is waited for', async () => {
    const of = withCoders(world());
    const box = await coding(of, 's1');
    const use = (account: string, person = ana) => give(box, { name: 'use', account }, { task: one, person });
    expect(await use('codex2')).toEqual({
      kind: 'refused',
      why: { code: 'not-now', command: 'use', phase: 'working' },
    });
    of.accounts.shut('codex');
    of.sessions.end(session(one), spent);
    await until(box, one, 'held');
    await quiet();
    const why = { code: 'not-beside', shut: 'codex', beside: ['codex2'] };
    for (const account of ['claude2', 'codex', 'gpt'])
      expect(await use(account)).toEqual({ kind: 'refused', why: { ...why, account } });
    expect(await use('codex2', watcher)).toMatchObject({ why: { code: 'not-allowed', needs: 'steer' } });
    await quiet();
    expect(box.supervisor.task(one)!.phase).toMatchObject({ at: 'held', hold: 1 });
  });

  it('is not believed to be shut because a CLI says so', async () => {
    const of = withCoders(world());
    const box = await coding(of, 's1', 's2');
    of.sessions.end(session(one), { ...spent, until: of.clock.now() + 60_000 });
    expect((await until(box, one, 'held')).phase).toMatchObject({ kind: 'quota', ends: { by: 'time' } });
    of.sessions.end(session(two), done);
    await until(box, two, 'review');
    expect((await until(box, one, 'working')).phase).toMatchObject({ leg: 2 });
  });
});

describe('other holds', () => {
  it('says that the base is red before anything is spent, and goes on when it has moved', async () => {
    const of = world();
    of.validator.outcome = () => 'red';
    const box = await boot(of);
    await give(box, fixTheTypo, { source: 's1' });
    expect((await until(box, one, 'held')).phase).toMatchObject({ kind: 'checks', ends: { not: headOf('base') } });
    expect(of.sessions.begun).toEqual([]);
    of.validator.outcome = () => 'green';
    of.workspace.base = headOf('mended');
    of.forge.bases.set(box.supervisor.task(one)!.project, headOf('mended'));
    await until(box, one, 'review');
  });

  it('runs the tests of one base once for all tasks', async () => {
    const of = world();
    const box = await boot(of);
    await give(box, quick, { source: 's1' });
    await give(box, quick, { source: 's2' });
    await until(box, one, 'review');
    await until(box, two, 'review');
    expect(of.validator.checks.filter(({ base, head }) => base === head)).toHaveLength(1);
  });

  it('holds a red change as a red base when the base is red too', async () => {
    const of = withCoders(world());
    const box = await coding(of, 's1');
    of.workspace.base = headOf('moved');
    of.forge.bases.set(box.supervisor.task(one)!.project, headOf('moved'));
    of.validator.outcome = () => 'red';
    of.sessions.end(session(one), done);
    expect((await until(box, one, 'held')).phase).toMatchObject({ kind: 'checks', ends: { not: headOf('moved') } });
    expect(box.supervisor.task(one)!.rework.tests).toBe(0);
  });

  it('asks a question, and goes on in the same conversation with the answer', async () => {
    const of = withCoders(world());
    const box = await coding(of, 's1');
    of.sessions.end(session(one), { kind: 'ended', handoff: coder('blocked', 'British?'), text: '' });
    expect((await until(box, one, 'held')).phase).toMatchObject({
      kind: 'question',
      reason: expect.stringContaining('British?'),
    });
    await give(box, { name: 'say', text: 'Yes' }, { task: one });
    await until(box, one, 'working');
    expect(of.sessions.begun[1]).toMatchObject({
      session: session(one),
      leg: 2,
      prompt: expect.stringContaining('> Yes'),
    });
  });

  it('goes on when its base moves, though the change of another task cannot be read', async () => {
    const of = world();
    const box = await boot(of);
    await give(box, quick, { source: 's1' });
    await until(box, one, 'review');
    of.validator.outcome = ({ base }) => (base === headOf('red') ? 'red' : 'green');
    of.workspace.base = headOf('red');
    await give(box, quick, { source: 's2' });
    expect((await until(box, two, 'held')).phase).toMatchObject({ ends: { by: 'base' } });
    of.forge.fails.outOfReach.facts = 1_000;
    of.workspace.base = headOf('mended');
    for (let n = 0; n < 4; n += 1) await pass(30_000);
    await quiet();
    expect(of.sessions.begun.map(({ session: name }) => name)).toContain(session(two));
  });

  it('tries an engine that is away again by itself', async () => {
    const of = world();
    of.sessions.broken = 'Docker does not answer.';
    const box = await boot(of);
    await give(box, quick, { source: 's1' });
    await until(box, one, 'held');
    of.sessions.broken = null;
    await until(box, one, 'review');
    expect(holds(of)).toEqual(['infrastructure loud', 'resumed']);
  });

  it('looks at what is there before a person’s Resume goes on, and says what is gone', async () => {
    const of = withCoders(world());
    const box = await coding(of, 's1');
    of.sessions.end(session(one), { kind: 'overran', minutes: 5 });
    await until(box, one, 'held');
    of.workspace.gone = 'The commit';
    await give(box, { name: 'resume', holds: null }, { task: one });
    await quiet();
    expect((await until(box, one, 'held')).phase).toMatchObject({ reason: expect.stringContaining('is gone') });
    of.workspace.gone = null;
    await give(box, { name: 'resume', holds: null }, { task: one });
    expect((await until(box, one, 'working')).phase).toMatchObject({ leg: 2 });
  });

  it('waits for a person with the plan while soak lasts', async () => {
    const of = world();
    of.workspace.policy = { ...of.workspace.policy, approvePlan: 'soak' };
    const box = await boot(of);
    await give(box, fixTheTypo, { source: 's1' });
    expect((await until(box, one, 'held')).phase).toMatchObject({ ends: { by: 'approval' } });
    await give(box, { name: 'approve', head: null, plan: null }, { task: one });
    await until(box, one, 'review');
  });

  it('sends a change in review back with the next words of the person who asked', async () => {
    const of = world();
    const box = await boot(of);
    await give(box, quick, { source: 's1' });
    await until(box, one, 'review');
    await give(box, { name: 'sendback' }, { task: one });
    await give(box, { name: 'say', text: 'Shorter, please' }, { task: one });
    await quiet();
    await until(box, one, 'review');
    expect(of.sessions.begun.map((spec) => spec.role)).toEqual(['coder', 'reviewer', 'coder', 'reviewer']);
    expect(of.sessions.begun[2]!.prompt).toContain('> Ana sends it back: Shorter, please');
  });

  it('notices that a change in review was merged by hand', async () => {
    const of = world();
    const box = await boot(of);
    await give(box, quick, { source: 's1' });
    await until(box, one, 'review');
    for (const change of of.forge.changes.values()) change.state = 'merged';
    await until(box, one, 'merged');
  });
});

describe('the queue', () => {
  it('runs as many tasks as there are slots, fair between projects, and gives a held one’s slot away', async () => {
    const of = withCoders(world());
    of.slots = 1;
    const box = await boot(of);
    await give(box, quick, { source: 's1' });
    await until(box, one, 'working');
    await give(box, quick, { source: 's2' });
    await until(box, two, 'queued');
    await quiet();
    expect(box.supervisor.waits().get(two)).toEqual({ for: 'slot', ahead: 0, slots: 1 });
    of.sessions.end(session(one), { kind: 'overran', minutes: 5 });
    await until(box, two, 'working');
    expect(of.sessions.running()).toEqual([session(two)]);
  });
});
