import { usd } from '../chain/budget.ts';
import type { RefusedInput } from '../chain/commands.ts';
import { code } from './markdown.ts';

export const HOW_TO_RAISE =
  '`/raise` needs how many dollars this task may spend, e.g. `/raise 40`; `/raise day 200` is for all tasks together, today.';

/** Why something changed nothing, for money. */
export function noMoney(why: Extract<RefusedInput, { code: 'not-raised' | 'budget' }>): string {
  if (why.code === 'not-raised') return notRaised(why);
  return 'It waits for money: `/raise <dollars>` lets it go on, or `/stop` ends it. The card says how much it may spend.';
}

function notRaised({ what, at }: Extract<RefusedInput, { code: 'not-raised' }>): string {
  if (at === null) return 'No budget is set up in signalbox.yaml, so nothing stands in the way.';
  if (at === Infinity) return 'That day is over, in UTC: its budget holds nobody any more.';
  const whose = what === 'task' ? 'This task may' : 'All tasks together may today';
  return `${whose} spend ${usd(at)} already. Name more than that, e.g. ${code(`/raise ${what === 'task' ? '' : 'day '}${2 * at}`)}.`;
}
