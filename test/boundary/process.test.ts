import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { refusal } from '../../src/demo/provider.ts';
import { anthropicStream } from '../fakes/model.ts';
import { ask, begin, breaks, eventually, makeGround } from './ground.ts';
import type { Ground } from './ground.ts';

const program = fileURLToPath(new URL('../fixtures/boundary-process.ts', import.meta.url));

let ground: Ground;
const started: ChildProcess[] = [];

beforeEach(async () => {
  ground = await makeGround();
});

afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
  await ground.close();
});

type Process = { readonly child: ChildProcess; readonly said: () => string; until(text: string): Promise<void> };

async function start(folder: string = ground.folder): Promise<Process> {
  const accounts = join(folder, 'accounts.json');
  await writeFile(accounts, JSON.stringify(ground.accounts));
  const child = spawn(process.execPath, [program, folder, accounts], { stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  let said = '';
  child.stdout.on('data', (text: Buffer) => (said += text.toString()));
  child.stderr.on('data', (text: Buffer) => (said += text.toString()));
  const until = (text: string): Promise<void> =>
    eventually(async () => {
      if (!said.includes(text) && child.exitCode !== null) {
        throw new Error(`the boundary ended with ${child.exitCode}: ${said}`);
      }
      return said.includes(text) ? true : null;
    }).then(() => undefined);
  return { child, said: () => said, until };
}

async function killed({ child }: Process, signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> {
  child.kill(signal);
  const [code] = await once(child, 'exit');
  return code as number | null;
}

test('killed with kill -9, what was under way counts in full, and holds the task that had no more to spend', async () => {
  const socket = await ground.grant('one', { budget: { task: 3, day: 100, raised: null } });
  const first = await start();
  await first.until('serving');
  const usual = ground.model.answer;
  ground.model.answer = () => undefined;
  begin(socket).on('error', () => undefined);
  await ground.model.until(1);
  await killed(first);
  ground.model.answer = usual;
  const second = await start();
  await second.until('serving');
  expect((await ask(socket)).body.toString()).toContain('the budget of this task is used up ($2.58 of $3.00 spent');
  await ground.grant('one', { budget: { task: 6, day: 100, raised: null } });
  await eventually(async () => ((await ask(socket)).status === 200 ? true : null));
  await killed(second, 'SIGTERM');
  const third = await start();
  await third.until('serving');
  const spent = await readFile(join(ground.folder, 'spent', 't0000000001.json'), 'utf8');
  expect(JSON.parse(spent)).toMatchObject({
    accounts: { claude: expect.closeTo(2.58, 2) },
    over: { cap: 3, what: 'task' },
  });
});

test('killed with kill -9 and started again it serves the sessions that run, and what was under way counts', async () => {
  const socket = await ground.grant('one');
  const first = await start();
  await first.until('serving');
  expect((await ask(socket)).body.toString()).toBe(anthropicStream);

  const usual = ground.model.answer;
  ground.model.answer = (_, response) =>
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n');
  const [answer] = (await once(begin(socket), 'response')) as [IncomingMessage];
  await once(answer, 'data');
  const broken = breaks(once(answer, 'end'));
  await killed(first);
  expect(await broken).toMatchObject({ code: 'ECONNRESET' });
  await ground.model.asked[1]?.gone;

  ground.model.answer = usual;
  const second = await start();
  await second.until('serving');
  expect((await ask(socket)).body.toString()).toBe(anthropicStream);
  const events = (await ground.metered(5)).map((line) => line.event);
  expect(events).toEqual(['started', 'ended', 'started', 'started', 'ended']);
  expect(first.said() + second.said() + (await ground.everything())).not.toContain('CANARY');
});

test('killed with kill -9 after an account was shut, it keeps it shut when it is started again', async () => {
  const socket = await ground.grant('one');
  const first = await start();
  await first.until('serving');
  const usual = ground.model.answer;
  const { status, headers } = refusal('anthropic', '429', Math.floor(Date.now() / 1_000) + 3_600);
  ground.model.answer = (_, response) => response.writeHead(status, headers).end('{}');
  await ask(socket);
  await killed(first);
  ground.model.answer = usual;
  await (await start()).until('serving');
  expect((await ask(socket)).headers['anthropic-ratelimit-unified-status']).toBe('rejected');
  expect(ground.model.asked).toHaveLength(1);
});

test('of two boundaries on one folder the second refuses and names the first, however the folder is called', async () => {
  const first = await start();
  await first.until('serving');
  const second = await start(join(ground.folder, 'sessions', '..'));
  const [code] = await once(second.child, 'exit');
  expect(code).toBe(75);
  expect(second.said()).toContain(`is served by the boundary with pid ${first.child.pid}: stop that one`);
  expect(await readFile(join(ground.folder, 'pid'), 'utf8')).toBe(`${first.child.pid}\n`);
});

test('ended with TERM it cuts off what is under way, meters it, and gives the folder free at once', async () => {
  const socket = await ground.grant('one');
  const first = await start();
  await first.until('serving');
  ground.model.answer = () => undefined;
  const request = begin(socket);
  const broken = breaks(once(request, 'response'));
  await ground.model.until(1);
  const ending = killed(first, 'SIGTERM');
  expect(await broken).toMatchObject({ code: 'ECONNRESET' });
  expect(await ending).toBe(0);
  expect((await ground.metered(2)).map((line) => line.event)).toEqual(['started', 'ended']);
  await expect(readFile(join(ground.folder, 'pid'))).rejects.toMatchObject({ code: 'ENOENT' });
  await (await start()).until('serving');
});

test('without its lock it ends', async () => {
  const socket = await ground.grant('one');
  const { child, until, said } = await start();
  await until('serving');
  expect((await ask(socket)).status).toBe(200);
  const holder = Number((await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')).trim());
  process.kill(holder, 'SIGKILL');
  await once(child, 'exit');
  expect(said()).toContain('was lost: this boundary closes');
  expect(child.exitCode).toBe(0);
});

test('a torn last line, as kill -9 leaves it, is cut at the start', async () => {
  await ground.grant('one');
  const usage = join(ground.folder, 'usage.jsonl');
  await writeFile(
    usage,
    '{"event":"refused","t":1,"session":"one","method":"GET","path":"/","why":"x"}\n{"event":"star',
  );
  await (await start()).until('serving');
  expect(await readFile(usage, 'utf8')).toMatch(/"why":"x"}\n$/);
});

test('a usage.jsonl that is moved away is begun anew', async () => {
  const socket = await ground.grant('one');
  await (await start()).until('serving');
  await ask(socket);
  await ground.metered(2);
  const usage = join(ground.folder, 'usage.jsonl');
  await rename(usage, `${usage}.1`);
  await ask(socket);
  expect((await ground.metered(2)).map((line) => line.event)).toEqual(['started', 'ended']);
});
