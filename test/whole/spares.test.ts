import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Asked } from '../../src/demo/rehearsal.ts';
import { follow, untilPhase, whole } from './ground.ts';
import type { Whole } from './ground.ts';

let at: Whole;
beforeAll(async () => {
  at = await whole({ spares: true });
});
afterAll(() => at.leave());

const ask = async (word: string): Promise<string> =>
  (await at.you.say(`/task --quick --slug ${word} fix the typo in the README (${word})`, { channel: at.world.channel }))
    .task!;

/** Waits for a hold that offers the account, and presses its button. */
async function use(task: string, account: string): Promise<void> {
  const offers = (label: string): boolean => label === `Use ${account}`;
  const { messages } = await follow(
    at.you,
    task,
    (seen) => seen.phase === 'held' && seen.messages.at(-1)?.buttons.some(({ label }) => offers(label)) === true,
  );
  expect(await at.you.press(messages.at(-1)!.buttons.find(({ label }) => offers(label))!.id)).toMatchObject({
    ok: true,
  });
}

/** What a role asked: which account's credential each request came with, and in which conversation. */
async function asked(role: string, since: number): Promise<readonly (Asked & { readonly account: string })[]> {
  const names = ['claude', 'claude2', 'codex', 'codex2'];
  const secrets = await Promise.all(
    names.map((name) => readFile(join(at.world.data, `credential-${name}`), 'utf8').then((text) => `Bearer ${text}`)),
  );
  return at.world.rehearsal
    .asked()
    .slice(since)
    .filter((request) => request.role === role)
    .map((request) => ({ ...request, account: names[secrets.indexOf(request.credential ?? '')] ?? 'none' }));
}

/** The accounts in the order of their use, each once. */
const accounts = (requests: readonly { readonly account: string }[]): readonly string[] => [
  ...new Set(requests.map(({ account }) => account)),
];

describe('a person lets a task go on with another subscription', () => {
  it('Claude: the same conversation, with the other credential and never the spent one again', async () => {
    at.world.rehearsal.fail({ role: 'reviewer', kind: '429', nth: 2, about: 'reviewed' });
    const task = await ask('reviewed');
    await use(task, 'claude2');
    const { messages } = await untilPhase(at.you, task, 'review');
    expect(messages.map(({ text }) => text)).toContain('▶️ You said go on, on `claude2`.');
    const requests = await asked('reviewer', 0);
    const spent = requests.findIndex(({ resetsAt }) => resetsAt !== null);
    expect(accounts(requests.slice(0, spent + 1))).toEqual(['claude']);
    expect(accounts(requests.slice(spent + 1))).toEqual(['claude2']);
    expect(new Set(requests.map(({ conversation }) => conversation)).size).toBe(1);
  });

  it('Codex: a new conversation in the same checkout; a role whose account is still shut waits for its own tap', async () => {
    const since = at.world.rehearsal.asked().length;
    at.world.rehearsal.fail({ role: 'coder', kind: '429', nth: 2, about: 'coded' });
    const task = await ask('coded');
    await use(task, 'codex2');
    await use(task, 'claude2');
    await untilPhase(at.you, task, 'review');
    const requests = await asked('coder', since);
    const spent = requests.findIndex(({ resetsAt }) => resetsAt !== null);
    const [before, after] = [requests.slice(0, spent + 1), requests.slice(spent + 1)];
    expect([accounts(before), accounts(after)]).toEqual([['codex'], ['codex2']]);
    const known = new Set(before.map(({ conversation }) => conversation));
    expect(after.some(({ conversation }) => known.has(conversation))).toBe(false);
    expect(accounts(await asked('reviewer', since))).toEqual(['claude2']);
  });
});
