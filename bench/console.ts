import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import type { RequestOptions } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import type { Ground, Row } from './ground.ts';

/** One connection a person, kept open: what is timed is the answer. */
export const manyPeople = (): Agent => new Agent({ keepAlive: true, maxSockets: Infinity });

const Answer = z.object({ ok: z.boolean(), text: z.string() });

/** A person's message to a task, sent once. Answers with the ms until the console had acknowledged it; throws when it did not. */
export async function timedMessage(ground: Ground, agent: Agent, { thread, channel }: Row): Promise<number> {
  const body = JSON.stringify({
    source: randomUUID(),
    channel,
    thread,
    text: 'Please mind the second paragraph, too.',
  });
  const headers = { Authorization: `Bearer ${ground.world.keys.you}`, 'Content-Type': 'application/json' };
  const { ms, said } = await timed(`${ground.url}/api/inputs`, { agent, method: 'POST', headers }, body);
  const answer = Answer.safeParse(JSON.parse(said));
  if (!answer.data?.ok) throw new Error(`the console took no message: ${said}`);
  return ms;
}

/** The same way without anything to journal. */
export const timedHealth = async (ground: Ground, agent: Agent): Promise<number> =>
  (await timed(`${ground.url}/api/health`, { agent }, '')).ms;

async function timed(url: string, options: RequestOptions, body: string): Promise<{ ms: number; said: string }> {
  const began = performance.now();
  const said = await new Promise<string>((resolve, reject) => {
    const asking = request(url, options, (response) => void text(response).then(resolve, reject));
    asking.once('error', reject);
    asking.end(body);
  });
  return { ms: performance.now() - began, said };
}
