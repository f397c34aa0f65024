import type { Account } from './files.ts';
import type { ShutLine } from './fold.ts';
import { refusal } from './refusal.ts';
import type { Refusal } from './refusal.ts';
import { anthropicWindows } from './told-anthropic.ts';

/** How a request of an account that is shut is answered: as its provider would, so that the CLI ends its turn at once and says why. */
export function shutAnswer(provider: Account['provider'], shut: ShutLine): Refusal {
  const { account, why, window, until } = shut;
  const what = window === null ? why : `${why}, ${window}`;
  const refused = {
    ...refusal(429, `account ${account} is shut (${what})`, sentence(shut)),
    status: statusOf(provider, why),
  };
  const seconds = until === null ? null : Math.ceil(until / 1_000);
  if (why === 'login') {
    return refused;
  }
  if (why !== 'billing') {
    return asSpent(provider, refused, window, seconds);
  }
  return provider === 'anthropic'
    ? refused
    : { ...refused, body: { error: { type: 'usage_not_included', message: refused.message } } };
}

/** By this both CLIs know that trying again is no use: their own window could not be more spent. `seconds` since the epoch, when it opens. */
export function asSpent(
  provider: Account['provider'],
  refused: Refusal,
  window: string | null,
  seconds: number | null,
): Refusal {
  if (provider === 'anthropic') {
    return { ...refused, headers: unified(window, seconds) };
  }
  const reset = seconds === null ? {} : { resets_at: seconds };
  return { ...refused, body: { error: { type: 'usage_limit_reached', message: refused.message, ...reset } } };
}

function statusOf(provider: Account['provider'], why: ShutLine['why']): number {
  return why === 'login' ? 401 : why === 'billing' && provider === 'anthropic' ? 400 : 429;
}

function sentence({ account, why, window, until }: ShutLine): string {
  const when = until === null ? 'somebody has to open it' : `it opens at ${new Date(until).toISOString()}`;
  switch (why) {
    case 'quota':
      return `the ${window ?? 'usage limit'} of account ${account} is spent; ${when}`;
    case 'overage':
      return `account ${account} runs on paid extra usage, so nothing leaves; ${when}`;
    case 'login':
      return `the login of account ${account} was refused; its owner has to log in again`;
    case 'billing':
      // Claude Code knows it by these words.
      return `account ${account}: credit balance is too low, or its plan does not include this; ${when}`;
  }
}

/** By these Claude Code knows a spent window from a busy server, and when it opens. */
function unified(window: string | null, seconds: number | null): Readonly<Record<string, string>> {
  const known = anthropicWindows.find(({ name }) => name === window) ?? anthropicWindows[0];
  const prefix = 'anthropic-ratelimit-unified-';
  return {
    [`${prefix}status`]: 'rejected',
    [`${prefix}representative-claim`]: known.claim,
    [`${prefix}${known.part}-status`]: 'rejected',
    [`${prefix}${known.part}-utilization`]: '1',
    ...(seconds === null
      ? {}
      : { [`${prefix}reset`]: String(seconds), [`${prefix}${known.part}-reset`]: String(seconds) }),
  };
}
