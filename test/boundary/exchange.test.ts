import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Accounts } from '../../src/boundary/accounts.ts';
import { exchange } from '../../src/boundary/exchange.ts';
import type { Terms } from '../../src/boundary/admit.ts';
import type { MeterLine } from '../../src/boundary/files.ts';
import { usualLimits } from '../../src/boundary/limits.ts';
import { listPrices } from '../../src/boundary/prices.ts';
import { spending } from '../../src/boundary/spending.ts';
import { overage, refusal } from '../../src/demo/provider.ts';
import { anthropicStream } from '../fakes/model.ts';
import { ask, begin, codexBody, makeGround } from './ground.ts';
import type { Asking, Ground } from './ground.ts';

/** What a session's requests meet, with the record of accounts in the test's hand. */
let ground: Ground;
let folder: string;
let server: Server;
let socket: string;
const lines: MeterLine[] = [];
const refused: string[] = [];

beforeEach(async () => {
  ground = await makeGround();
  folder = await mkdtemp(join(tmpdir(), 'exchange-'));
  socket = join(folder, 'one.sock');
});

afterEach(async () => {
  lines.splice(0);
  refused.splice(0);
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  await ground.close();
  await rm(folder, { recursive: true });
});

async function serve(account: 'claude' | 'chatgpt', accounts: Pick<Accounts, 'shut' | 'see'>): Promise<void> {
  const models = ['claude-opus-5-5', 'gpt-6.1-sol'];
  const terms: Terms = {
    grant: {
      v: 1,
      session: 'one',
      task: 't',
      role: 'coder',
      account,
      models,
      hosts: [],
      servers: [],
      budget: null,
      socket,
    },
    account: ground.accounts[account]!,
    servers: {},
    accounts: { ...accounts, look: () => Promise.resolve(), close: () => Promise.resolve() },
    meter: { write: (line: MeterLine) => Promise.resolve(void lines.push(line)), close: () => Promise.resolve() },
    spending: spending({ tasks: new Map(), days: new Map(), open: new Map() }, Date.now, () => undefined),
    spent: { note: () => undefined, over: () => Promise.resolve(), close: () => Promise.resolve() },
    prices: listPrices,
    limits: usualLimits,
    log: { info: () => undefined, error: () => undefined },
    held: { bytes: 0 },
    mayAsk: () => true,
    mayCall: () => true,
    judge: (work) => work(),
    refused: (why: string) => void refused.push(why),
    overstepped: () => undefined,
  };
  server = createServer((request, answer) => void exchange(terms, request, answer));
  await new Promise<void>((done) => server.listen(socket, done));
}

test('an account that is shut while the start is written: nothing leaves, and the end is written', async () => {
  let looks = 0;
  const line = { event: 'shut', t: 1, account: 'claude', why: 'quota', window: null, until: null } as const;
  await serve('claude', { shut: () => ((looks += 1) === 1 ? null : line), see: () => Promise.resolve() });
  expect((await ask(socket)).status).toBe(429);
  expect(ground.model.asked).toEqual([]);
  expect(lines).toMatchObject([{ event: 'started' }, { event: 'ended', status: null, usage: null }]);
  expect(refused).toEqual(['account claude is shut (quota)']);
});

const failed = `data: {"type":"response.failed","response":{"error":{"code":"insufficient_quota"}}}\n\n`;
const later = Math.floor(Date.now() / 1_000) + 3_600;
const codex: Asking = { path: '/openai/v1/responses', body: codexBody };

test.each([
  ['an answer that fails', 'claude', {}, 429, refusal('anthropic', '429', later).headers, '{}'],
  ['an answer that is paid for', 'claude', {}, 200, overage('anthropic', later), anthropicStream],
  ['a stream that fails', 'chatgpt', codex, 200, {}, failed],
] as const)(
  '%s is not heard by the session before the record has it',
  async (_, account, asking, status, headers, body) => {
    const seen = Promise.withResolvers<void>();
    const written = Promise.withResolvers<void>();
    await serve(account, {
      shut: () => null,
      see: async (_name, { shut }) => {
        if (shut !== null) {
          seen.resolve();
          await written.promise;
        }
      },
    });
    ground.model.answer = (_asked, response) =>
      response.writeHead(status, { 'content-type': 'text/event-stream', ...headers }).end(body);
    let heard = 0;
    const request = begin(socket, asking);
    const answered = once(request, 'response').then(([answer]) => {
      (answer as IncomingMessage).on('data', () => (heard += 1));
      heard += status === 429 || account === 'claude' ? 1 : 0;
      return answer as IncomingMessage;
    });
    await seen.promise;
    // Whatever went out before has arrived when as much as this has been said and heard on the same machine.
    for (let n = 0; n < 5; n += 1) {
      await ask(socket, { path: '/nowhere' });
    }
    expect(heard).toBe(0);
    written.resolve();
    await once(await answered, 'end');
    expect(heard).toBeGreaterThan(0);
  },
);
