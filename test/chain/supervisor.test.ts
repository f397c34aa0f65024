import { describe, expect, it } from 'vitest';
import { taskIdOf } from '../../src/chain/desk.ts';
import { SessionId } from '../../src/chain/ids.ts';
import type { Head, TaskId } from '../../src/chain/ids.ts';
import type { FakeValidator } from '../fakes/validator.ts';
import { headOf } from '../fakes/workspace.ts';
import { ana, ben, coder, head, review, watcher } from './samples.ts';
import { boot, fixTheTypo, give, pass, quiet, until, world } from './world.ts';
import type { Box, World } from './world.ts';

/** Green on the base alone. */
const redOnBranch: FakeValidator['outcome'] = ({ base, head: at }) => (at === base ? 'green' : 'red');

const tap = (seen: Head | null, second = false) => ({ name: 'merge', head: seen, second }) as const;

async function heldForReview(of: World): Promise<{ box: Box; id: TaskId; seen: Head }> {
  const box = await boot(of);
  await give(box, fixTheTypo, { source: 's1' });
  const task = await until(box, taskIdOf('s1'), 'review');
  return { box, id: task.id, seen: task.change!.head };
}

const session = (role: string, id: TaskId): SessionId => SessionId.parse(`${id}-${role}-1`);
const told = (of: World): readonly string[] => of.chat.world.told.map(({ notice }) => notice.kind);

describe('a task from the idea to the merge', () => {
  it('runs by itself to a held change, and merges on the tap', async () => {
    const of = world();
    const { box, id, seen } = await heldForReview(of);
    expect(of.sessions.begun.map((spec) => spec.role)).toEqual(['brainstormer', 'planner', 'coder', 'reviewer']);
    expect(await give(box, tap(seen), { task: id })).toMatchObject({ kind: 'accepted', command: 'merge' });
    await until(box, id, 'merged');
    await quiet();
    expect(of.forge.merges).toHaveLength(1);
    expect(of.forge.merges[0]).toMatchObject({ head: seen, subject: 'fix: Fix the typo in the README' });
    expect(told(of)).toEqual(['document', 'document', 'handoff', 'reviewed', 'held-for-review', 'merged']);
    expect(of.chat.world.threads[0]!.card.phase.at).toBe('merged');
    expect(of.workspace.removed).toEqual([id]);
  });

  it('goes straight to the coder when it is quick, and hands the whole envelope on', async () => {
    const of = world();
    const box = await boot(of);
    await give(box, { ...fixTheTypo, mode: 'quick' }, { source: 's1' });
    await until(box, taskIdOf('s1'), 'review');
    expect(of.sessions.begun.map((spec) => spec.role)).toEqual(['coder', 'reviewer']);
    const [first, second] = of.sessions.begun;
    expect(first).toMatchObject({
      files: { 'idea.md': 'fix the typo' },
      transcripts: [],
      checkout: { access: 'write', tree: 'coder-0' },
    });
    expect(second).toMatchObject({ transcripts: [first!.session], checkout: { access: 'read' } });
    expect(Object.keys(second!.files)).toEqual(['idea.md', 'coder-handoff.json', 'check.txt', 'change.diff']);
    expect(first!.prompt).toMatch(/^Role: coder\n\nYou are the coder\./);
    expect(first!.prompt).toContain('Ana asked for:\n> fix the typo');
  });

  it('merges unattended nothing at all while soak lasts or no judge is set up', async () => {
    const of = world();
    of.project = { merges: true, soak: false };
    of.workspace.paths = [{ path: 'README.md', status: 'M', from: '100644', to: '100644' }];
    await heldForReview(of);
    expect(of.forge.merges).toEqual([]);
  });
});

/** Kills the controller once the journal holds `entries`, boots another one on the same world, and plays on. */
async function killedAfter(entries: number, tapAfter: boolean): Promise<World> {
  const of = world();
  const { append } = of.store;
  let box = await boot(of);
  const id = taskIdOf('s1');
  let dead = false;
  of.store.append = async (stream, seq, added) => {
    if (dead) return new Promise(() => undefined);
    const answer = await append(stream, seq, added);
    if (seq + added.length === entries) {
      dead = true;
      return new Promise(() => undefined);
    }
    return answer;
  };
  void give(box, fixTheTypo, { source: 's1' });
  for (let turn = 0; turn < 400 && !dead; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    const task = box.supervisor.task(id);
    if (tapAfter && task?.phase.at === 'review' && !dead)
      void give(box, tap(task.change!.head), { task: id, source: 's2' });
  }
  const crashed = box.supervisor;
  of.store.append = append;
  box = await boot(of);
  void crashed.close();
  await give(box, fixTheTypo, { source: 's1' });
  const task = await until(box, id, 'review', 'merging', 'merged');
  if (task.phase.at === 'review') await give(box, tap(task.change!.head), { task: id, source: 's2' });
  await until(box, id, 'merged');
  await quiet();
  await box.supervisor.close();
  return of;
}

