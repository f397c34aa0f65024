import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { overage, refusal } from '../../src/demo/provider.ts';
import { AccountLine } from '../../src/boundary/files.ts';
import type { MeterLine } from '../../src/boundary/files.ts';
import { shutAnswer } from '../../src/boundary/shut-answer.ts';
import { told } from '../../src/boundary/told.ts';
import { anthropicStream, openaiStream } from '../fakes/model.ts';
import { ask, begin, codexBody, eventually, makeGround, served } from './ground.ts';
import type { AccountName, Answer, Asking, Ground } from './ground.ts';

let ground: Ground;
let usual: Ground['model']['answer'];

beforeEach(async () => {
  ground = await makeGround();
  usual = ground.model.answer;
});

afterEach(() => ground.close());

const codex: Asking = { path: '/openai/v1/responses', body: codexBody };
const soon = (seconds: number): number => Math.floor(Date.now() / 1_000) + seconds;

/** The model API answers so until told otherwise. */
function say(status: number, headers: Readonly<Record<string, string>>, body: unknown): void {
  ground.model.answer = (_, response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

function refuse(api: 'anthropic' | 'openai', kind: '401' | '429' | '529', resetsAt = soon(3_600)): void {
  const { status, headers, body } = refusal(api, kind, resetsAt);
  say(status, headers, body);
}

async function record(): Promise<readonly AccountLine[]> {
  const text = await readFile(join(ground.folder, 'accounts.jsonl'), 'utf8');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => AccountLine.parse(JSON.parse(line)))
    .filter(({ event }) => event !== 'windows');
}

const events = (lines: readonly MeterLine[]): readonly string[] =>
  lines.map(({ event, session }) => `${session} ${event}`);
const json = ({ body }: Answer): unknown => JSON.parse(body.toString());

/** Two sessions of one account and one of another. */
async function three(account: AccountName, other: AccountName): Promise<readonly [string, string, string]> {
  const one = await ground.grant('one', { account });
  const two = await ground.grant('two', { account });
  const three = await ground.grant('three', { account: other });
  await ground.serve();
  return [one, two, three];
}

describe('a spent window', () => {
  test('of Claude: no session of the account gets out, another account does, and each is answered as by the provider', async () => {
    const [one, two, other] = await three('claude', 'claude-key');
    const resetsAt = soon(3_600);
    refuse('anthropic', '429', resetsAt);
    const first = await ask(one);
    expect(first.status).toBe(429);
    expect(first.body.toString()).toContain('Please try again later');
    expect(await record()).toMatchObject([{ event: 'shut', account: 'claude', why: 'quota', window: '5-hour window' }]);
    const until = (await record()).flatMap((line) => (line.event === 'shut' ? [line.until ?? 0] : []))[0] ?? 0;
    expect(until).toBeGreaterThanOrEqual(resetsAt * 1_000 + 2_000);
    expect(until).toBeLessThanOrEqual(resetsAt * 1_000 + 60_000);

    ground.model.answer = usual;
    for (const socket of [one, two]) {
      const answer = await ask(socket);
      expect(answer.status).toBe(429);
      expect(answer.headers).toMatchObject({
        'anthropic-ratelimit-unified-status': 'rejected',
        'anthropic-ratelimit-unified-representative-claim': 'five_hour',
        'anthropic-ratelimit-unified-reset': String(Math.ceil(until / 1_000)),
        'anthropic-ratelimit-unified-5h-reset': String(Math.ceil(until / 1_000)),
      });
      expect(json(answer)).toMatchObject({ type: 'error', error: { type: 'rate_limit_error' } });
      expect(answer.body.toString()).toContain('the 5-hour window of account claude is spent; it opens at 20');
    }
    expect((await ask(other)).status).toBe(200);
    expect(ground.model.asked).toHaveLength(2);
    const lines = await ground.metered(6);
    expect(events(lines).toSorted()).toEqual([
      'one ended',
      'one refused',
      'one started',
      'three ended',
      'three started',
      'two refused',
    ]);
    expect(lines.find(({ event }) => event === 'refused')).toMatchObject({
      method: 'POST',
      path: '/anthropic/v1/messages?beta=true',
      why: 'account claude is shut (quota, 5-hour window)',
    });
  });

  test('of ChatGPT', async () => {
    const [one, two, other] = await three('chatgpt', 'openai-key');
    refuse('openai', '429');
    expect((await ask(one, codex)).status).toBe(429);
    const [shut] = await record();
    expect(shut).toMatchObject({ event: 'shut', account: 'chatgpt', why: 'quota', window: '5-hour window' });
    ground.model.answer = usual;
    const answer = await ask(two, codex);
    expect(answer.status).toBe(429);
    const until = shut?.event === 'shut' ? (shut.until ?? 0) : 0;
    expect(json(answer)).toMatchObject({ error: { type: 'usage_limit_reached', resets_at: Math.ceil(until / 1_000) } });
    expect((await ask(other, codex)).status).toBe(200);
    expect(ground.model.asked).toHaveLength(2);
  });

  test('is in the record before the session hears of it', async () => {
    const socket = await ground.grant('one');
    await ground.serve();
    refuse('anthropic', '429');
    const request = begin(socket);
    await once(request, 'response');
    expect(await record()).toHaveLength(1);
  });

  test('opens by itself, and the next request asks the provider', async () => {
    const [one, two] = await three('claude', 'claude-key');
    // Far enough ahead not to have passed on a busy machine: such a one opens in a minute.
    refuse('anthropic', '429', soon(5));
    await ask(one);
    ground.model.answer = usual;
    expect((await ask(two)).status).toBe(429);
    expect(ground.model.asked).toHaveLength(1);
    await expect.poll(async () => (await ask(two)).status, { interval: 200 }).toBe(200);
    expect(await record()).toMatchObject([{ event: 'shut' }, { event: 'opened', why: 'reset' }]);
  });

  test('holds after a restart, and opens right at the start when its time has passed', async () => {
    const socket = await ground.grant('one');
    const first = await ground.serve();
    refuse('anthropic', '429');
    await ask(socket);
    await first.close();
    ground.model.answer = usual;
    const second = await ground.serve();
    expect((await ask(socket)).status).toBe(429);
    expect(ground.model.asked).toHaveLength(1);
    await second.close();
    const path = join(ground.folder, 'accounts.jsonl');
    await writeFile(path, (await readFile(path, 'utf8')).replace(/"until":\d+}\n$/, '"until":1}\n'));
    await ground.serve();
    expect((await ask(socket)).status).toBe(200);
  });

  test('that is seen while a request writes its start: it stays here all the same', async () => {
    const [one, two] = await three('claude', 'claude-key');
    const waiting: ServerResponse[] = [];
    ground.model.answer = (_, response) => void waiting.push(response);
    const first = begin(one);
    await ground.model.until(1);
    ground.model.answer = usual;
    const { status, headers, body } = refusal('anthropic', '429', soon(3_600));
    waiting[0]?.writeHead(status, headers).end(JSON.stringify(body));
    // They race the answer: whichever is judged after it must not leave.
    const racing = Array.from({ length: 40 }, () => ask(two));
    await once(first, 'response');
    const left = ground.model.asked.length;
    const answers = await Promise.all(racing);
    expect(ground.model.asked).toHaveLength(left);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(left - 1);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(41 - left);
  });

  test('with a full disk: shut in memory, and logged', async () => {
    const [one, two] = await three('claude', 'claude-key');
    const path = join(ground.folder, 'accounts.jsonl');
    refuse('anthropic', '429');
    await rename(path, `${path}.aside`);
    await mkdir(path);
    expect((await ask(one)).status).toBe(429);
    expect(ground.logged.join()).toContain('it is so in memory only');
    ground.model.answer = usual;
    expect((await ask(two)).status).toBe(429);
    expect(ground.model.asked).toHaveLength(1);
    await rm(path, { recursive: true });
    await rename(`${path}.aside`, path);
    await eventually(async () => ((await record()).length === 1 ? true : null));
  });
});

