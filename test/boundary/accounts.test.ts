import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openAccounts } from '../../src/boundary/accounts.ts';
import type { Accounts } from '../../src/boundary/accounts.ts';
import { AccountLine } from '../../src/boundary/files.ts';
import type { Account } from '../../src/boundary/files.ts';
import { stampOf } from '../../src/boundary/stamp.ts';
import type { Reason, Told } from '../../src/boundary/told.ts';

let root: string;
let folder: string;
let path: string;
let now: number;
let logged: string[];
let account: Account;
const open: Accounts[] = [];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'accounts-'));
  folder = join(root, 'boundary');
  path = join(folder, 'accounts.jsonl');
  now = Date.UTC(2026, 10, 20, 12);
  logged = [];
  account = { provider: 'anthropic', kind: 'subscription', credentialFile: join(root, 'secret') };
  await writeFile(account.credentialFile, 'sk-ant-oat01-x', { mode: 0o600 });
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
  await rm(root, { recursive: true });
});

/** Another call is the boundary after a kill: nothing of the one before is known but its files. */
async function begin(): Promise<Accounts> {
  const note = (message: string): void => void logged.push(message);
  const accounts = { claude: account, other: account };
  const begun = await openAccounts({ folder, accounts, log: { info: note, error: note }, now: () => now });
  open.push(begun);
  return begun;
}

const hour = 3_600_000;
const quota = (until: number | null): Reason => ({ why: 'quota', window: '5-hour window', until });
const login: Reason = { why: 'login', window: null, until: null };
const only = (shut: Reason | null): Told => ({ shut, windows: [] });
const credential = (): Promise<string> => stampOf(account.credentialFile);

async function lines(): Promise<AccountLine[]> {
  const text = await readFile(path, 'utf8');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => AccountLine.parse(JSON.parse(line)));
}

const told = async (): Promise<readonly string[]> =>
  (await lines()).map((line) => `${line.event}${'why' in line ? ` ${line.why}` : ''}`);

async function ask(key: string, seen: number, of = 'claude'): Promise<void> {
  await mkdir(join(folder, 'asked'), { recursive: true });
  await writeFile(join(folder, 'asked', key), JSON.stringify({ v: 1, account: of, seen }));
}

const [a, b] = ['a'.repeat(64), 'b'.repeat(64)] as const;

describe('shut', () => {
  test('from the call on, and in the record when it resolves', async () => {
    const accounts = await begin();
    const seen = accounts.see('claude', only(quota(now + hour)), '');
    await Promise.resolve();
    expect(accounts.shut('claude')).toMatchObject({ why: 'quota' });
    expect(accounts.shut('other')).toBeNull();
    await seen;
    expect(await lines()).toEqual([
      { event: 'shut', t: now, account: 'claude', why: 'quota', window: '5-hour window', until: now + hour },
    ]);
  });

  test('once, unless the time moves by more than a minute; no time is later than any', async () => {
    const accounts = await begin();
    const see = (until: number | null): Promise<void> => accounts.see('claude', only(quota(until)), '');
    await see(now + hour);
    await see(now + hour + 60_000);
    await see(now + 1);
    expect(await lines()).toHaveLength(1);
    await see(now + hour + 60_001);
    expect(await lines()).toHaveLength(2);
    await see(null);
    await see(null);
    await see(now + 9 * hour);
    expect((await lines()).map((line) => 'until' in line && line.until)).toEqual([
      now + hour,
      now + hour + 60_001,
      null,
    ]);
    expect(accounts.shut('claude')?.until).toBeNull();
  });

  test('what tells nothing shuts nothing', async () => {
    const accounts = await begin();
    await accounts.see('claude', only(null), '');
    expect(accounts.shut('claude')).toBeNull();
    expect(await lines()).toEqual([]);
  });

  test('with a full disk in memory, which is told once; the line follows when there is room, and before that nothing opens', async () => {
    const accounts = await begin();
    await rename(path, `${path}.aside`);
    await mkdir(path);
    await accounts.see('claude', only(quota(now + 1_000)), '');
    expect(accounts.shut('claude')).not.toBeNull();
    now += 2_000;
    await ask(a, 0);
    await accounts.look();
    await accounts.look();
    expect(accounts.shut('claude')).not.toBeNull();
    expect(logged.filter((line) => line.includes('it is so in memory only'))).toHaveLength(1);
    await rm(path, { recursive: true });
    await rename(`${path}.aside`, path);
    await accounts.look();
    await accounts.look();
    expect(accounts.shut('claude')).toBeNull();
    expect(await told()).toEqual(['shut quota', 'spent', 'opened reset']);
  });

  test('stays so while it cannot be written that it opens', async () => {
    const accounts = await begin();
    await accounts.see('claude', only(quota(now + 1_000)), '');
    await rename(path, `${path}.aside`);
    await mkdir(path);
    now += 1_000;
    await accounts.look();
    expect(accounts.shut('claude')).not.toBeNull();
    expect(logged.join()).toContain('account claude stays shut');
    await rm(path, { recursive: true });
    await rename(`${path}.aside`, path);
    await accounts.look();
    expect(accounts.shut('claude')).toBeNull();
    expect(await told()).toEqual(['shut quota', 'opened reset']);
  });
});

