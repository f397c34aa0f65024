import { constants } from 'node:fs';
import type { Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { Account } from './files.ts';
import type { Server, Servers } from './servers.ts';
import { stamp } from './stamp.ts';

export type Credential =
  /** `headers` carry `secret` to the provider. `stamp` is that of the file it was read from. */
  | {
      readonly ok: true;
      readonly headers: Readonly<Record<string, string>>;
      readonly secret: string;
      readonly stamp: string;
    }
  /** A sentence's end for the machine's owner; it never quotes the file. */
  | { readonly ok: false; readonly why: string };

const longest = 16 * 1024;

/** Reads an account's credential as it is now: a login that was renewed counts from the next request on. */
export async function credentialOf(account: Account): Promise<Credential> {
  const read = await readSecret(account.credentialFile);
  if (!read.ok) {
    return read;
  }
  const { secret, stamp } = read;
  if (account.kind === 'subscription' && paidKey[account.provider].test(secret)) {
    return { ok: false, why: `${account.credentialFile} holds a paid API key, and the account is a subscription` };
  }
  if (account.provider === 'anthropic' && account.kind === 'key') {
    return { ok: true, secret, stamp, headers: { 'x-api-key': secret } };
  }
  return { ok: true, secret, stamp, headers: { authorization: `Bearer ${secret}`, ...besides(account) } };
}

/** What a provider wants beside a subscription's login. */
function besides({ provider, kind, accountId }: Account): Readonly<Record<string, string>> {
  if (kind === 'key') return {};
  if (provider === 'anthropic') return { 'anthropic-beta': 'oauth-2025-04-20' };
  return accountId === undefined ? {} : { 'chatgpt-account-id': accountId };
}

/** The same for an MCP server; one that names no file gets none. */
export async function credentialFor({ credentialFile, header }: Server): Promise<Credential> {
  if (credentialFile === undefined) {
    return { ok: true, headers: {}, secret: '', stamp: '' };
  }
  const read = await readSecret(credentialFile);
  return read.ok
    ? { ...read, headers: { [header]: header === 'authorization' ? `Bearer ${read.secret}` : read.secret } }
    : read;
}

/** Why the credentials of these servers cannot be used, in a sentence each; null when they can. Their files are opened and not read: only the boundary has secrets. */
export async function unfitServers(servers: Servers): Promise<string | null> {
  const looked = await Promise.all(
    Object.entries(servers).map(async ([name, { credentialFile }]) => {
      const opened = credentialFile === undefined ? null : await openSecret(credentialFile, () => null);
      return opened === null ? null : `extras.${name}: ${opened.why}.`;
    }),
  );
  return looked.filter((why) => why !== null).join('\n') || null;
}

/** How each provider's paid keys begin. */
const paidKey: Readonly<Record<Account['provider'], RegExp>> = { anthropic: /^sk-ant-api/, openai: /^sk-/ };

type Read = { ok: true; secret: string; stamp: string } | { ok: false; why: string };

function readSecret(path: string): Promise<Read> {
  return openSecret(path, async (file, about) => {
    const secret = (await file.readFile('latin1')).trim();
    return /^[\x21-\x7e]+$/.test(secret)
      ? { ok: true, secret, stamp: stamp(about) }
      : { ok: false, why: `${path} must hold the secret and nothing else` };
  });
}

async function openSecret<T>(
  path: string,
  use: (file: FileHandle, about: Stats) => T | Promise<T>,
): Promise<T | { ok: false; why: string }> {
  try {
    // A pipe in the file's place must not hold the boundary up.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const about = await file.stat();
      if (!about.isFile() || about.size > longest) {
        return { ok: false, why: `${path} is not a file with one secret in it` };
      }
      if ((about.mode & 0o077) !== 0) {
        return { ok: false, why: `others than its owner have a right to ${path}; it must be mode 0600` };
      }
      return await use(file, about);
    } finally {
      await file.close();
    }
  } catch (error) {
    return { ok: false, why: `${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})` };
  }
}
