import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { unfitBody } from './admit.ts';
import type { Terms } from './admit.ts';
import { readBody } from './body.ts';
import { credentialFor } from './credentials.ts';
import type { Credential } from './credentials.ts';
import { refuse } from './exchange.ts';
import { answerHeaders, callHeaders } from './headers.ts';
import { mask } from './mask.ts';
import { callRefusal } from './refusal.ts';
import type { Refusal } from './refusal.ts';
import { calledServer } from './routes.ts';
import { send } from './send.ts';

type Called = {
  readonly ok: true;
  readonly name: string;
  readonly method: string;
  readonly url: URL;
  /** Counted in `held` until the call is over; null where the method has none. */
  readonly body: Buffer | null;
  readonly credential: Credential & { ok: true };
};

/** What came of a call. `refusal` when the session has no answer yet. */
type Outcome = { readonly status: number | null; readonly bytes: number; readonly refusal: Refusal | null };

/** One request's way to an MCP server that the session's grant names: judged, written down, passed on. Settles when it is over, and rejects never. */
export async function call(terms: Terms, request: IncomingMessage, answer: ServerResponse): Promise<void> {
  const gone = new AbortController();
  answer.once('close', () => gone.abort());
  try {
    const called = await judge(terms, request);
    const refused = called.ok ? await written(terms, called, request, answer, gone.signal) : called;
    if (refused === null) {
      return;
    }
    terms.refused(refused.why, request.method, request.url);
    if (refused.forbidden) {
      terms.overstepped(request);
    }
    await refuse(terms, refused, request, answer);
  } catch (error) {
    if (!gone.signal.aborted) {
      terms.log.error('a call failed', { session: terms.grant.session, error: (error as Error).message });
    }
    answer.destroy();
  }
}

const forbidden = (why: string, message?: string): Refusal => ({ ...callRefusal(403, why, message), forbidden: true });

async function judge(terms: Terms, request: IncomingMessage): Promise<Called | Refusal> {
  const { grant, servers, limits, held, log } = terms;
  const method = request.method ?? '';
  const name = calledServer(grant.servers, method, request.url);
  if (name === null) {
    const message = `${method} ${request.url?.slice(0, 200)} is no MCP server of this session`;
    return forbidden('no such server', message);
  }
  const unfit = unfitBody(request);
  if (unfit !== null) {
    return forbidden(unfit);
  }
  const server = Object.hasOwn(servers, name) ? servers[name] : undefined;
  if (server === undefined) {
    return callRefusal(503, `server ${name} is not configured`);
  }
  if (!terms.mayCall()) {
    return callRefusal(429, 'too many calls', `more than ${limits.requestsPerMinute} calls in a minute`);
  }
  const read = await readBody(request, held, limits);
  if (!read.ok) {
    return { ...callRefusal(read.status, read.why), ...(read.forbidden ? { forbidden: true } : {}) };
  }
  const isEmpty = method !== 'POST';
  const credential = await credentialFor(server);
  if (credential.ok && !(isEmpty && read.bytes.length > 0)) {
    return { ok: true, name, method, url: new URL(server.url), body: isEmpty ? null : read.bytes, credential };
  }
  held.bytes -= read.bytes.length;
  if (credential.ok) {
    return forbidden(`a body with ${method}`);
  }
  log.error(`server ${name} has no credential: ${credential.why}`, { session: grant.session });
  return callRefusal(
    502,
    'no credential',
    `${name} has no usable credential on this machine; its owner has to mend it`,
  );
}

/** Nothing leaves before it is written down durably that it does; of its body only how long it is. */
async function written(
  { grant: { session }, meter, held, limits, log }: Terms,
  called: Called,
  request: IncomingMessage,
  answer: ServerResponse,
  signal: AbortSignal,
): Promise<Refusal | null> {
  const { name, method, url, body, credential } = called;
  const bytes = body?.length ?? 0;
  const id = randomUUID();
  const began = performance.now();
  try {
    const failed = await meter.write({ event: 'called', t: Date.now(), id, session, server: name, method, bytes }).then(
      () => null,
      (error: unknown) => error as Error,
    );
    if (failed !== null) {
      log.error(`usage.jsonl cannot be written (${failed.message}): nothing is forwarded`, { session });
      return callRefusal(503, 'not written down', 'it cannot record calls, so nothing leaves; see its log');
    }
    const headers = callHeaders(request.headers, credential.headers, body);
    const what = { method, url, headers, body: body ?? Buffer.alloc(0), connectMs: limits.connectMs };
    const { refusal, ...came } = await passOn(name, what, credential.secret, answer, signal);
    const ms = Math.round(performance.now() - began);
    await meter
      .write({ event: 'answered', t: Date.now(), id, session, ...came, ms })
      .catch((error: Error) => log.error(`the end of call ${id} is not in usage.jsonl (${error.message})`));
    if (refusal !== null) {
      log.error(refusal.message, { session });
    }
    return refusal;
  } finally {
    held.bytes -= bytes;
  }
}

/** Passes the answer on, byte for byte as it comes, but for the credential in it. */
async function passOn(
  name: string,
  what: Parameters<typeof send>[0],
  secret: string,
  answer: ServerResponse,
  signal: AbortSignal,
): Promise<Outcome> {
  let status: number | null = null;
  let bytes = 0;
  try {
    const incoming = await send(what, { connected: false }, signal);
    status = incoming.statusCode ?? 502;
    const unfit = unfitAnswer(name, status);
    if (unfit !== null) {
      incoming.destroy();
      return { status, bytes, refusal: unfit };
    }
    answer.writeHead(status, answerHeaders(incoming.headers, secret, 'server')).flushHeaders();
    const covered = mask(secret);
    for await (const chunk of incoming) {
      bytes += (chunk as Buffer).length;
      if (!answer.write(covered.pass(chunk as Buffer))) {
        await once(answer, 'drain', { signal });
      }
    }
    answer.end(covered.end());
    return { status, bytes, refusal: null };
  } catch (error) {
    if (answer.headersSent || signal.aborted) {
      answer.destroy();
      return { status, bytes, refusal: null };
    }
    const why = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    return { status, bytes, refusal: callRefusal(502, 'no answer', `no answer came from ${name} (${why})`) };
  }
}

/** To a 401 a CLI would answer with a login of its own, for which a session has neither a way nor a person. */
function unfitAnswer(name: string, status: number): Refusal | null {
  if (status === 401) {
    return callRefusal(
      502,
      'credential refused',
      `${name} refused this machine's credential; its owner has to mend it`,
    );
  }
  return status >= 300 && status <= 399
    ? callRefusal(502, 'a redirect', `${name} sends elsewhere (status ${status}), which is not followed`)
    : null;
}
