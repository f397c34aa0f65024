import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Fault } from '../../src/demo/faults.ts';
import { follow, untilPhase, whole } from './ground.ts';
import type { Told, Whole } from './ground.ts';

let at: Whole;
beforeAll(async () => {
  at = await whole();
});
afterAll(() => at.leave());

/** One task of its own for each thing that goes wrong; the fault finds it by its word. */
async function ask(word: string, ...faults: readonly Fault[]): Promise<string> {
  for (const fault of faults) at.world.rehearsal.fail({ ...fault, about: word });
  const asked = await at.you.say(`/task --quick --slug ${word} fix the typo in the README (${word})`, {
    channel: at.world.channel,
  });
  expect(asked).toMatchObject({ ok: true });
  return asked.task!;
}

/** The message of a hold, loud or not: an account answers a moment after the task is held. */
async function alert(task: string): Promise<Told> {
  const { messages } = await follow(
    at.you,
    task,
    (seen) => seen.phase === 'held' && seen.messages.at(-1)?.text.includes('⏸') === true,
  );
  return messages.at(-1)!;
}

describe("a model's service that will not answer", () => {
  it.each([
    ['expired', '401', 'The login of codex has expired', 'Log in again on the machine'],
    ['spent', '429', 'The 5-hour window of codex is used up', 'Nothing was paid'],
    ['busy', '529', 'turned the coder away', 'It tries again by itself'],
  ] as const)('%s (%s): held with what to do, and Resume goes on when it is over', async (word, kind, why, todo) => {
    const task = await ask(word, { role: 'coder', kind, times: 99 });
    const { text, buttons } = await alert(task);
    expect(text).toContain(why);
    expect(text).toContain(todo);
    at.world.rehearsal.heal();
    await at.you.press(buttons.find(({ label }) => label === 'Resume now')!.id);
    await untilPhase(at.you, task, 'review');
  });

  it('an expired login of Claude holds too', async () => {
    const task = await ask('unread', { role: 'reviewer', kind: '401', times: 99 });
    const { text, buttons } = await alert(task);
    expect(text).toContain('The login of claude has expired');
    at.world.rehearsal.heal();
    await at.you.press(buttons.find(({ label }) => label === 'Resume now')!.id);
    await untilPhase(at.you, task, 'review');
  });

  it('a stream that is cut once costs nothing', async () => {
    const task = await ask('cut-once', { role: 'coder', kind: 'cut' });
    expect((await untilPhase(at.you, task, 'review', 'failed', 'held')).phase).toBe('review');
  });
});

describe('a coder that does not do what it was told', () => {
  it.each([
    ['red-test', 'red-tests', '`npm test` fails on the would-be merge commit'],
    ['commit-on-base', 'elsewhere', 'committed to main instead of signalbox/'],
    ['uncommitted', 'unsaved', 'left work that is not committed'],
    ['nothing', 'idle', 'left no commit on signalbox/'],
    ['exit', 'gone', 'ended before its work did'],
    ['no-handoff', 'wordless', 'without the handoff that its role asks for'],
  ] as const)('%s: sent back, and the next one gets it right', async (kind, word, why) => {
    const task = await ask(word, { role: 'coder', kind });
    const done = await untilPhase(at.you, task, 'review', 'failed', 'held');
    const back = done.messages.filter(({ text }) => text.includes('Back to the coder'));
    expect(back).toHaveLength(1);
    expect(back[0]!.text).toContain(why);
    expect(done.phase).toBe('review');
  });

  it('again and again: fails with the reason, and nothing is on main', async () => {
    const before = await at.onMain();
    const task = await ask('hopeless', { role: 'coder', kind: 'nothing', times: 99 });
    const done = await untilPhase(at.you, task, 'failed', 'review');
    expect(done.messages.at(-1)!.text).toContain('❌ failed');
    expect(done.messages.at(-1)!.text).toContain('left no commit on signalbox/hopeless');
    expect(await at.onMain()).toEqual(before);
  });

  it('blocked: holds with its words', async () => {
    const task = await ask('stuck', { role: 'coder', kind: 'blocked' });
    expect((await untilPhase(at.you, task, 'held')).messages.at(-1)!.text).toContain('The coder cannot go on');
  });

  it('a finding of high severity holds for a person, whose tap overrides', async () => {
    const task = await ask('grave', { role: 'reviewer', kind: 'high' });
    const held = await untilPhase(at.you, task, 'review');
    const { text, buttons } = held.messages.at(-1)!;
    expect(text).toContain('high severity');
    const [one, two] = await Promise.all([at.you.press(buttons[0]!.id), at.guest.press(buttons[0]!.id)]);
    expect([one.ok, two.ok].filter(Boolean)).toHaveLength(1);
    await untilPhase(at.you, task, 'merged');
    expect((await at.onMain()).filter((subject) => subject.includes('(grave)'))).toHaveLength(1);
  });
});

describe('what the console refuses', () => {
  it.each([
    ['an empty idea', '/task  ', /needs an idea/],
    ['an idea of 10,000 characters', `/task ${'x'.repeat(10_000)}`, /8[,.]?000/],
    ['an unknown command', '/frobnicate', /\/help/],
  ])('%s', async (_name, text, sentence) => {
    const answer = await at.you.say(text, { channel: at.world.channel });
    expect(answer.ok).toBe(false);
    expect(answer.text).toMatch(sentence);
  });

  it('an unlinked channel and a slug in use', async () => {
    expect(await at.you.say('/task fix it', { channel: 'nowhere' })).toMatchObject({
      ok: false,
      text: expect.stringContaining('nowhere'),
    });
    await at.you.say('/task --quick --slug twice fix it', { channel: at.world.channel });
    const second = await at.you.say('/task --quick --slug twice fix it', { channel: at.world.channel });
    expect(second).toMatchObject({ ok: false, text: expect.stringContaining('twice') });
    await at.you.press(`stop:${second.task ?? (await taskOf('twice'))}`);
  });

  it('a wrong key', async () => {
    const answer = await fetch(`${at.url}/api/threads`, { headers: { Authorization: 'Bearer wrong' } });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toEqual({ error: expect.stringMatching(/key/) });
  });
});

async function taskOf(slug: string): Promise<string> {
  const answer = await fetch(`${at.url}/api/threads`, { headers: { Authorization: `Bearer ${at.world.keys.you}` } });
  const { threads } = (await answer.json()) as { threads: { task: string; name: string; title: string }[] };
  return threads.find(({ title }) => title.includes('fix it'))?.task ?? slug;
}
