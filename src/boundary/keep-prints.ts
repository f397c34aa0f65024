import { randomBytes } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { credentialFor, credentialOf } from './credentials.ts';
import type { Credential } from './credentials.ts';
import { Prints } from './files.ts';
import type { Account, Print } from './files.ts';
import type { Log } from './log.ts';
import { printsOf } from './prints.ts';
import type { Servers } from './servers.ts';
import { stampOf } from './stamp.ts';

/** Renewed logins leave old tokens in transcripts: so many of an account stay known. */
const KEPT = 3;

type Of = { readonly accounts: Readonly<Record<string, Account>>; readonly servers: Servers };

/** A credential by a name of its own: no account's has a space. */
type Source = { readonly name: string; readonly file: string; readonly read: () => Promise<Credential> };

const sourcesOf = ({ accounts, servers }: Of): readonly Source[] => [
  ...Object.entries(accounts).map(([name, account]) => ({
    name,
    file: account.credentialFile,
    read: () => credentialOf(account),
  })),
  ...Object.entries(servers).flatMap(([name, server]) =>
    server.credentialFile === undefined
      ? []
      : [{ name: `server ${name}`, file: server.credentialFile, read: () => credentialFor(server) }],
  ),
];

/**
 * Keeps `<folder>/prints.json`: by it the controller covers the credentials, which it does not have. `look` reads those that changed; it rejects
 * never.
 */
export async function keepPrints(
  folder: string,
  { accounts, servers }: Of,
  log: Log,
): Promise<{ look(): Promise<void> }> {
  const path = join(folder, 'prints.json');
  const sources = sourcesOf({ accounts, servers });
  const stamps = new Map<string, string>();
  const before = await readPrints(folder);
  let prints: Prints = before ?? { v: 1, salt: randomBytes(16).toString('hex'), accounts: {} };
  // Written once without any too: who waits for it knows then that there are none.
  let isKept = before !== null;

  async function pass(): Promise<void> {
    let next = prints;
    for (const { name, file, read: readNow } of sources) {
      const stamp = await stampOf(file);
      if (stamps.get(name) === stamp) continue;
      const read = await readNow();
      if (read.ok) next = withPrints(next, name, printsOf(read.secret, next.salt));
      stamps.set(name, read.ok ? read.stamp : stamp);
    }
    if (next === prints && isKept) return;
    await writeWhole(path, JSON.stringify(next));
    [prints, isKept] = [next, true];
  }

  let looking: Promise<void> | null = null;
  return {
    look: () =>
      (looking ??= pass()
        .catch((error: unknown) => {
          stamps.clear();
          log.error(`${path} cannot be written: new credentials are not known again (${(error as Error).message})`);
        })
        .finally(() => (looking = null))),
  };
}

/** null while there are none, and for a file that is none of a boundary's. */
export async function readPrints(folder: string): Promise<Prints | null> {
  try {
    return Prints.parse(JSON.parse(await readFile(join(folder, 'prints.json'), 'utf8')));
  } catch {
    return null;
  }
}

function withPrints(prints: Prints, account: string, added: readonly Print[]): Prints {
  const before = prints.accounts[account] ?? [];
  const isKnown = before.some((one) => one[0]?.hash === added[0]?.hash);
  if (isKnown || added.length === 0) return prints;
  return { ...prints, accounts: { ...prints.accounts, [account]: [[...added], ...before].slice(0, KEPT) } };
}

async function writeWhole(path: string, text: string): Promise<void> {
  const file = await open(`${path}.tmp`, 'w', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(`${path}.tmp`, path);
}
