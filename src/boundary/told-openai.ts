import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { millis, numberOf, opensAt } from './resets.ts';
import type { Answer, Reason, Told, Window } from './told.ts';

const Failure = z.object({
  error: z.object({
    type: z.string().nullish(),
    code: z.string().nullish(),
    resets_at: z.unknown().optional(),
    resets_in_seconds: z.unknown().optional(),
  }),
});
type Failure = z.infer<typeof Failure>['error'];

export function toldByOpenai(answer: Answer, subscription: boolean, now: number): Told {
  const windows = subscription ? windowsIn(answer.headers, now) : [];
  const said = answer.body === null ? null : failureIn(answer.body);
  const is = (name: string): boolean => said?.type === name || said?.code === name;
  if (answer.status === 429 && (is('usage_not_included') || is('insufficient_quota'))) {
    return { shut: { why: 'billing', window: null, until: null }, windows };
  }
  if (answer.status === 429 && subscription && said !== null && is('usage_limit_reached')) {
    return { shut: spent(said, windows, now), windows };
  }
  return { shut: subscription ? paying(answer, windows, now) : null, windows };
}

/** The body's time is the one that counts: it is what Codex shows. */
function spent(said: Failure, windows: readonly Window[], now: number): Reason {
  const over = fullest(windows);
  const inSeconds = numberOf(said.resets_in_seconds);
  const told = millis(numberOf(said.resets_at)) ?? (inSeconds === null ? null : now + inSeconds * 1_000);
  return { why: 'quota', window: over?.name ?? null, until: opensAt(told ?? over?.until ?? null, now) };
}

/** A full window and credits that were bought: the next request is paid with them. */
function paying({ status, headers }: Answer, windows: readonly Window[], now: number): Reason | null {
  const over = fullest(windows);
  const served = status >= 200 && status <= 299;
  if (!served || over === undefined || String(headers['x-codex-credits-has-credits']).toLowerCase() !== 'true') {
    return null;
  }
  return { why: 'overage', window: over.name, until: over.until === null ? null : opensAt(over.until, now) };
}

/** Of the windows that are full the one that opens last. */
function fullest(windows: readonly Window[]): Window | undefined {
  return windows.filter(({ used }) => used >= 1).toSorted((a, b) => (b.until ?? 0) - (a.until ?? 0))[0];
}

function windowsIn(headers: IncomingHttpHeaders, now: number): readonly Window[] {
  return ['primary', 'secondary'].flatMap((which) => {
    const number = (what: string): number | null => numberOf(headers[`x-codex-${which}-${what}`]);
    const [used, minutes, left] = [number('used-percent'), number('window-minutes'), number('reset-after-seconds')];
    const until = millis(number('reset-at')) ?? (left === null ? null : now + left * 1_000);
    return used === null || !minutes
      ? []
      : [{ name: nameOf(minutes), used: Math.min(1, used / 100), until, status: '' }];
  });
}

function nameOf(minutes: number): string {
  const hours = Math.round(minutes / 60);
  if (hours === 168) {
    return 'weekly window';
  }
  return hours >= 48 && hours % 24 === 0 ? `${hours / 24}-day window` : `${Math.max(1, hours)}-hour window`;
}

function failureIn(body: Buffer): Failure | null {
  try {
    return Failure.parse(JSON.parse(body.toString())).error;
  } catch {
    return null;
  }
}