describe('kill -9 after any entry of the journal', () => {
  for (let entries = 1; entries <= 20; entries += 1) {
    it(`entry ${entries}: merged once, told once`, async () => {
      const of = await killedAfter(entries, true);
      expect(of.forge.merges).toHaveLength(1);
      expect(of.chat.world.threads).toHaveLength(1);
      expect(told(of)).toEqual(['document', 'document', 'handoff', 'reviewed', 'held-for-review', 'merged']);
      expect(new Set(of.sessions.begun.map((spec) => spec.session)).size).toBe(4);
      expect(of.sessions.begun).toHaveLength(4);
    });
  }
});

describe('the next start', () => {
  it('asks nothing of the forge, the sessions or the chat for a task that is over', async () => {
    const of = world();
    const { box, id, seen } = await heldForReview(of);
    await give(box, tap(seen), { task: id });
    await until(box, id, 'merged');
    await quiet();
    const [calls, acts] = [of.chat.calls.length, of.forge.calls.length];
    await boot(of);
    await quiet();
    expect(of.chat.calls.slice(calls).filter((call) => !call.startsWith('card'))).toEqual([]);
    expect(of.forge.calls.slice(acts)).toEqual([]);
  });

  it('starts no session of a task that was stopped before its container was', async () => {
    const of = world();
    const { run } = of.sessions;
    of.sessions.run = () => new Promise(() => undefined);
    const box = await boot(of);
    await give(box, fixTheTypo, { source: 's1' });
    const task = await until(box, taskIdOf('s1'), 'working');
    await give(box, { name: 'stop' }, { task: task.id });
    await quiet();
    of.sessions.run = run;
    await boot(of);
    await quiet();
    expect(of.sessions.begun).toEqual([]);
  });

  it('opens no change for a task that was stopped before it was opened', async () => {
    const of = world();
    const { open } = of.forge;
    of.forge.open = () => new Promise(() => undefined);
    const box = await boot(of);
    await give(box, { ...fixTheTypo, mode: 'quick' }, { source: 's1' });
    const task = await until(box, taskIdOf('s1'), 'proposing');
    await give(box, { name: 'stop' }, { task: task.id });
    await quiet();
    of.forge.open = open;
    await box.supervisor.close();
    await boot(of);
    await quiet();
    expect(of.forge.changes.size).toBe(0);
  });

  it('journals one outcome of an effect that was done twice', async () => {
    const of = world();
    of.sessions.agent = () => null;
    const box = await boot(of);
    await give(box, fixTheTypo, { source: 's1' });
    await until(box, taskIdOf('s1'), 'working');
    await box.supervisor.close();
    const again = await boot(of);
    again.supervisor.goOn();
    const spec = await of.sessions.began(session('brainstormer', taskIdOf('s1')));
    of.sessions.end(spec.session, { kind: 'refused', why: 'login', text: 'expired', until: null });
    await until(again, taskIdOf('s1'), 'held');
    await quiet();
    const settled = of.store.memory.streams
      .get(`task-${taskIdOf('s1')}`)!
      .map((line) => (JSON.parse(line) as { settles: string | null }).settles);
    expect(settled.filter((effect, n) => effect !== null && settled.indexOf(effect) !== n)).toEqual([]);
  });
});

describe('lost answers', () => {
  it.each(['open', 'facts', 'comment', 'merge', 'close'] as const)(
    'the forge did %s and its answer was lost',
    async (act) => {
      const of = world();
      of.forge.fails.lostAnswer[act] = 1;
      const { box, id, seen } = await heldForReview(of);
      await give(box, tap(seen), { task: id });
      await until(box, id, 'merged');
      await quiet();
      expect(of.forge.merges).toHaveLength(1);
      expect(of.forge.changes.size).toBe(1);
      expect([...of.forge.changes.values()][0]!.comments).toHaveLength(1);
    },
  );

  it('shows a message once although the chat lost its answer', async () => {
    const of = world();
    of.chat.loses = 3;
    await heldForReview(of);
    await quiet();
    expect(told(of)).toEqual(['document', 'document', 'handoff', 'reviewed', 'held-for-review']);
    expect(of.chat.world.threads).toHaveLength(1);
  });
});

