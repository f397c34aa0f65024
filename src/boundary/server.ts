import { watch } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openAccounts } from './accounts.ts';
import type { Account, MeterLine, RefusedLine } from './files.ts';
import { keepPrints } from './keep-prints.ts';
import { openLedger } from './ledger.ts';
import type { Ledger } from './ledger.ts';
import { openLines } from './lines.ts';
import { usualLimits } from './limits.ts';
import type { Limits } from './limits.ts';
import { takeLock } from './lock.ts';
import type { Log } from './log.ts';
import { realOutside } from './outside.ts';
import type { Outside } from './outside.ts';
import { listPrices } from './prices.ts';
import type { Prices } from './prices.ts';
import type { Servers } from './servers.ts';
import type { Shared } from './session.ts';
import { spending } from './spending.ts';
import type { Sums } from './spending.ts';
import { spentFiles } from './spent.ts';
import { sessionTable } from './table.ts';

export type Boundary = {
  /** Ends every session's connections and gives the folder free. */
  close(): Promise<void>;
  /** Resolves when it is closed, also when it closed itself because its lock was lost. */
  readonly ended: Promise<void>;
};

type Options = {
  readonly folder: string;
  readonly accounts: Readonly<Record<string, Account>>;
  /** MCP servers that sessions may be granted. */
  readonly servers?: Servers;
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly limits?: Partial<Limits>;
  readonly outside?: Outside;
  readonly prices?: Prices;
};

/** A change is seen at once where the system tells of it, and after this many ms at the latest. */
const rescan = 1_000;
/** How often it is kept what usage.jsonl comes to: a start reads no more of it than was written since. */
const keep = 60_000;

/**
 * Serves the sessions that `<folder>/sessions/*.json` grant, each on its own socket, for as long as its file is there; writes
 * `<folder>/usage.jsonl`, `<folder>/refused.jsonl`, `<folder>/accounts.jsonl` and `<folder>/prints.json`. When it resolves, the sockets of the grants that are there are open. Throws an Error with a sentence for a
 * person when another boundary serves this folder.
 */
export async function serveBoundary(options: Options): Promise<Boundary> {
  const { folder, accounts, servers = {}, signal, log, outside = realOutside, prices = listPrices } = options;
  const grants = join(folder, 'sessions');
  await mkdir(grants, { recursive: true, mode: 0o700 });
  const lock = await takeLock(folder);
  const records = await openRecords(options).catch(async (error: unknown) => {
    await lock.release();
    throw error;
  });
  const prints = await keepPrints(folder, { accounts, servers }, log);
  await prints.look();
  // An account whose time has passed is open for the first request already.
  await records.accounts.look();
  const limits = { ...usualLimits, ...options.limits };
  const table = sessionTable(grants, accounts, { ...records, servers, log, limits, outside, prices });
  await table.scan();

  const watching = watch(grants, () => void table.scan());
  watching.on('error', (error) =>
    log.error(`changes in ${grants} are seen only every ${rescan} ms`, { error: error.message }),
  );
  const timer = setInterval(() => void Promise.all([table.scan(), records.accounts.look(), prints.look()]), rescan);
  const keeping = setInterval(() => void keepSums(records.ledger, log), keep);
  let closing: Promise<void> | null = null;
  let over: () => void;
  const ended = new Promise<void>((resolve) => (over = resolve));

  async function shut(): Promise<void> {
    clearInterval(timer);
    clearInterval(keeping);
    watching.close();
    await table.close();
    await records.accounts.close();
    await records.meter.close();
    await records.spent.close();
    await keepSums(records.ledger, log);
    await records.refusals.close();
    await lock.release();
    over();
  }
  const close = (): Promise<void> => (closing ??= shut());

  signal.addEventListener('abort', () => void close(), { once: true });
  if (signal.aborted) {
    void close();
  }
  void lock.lost.then(() => {
    if (closing === null) {
      log.error(`the lock on ${folder} was lost: this boundary closes, so that no second one serves beside it`);
      void close();
    }
  });
  return { close, ended };
}

type Records = Pick<Shared, 'meter' | 'refusals' | 'accounts' | 'spending' | 'spent'> & { readonly ledger: Ledger };

async function openRecords({ folder, accounts: configured, log }: Options): Promise<Records> {
  const now = (): number => Date.now();
  const accounts = await openAccounts({ folder, accounts: configured, log, now });
  const path = join(folder, 'usage.jsonl');
  const meter = await openLines<MeterLine>(path);
  const ledger = await openLedger(path, join(folder, 'usage.sums.json'));
  const sums = copyOf(ledger.sums);
  const money = spending(sums, now, (task) => spent.note(task));
  const spent = await spentFiles(join(folder, 'spent'), money.of, log);
  // Their ends were lost with an earlier boundary: they count in full from now on.
  for (const { task } of sums.open.values()) {
    spent.note(task);
  }
  const refusals = await openLines<RefusedLine>(join(folder, 'refused.jsonl'));
  return { accounts, meter, ledger, spending: money, spent, refusals };
}

const copyOf = ({ tasks, days, open }: Sums): Sums => ({
  tasks: new Map([...tasks].map(([task, of]) => [task, new Map(of)])),
  days: new Map(days),
  open: new Map(open),
});

async function keepSums(ledger: Ledger, log: Log): Promise<void> {
  await ledger
    .advance()
    .catch((error: Error) => log.error(`usage.sums.json is not kept (${error.message}): the next start takes longer`));
}
