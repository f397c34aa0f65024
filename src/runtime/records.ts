import { boundaryAccounts } from './accounts.ts';
import { boundaryRefusals } from './refusals.ts';
import { boundarySpending } from './spending.ts';

/** All that the boundary writes down for the controller, in its own folder (`<data>/boundary`). */
export const boundaryRecords = (of: Parameters<typeof boundarySpending>[0]) => ({
  accounts: boundaryAccounts(of),
  refusals: boundaryRefusals(of),
  spending: boundarySpending(of),
});