describe('by itself', () => {
  test('it opens at its time and not before', async () => {
    const accounts = await begin();
    await accounts.see('claude', only(quota(now + hour)), '');
    now += hour - 1;
    await accounts.look();
    expect(accounts.shut('claude')).not.toBeNull();
    now += 1;
    await Promise.all([accounts.look(), accounts.look()]);
    expect(accounts.shut('claude')).toBeNull();
    expect((await lines()).at(-1)).toEqual({ event: 'opened', t: now, account: 'claude', why: 'reset' });
    expect(await lines()).toHaveLength(2);
  });

  test('also after a kill, when its time has passed meanwhile', async () => {
    await (await begin()).see('claude', only(quota(now + hour)), '');
    const second = await begin();
    await second.look();
    expect(second.shut('claude')).toMatchObject({ why: 'quota', until: now + hour });
    now += hour;
    const third = await begin();
    expect(third.shut('claude')).not.toBeNull();
    await third.look();
    expect(third.shut('claude')).toBeNull();
    expect((await begin()).shut('claude')).toBeNull();
    expect(await told()).toEqual(['shut quota', 'opened reset']);
  });

  test('a clock that was far ahead and is set back does not keep it shut for ever', async () => {
    const accounts = await begin();
    await accounts.see('claude', only(quota(now + hour)), '');
    now -= 365 * 24 * hour;
    await accounts.look();
    expect(accounts.shut('claude')).toBeNull();
  });

  test.each(['overage', 'billing'] as const)(
    '%s without a time stays, whatever the clock and the login do',
    async (why) => {
      const accounts = await begin();
      await accounts.see('claude', only({ why, window: null, until: null }), await credential());
      await writeFile(account.credentialFile, 'sk-ant-oat01-renewed');
      now += 1_000 * hour;
      await accounts.look();
      expect((await begin()).shut('claude')).toMatchObject({ why });
    },
  );
});

describe('a refused login', () => {
  test('is shut until its file changes', async () => {
    const accounts = await begin();
    await accounts.see('claude', only(login), await credential());
    now += 1_000 * hour;
    await accounts.look();
    expect(accounts.shut('claude')).toMatchObject({ why: 'login', until: null });
    await writeFile(account.credentialFile, 'sk-ant-oat01-y');
    await accounts.look();
    expect(accounts.shut('claude')).toBeNull();
    expect(await told()).toEqual(['shut login', 'opened renewed']);
  });

  test('also one that changed while no boundary ran, and one that was replaced by a file of the same length', async () => {
    await (await begin()).see('claude', only(login), await credential());
    const second = await begin();
    await second.look();
    expect(second.shut('claude')).not.toBeNull();
    await writeFile(`${account.credentialFile}.new`, 'sk-ant-oat01-z');
    await rename(`${account.credentialFile}.new`, account.credentialFile);
    const third = await begin();
    await third.look();
    expect(third.shut('claude')).toBeNull();
  });

  test('that was renewed before the refusal came shuts nothing', async () => {
    const accounts = await begin();
    const before = await credential();
    await writeFile(account.credentialFile, 'sk-ant-oat01-renewed');
    await accounts.see('claude', only(login), before);
    expect(accounts.shut('claude')).toBeNull();
    expect(await lines()).toEqual([]);
  });
});

