import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
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

/** What a request is judged by. The grant is the one that holds when the request comes. */
export type Terms = {
  readonly grant: Grant;
  readonly account: Account;
  readonly meter: Meter;
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
  const judged = judgeBody(body.bytes, grant.models);
  const credential = judged.ok ? await credentialOf(account) : null;
  if (judged.ok && credential?.ok === true) {
    return { ok: true, url, body: body.bytes, model: judged.model, credential };
  }
  terms.held.bytes -= body.bytes.length;
  if (!judged.ok) {
    return judged;
  }
  terms.log.error(`account ${grant.account} has no credential: ${credential?.ok === false ? credential.why : ''}`, {
    session: grant.session,
  });
  return refusal(
    401,
    'no credential',
    `account ${grant.account} has no usable credential on this machine; its owner has to log in again`,
  );
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
  const { status, usage, refusal: failed } = await goOut(terms, admitted, request, answer, signal);
  const ms = Math.round(performance.now() - began);
  await meter
    .write({ event: 'ended', t: Date.now(), id, session: grant.session, status, usage, ms })
    .catch((error: unknown) =>
      log.error(`the end of request ${id} is not in usage.jsonl (${(error as Error).message}): it counts in full`),
    );
  if (failed !== null) {
    log.error(failed.message, { session: grant.session });
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

async function goOut(
  { account, held, limits }: Terms,
  { url, body, credential }: Admitted,
  request: IncomingMessage,
  answer: ServerResponse,
  signal: AbortSignal,
): Promise<Forwarded> {
  const headers = requestHeaders(request.headers, credential.headers, body.length);
  const { provider } = account;
  try {
    return await forward(
      { url, provider, headers, body, secret: credential.secret, connectMs: limits.connectMs },
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
