import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Accounts } from './accounts.ts';
import { judgeBody, readBody } from './body.ts';
import type { Held } from './body.ts';
import { credentialOf } from './credentials.ts';
import type { Credential } from './credentials.ts';
import type { Account, Grant } from './files.ts';
import { forward } from './forward.ts';
import type { Forwarded } from './forward.ts';
import { requestHeaders } from './headers.ts';
import type { Limits } from './limits.ts';
import type { Log } from './log.ts';
import type { Meter } from './meter.ts';
import { errorBody, refusal } from './refusal.ts';
import type { Refusal } from './refusal.ts';
import { route } from './routes.ts';
import { shutAnswer } from './shut-answer.ts';
import { stampOf } from './stamp.ts';
import { told } from './told.ts';
import type { Answer } from './told.ts';

/** What a request is judged by. The grant is the one that holds when the request comes. */
export type Terms = {
  readonly grant: Grant;
  readonly account: Account;
  readonly meter: Meter;
  readonly accounts: Accounts;
  readonly limits: Limits;
  readonly log: Log;
  /** Shared by all requests of the session. */
  readonly held: Held;
  /** False when the session asked too often. */
  mayAsk(): boolean;
  refused(why: string, method: string | undefined, path: string | undefined): void;
};

type Admitted = {
  readonly ok: true;
  readonly url: URL;
  /** Counted in `held` until the request is over. */
  readonly body: Buffer;
  readonly model: string;
  readonly credential: Credential & { ok: true };
};

/** One request's way: judged, metered, forwarded, metered again. Settles when it is over, and rejects never. */
export async function exchange(terms: Terms, request: IncomingMessage, answer: ServerResponse): Promise<void> {
  const gone = new AbortController();
  answer.once('close', () => gone.abort());
  try {
    const admitted = await admit(terms, request);
    if (!admitted.ok) {
      terms.refused(admitted.why, request.method, request.url);
      await refuse(terms, admitted, request, answer);
      return;
    }
    await pass(terms, admitted, request, answer, gone.signal);
  } catch (error) {
    if (!gone.signal.aborted) {
      terms.log.error('a request failed', { session: terms.grant.session, error: (error as Error).message });
    }
    answer.destroy();
  }
}

async function admit(terms: Terms, request: IncomingMessage): Promise<Admitted | Refusal> {
  const { account, grant } = terms;
  const url = route(account, request.method, request.url);
  if (url === null) {
    return refusal(
      403,
      'no such route',
      `${request.method} ${request.url?.slice(0, 200)} is no way out of this session`,
    );
  }
  const unfit = unfitHeaders(request, account);
  if (unfit !== null) {
    return refusal(403, unfit);
  }
  if (!terms.mayAsk()) {
    return refusal(429, 'too many requests', `more than ${terms.limits.requestsPerMinute} requests in a minute`);
  }
  const body = await readBody(request, terms.held, terms.limits);
  if (!body.ok) {
    return body;
  }
  const judged = judgeBody(body.bytes, grant.models, account.provider);
  const credential = judged.ok ? await credentialOf(account) : null;
  const shut = judged.ok ? shutRefusal(terms) : null;
  if (judged.ok && shut === null && credential?.ok === true) {
    return { ok: true, url, body: body.bytes, model: judged.model, credential };
  }
  terms.held.bytes -= body.bytes.length;
  if (!judged.ok) {
    return judged;
  }
  if (shut !== null) {
    return shut;
  }
  await noCredential(terms, credential?.ok === false ? credential.why : '');
  return refusal(
    401,
    'no credential',
    `account ${grant.account} has no usable credential on this machine; its owner has to log in again`,
  );
}

/** Null when the session's account may be used. */
function shutRefusal({ accounts, grant, account }: Terms): Refusal | null {
  const shut = accounts.shut(grant.account);
  return shut === null ? null : shutAnswer(account.provider, shut);
}

