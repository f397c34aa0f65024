import { describe, expect, it } from 'vitest';
import { taskIdOf } from '../../src/chain/desk.ts';
import { SessionId } from '../../src/chain/ids.ts';
import type { SessionEnd } from '../../src/chain/ports.ts';
import { ana, ben, watcher } from './samples.ts';
import { boot, fixTheTypo, give, pass, quiet, until, world } from './world.ts';
import type { Box, World } from './world.ts';

const id = taskIdOf('s1');
const question = { name: 'task', idea: 'Where is the parser?', slug: null, mode: 'ask' } as const;
const session = SessionId.parse(`${id}-answerer-1`);
const said = (answer: string): SessionEnd => ({ kind: 'ended', handoff: { answer }, text: '' });
const told = (of: World, kind: string) => of.chat.world.told.filter(({ notice }) => notice.kind === kind);

/** A talk whose first question is answered. */
async function answered(of: World): Promise<Box> {
  const { agent } = of.sessions;
  of.sessions.agent = (spec) => (spec.role === 'answerer' ? null : agent(spec));
  const box = await boot(of);
  await give(box, question, { source: 's1' });
  await until(box, id, 'working');
  of.sessions.end(session, said('It is in `src/parse.ts`.'));
  await until(box, id, 'held');
  return box;
}

describe('a question', () => {
  it('is answered by one role that only reads, without a word about the base, and gives its slot back', async () => {
    const of = world();
    const box = await answered(of);
    const task = box.supervisor.task(id)!;
    expect(task).toMatchObject({ mode: 'ask', slot: null, phase: { kind: 'talk', ends: { by: 'words' } } });
    expect(of.sessions.begun.map(({ role, checkout }) => [role, checkout.access])).toEqual([['answerer', 'read']]);
    expect(of.validator.checks).toEqual([]);
    await quiet();
    expect(told(of, 'answer')).toMatchObject([{ notice: { text: 'It is in `src/parse.ts`.' } }]);
  });

  it('goes on with words, in the same conversation', async () => {
    const of = world();
    const box = await answered(of);
    await give(box, { name: 'say', text: 'And its tests?' }, { task: id, person: ben });
    await until(box, id, 'working');
    expect(box.supervisor.task(id)?.phase).toMatchObject({ session, leg: 2 });
    await quiet();
    expect(of.sessions.told(session).at(-1)).toContain('Ben says:\n> And its tests?');
    of.sessions.end(session, said('In `test/parse.test.ts`.'));
    await until(box, id, 'held');
    await quiet();
    expect(told(of, 'answer')).toHaveLength(2);
  });

  it('is over a day after the last word, or by Stop; nothing of it is merged, approved or sent back', async () => {
    const of = world();
    const box = await answered(of);
    for (const command of [
      { name: 'merge', head: null, second: false },
      { name: 'approve', head: null, plan: null },
      { name: 'sendback' },
      { name: 'back', to: 'code', why: 'do it' },
      { name: 'resume', holds: null },
    ] as const)
      expect(await give(box, command, { task: id })).toMatchObject({ why: { code: 'not-now' } });
    await pass(23 * 3_600_000);
    await quiet();
    expect(box.supervisor.task(id)?.phase.at).toBe('held');
    await pass(2 * 3_600_000);
    await until(box, id, 'stopped');
    await quiet();
    expect(told(of, 'talk-over')).toMatchObject([{ notice: { by: null } }]);
    expect(of.workspace.removed).toEqual([id]);
  });

  it('becomes a task that has the whole talk, once for each answer, whoever taps', async () => {
    const of = world();
    const box = await answered(of);
    const make = (person = ana) => give(box, { name: 'make', offer: 0 }, { task: id, person });
    expect(await make(watcher)).toMatchObject({ why: { code: 'not-allowed' } });
    const made = await make();
    if (made.kind !== 'accepted') throw new Error(made.kind);
    expect(await make(ben)).toEqual({ kind: 'repeated', task: made.task });
    const task = await until(box, made.task, 'review');
    expect(task).toMatchObject({ mode: 'headless', idea: question.idea, slug: 'where-is-the-parser-2' });
    const [first] = of.sessions.begun.filter((spec) => spec.task === made.task);
    expect(first).toMatchObject({ role: 'brainstormer', transcripts: [session] });
    expect(first?.files['earlier-idea.md']).toBe(question.idea);
    expect(first?.prompt).toContain(`transcript-${session}.md`);
    expect(box.supervisor.task(id)?.phase.at).toBe('held');
  });
});

describe('a message in a thread that is over', () => {
  it('is offered as a task that knows the earlier one', async () => {
    const of = world();
    const box = await boot(of);
    await give(box, { ...fixTheTypo, mode: 'quick' }, { source: 's1' });
    await until(box, id, 'review');
    expect(await give(box, { name: 'make', offer: 1 }, { task: id })).toMatchObject({ why: { code: 'not-now' } });
    await give(box, { name: 'stop' }, { task: id });
    await give(box, { name: 'say', text: 'And the German one too' }, { task: id, source: 'w1' });
    await give(box, { name: 'say', text: 'And the German one too' }, { task: id, source: 'w1' });
    await quiet();
    expect(told(of, 'offer')).toMatchObject([{ notice: { by: 'Ana', n: 1 } }]);
    expect(await give(box, { name: 'make', offer: 2 }, { task: id })).toMatchObject({ why: { code: 'not-now' } });
    const made = await give(box, { name: 'make', offer: 1 }, { task: id });
    if (made.kind !== 'accepted') throw new Error(made.kind);
    const task = await until(box, made.task, 'review');
    expect(task).toMatchObject({ idea: 'And the German one too', carried: { task: id } });
    expect(Object.keys(task.carried!.files)).toContain('earlier-coder-handoff.json');
    expect(task.carried!.sessions).toContain(`${id}-coder-1`);
  });
});
