import type { IncomingMessage } from 'node:http';
import type { Accounts } from './accounts.ts';
import { judgeBody, readBody } from './body.ts';
import type { Held } from './body.ts';
import type { Size } from './cost.ts';
import { credentialOf } from './credentials.ts';
import type { Credential } from './credentials.ts';
import type { Account, Grant } from './files.ts';
import type { Limits } from './limits.ts';
import type { Log } from './log.ts';
import type { Meter } from './meter.ts';
import type { Price, Prices } from './prices.ts';
import { forbidden, refusal } from './refusal.ts';
import type { Refusal } from './refusal.ts';
import { route } from './routes.ts';
import type { Servers } from './servers.ts';
import { shutAnswer } from './shut-answer.ts';
import type { Spending } from './spending.ts';
import type { SpentFiles } from './spent.ts';
import { stampOf } from './stamp.ts';

/** What a request is judged by. The grant is the one that holds when the request comes. */
export type Terms = {
  readonly grant: Grant;
  readonly account: Account;
  readonly servers: Servers;
  readonly meter: Meter;
  readonly accounts: Accounts;
  readonly spending: Spending;
  readonly spent: SpentFiles;
  readonly prices: Prices;
  readonly limits: Limits;
  readonly log: Log;
  /** Shared by all requests of the session. */
  readonly held: Held;
  /** False when the session asked too often. */
  mayAsk(): boolean;
  /** The same for calls of MCP servers. */
  mayCall(): boolean;
  /** Judges a body; null when the session's bodies took too long to judge: meanwhile the boundary serves nobody else. */
  judge<T>(work: () => T): T | null;
  refused(why: string, method: string | undefined, path: string | undefined): void;
  /** For people: its provider was asked for what no session may have. */
  overstepped(request: Pick<IncomingMessage, 'method' | 'url'>): void;
};

export type Admitted = {
  readonly ok: true;
  readonly url: URL;
  /** Counted in `held` until the request is over. */
  readonly body: Buffer;
  readonly model: string;
  readonly size: Size;
  /** Null only where nothing is capped. */
  readonly price: Price | null;
  readonly credential: Credential & { ok: true };
};

/** Reads and judges a request: whether it may leave at all. What it may cost is judged after that. */
export async function admit(terms: Terms, request: IncomingMessage): Promise<Admitted | Refusal> {
  const { account, grant } = terms;
  const url = route(account, request.method, request.url);
  if (url === null) {
    return forbidden('no such route', `${request.method} ${request.url?.slice(0, 200)} is no way out of this session`);
  }
  const unfit = unfitBody(request) ?? unfitKey(request, account);
  if (unfit !== null) {
    return forbidden(unfit);
  }
  if (!terms.mayAsk()) {
    return refusal(429, 'too many requests', `more than ${terms.limits.requestsPerMinute} requests in a minute`);
  }
  const body = await readBody(request, terms.held, terms.limits);
  if (!body.ok) {
    return body;
  }
  const judged = terms.judge(() => judgeBody(body.bytes, grant.models, account.provider)) ?? tooMuch(terms.limits);
  const credential = judged.ok ? await credentialOf(account) : null;
  const shut = judged.ok ? shutRefusal(terms) : null;
  const price = (judged.ok && terms.prices[judged.model]) || null;
  const isPriced = price !== null || grant.budget === null;
  if (judged.ok && shut === null && credential?.ok === true && isPriced) {
    return { ok: true, url, body: body.bytes, model: judged.model, size: judged.size, price, credential };
  }
  terms.held.bytes -= body.bytes.length;
  if (!judged.ok) {
    return judged;
  }
  if (shut !== null) {
    return shut;
  }
  if (!isPriced) {
    return refusal(403, 'no price', `model ${judged.model} has no price, so that no budget can be kept with it`);
  }
  await noCredential(terms, credential?.ok === false ? credential.why : '');
  return refusal(
    401,
    'no credential',
    `account ${grant.account} has no usable credential on this machine; its owner has to log in again`,
  );
}

const tooMuch = ({ judgingMs }: Limits): Refusal =>
  refusal(429, 'too much to judge', `to judge this session's requests took more than ${judgingMs} ms within a minute`);

/** Null when the session's account may be used. */
export function shutRefusal({ accounts, grant, account }: Terms): Refusal | null {
  const shut = accounts.shut(grant.account);
  return shut === null ? null : shutAnswer(account.provider, shut);
}

/** The same as a login that the provider refused: nothing of the account leaves until its file changes. */
async function noCredential({ accounts, grant, account, log }: Terms, why: string): Promise<void> {
  log.error(`account ${grant.account} has no credential: ${why}`, { session: grant.session });
  const stamp = await stampOf(account.credentialFile);
  await accounts.see(grant.account, { shut: { why: 'login', window: null, until: null }, windows: [] }, stamp);
}

/** Why a request's body could not be judged, or would not be all of it. */
export function unfitBody({ headers }: IncomingMessage): string | null {
  if (headers.upgrade !== undefined) {
    return 'no upgrade to another protocol';
  }
  return (headers['content-encoding'] ?? 'identity') === 'identity' ? null : 'the body must not be compressed';
}

function unfitKey({ headers }: IncomingMessage, account: Account): string | null {
  if (account.kind === 'subscription' && headers['x-api-key'] !== undefined) {
    return 'an API key in a session that runs on a subscription';
  }
  return null;
}
