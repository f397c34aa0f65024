import { readdir, readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { Grant } from './files.ts';
import type { Account } from './files.ts';
import { stampOf } from './stamp.ts';

/** One file of the grants folder as it is now. `stamp` changes with the file. */
export type GrantFile = { readonly name: string; readonly stamp: string } & (
  | { readonly ok: true; readonly grant: Grant; readonly account: Account }
  | { readonly ok: false; readonly why: string }
);

const longest = 64 * 1024;

/** What a grant without models is served with: a request for a model is refused before any credential is looked for, and here is none. */
const nobodys: Account = { provider: 'anthropic', kind: 'key', credentialFile: '/dev/null' };

/** Reads every grant in a folder, sorted by name; files that have not changed since `known` are not read again. */
export async function readGrants(
  folder: string,
  accounts: Readonly<Record<string, Account>>,
  known: readonly GrantFile[],
): Promise<readonly GrantFile[]> {
  const before = new Map(known.map((file) => [file.name, file]));
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).toSorted();
  const files: GrantFile[] = [];
  for (const name of names) {
    const stamp = await stampOf(join(folder, name));
    const same = before.get(name);
    files.push(
      same?.stamp === stamp ? same : { name, stamp, ...(await readGrant(join(folder, name), name, accounts)) },
    );
  }
  return files.map((file) => (file.ok ? alone(file, files) : file));
}

type Read = { ok: true; grant: Grant; account: Account } | { ok: false; why: string };

async function readGrant(path: string, name: string, accounts: Readonly<Record<string, Account>>): Promise<Read> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    return { ok: false, why: `it cannot be read (${(error as NodeJS.ErrnoException).code})` };
  }
  let json: unknown;
  try {
    json = text.length > longest ? undefined : JSON.parse(text);
  } catch {
    return { ok: false, why: 'it is not JSON' };
  }
  const grant = Grant.safeParse(json);
  if (!grant.success) {
    return {
      ok: false,
      why: grant.error.issues.map((issue) => `${issue.path.join('.') || 'it'}: ${issue.message}`).join('; '),
    };
  }
  const { session, socket } = grant.data;
  if (name !== `${session}.json`) {
    return { ok: false, why: `it is for session ${session}, whose file is ${session}.json` };
  }
  // A longer path is cut in silence by the operating system.
  if (!isAbsolute(socket) || Buffer.byteLength(socket) > 107) {
    return { ok: false, why: `socket ${socket} must be an absolute path of at most 107 bytes` };
  }
  const { account: named, models } = grant.data;
  const account = models.length === 0 ? nobodys : Object.hasOwn(accounts, named) ? accounts[named] : undefined;
  return account === undefined
    ? { ok: false, why: `account ${grant.data.account} is not configured` }
    : { ok: true, grant: grant.data, account };
}

/** Of two grants for one socket neither is served: which socket a request came through says who asks. */
function alone(file: GrantFile & { ok: true }, files: readonly GrantFile[]): GrantFile {
  const other = files.find((one) => one !== file && one.ok && one.grant.socket === file.grant.socket);
  return other === undefined
    ? file
    : {
        name: file.name,
        stamp: `${file.stamp} ${other.name}`,
        ok: false,
        why: `socket ${file.grant.socket} is also that of ${other.name}`,
      };
}
