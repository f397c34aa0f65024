import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refusal } from '../../src/demo/provider.ts';
import { boundaryAccounts } from '../../src/runtime/accounts.ts';
import { ask, makeGround, served } from '../boundary/ground.ts';
import { accountsContract } from '../contract/accounts.ts';

accountsContract('the boundary', async () => {
  const ground = await makeGround();
  const sockets: Readonly<Record<string, string>> = {
    claude: await ground.grant('one', { account: 'claude' }),
    'claude-two': await ground.grant('two', { account: 'claude-two' }),
  };
  const { claude } = ground.accounts;
  if (claude !== undefined) ground.accounts['claude-two'] = claude;
  let boundary = await ground.serve();
  const usual = ground.model.answer;
  const socketOf = (account: string): string => sockets[account] ?? '';
  return {
    controller: () => boundaryAccounts({ folder: ground.folder }),
    one: 'claude',
    other: 'claude-two',
    async spend(account) {
      const { status, headers, body } = refusal('anthropic', '429', Math.floor(Date.now() / 1_000) + 3_600);
      ground.model.answer = (_, response) => response.writeHead(status, headers).end(JSON.stringify(body));
      await ask(socketOf(account));
      ground.model.answer = usual;
    },
    isOpen: async (account) => (await ask(socketOf(account))).status === 200,
    pause: () => boundary.close(),
    async goOn() {
      boundary = await ground.serve();
      await served(socketOf('claude'));
    },
    leave: () => ground.close(),
  };
});

describe('the record, as the controller reads it', () => {
  let folder: string;
  let path: string;
  const line = (n: number): string =>
    `${JSON.stringify({ event: 'shut', t: n, account: `a${n}`, why: 'quota', window: null, until: n })}\n`;
  const windows =
    '{"event":"windows","t":1,"account":"a","windows":[{"name":"weekly window","used":0.5,"until":null}]}\n';

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'record-'));
    path = join(folder, 'accounts.jsonl');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('counts all lines, and gives those that shut and open', async () => {
    const accounts = boundaryAccounts({ folder });
    expect(await accounts.seen(0)).toEqual([]);
    await writeFile(path, `${windows}${line(2)}${windows}`);
    expect(await accounts.seen(0)).toEqual([
      { n: 2, t: 2, account: 'a2', is: 'shut', why: 'quota', window: null, until: 2 },
    ]);
    await appendFile(path, `${line(4)}{"event":"opened","t":5,"account":"a4","why":"asked","key":"k"}\n`);
    expect((await accounts.seen(2)).map(({ n, is }) => [n, is])).toEqual([
      [4, 'shut'],
      [5, 'opened'],
    ]);
  });

  it('gives the latest windows of each account', async () => {
    const accounts = boundaryAccounts({ folder });
    await writeFile(path, windows + line(2) + windows.replace('0.5', '0.75'));
    expect(await accounts.windows()).toEqual([
      { account: 'a', t: 1, windows: [{ name: 'weekly window', used: 0.75, until: null }] },
    ]);
  });

  it('waits for the end of a line that is being written, at any byte of it', async () => {
    const accounts = boundaryAccounts({ folder });
    const whole = line(1) + line(2);
    for (let length = 0; length <= whole.length; length += 1) {
      await writeFile(path, whole.slice(0, length));
      const lines = whole.slice(0, length).split('\n').length - 1;
      expect((await accounts.seen(0)).map(({ n }) => n)).toEqual([1, 2].slice(0, lines));
    }
    expect(await accounts.seen(0)).toHaveLength(2);
  });

  it('forgets a line that was taken back', async () => {
    const accounts = boundaryAccounts({ folder });
    await writeFile(path, line(1) + line(2));
    await accounts.seen(0);
    await writeFile(path, line(1));
    expect(await accounts.seen(0)).toHaveLength(1);
    await appendFile(path, line(3));
    expect((await accounts.seen(1)).map(({ n, account }) => [n, account])).toEqual([[2, 'a3']]);
  });

  it('counts no line twice when it is asked many times at once', async () => {
    await writeFile(path, line(1));
    const accounts = boundaryAccounts({ folder });
    const answers = await Promise.all(Array.from({ length: 20 }, () => accounts.seen(0)));
    for (const answer of answers) expect(answer).toHaveLength(1);
    await appendFile(path, line(2));
    await Promise.all(Array.from({ length: 20 }, () => accounts.seen(0)));
    expect((await accounts.seen(0)).map(({ n }) => n)).toEqual([1, 2]);
  });

  it.each(['{"event":"what"}', 'not JSON', ''])('names a line that is none: %j', async (text) => {
    await writeFile(path, `${line(1)}${windows}${text}\n${line(4)}`);
    const accounts = boundaryAccounts({ folder });
    for (const _ of [1, 2]) await expect(accounts.seen(0)).rejects.toThrow(/accounts\.jsonl: line 3 is none/);
  });

  it('asks once a key, with what it had seen, and keeps the first asking', async () => {
    await writeFile(path, line(1) + line(2));
    await boundaryAccounts({ folder }).open('a2', 'task:7:1');
    await appendFile(path, line(3));
    await boundaryAccounts({ folder }).open('a2', 'task:7:1');
    const names = await readdir(join(folder, 'asked'));
    expect(names).toHaveLength(1);
    expect(JSON.parse(await readFile(join(folder, 'asked', names[0] ?? ''), 'utf8'))).toEqual({
      v: 1,
      account: 'a2',
      seen: 2,
    });
  });

  it('does not ask again for what has taken effect', async () => {
    await boundaryAccounts({ folder }).open('a', 'key');
    const [name = ''] = await readdir(join(folder, 'asked'));
    for (const event of ['"spent"', '"opened","why":"asked"']) {
      await writeFile(path, `{"event":${event},"t":1,"account":"a","key":"${name}"}\n`);
      await rm(join(folder, 'asked'), { recursive: true });
      await mkdir(join(folder, 'asked'));
      await boundaryAccounts({ folder }).open('a', 'key');
      expect(await readdir(join(folder, 'asked'))).toEqual([]);
    }
  });
});
