import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { millis, numberOf, opensAt } from './resets.ts';
import type { Answer, Reason, Told, Window } from './told.ts';

const unified = 'anthropic-ratelimit-unified-';

/** A window's part of the header names, what `representative-claim` calls it, and what people call it. */
export const anthropicWindows = [
  { part: '5h', claim: 'five_hour', name: '5-hour window' },
  { part: '7d', claim: 'seven_day', name: 'weekly window' },
  { part: '7d_opus', claim: 'seven_day_opus', name: 'weekly Opus window' },
  { part: '7d_sonnet', claim: 'seven_day_sonnet', name: 'weekly Sonnet window' },
  { part: '7d_oi', claim: 'seven_day_overage_included', name: 'weekly window of this model' },
] as const;

/** These two hold whatever model is asked for. */
const general: readonly string[] = ['5-hour window', 'weekly window'];

export function toldByAnthropic(answer: Answer, subscription: boolean, now: number): Told {
  const windows = subscription ? windowsIn(answer.headers) : [];
  const shut = billing(answer) ?? revoked(answer) ?? (subscription ? spent(answer, windows, now) : null);
  return { shut, windows };
}

function windowsIn(headers: IncomingHttpHeaders): readonly Window[] {
  return anthropicWindows.flatMap(({ part, name }) => {
    const used = numberOf(headers[`${unified}${part}-utilization`]);
    const until = millis(numberOf(headers[`${unified}${part}-reset`]));
    const status = String(headers[`${unified}${part}-status`] ?? '');
    return used === null ? [] : [{ name, used: Math.min(1, used), until, status }];
  });
}

/**
 * The status at the top decides: one window may be rejected while the request was served out of another. Rejected and yet answered means
 * that paid extra usage answered, when the headers allow it.
 */
function spent({ status, headers }: Answer, windows: readonly Window[], now: number): Reason | null {
  const rejected = headers[`${unified}status`] === 'rejected';
  const served = status >= 200 && status <= 299;
  const allowed = /^allowed(_warning)?$/.test(String(headers[`${unified}overage-status`] ?? ''));
  const paid = served && (headers[`${unified}overage-in-use`] === 'true' || (rejected && allowed));
  if (!paid && !(rejected && (served || status === 429))) {
    return null;
  }
  const claimed = anthropicWindows.find(({ claim }) => claim === headers[`${unified}representative-claim`])?.name;
  const over = windows
    .filter((window) => window.status === 'rejected' && (window.name === claimed || general.includes(window.name)))
    .toSorted((a, b) => (b.until ?? 0) - (a.until ?? 0))[0];
  const window = over?.name ?? claimed ?? null;
  const reset = over?.until ?? millis(numberOf(headers[`${unified}reset`]));
  return paid
    ? { why: 'overage', window, until: reset === null ? null : opensAt(reset, now) }
    : { why: 'quota', window, until: opensAt(reset ?? retryAfter(headers, now), now) };
}

function retryAfter(headers: IncomingHttpHeaders, now: number): number | null {
  const seconds = numberOf(headers['retry-after']);
  return seconds === null ? null : now + seconds * 1_000;
}

const Failure = z.object({ error: z.object({ message: z.string() }) });

function messageIn({ body }: Answer): string {
  try {
    return Failure.parse(JSON.parse(String(body))).error.message;
  } catch {
    return '';
  }
}

/** From its first letter: in a sentence about a request the words may be the agent's own, repeated. */
function billing(answer: Answer): Reason | null {
  const empty = answer.status === 400 && messageIn(answer).startsWith('Your credit balance is too low');
  return empty ? { why: 'billing', window: null, until: null } : null;
}

/** A login that was taken back is told with a 403 by some of its services. */
function revoked(answer: Answer): Reason | null {
  const gone = answer.status === 403 && messageIn(answer).startsWith('OAuth token has been revoked');
  return gone ? { why: 'login', window: null, until: null } : null;
}
