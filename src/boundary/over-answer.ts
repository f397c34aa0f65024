import type { Terms } from './admit.ts';
import type { Over } from './files.ts';
import { refusal } from './refusal.ts';
import type { Refusal } from './refusal.ts';
import { asSpent } from './shut-answer.ts';

/** How a request that does not fit into its budget is answered: so that the CLI ends its turn at once, and does not try again. */
export function overAnswer({ account }: Pick<Terms, 'account'>, over: Over): Refusal {
  const whose = over.what === 'task' ? 'this task' : `the day ${over.day} (UTC)`;
  const sums = `${usd(over.spent)} of ${usd(over.cap)} spent, and this request may cost up to ${usd(over.worst)}`;
  const refused = refusal(
    429,
    `the budget of the ${over.what} (${sums})`,
    `the budget of ${whose} is used up (${sums}); a person has to raise it`,
  );
  return asSpent(account.provider, refused, null, null);
}

const usd = (of: number): string => `$${of.toFixed(2)}`;