describe('taps', () => {
  it('two people tap: one merge, and the loser is told', async () => {
    const of = world();
    const { box, id, seen } = await heldForReview(of);
    const [first, second] = await Promise.all([
      give(box, tap(seen), { task: id }),
      give(box, tap(seen), { task: id, person: ben }),
    ]);
    expect(first.kind).toBe('accepted');
    expect(second).toMatchObject({ kind: 'refused', why: { code: 'not-now', phase: 'merging' } });
    await until(box, id, 'merged');
    expect(of.forge.merges).toHaveLength(1);
  });

  it('the same tap delivered twice is one tap', async () => {
    const of = world();
    const { box, id, seen } = await heldForReview(of);
    await give(box, tap(seen), { task: id, source: 'tap' });
    expect(await give(box, tap(seen), { task: id, source: 'tap' })).toEqual({ kind: 'repeated', task: id });
  });

  it('says once why a merge lasts, also after a restart, and makes it when it can', async () => {
    const of = world();
    const { box, id, seen } = await heldForReview(of);
    of.forge.fails.outOfReach.facts = 1_000;
    await give(box, tap(seen), { task: id });
    await until(box, id, 'merging');
    for (let n = 0; n < 10; n += 1) await pass(20_000);
    expect(box.supervisor.task(id)?.phase).toMatchObject({ at: 'merging', waits: expect.stringContaining('forge') });
    await box.supervisor.close();
    const next = await boot(of);
    for (let n = 0; n < 10; n += 1) await pass(20_000);
    expect(told(of).filter((kind) => kind === 'merge-waits')).toHaveLength(1);
    of.forge.fails.outOfReach.facts = 0;
    await until(next, id, 'merged');
    expect(of.forge.merges).toHaveLength(1);
  });

  it('refuses a head that is not the one shown', async () => {
    const { box, id, seen } = await heldForReview(world());
    expect(await give(box, tap(head('9')), { task: id })).toMatchObject({
      why: { code: 'head-moved', saw: head('9'), is: seen },
    });
  });

  it('refuses whoever may not', async () => {
    const { box, id, seen } = await heldForReview(world());
    expect(await give(box, tap(seen), { task: id, person: watcher })).toMatchObject({
      why: { code: 'not-allowed', needs: 'merge', has: 'watch' },
    });
  });

  it('does not merge on the tap of somebody removed before the merge', async () => {
    const of = world();
    const { box, id, seen } = await heldForReview(of);
    of.people = [ana];
    await give(box, tap(seen), { task: id, person: ben });
    expect((await until(box, id, 'held')).phase).toMatchObject({ reason: expect.stringContaining('Soak') });
    expect(of.forge.merges).toEqual([]);
  });

  it('judges again on the new base and merges the same head when the base moved under the tap', async () => {
    const of = world();
    const { box, id, seen } = await heldForReview(of);
    const moved = headOf('moved');
    of.forge.bases.set(box.supervisor.task(id)!.project, moved);
    of.workspace.base = moved;
    await give(box, tap(seen), { task: id });
    await until(box, id, 'merged');
    expect(of.forge.merges).toMatchObject([{ head: seen, base: moved }]);
    expect(of.validator.checks.map((check) => [check.base, check.head === seen])).toEqual([
      [headOf('base'), false],
      [headOf('base'), true],
      [moved, true],
    ]);
  });

  it('does not merge a head that moved on the forge after it was judged', async () => {
    const of = world();
    const { box, id, seen } = await heldForReview(of);
    of.forge.fails.headMoves = head('8');
    await give(box, tap(seen), { task: id });
    expect((await until(box, id, 'held')).phase).toMatchObject({ reason: 'The branch moved.' });
    expect(of.forge.merges).toEqual([]);
  });

  it('shows an admin the sensitive hunks before their second tap counts', async () => {
    const of = world();
    of.workspace.paths = [{ path: 'AGENTS.md', status: 'M', from: '100644', to: '100644' }];
    const { box, id, seen } = await heldForReview(of);
    await give(box, tap(seen), { task: id });
    await quiet();
    expect(told(of)).toContain('confirm');
    expect(await give(box, tap(seen, true), { task: id, person: ben })).toMatchObject({
      why: { code: 'not-allowed', needs: 'admin' },
    });
    expect(of.forge.merges).toEqual([]);
    await give(box, tap(seen, true), { task: id });
    await until(box, id, 'merged');
  });
});

