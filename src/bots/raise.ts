import type { Ends } from '../chain/hold.ts';
import { raiseTo } from '../chain/budget.ts';

/** To how many dollars; of a day of UTC, on which. */
export type RaisePress =
  | { readonly act: 'raise'; readonly dollars: number }
  | { readonly act: 'raiseday'; readonly day: string; readonly dollars: number };

const MONEY = /^(?:(\d{4}-\d\d-\d\d)\/)?(\d{1,7}(?:\.\d{1,2})?)$/;

/** `40`, or `2026-11-27/200`. */
export const aboutRaise = (press: RaisePress): string =>
  press.act === 'raise' ? `${press.dollars}` : `${press.day}/${press.dollars}`;

export function parseRaise(act: RaisePress['act'], about: string): RaisePress | null {
  const [, day, text] = MONEY.exec(about) ?? [];
  const dollars = Number(text ?? 0);
  // One spelling for each: what `aboutRaise` makes.
  if (dollars === 0 || `${dollars}` !== text || (act === 'raise') !== (day === undefined)) return null;
  return day === undefined ? { act: 'raise', dollars } : { act: 'raiseday', day, dollars };
}

/** What lets a hold for money go on. */
export const raiseFor = (ends: Extract<Ends, { by: 'raise' | 'day' }>): RaisePress =>
  ends.by === 'raise'
    ? { act: 'raise', dollars: raiseTo(ends) }
    : { act: 'raiseday', day: ends.day, dollars: raiseTo(ends) };