/** The same as a login that the provider refused: nothing of the account leaves until its file changes. */
async function noCredential({ accounts, grant, account, log }: Terms, why: string): Promise<void> {
  log.error(`account ${grant.account} has no credential: ${why}`, { session: grant.session });
  const stamp = await stampOf(account.credentialFile);
  await accounts.see(grant.account, { shut: { why: 'login', window: null, until: null }, windows: [] }, stamp);
}

function unfitHeaders({ headers }: IncomingMessage, account: Account): string | null {
  if (headers.upgrade !== undefined) {
    return 'no upgrade to another protocol';
  }
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
    return 'the body must not be compressed';
  }
  if (account.kind === 'subscription' && headers['x-api-key'] !== undefined) {
    return 'an API key in a session that runs on a subscription';
  }
  return null;
}

async function pass(
  terms: Terms,
  admitted: Admitted,
  request: IncomingMessage,
  answer: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const { grant, meter, log } = terms;
  const id = randomUUID();
  const began = performance.now();
  const unmetered = await start(terms, admitted, id);
  if (unmetered !== null) {
    await refuse(terms, unmetered, request, answer);
    return;
  }
  // It may have been shut while the start was written down.
  const shut = shutRefusal(terms);
  const {
    status,
    usage,
    refusal: failed,
  } = shut === null ? await goOut(terms, admitted, request, answer, signal) : stay(terms, admitted, request, shut);
  const ms = Math.round(performance.now() - began);
  await meter
    .write({ event: 'ended', t: Date.now(), id, session: grant.session, status, usage, ms })
    .catch((error: unknown) =>
      log.error(`the end of request ${id} is not in usage.jsonl (${(error as Error).message}): it counts in full`),
    );
  if (failed !== null) {
    if (shut === null) {
      log.error(failed.message, { session: grant.session });
    }
    await refuse(terms, failed, request, answer);
  }
}

/** Nothing leaves before it is written down durably that it does. */
async function start(
  { grant, meter, held, log }: Terms,
  { model, body }: Admitted,
  id: string,
): Promise<Refusal | null> {
  const { session, account } = grant;
  try {
    await meter.write({ event: 'started', t: Date.now(), id, session, account, model });
    return null;
  } catch (error) {
    held.bytes -= body.length;
    log.error(`usage.jsonl cannot be written (${(error as Error).message}): nothing is forwarded`, { session });
    return refusal(503, 'not metered', 'it cannot record what is spent, so nothing leaves; see its log');
  }
}

function stay({ held, refused }: Terms, { body }: Admitted, request: IncomingMessage, shut: Refusal): Forwarded {
  held.bytes -= body.length;
  refused(shut.why, request.method, request.url);
  return { status: null, usage: null, refusal: shut };
}

async function goOut(
  { grant, account, accounts, held, limits }: Terms,
  { url, body, credential }: Admitted,
  request: IncomingMessage,
  answer: ServerResponse,
  signal: AbortSignal,
): Promise<Forwarded> {
  const headers = requestHeaders(request.headers, credential.headers, body.length);
  const { provider } = account;
  const saw = (seen: Answer): Promise<void> =>
    accounts.see(grant.account, told(account, seen, Date.now()), credential.stamp);
  try {
    return await forward(
      { url, provider, headers, body, secret: credential.secret, connectMs: limits.connectMs, saw },
      answer,
      signal,
    );
  } finally {
    held.bytes -= body.length;
  }
}

/** Answers at once, and ends the connection only when the client has said all it wanted: earlier, it might never read the answer. */
async function refuse(terms: Terms, refused: Refusal, request: IncomingMessage, answer: ServerResponse): Promise<void> {
  const body = errorBody(terms.account.provider, refused);
  answer.writeHead(refused.status, {
    'content-type': 'application/json',
    'content-length': String(body.length),
    connection: 'close',
    ...refused.headers,
  });
  answer.write(body);
  let left = 2 * terms.limits.bodyBytes;
  for await (const chunk of request) {
    left -= (chunk as Buffer).length;
    if (left < 0) {
      break;
    }
  }
  answer.end();
}
