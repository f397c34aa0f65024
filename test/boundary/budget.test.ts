import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Budget, MeterLine } from '../../src/boundary/files.ts';
import { Spent } from '../../src/boundary/files.ts';
import { anthropicStream } from '../fakes/model.ts';
import { ask, begin, codexBody, eventually, makeGround } from './ground.ts';
import type { Asking, Ground } from './ground.ts';

let ground: Ground;
beforeEach(async () => {
  ground = await makeGround();
});
afterEach(() => ground.close());

/** A request that may cost at most $2.58 and costs $0.000836. */
const worst = 2.58;
const cost = 0.000836;
const codex: Asking = { path: '/openai/v1/responses', body: codexBody };
const of = (task: number, day = 100): Budget => ({ task, day, raised: null });

const spent = async (task = 't0000000001'): Promise<Spent> =>
  Spent.parse(JSON.parse(await readFile(join(ground.folder, 'spent', `${task}.json`), 'utf8')));
const ends = (lines: readonly MeterLine[]) =>
  lines.flatMap((line) => (line.event === 'ended' ? [line.cost ?? 'unknown'] : []));

describe('what a request costs', () => {
  test('is in usage.jsonl: the worst before it leaves, and then what it was', async () => {
    const socket = await ground.grant('one');
    await ground.serve();
    await ask(socket);
    expect(await ground.metered(2)).toMatchObject([
      { event: 'started', task: 't0000000001', worst: expect.closeTo(worst, 2) },
      { event: 'ended', cost },
    ]);
  });

  test.each([
    [
      'an answer that is cut off: nobody knows',
      (response: ServerResponse) =>
        void response
          .writeHead(200, { 'content-type': 'text/event-stream' })
          .write(anthropicStream.slice(0, 400), () => response.destroy()),
      'unknown',
    ],
    ['no answer: nobody knows', (response: ServerResponse) => void response.destroy(), 'unknown'],
    ['turned away: nothing', (response: ServerResponse) => void response.writeHead(529).end('{}'), 0],
    [
      'turned away, and cut off: nothing',
      (response: ServerResponse) => void response.writeHead(500).write('{', () => response.destroy()),
      0,
    ],
  ])('%s', async (_name, answer, expected) => {
    const socket = await ground.grant('one');
    await ground.serve();
    ground.model.answer = (_, response) => answer(response);
    await ask(socket).catch(() => undefined);
    expect(ends(await ground.metered(2))).toEqual([expected]);
  });

  test('a failure that the provider tells in its stream: nothing', async () => {
    const socket = await ground.grant('one', { account: 'openai-key' });
    await ground.serve();
    const failed = { type: 'response.failed', response: { error: { code: 'rate_limit_exceeded' }, usage: null } };
    ground.model.answer = (_, response) =>
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(`data: ${JSON.stringify(failed)}\n\n`);
    await ask(socket, codex);
    expect(ends(await ground.metered(2))).toEqual([0]);
  });

  test('a provider that nobody reached: nothing', async () => {
    const socket = await ground.grant('one');
    await ground.serve();
    await ground.model.close();
    expect((await ask(socket)).status).toBe(502);
    expect(ends(await ground.metered(2))).toEqual([0]);
    ground.model.close = () => Promise.resolve();
  });
});

