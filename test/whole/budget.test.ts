import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MeterLine } from '../../src/boundary/files.ts';
import { follow, untilPhase, whole } from './ground.ts';
import type { Seen, Whole } from './ground.ts';

/** A request of the coder costs $0.14 and may cost $0.75; one of the reviewer may cost more than is left of the day. */
const budget = { warn: 0.1, task: 1, day: 10 };
let at: Whole;
beforeAll(async () => {
  at = await whole({
    settings: {
      budget,
      prices: {
        'signalbox-rehearsal': { input: 20, cacheWrite: 20, cacheRead: 20, output: 20, maxOutput: 1_000 },
        'claude-opus-5-5': { input: 4, cacheWrite: 5, cacheRead: 0.2, output: 100 },
      },
    },
  });
});
afterAll(() => at.leave());

/** What the boundary wrote of a session's requests. */
async function metered(session: string): Promise<readonly MeterLine[]> {
  const text = await readFile(join(at.world.data, 'boundary', 'usage.jsonl'), 'utf8');
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line) => MeterLine.parse(JSON.parse(line))).filter((line) => line.session === session);
}

const until = (task: string, words: string): Promise<Seen> =>
  follow(at.you, task, ({ phase, messages }) => phase === 'held' && messages.at(-1)?.text.includes(words) === true);

it('a task that may not spend more is held before the request leaves, and goes on after Raise; so with a day', async () => {
  const { channel, rehearsal } = at.world;
  const before = await at.onMain();
  const { task } = await at.you.say('/task --quick fix the typo in the README', { channel });
  const over = await until(task!, 'budget');
  const { text, loud, buttons } = over.messages.at(-1)!;
  expect(loud).toBe(true);
  expect(text).toMatch(/Its budget is used up: \$\S+ of \$1 spent, and the next request may cost up to \$\S+\./);
  expect(buttons.map(({ label }) => label)).toEqual(['Raise to $2', 'Stop']);
  const coder = `${task}-coder-1`;
  const lines = await metered(coder);
  expect(lines.at(-1)).toMatchObject({ event: 'refused', why: expect.stringContaining('the budget of the task') });
  const left = lines.filter(({ event }) => event === 'started').length;
  expect(left).toBeGreaterThan(0);
  expect(rehearsal.requests().coder).toBe(left);
  const cost = lines.reduce((sum, line) => sum + (line.event === 'ended' ? (line.cost ?? NaN) : 0), 0);
  expect(cost).toBeLessThanOrEqual(budget.task);

  expect(await at.guest.press(buttons[0]!.id)).toMatchObject({ ok: true });
  // More than the reviewer can need: only the day stands in its way.
  expect(await at.you.say('/raise 500', { channel, thread: over.thread })).toMatchObject({ ok: true });
  const day = await until(task!, 'this day');
  expect(day.messages.at(-1)).toMatchObject({ loud: true, text: expect.stringContaining('of $10 spent') });
  const asked = rehearsal.asked().filter(({ role }) => role === 'coder');
  expect(new Set(asked.map(({ conversation }) => conversation)).size).toBe(1);
  expect(asked.length).toBeGreaterThan(left);
  expect(rehearsal.requests().reviewer).toBe(0);
  const events = (await metered(`${task}-reviewer-1`)).map(({ event }) => event);
  expect(new Set(events)).toEqual(new Set(['refused']));

  const raise = day.messages.at(-1)!.buttons.find(({ label }) => label.startsWith('Raise'))!;
  expect(await at.guest.press(raise.id)).toMatchObject({ ok: false, text: expect.stringContaining('`admin`') });
  expect(await at.you.press(raise.id)).toMatchObject({ ok: true });
  const review = await untilPhase(at.you, task!, 'review');
  expect(review.messages.filter((message) => message.text.startsWith('💰 It has spent'))).toHaveLength(1);
  await at.you.press(review.messages.at(-1)!.buttons.find(({ label }) => label === 'Merge')!.id);
  await untilPhase(at.you, task!, 'merged');
  expect(await at.onMain()).toHaveLength(before.length + 1);
}, 600_000);
