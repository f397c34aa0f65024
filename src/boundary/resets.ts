const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** No window is longer than a week: a reset further away than this is a mistake, the provider's or of this machine's clock. */
export const longestShut = 8 * DAY;

/** How long an account is shut when nothing says until when: then one request asks again. */
const unknown = 15 * MINUTE;

/**
 * When an account opens that shall open at `reset` (ms since the epoch): 2 s later and a hundredth of the wait, at most a minute, because clocks
 * differ. A reset that has passed already: in a minute, so that a provider that says so again and again is not asked without end.
 */
export function opensAt(reset: number | null, now: number): number {
  if (reset === null) {
    return now + unknown;
  }
  if (reset <= now) {
    return now + MINUTE;
  }
  const wait = Math.min(reset - now, longestShut);
  return Math.round(now + wait + Math.min(MINUTE, 2 * SECOND + wait / 100));
}

/** A number out of a header or a body; null when it is none, or not a positive one. */
export function numberOf(value: unknown): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : null;
}

/** Seconds since the epoch → ms; null stays null, and 0 is no time. */
export function millis(seconds: number | null): number | null {
  return seconds === null || seconds === 0 ? null : seconds * SECOND;
}