describe('what stands in the way', () => {
  it('sends a red coder back with the output, then holds, and nothing is merged', async () => {
    const of = world();
    of.validator.outcome = redOnBranch;
    const box = await boot(of);
    await give(box, { ...fixTheTypo, mode: 'quick' }, { source: 's1' });
    const task = await until(box, taskIdOf('s1'), 'held');
    expect(task.phase).toMatchObject({
      kind: 'checks',
      reason: '`npm test` fails on the would-be merge commit. Sent back 2 times already.',
    });
    expect(of.sessions.begun).toHaveLength(3);
    expect(of.sessions.begun[1]!.prompt).toContain('> 1 test failed');
  });

  it('holds when the engine is out of reach, and goes on after Retry', async () => {
    const of = world();
    of.sessions.broken = 'Docker does not answer at /var/run/docker.sock.';
    const box = await boot(of);
    await give(box, fixTheTypo, { source: 's1' });
    const task = await until(box, taskIdOf('s1'), 'held');
    expect(task.phase).toMatchObject({ reason: 'Docker does not answer at /var/run/docker.sock.' });
    of.sessions.broken = null;
    await give(box, { name: 'retry', holds: null }, { task: task.id });
    await until(box, task.id, 'review');
  });

  it('holds with the sentence of a policy that cannot be read', async () => {
    const of = world();
    of.workspace.unprepared = '.signalbox/policy.yaml on main: tset is no key.';
    const box = await boot(of);
    await give(box, fixTheTypo, { source: 's1' });
    expect((await until(box, taskIdOf('s1'), 'held')).phase).toMatchObject({
      reason: '.signalbox/policy.yaml on main: tset is no key.',
    });
  });

  it('stops a working session and starts it no more, also after a restart', async () => {
    const of = world();
    of.sessions.agent = () => null;
    const box = await boot(of);
    await give(box, fixTheTypo, { source: 's1' });
    const task = await until(box, taskIdOf('s1'), 'working');
    await give(box, { name: 'stop' }, { task: task.id });
    await quiet();
    expect(of.sessions.running()).toEqual([]);
    const again = await boot(of);
    await quiet();
    expect(again.supervisor.task(task.id)?.phase.at).toBe('stopped');
    expect(of.sessions.begun).toHaveLength(1);
  });

  it('steers a working session, and keeps for the next one what came too late', async () => {
    const of = world();
    of.sessions.agent = () => null;
    const box = await boot(of);
    await give(box, { ...fixTheTypo, mode: 'quick' }, { source: 's1' });
    const id = taskIdOf('s1');
    await until(box, id, 'working');
    const spec = await of.sessions.began(session('coder', id));
    await give(box, { name: 'say', text: 'British spelling' }, { task: id, person: ben });
    await quiet();
    expect(of.sessions.heard).toMatchObject([{ letter: { text: 'Ben says:\n> British spelling' } }]);
    of.sessions.end(spec.session, { kind: 'ended', handoff: coder('done'), text: '' });
    of.validator.outcome = redOnBranch;
    await until(box, id, 'validating', 'working');
    await quiet();
    expect(told(of)).toContain('heard');
  });

  it('hears what is typed into a pane once, also when it is read again', async () => {
    const of = world();
    of.sessions.agent = () => null;
    const box = await boot(of);
    await give(box, fixTheTypo, { source: 's1' });
    const working = session('brainstormer', taskIdOf('s1'));
    await of.sessions.began(working);
    of.sessions.say(working, { kind: 'typed', n: 7, text: 'hello' });
    await quiet();
    await boot(of);
    await quiet();
    expect(told(of)).toEqual(['typed']);
  });

  it('tells once of a place that sessions were refused, whatever is read again, and of so many places', async () => {
    const of = world();
    of.sessions.agent = () => null;
    const box = await boot(of);
    await give(box, fixTheTypo, { source: 's1' });
    const task = taskIdOf('s1');
    await of.sessions.began(session('brainstormer', task));
    const line = { task, host: 'example.org', port: 443, why: 'unlisted', count: 3, listable: false } as const;
    of.refused.push(
      line,
      { ...line, task: taskIdOf('nobody') },
      { ...line, count: 9 },
      { ...line, port: 80, why: 'tls' },
    );
    await until(box, task, 'working');
    await pass(5_000);
    await quiet();
    expect(of.chat.world.told.map(({ notice }) => notice)).toEqual([
      { kind: 'refused', place: 'example.org', why: 'unlisted', count: 3, ask: null, kept: null },
      { kind: 'refused', place: 'example.org:80', why: 'tls', count: 3, ask: null, kept: null },
    ]);
    await boot(of);
    await pass(5_000);
    await quiet();
    expect(told(of)).toEqual(['refused', 'refused']);
    for (let n = 0; n < 100; n += 1) of.refused.push({ ...line, host: `n${n}.example` });
    await pass(5_000);
    await quiet();
    expect(told(of)).toHaveLength(12);
  });

  it('refuses what the disk would not keep, and takes it when there is space again', async () => {
    const of = world();
    const box = await boot(of);
    of.store.full = true;
    expect(await give(box, fixTheTypo, { source: 's1' })).toMatchObject({ kind: 'refused', why: { code: 'not-kept' } });
    of.store.full = false;
    expect(await give(box, fixTheTypo, { source: 's1' })).toMatchObject({ kind: 'accepted' });
    await until(box, taskIdOf('s1'), 'review');
  });

  it('keeps a damaged stream shut and says where, while the others go on', async () => {
    const of = world();
    await heldForReview(of);
    of.store.damaged.set(`task-${taskIdOf('s1')}`, { line: 3, reason: 'the checksum is wrong' });
    const box = await boot(of);
    expect(box.supervisor.damage(taskIdOf('s1'))).toMatchObject({ line: 3 });
    expect(await give(box, fixTheTypo, { source: 's1' })).toMatchObject({ kind: 'refused', why: { code: 'not-kept' } });
    await give(box, { ...fixTheTypo, slug: 'other' }, { source: 's2' });
    await until(box, taskIdOf('s2'), 'review');
  });
});

