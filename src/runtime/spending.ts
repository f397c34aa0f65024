import { join } from 'node:path';
import { Spent as Written } from '../boundary/files.ts';
import type { Spending, Spent } from '../chain/budget.ts';
import type { Accounts } from '../chain/ports.ts';
import { readIfThere } from './durable.ts';

type Plan = Spent['accounts'][number]['plan'];

/**
 * The boundary's record of what tasks have spent, in its own folder (`<data>/boundary`). `kindOf` tells how an account is paid for. Throws when a
 * file is none that a boundary writes, and names it.
 */
export function boundarySpending({
  folder,
  kindOf,
  windows: windowsNow,
}: {
  readonly folder: string;
  readonly kindOf: (account: string) => 'subscription' | 'key';
  readonly windows: Accounts['windows'];
}): Spending {
  return {
    async of(task) {
      const path = join(folder, 'spent', `${task}.json`);
      const text = await readIfThere(path);
      if (text === null) return null;
      const written = parse(path, text);
      const names = Object.keys(written.accounts);
      const windows = names.some((name) => kindOf(name) === 'subscription') ? await fullest(windowsNow) : new Map();
      const accounts = Object.entries(written.accounts).map(([account, usd]) => {
        const plan: Plan = kindOf(account) === 'key' ? null : (windows.get(account) ?? 'no window known');
        return { account, usd, plan };
      });
      return { usd: accounts.reduce((sum, { usd }) => sum + usd, 0), accounts, over: written.over };
    },
  };
}

function parse(path: string, text: string): Written {
  try {
    return Written.parse(JSON.parse(text));
  } catch {
    throw new Error(
      `${path} is none that a boundary writes: what the task has spent is not known. Remove it, and the next request writes it anew.`,
    );
  }
}

/** The fullest window of each subscription, as it was last told. What was spent is known without it. */
async function fullest(windows: Accounts['windows']): Promise<ReadonlyMap<string, Plan>> {
  const told = await windows().catch(() => []);
  return new Map(
    told.flatMap(({ account, windows: all }) => {
      const most = all.toSorted((a, b) => b.used - a.used)[0];
      return most ? [[account, { window: most.name, used: most.used }] as const] : [];
    }),
  );
}
