import { join } from 'node:path';
import type { Account } from './files.ts';
import { readGrants } from './grants.ts';
import type { GrantFile } from './grants.ts';
import { serveSession } from './session.ts';
import type { Session, Shared } from './session.ts';

export type SessionTable = {
  /** Brings the open sockets in line with the grants. Passes do not overlap; one more follows when asked during one. */
  scan(): Promise<void>;
  close(): Promise<void>;
};

/** The sessions that the grants in a folder let be served. */
export function sessionTable(
  folder: string,
  accounts: Readonly<Record<string, Account>>,
  shared: Shared,
): SessionTable {
  const { log } = shared;
  const open = new Map<string, Session>();
  const complain = complaints(folder, shared);
  let files: readonly GrantFile[] = [];
  let closed = false;

  async function bring(file: GrantFile): Promise<void> {
    if (!file.ok) {
      complain(file, file.why);
      return;
    }
    const session = open.get(file.name);
    if (session !== undefined) {
      session.change(file.grant, file.account);
      return;
    }
    try {
      open.set(file.name, await serveSession(file.grant, file.account, shared));
      complain(file, null);
      log.info(`session ${file.grant.session} is served`, { socket: file.grant.socket, account: file.grant.account });
    } catch (error) {
      complain(file, `its socket cannot be opened: ${(error as Error).message}`);
    }
  }

  async function pass(): Promise<void> {
    try {
      files = await readGrants(folder, accounts, files);
    } catch (error) {
      complain({ name: '', stamp: '' }, `the folder cannot be read (${(error as NodeJS.ErrnoException).code})`);
      files = [];
    }
    for (const [name, session] of open) {
      const file = files.find((one) => one.name === name);
      if (closed || file?.ok !== true || file.grant.socket !== session.socket || !(await session.stands())) {
        open.delete(name);
        await session.close();
        log.info(`the socket of ${name} is closed`, { socket: session.socket });
      }
    }
    for (const file of closed ? [] : files) {
      await bring(file);
    }
  }

  const scan = oneAtATime(pass);
  return {
    scan,
    close: async () => {
      closed = true;
      await scan();
    },
  };
}

/** What was said about a file is not said again until the file changes. */
function complaints(folder: string, { log }: Shared) {
  const said = new Map<string, string>();
  return ({ name, stamp }: { readonly name: string; readonly stamp: string }, why: string | null): void => {
    if (why === null) {
      said.delete(name);
    } else if (said.get(name) !== stamp + why) {
      said.set(name, stamp + why);
      log.error(`grant ${join(folder, name)} serves nothing: ${why}`);
    }
  };
}

function oneAtATime(pass: () => Promise<void>): () => Promise<void> {
  let again = false;
  let running: Promise<void> | null = null;

  async function run(): Promise<void> {
    while (again) {
      again = false;
      await pass();
    }
    running = null;
  }

  return () => {
    again = true;
    running ??= run();
    return running;
  };
}