describe('over budget', () => {
  test.each([
    [
      'Claude',
      'claude',
      {},
      { 'anthropic-ratelimit-unified-status': 'rejected' },
      { type: 'error', error: { type: 'rate_limit_error' } },
    ],
    ['Codex', 'openai-key', codex, {}, { error: { type: 'usage_limit_reached' } }],
  ] as const)(
    '%s is answered as by its provider, and nothing leaves',
    async (_name, account, asking, headers, body) => {
      const socket = await ground.grant('one', { account, budget: of(1) });
      await ground.serve();
      const answer = await ask(socket, asking);
      expect(answer).toMatchObject({ status: 429, headers });
      expect(JSON.parse(answer.body.toString())).toMatchObject(body);
      expect(answer.body.toString()).toContain(
        'the budget of this task is used up ($0.00 of $1.00 spent, and this request',
      );
      expect(ground.model.asked).toEqual([]);
      expect(await ground.metered(1)).toMatchObject([
        { event: 'refused', why: expect.stringContaining('the budget of the task') },
      ]);
    },
  );

  test('the controller can read it before the session hears it', async () => {
    const socket = await ground.grant('one', { budget: of(1) });
    await ground.serve();
    const [answer] = (await once(begin(socket), 'response')) as [IncomingMessage];
    expect(answer.statusCode).toBe(429);
    expect(await spent()).toMatchObject({
      over: { session: 'one', what: 'task', cap: 1, spent: 0, worst: expect.closeTo(worst, 2) },
    });
  });

  test('of all sessions of the task together, over a restart, until the ceiling is raised', async () => {
    const one = await ground.grant('one', { budget: of(2.5805) });
    const two = await ground.grant('two', { budget: of(2.5805) });
    const other = await ground.grant('three', { budget: of(2.5805), task: 't0000000002' });
    const first = await ground.serve();
    expect((await ask(one)).status).toBe(200);
    expect((await ask(two)).status).toBe(429);
    await first.close();
    await ground.serve();
    expect((await ask(two)).status).toBe(429);
    expect((await ask(other)).status).toBe(200);
    expect(await spent()).toMatchObject({ accounts: { claude: cost }, over: { session: 'two' } });
    await ground.grant('two', { budget: of(4) });
    await eventually(async () => ((await ask(two)).status === 200 ? true : null));
    await eventually(async () => ((await spent()).accounts['claude'] === 2 * cost ? true : null));
  });

  test('of a day, all tasks together', async () => {
    const one = await ground.grant('one', { budget: of(20, 2.5805) });
    const two = await ground.grant('two', { budget: of(20, 2.5805), task: 't0000000002' });
    await ground.serve();
    expect((await ask(one)).status).toBe(200);
    expect((await ask(two)).body.toString()).toContain('the budget of the day 20');
    expect(await spent('t0000000002')).toMatchObject({ over: { what: 'day', cap: 2.5805 } });
  });

  test('a grant without one is counted and not capped; a model without a price is let out only then', async () => {
    const models = ['claude-of-tomorrow'];
    const asking = { body: JSON.stringify({ model: models[0], messages: [] }) };
    const free = await ground.grant('free', { models });
    const capped = await ground.grant('capped', { models, budget: of(20) });
    await ground.serve();
    expect((await ask(free, asking)).status).toBe(200);
    const answer = await ask(capped, asking);
    expect([answer.status, answer.body.toString()]).toEqual([403, expect.stringContaining('has no price')]);
    expect(ground.model.asked).toHaveLength(1);
  });

  test('requests at once do not get past it together', async () => {
    const socket = await ground.grant('one', { budget: of(3) });
    await ground.serve();
    const waiting: ServerResponse[] = [];
    ground.model.answer = (_, response) => void waiting.push(response);
    const asked = [ask(socket), ask(socket), ask(socket)];
    for (let n = 1; n <= 3; n += 1) {
      await ground.model.until(n);
      // The others wait for it; it ends far below its worst, and the next one goes.
      expect(ground.model.asked).toHaveLength(n);
      waiting[n - 1]?.writeHead(200, { 'content-type': 'text/event-stream' }).end(anthropicStream);
    }
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  test('one that cannot be written down costs nothing, and one whose end cannot counts in full', async () => {
    const socket = await ground.grant('one', { budget: of(5) });
    await ground.serve();
    const path = join(ground.folder, 'usage.jsonl');
    await rename(path, `${path}.aside`);
    await mkdir(path);
    expect((await ask(socket)).status).toBe(503);
    await rm(path, { recursive: true });
    await rename(`${path}.aside`, path);
    expect((await ask(socket)).status).toBe(200);
    ground.model.answer = (_, response) => {
      void (async () => {
        await rename(path, `${path}.aside`);
        await mkdir(path);
        response.writeHead(200, { 'content-type': 'text/event-stream' }).end(anthropicStream);
      })();
    };
    expect((await ask(socket)).status).toBe(200);
    await eventually(async () => (ground.logged.join().includes('it counts in full') ? true : null));
    await rm(path, { recursive: true });
    await rename(`${path}.aside`, path);
    expect((await ask(socket)).body.toString()).toContain('($2.58 of $5.00 spent');
  });
});
