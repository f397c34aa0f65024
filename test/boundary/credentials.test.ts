import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { credentialFor, credentialOf, unfitServers } from '../../src/boundary/credentials.ts';
import { Account, Server } from '../../src/boundary/files.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secret-'));
  file = join(folder, 'credential');
});

afterEach(() => rm(folder, { recursive: true }));

function account(provider: Account['provider'], kind: Account['kind']): Account {
  return { provider, kind, credentialFile: file };
}

test.each([
  [
    'anthropic',
    'subscription',
    'sk-ant-oat01-x',
    { authorization: 'Bearer sk-ant-oat01-x', 'anthropic-beta': 'oauth-2025-04-20' },
  ],
  ['anthropic', 'key', 'sk-ant-api03-x', { 'x-api-key': 'sk-ant-api03-x' }],
  ['openai', 'subscription', 'eyJx.y.z', { authorization: 'Bearer eyJx.y.z' }],
  ['openai', 'key', 'sk-proj-x', { authorization: 'Bearer sk-proj-x' }],
] as const)('%s %s', async (provider, kind, secret, headers) => {
  await writeFile(file, `${secret}\n`, { mode: 0o600 });
  expect(await credentialOf(account(provider, kind))).toEqual({ ok: true, stamp: expect.any(String), secret, headers });
});

test.each([
  ['anthropic', 'sk-ant-api03-x'],
  ['openai', 'sk-proj-x'],
] as const)('a paid key of %s never stands in for a subscription', async (provider, secret) => {
  await writeFile(file, secret, { mode: 0o600 });
  const credential = await credentialOf(account(provider, 'subscription'));
  expect(credential).toEqual({ ok: false, why: `${file} holds a paid API key, and the account is a subscription` });
});

test.each([
  ['nothing', '', 'the secret and nothing else'],
  ['two lines', 'one\ntwo', 'the secret and nothing else'],
  ['a header more', 'one\r\nx-evil: 1', 'the secret and nothing else'],
  ['a control character', 'one\u0007', 'the secret and nothing else'],
  ['what is no ASCII', 'ünï', 'the secret and nothing else'],
  ['too much', 'x'.repeat(20_000), 'is not a file with one secret in it'],
])('%s is no secret, and is not quoted', async (_, text, why) => {
  await writeFile(file, text, { mode: 0o600 });
  const credential = await credentialOf(account('anthropic', 'key'));
  expect(credential).toEqual({ ok: false, why: expect.stringContaining(why) });
  expect(JSON.stringify(credential).replace(file, '')).not.toMatch(/evil|xxx|ünï|two/);
});

test.each([0o640, 0o604, 0o644, 0o660])('a file of mode %o may be known to others', async (mode) => {
  await writeFile(file, 'secret', { mode: 0o600 });
  await chmod(file, mode);
  expect(await credentialOf(account('anthropic', 'key'))).toEqual({
    ok: false,
    why: expect.stringContaining('must be mode 0600'),
  });
});

test('no file, a folder, a pipe', async () => {
  expect(await credentialOf(account('anthropic', 'key'))).toEqual({
    ok: false,
    why: `${file} cannot be read (ENOENT)`,
  });
  expect(await credentialOf({ ...account('anthropic', 'key'), credentialFile: folder })).toMatchObject({ ok: false });
  execFileSync('mkfifo', ['-m', '600', file]);
  expect(await credentialOf(account('anthropic', 'key'))).toMatchObject({
    ok: false,
    why: expect.stringContaining('is not a file'),
  });
});

test.each([
  ['https://relay.example/base', true],
  ['http://127.0.0.1:8080', true],
  ['http://[::1]:8080/x', true],
  ['http://localhost', true],
  ['http://relay.example', false],
  ['http://127.0.0.1.example', false],
  ['http://10.0.0.1', false],
  ['ftp://127.0.0.1', false],
  ['https://user:pass@relay.example', false],
  ['https://relay.example?x=1', false],
  ['https://relay.example#x', false],
  ['unix:/run/x', false],
  ['relay', false],
])('an upstream %s: %s', (upstream, fine) => {
  expect(Account.safeParse({ ...account('anthropic', 'key'), upstream }).success).toBe(fine);
});

test('a server gets its secret in its header, and none where it names no file', async () => {
  await writeFile(file, 'a-token', { mode: 0o600 });
  const server = (of: object) => Server.parse({ url: 'https://tracker.example/', ...of });
  const headers = async (of: object) => {
    const credential = await credentialFor(server(of));
    return credential.ok ? credential.headers : credential.why;
  };
  expect(await headers({})).toEqual({});
  expect(await headers({ credentialFile: file })).toEqual({ authorization: 'Bearer a-token' });
  expect(await headers({ credentialFile: file, header: 'x-api-key' })).toEqual({ 'x-api-key': 'a-token' });
  const tracker = server({ credentialFile: file });
  expect(await unfitServers({ tracker, open: server({}) })).toBeNull();
  await chmod(file, 0o644);
  expect(await unfitServers({ tracker })).toBe(
    `extras.tracker: others than its owner have a right to ${file}; it must be mode 0600.`,
  );
  await rm(file);
  expect(await unfitServers({ tracker })).toBe(`extras.tracker: ${file} cannot be read (ENOENT).`);
});
