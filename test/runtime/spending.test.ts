import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TaskId } from '../../src/chain/ids.ts';
import { boundaryRecords } from '../../src/runtime/records.ts';
import { ask, eventually, makeGround } from '../boundary/ground.ts';

const task = TaskId.parse('t0000000001');
const kindOf = (account: string): 'subscription' | 'key' => (account.endsWith('-key') ? 'key' : 'subscription');

it('what a boundary writes is what is read: what was spent, and the request that did not fit', async () => {
  const ground = await makeGround();
  try {
    const one = await ground.grant('one', { budget: { task: 2.5805, day: 100, raised: null } });
    const two = await ground.grant('two', { account: 'claude-key', budget: { task: 2.5805, day: 100, raised: null } });
    await ground.serve();
    const spending = boundaryRecords({ folder: ground.folder, kindOf }).spending;
    expect(await spending.of(task)).toBe(null);
    expect([(await ask(one)).status, (await ask(two)).status]).toEqual([200, 429]);
    expect(await eventually(() => spending.of(task))).toEqual({
      usd: 0.000836,
      accounts: [{ account: 'claude', usd: 0.000836, plan: 'no window known' }],
      over: {
        id: expect.any(String),
        session: 'two',
        what: 'task',
        day: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
        cap: 2.5805,
        spent: 0.000836,
        worst: expect.closeTo(2.58, 2),
      },
    });
    expect(await spending.of(TaskId.parse('t0000000002'))).toBe(null);
  } finally {
    await ground.close();
  }
});

describe('the record, as the controller reads it', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spending-'));
    await mkdir(join(folder, 'spent'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const path = (): string => join(folder, 'spent', `${task}.json`);
  const spent = (accounts: Readonly<Record<string, number>>): Promise<void> =>
    writeFile(path(), JSON.stringify({ v: 1, task, accounts, over: null }));
  const windows = (account: string, ...used: number[]): string =>
    `${JSON.stringify({ event: 'windows', t: 1, account, windows: used.map((one, n) => ({ name: `window ${n}`, used: one, until: null })) })}\n`;
  const of = () => boundaryRecords({ folder, kindOf }).spending.of(task);

  it('sums the accounts; a subscription shows its fullest window as it was last told, a key none', async () => {
    await spent({ claude: 1.25, codex: 2, 'claude-key': 0.5 });
    const shut = { event: 'shut', t: 1, account: 'claude', why: 'quota', window: null, until: null };
    await writeFile(
      join(folder, 'accounts.jsonl'),
      [windows('claude', 0.9), windows('other', 1), windows('claude', 0.1, 0.4, 0.2), `${JSON.stringify(shut)}\n`].join(
        '',
      ),
    );
    expect(await of()).toEqual({
      usd: 3.75,
      accounts: [
        { account: 'claude', usd: 1.25, plan: { window: 'window 1', used: 0.4 } },
        { account: 'codex', usd: 2, plan: 'no window known' },
        { account: 'claude-key', usd: 0.5, plan: null },
      ],
      over: null,
    });
  });

  it('reads windows on from where it stood: a line that is still being written waits for its rest', async () => {
    await spent({ claude: 1 });
    const record = join(folder, 'accounts.jsonl');
    const half = windows('claude', 0.9).slice(0, -20);
    await writeFile(record, `${windows('claude', 0.3)}${half}`);
    const { spending } = boundaryRecords({ folder, kindOf });
    const next = async () => (await spending.of(task))?.accounts[0]?.plan;
    expect(await next()).toEqual({ window: 'window 0', used: 0.3 });
    await appendFile(record, windows('claude', 0.9).slice(-20));
    expect(await next()).toEqual({ window: 'window 0', used: 0.9 });
    // What was read is not read again.
    await writeFile(record, (await readFile(record, 'utf8')).replace('0.9', '0.1'));
    expect(await next()).toEqual({ window: 'window 0', used: 0.9 });
  });

  it('knows what was spent where windows cannot be read', async () => {
    await spent({ claude: 1 });
    await writeFile(join(folder, 'accounts.jsonl'), `${windows('claude', 0.3)}{"event":"windows","t":"x"}\n`);
    expect(await of()).toMatchObject({ usd: 1, accounts: [{ plan: 'no window known' }] });
  });

  it.each(['', '{', '[]', '{"v":2}', `{"v":1,"task":"${task}","accounts":{"claude":-1},"over":null}`])(
    'a file that no boundary writes is no sum of nothing: %j',
    async (text) => {
      await writeFile(path(), text);
      await expect(of()).rejects.toThrow(`${path()} is none that a boundary writes`);
      expect(await readFile(path(), 'utf8')).toBe(text);
    },
  );
});
