import { boundaryAccounts } from './accounts.ts';
import { boundaryRefusals } from './refusals.ts';
import { boundarySpending } from './spending.ts';

/** All that the boundary writes down for the controller, in its own folder (`<data>/boundary`). */
export const boundaryRecords = (of: Omit<Parameters<typeof boundarySpending>[0], 'windows'>) => {
  const accounts = boundaryAccounts(of);
  return { accounts, refusals: boundaryRefusals(of), spending: boundarySpending({ ...of, windows: accounts.windows }) };
};