describe('other reasons', () => {
  test('paid extra usage: the answer that told of it passes, and nothing after it leaves', async () => {
    const [one, two] = await three('claude', 'claude-key');
    ground.model.answer = (_, response) =>
      response
        .writeHead(200, { 'content-type': 'text/event-stream', ...overage('anthropic', soon(3_600)) })
        .end(anthropicStream);
    expect((await ask(one)).body.toString()).toBe(anthropicStream);
    const answer = await ask(two);
    expect(answer.status).toBe(429);
    expect(answer.body.toString()).toContain('account claude runs on paid extra usage, so nothing leaves');
    expect(ground.model.asked).toHaveLength(1);
    expect(await record()).toMatchObject([{ event: 'shut', why: 'overage', window: '5-hour window' }]);
  });

  test('a refused login: until its file changes', async () => {
    const [one, two] = await three('claude', 'claude-key');
    refuse('anthropic', '401');
    expect((await ask(one)).status).toBe(401);
    ground.model.answer = usual;
    const answer = await ask(two);
    expect(answer.status).toBe(401);
    expect(json(answer)).toMatchObject({ error: { type: 'authentication_error' } });
    expect(ground.model.asked).toHaveLength(1);
    await writeFile(ground.accounts['claude']?.credentialFile ?? '', 'sk-ant-oat01-CANARY-renewed', { mode: 0o600 });
    await expect.poll(async () => (await ask(two)).status, { interval: 200 }).toBe(200);
    expect(await record()).toMatchObject([
      { event: 'shut', why: 'login', until: null },
      { event: 'opened', why: 'renewed' },
    ]);
    expect(await ground.everything()).not.toContain('CANARY');
  });

  test('a login that is not there is the same', async () => {
    const [one, two] = await three('claude', 'claude-key');
    const file = ground.accounts['claude']?.credentialFile ?? '';
    await rename(file, `${file}.aside`);
    expect((await ask(one)).status).toBe(401);
    expect(await record()).toMatchObject([{ event: 'shut', why: 'login' }]);
    await rename(`${file}.aside`, file);
    await expect.poll(async () => (await ask(two)).status, { interval: 200 }).toBe(200);
  });

  test.each([
    ['claude', {}, 400, 'invalid_request_error', 'Your credit balance is too low to access the Anthropic API.', 400],
    ['openai-key', codex, 429, 'insufficient_quota', 'You exceeded your current quota.', 429],
  ] as const)('no credit, of %s: until somebody asks', async (account, asking, status, type, message, answered) => {
    const socket = await ground.grant('one', { account });
    await ground.serve();
    say(status, {}, { error: { type, message } });
    expect((await ask(socket, asking)).status).toBe(status);
    ground.model.answer = usual;
    expect((await ask(socket, asking)).status).toBe(answered);
    expect(ground.model.asked).toHaveLength(1);
    const name = createHash('sha256').update('key').digest('hex');
    await writeFile(join(ground.folder, 'asked', name), JSON.stringify({ v: 1, account, seen: 1 }));
    await expect.poll(async () => (await ask(socket, asking)).status, { interval: 200 }).toBe(200);
    expect(await record()).toMatchObject([
      { event: 'shut', why: 'billing', until: null },
      { event: 'opened', why: 'asked', key: name },
    ]);
  });

  test('no quota, told in the middle of a stream: in the record before the session reads it to its end', async () => {
    const socket = await ground.grant('one', { account: 'chatgpt' });
    await ground.serve();
    const failed = { type: 'response.failed', response: { id: 'resp_1', error: { code: 'insufficient_quota' } } };
    const stream = `event: response.created\ndata: {"type":"response.created"}\n\nevent: response.failed\ndata: ${JSON.stringify(failed)}\n\n`;
    ground.model.answer = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(stream.slice(0, -20), () => response.end(stream.slice(-20)));
    };
    const [answer] = (await once(begin(socket, codex), 'response')) as [IncomingMessage];
    let read = '';
    let shut: readonly AccountLine[] = [];
    for await (const chunk of answer) {
      read += String(chunk);
      shut = read === stream ? await record() : shut;
    }
    expect(read).toBe(stream);
    expect(shut).toMatchObject([{ event: 'shut', account: 'chatgpt', why: 'billing' }]);
  });

  test('none: a busy server, a busy key, and a model that only talks of quotas', async () => {
    const [one, , key] = await three('claude', 'claude-key');
    const chat = await ground.grant('four', { account: 'chatgpt' });
    refuse('anthropic', '529');
    await ask(one);
    say(429, {}, { type: 'error', error: { type: 'rate_limit_error', message: 'slow down' } });
    await ask(one);
    refuse('anthropic', '429');
    await ask(key);
    const words = {
      type: 'response.output_text.delta',
      delta: '{"type":"response.failed","code":"insufficient_quota"}',
    };
    ground.model.answer = (_, response) =>
      response
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .end(`data: ${JSON.stringify(words)}\n\n${openaiStream}`);
    await served(chat);
    await ask(chat, codex);
    ground.model.answer = usual;
    expect((await ask(one)).status).toBe(200);
    expect((await ask(key)).status).toBe(200);
    expect((await ask(chat, codex)).status).toBe(200);
    expect(await record()).toEqual([]);
  });
});