describe('the desk', () => {
  it.each([
    ['an empty idea', { idea: '  ' }, {}, { code: 'empty-idea' }],
    ['a long idea', { idea: 'x'.repeat(10_000) }, {}, { code: 'long-idea', length: 10_000, max: 8_000 }],
    ['a bad slug', { slug: 'No Slug' }, {}, { code: 'bad-slug', slug: 'No Slug' }],
    ['an unlinked channel', {}, { channel: 'random' }, { code: 'unlinked-channel', channel: 'random' }],
    ['a watcher', {}, { person: watcher }, { code: 'not-allowed', needs: 'steer', has: 'watch' }],
  ] as const)('refuses %s and journals nothing', async (_name, change, from, why) => {
    const of = world();
    const box = await boot(of);
    expect(await give(box, { ...fixTheTypo, ...change }, from)).toEqual({ kind: 'refused', why });
    expect([...of.store.memory.streams.keys()]).toEqual(['box-this']);
  });

  it('refuses a slug in use, also when both come at once, and finds a free one itself', async () => {
    const box = await boot(world());
    const [one, two] = await Promise.all(
      ['a', 'b'].map((source) => give(box, { ...fixTheTypo, slug: 'typo' }, { source })),
    );
    expect(one).toMatchObject({ kind: 'accepted' });
    expect(two).toMatchObject({ why: { code: 'slug-in-use', slug: 'typo', task: taskIdOf('a') } });
    await Promise.all(['c', 'd'].map((source) => give(box, fixTheTypo, { source })));
    expect(box.supervisor.tasks().map((task) => task.slug)).toEqual(['typo', 'fix-the-typo', 'fix-the-typo-2']);
  });

  it('answers a repeated /task with the task that it made', async () => {
    const box = await boot(world());
    await give(box, fixTheTypo, { source: 's1' });
    expect(await give(box, fixTheTypo, { source: 's1' })).toEqual({ kind: 'repeated', task: taskIdOf('s1') });
    expect(box.supervisor.tasks()).toHaveLength(1);
  });

  it('holds a review of high severity for a person, whose tap overrides it', async () => {
    const of = world();
    const { agent } = of.sessions;
    of.sessions.agent = (spec) =>
      spec.role === 'reviewer' ? { kind: 'ended', handoff: review('high'), text: '' } : agent(spec);
    const { box, id, seen } = await heldForReview(of);
    await give(box, tap(seen), { task: id });
    await until(box, id, 'merged');
  });
});