describe('asked', () => {
  test('it opens what the asker knew to be shut, once, and the asking is gone', async () => {
    const accounts = await begin();
    await accounts.see('claude', only(quota(now + hour)), '');
    await ask(a, 1);
    await accounts.look();
    expect(accounts.shut('claude')).toBeNull();
    expect((await lines()).at(-1)).toEqual({ event: 'opened', t: now, account: 'claude', why: 'asked', key: a });
    expect(await readdir(join(folder, 'asked'))).toEqual([]);
  });

  test.each(['the same boundary', 'one after a kill'])('a repeat does nothing, for %s', async (which) => {
    const first = await begin();
    await first.see('claude', only(quota(now + hour)), '');
    await ask(a, 1);
    await first.look();
    const accounts = which === 'the same boundary' ? first : await begin();
    await accounts.see('claude', only(quota(now + hour)), '');
    await ask(a, 9);
    await accounts.look();
    expect(accounts.shut('claude')).not.toBeNull();
    expect(await readdir(join(folder, 'asked'))).toEqual([]);
    await ask(b, 9);
    await accounts.look();
    expect(accounts.shut('claude')).toBeNull();
  });

  test('a shut that is newer stays, and the asking is over: also its repeat opens nothing', async () => {
    const accounts = await begin();
    await ask(a, 0);
    await accounts.see('claude', only(quota(now + hour)), '');
    await accounts.look();
    expect(accounts.shut('claude')).not.toBeNull();
    expect((await lines()).at(-1)).toEqual({ event: 'spent', t: now, account: 'claude', key: a });
    await ask(a, 1);
    await (await begin()).look();
    expect((await begin()).shut('claude')).not.toBeNull();
  });

  test('an open account: nothing to do, also not for what is shut later', async () => {
    const accounts = await begin();
    await ask(a, 0);
    await ask(b, 0, 'nobody');
    await accounts.look();
    expect(await told()).toEqual(['spent', 'spent']);
    expect(await readdir(join(folder, 'asked'))).toEqual([]);
  });

  test('a moved time is a newer shut', async () => {
    const accounts = await begin();
    await accounts.see('claude', only(quota(now + hour)), '');
    await accounts.see('claude', only(quota(now + 2 * hour)), '');
    await ask(a, 1);
    await accounts.look();
    expect(accounts.shut('claude')).not.toBeNull();
    await ask(b, 2);
    await accounts.look();
    expect(accounts.shut('claude')).toBeNull();
  });

  test('what is no asking is told and removed; what is not named like one is let be', async () => {
    const accounts = await begin();
    await accounts.see('claude', only(quota(now + hour)), '');
    await mkdir(join(folder, 'asked'), { recursive: true });
    await writeFile(join(folder, 'asked', a), '{"account":"claude"}');
    await writeFile(join(folder, 'asked', `${b}.0a1b.tmp`), JSON.stringify({ v: 1, account: 'claude', seen: 1 }));
    await accounts.look();
    expect(accounts.shut('claude')).not.toBeNull();
    expect(logged.join()).toContain(`asked/${a} is not what a controller writes`);
    expect(await readdir(join(folder, 'asked'))).toEqual([`${b}.0a1b.tmp`]);
  });
});

describe('after a kill', () => {
  test('a torn last line is cut at any byte of it: what it told was not acted on', async () => {
    await (await begin()).see('claude', only(quota(now + hour)), '');
    const whole = await readFile(path, 'utf8');
    const torn = `${JSON.stringify({ event: 'opened', t: now, account: 'claude', why: 'reset' })}\n`;
    for (let length = 0; length < torn.length; length += 1) {
      await writeFile(path, whole + torn.slice(0, length));
      expect((await begin()).shut('claude')).not.toBeNull();
      expect(await readFile(path, 'utf8')).toBe(whole);
    }
    await writeFile(path, whole + torn);
    expect((await begin()).shut('claude')).toBeNull();
  });

  test('a line that cannot be read is named and passed over, and counts', async () => {
    await (await begin()).see('claude', only(quota(now + hour)), '');
    await writeFile(path, `${await readFile(path, 'utf8')}{"event":"what"}\n`);
    const accounts = await begin();
    expect(accounts.shut('claude')).not.toBeNull();
    expect(logged.join()).toContain('line 2 of');
    await accounts.see('other', only(quota(now + hour)), '');
    await ask(a, 2, 'other');
    await accounts.look();
    expect(accounts.shut('other')).not.toBeNull();
    await ask(b, 3, 'other');
    await accounts.look();
    expect(accounts.shut('other')).toBeNull();
  });

  test('how full windows are follows when the minute is over', async () => {
    const accounts = await begin();
    const see = (used: number): Promise<void> =>
      accounts.see('claude', { shut: null, windows: [{ name: 'weekly window', used, until: null, status: '' }] }, '');
    await see(0.1);
    await see(0.2);
    now += 60_000;
    await accounts.look();
    await accounts.close();
    expect(await told()).toEqual(['windows', 'windows']);
  });

  test('how full windows are is known', async () => {
    const windows = [{ name: '5-hour window', used: 0.5, until: now + hour, status: 'allowed' }];
    const first = await begin();
    await first.see('claude', { shut: null, windows }, '');
    await first.close();
    now += hour;
    const second = await begin();
    await second.see('claude', { shut: null, windows }, '');
    await second.close();
    expect(await told()).toEqual(['windows']);
  });
});