describe('what the boundary answers', () => {
  const shut = {
    event: 'shut',
    t: 0,
    account: 'claude',
    window: 'weekly window',
    until: Date.UTC(2026, 10, 21),
  } as const;

  // A boundary's own answer that reached another boundary would be read the same.
  test.each(['anthropic', 'openai'] as const)('is read as what it stands for: %s', (provider) => {
    for (const why of ['quota', 'login', 'billing'] as const) {
      const { status, headers = {}, message, body } = shutAnswer(provider, { ...shut, why });
      const bytes = Buffer.from(JSON.stringify(body ?? { error: { message } }));
      const read = told({ provider, kind: 'subscription' }, { status, headers, body: bytes }, Date.UTC(2026, 10, 20));
      // A paid answer of Anthropic's is known by how it begins; the CLI knows this one by words within.
      if (provider === 'anthropic' && why === 'billing') expect(message).toContain('credit balance is too low');
      else expect(read.shut?.why).toBe(why);
    }
  });

  test('without a time it names none', () => {
    const { headers } = shutAnswer('anthropic', { ...shut, why: 'overage', until: null });
    expect(Object.keys(headers ?? {}).filter((name) => name.endsWith('reset'))).toEqual([]);
    expect(shutAnswer('openai', { ...shut, why: 'overage', until: null }).body).not.toHaveProperty('error.resets_at');
  });
});
