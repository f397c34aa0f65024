import { afterAll, beforeAll, expect, it } from 'vitest';
import { follow, untilPhase, whole } from './ground.ts';
import type { Whole } from './ground.ts';

let at: Whole;
beforeAll(async () => {
  at = await whole();
});
afterAll(() => at.leave());

it('a question is answered, goes on with words, becomes a task with the whole talk, and that is merged', async () => {
  const before = await at.onMain();
  const { task } = await at.you.say('/ask what is wrong with the README?', { channel: at.world.channel });
  const answers = (n: number) =>
    follow(
      at.you,
      task!,
      (seen) => seen.phase === 'held' && seen.messages.filter(({ text }) => text.startsWith('💬')).length === n,
    );
  const first = await answers(1);
  await at.you.say('And what would you do about it?', { channel: at.world.channel, thread: first.thread });
  const { messages } = await answers(2);
  const make = messages.at(-1)!.buttons.find(({ label }) => label === 'Make this a task')!;
  const made = await at.you.press(make.id);
  expect(made.ok).toBe(true);
  expect((await at.guest.press(make.id)).task).toBe(made.task);
  const asked = at.world.rehearsal.asked();
  expect(new Set(asked.filter(({ role }) => role === 'answerer').map(({ conversation }) => conversation)).size).toBe(1);
  const review = await untilPhase(at.you, made.task!, 'review');
  const merge = review.messages.at(-1)!.buttons.find(({ label }) => label === 'Merge')!;
  await at.you.press(merge.id);
  await untilPhase(at.you, made.task!, 'merged');
  expect(await at.onMain()).toHaveLength(before.length + 1);
});
