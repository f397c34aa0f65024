import type { IncomingHttpHeaders } from 'node:http';
import type { Account } from './files.ts';
import { toldByAnthropic } from './told-anthropic.ts';
import { toldByOpenai } from './told-openai.ts';

/** An answer of a provider's. `body` is null for one that succeeded: it passes by in pieces. */
export type Answer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer | null;
};

/** Why an account is shut, as the answer tells it. `until` in ms since the epoch, sane and with slack. */
export type Reason = {
  readonly why: 'quota' | 'overage' | 'login' | 'billing';
  readonly window: string | null;
  readonly until: number | null;
};

/** A subscription's window: `used` from 0 to 1, `until` its next reset in ms. `status` in the provider's word, empty where it has none. */
export type Window = {
  readonly name: string;
  readonly used: number;
  readonly until: number | null;
  readonly status: string;
};

/** What an answer says of its account. A `shut` of null: nothing to hold it for, whatever became of this one request. */
export type Told = { readonly shut: Reason | null; readonly windows: readonly Window[] };

/**
 * Reads an answer's facts. A 429 without them, and every 5xx, is a passing trouble. A paid key has no windows: its 429 is always one.
 * Names and shapes as Claude Code 2.1.329 and Codex 0.169.0 read them.
 */
export function told(account: Pick<Account, 'provider' | 'kind'>, answer: Answer, now: number): Told {
  const subscription = account.kind === 'subscription';
  const said = (account.provider === 'anthropic' ? toldByAnthropic : toldByOpenai)(answer, subscription, now);
  return answer.status === 401 ? { ...said, shut: { why: 'login', window: null, until: null } } : said;
}
