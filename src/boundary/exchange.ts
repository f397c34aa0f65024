import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { admit, shutRefusal } from './admit.ts';
import type { Admitted, Terms } from './admit.ts';
import { costOf, worstOf } from './cost.ts';
import { forward } from './forward.ts';
import type { Forwarded } from './forward.ts';
import { requestHeaders } from './headers.ts';
import { overAnswer } from './over-answer.ts';
import { errorBody, refusal } from './refusal.ts';
import type { Refusal } from './refusal.ts';
import { told } from './told.ts';
import type { Answer } from './told.ts';

/** One request's way: judged, metered, forwarded, metered again. Settles when it is over, and rejects never. */
export async function exchange(terms: Terms, request: IncomingMessage, answer: ServerResponse): Promise<void> {
  const gone = new AbortController();
  answer.once('close', () => gone.abort());
  try {
    const admitted = await admit(terms, request);
    if (!admitted.ok) {
      terms.refused(admitted.why, request.method, request.url);
      if (admitted.forbidden) {
        terms.overstepped(request);
      }
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

async function pass(
  terms: Terms,
  admitted: Admitted,
  request: IncomingMessage,
  answer: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const { grant, spending, spent, held } = terms;
  const { session, task, account, budget } = grant;
  const id = randomUUID();
  const worst = worstIn(admitted);
  const over = await spending.take(id, { session, task, account, worst, budget }, signal);
  const refused = over === null ? await metered(terms, admitted, id, request, answer, signal) : overAnswer(terms, over);
  if (over !== null) {
    held.bytes -= admitted.body.length;
    // Who went away while it waited was refused nothing.
    signal.throwIfAborted();
    terms.refused(overAnswer(terms, over).why, request.method, request.url);
    await spent.over(task, over);
  }
  if (refused !== null) {
    await refuse(terms, refused, request, answer);
  }
}

const worstIn = ({ price, size }: Admitted): number => (price === null ? 0 : worstOf(price, size));

/** Written down before and after. Gives what the session is told where it has no answer yet. */
async function metered(
  terms: Terms,
  admitted: Admitted,
  id: string,
  request: IncomingMessage,
  answer: ServerResponse,
  signal: AbortSignal,
): Promise<Refusal | null> {
  const { grant, meter, spending, log } = terms;
  const began = performance.now();
  const unmetered = await start(terms, admitted, id);
  if (unmetered !== null) {
    spending.settle(id, 0);
    return unmetered;
  }
  let cost: number | null = null;
  try {
    // It may have been shut while the start was written down.
    const shut = shutRefusal(terms);
    const out =
      shut === null ? await goOut(terms, admitted, request, answer, signal) : stay(terms, admitted, request, shut);
    const { status, usage, refusal } = out;
    const known = costIn(admitted, out);
    const ms = Math.round(performance.now() - began);
    const costs = known === null ? {} : { cost: known };
    await meter.write({ event: 'ended', t: Date.now(), id, session: grant.session, status, usage, ...costs, ms }).then(
      () => (cost = known),
      (error: unknown) =>
        log.error(`the end of request ${id} is not in usage.jsonl (${(error as Error).message}): it counts in full`),
    );
    if (refusal !== null && shut === null) {
      log.error(refusal.message, { session: grant.session });
    }
    return refusal;
  } finally {
    spending.settle(id, cost);
  }
}

/** Null where nobody knows: it may have been charged, and no count came. What was turned away, or never got there, cost nothing. */
function costIn({ price, size }: Admitted, { usage, free }: Forwarded): number | null {
  if (usage !== null && price !== null) {
    return costOf(price, usage, size.keeps);
  }
  return free || price === null ? 0 : null;
}

/** Nothing leaves before it is written down durably that it does. */
async function start({ grant, meter, held, log }: Terms, admitted: Admitted, id: string): Promise<Refusal | null> {
  const { session, task, account } = grant;
  const { model, body } = admitted;
  try {
    const worst = worstIn(admitted);
    await meter.write({ event: 'started', t: Date.now(), id, session, account, model, task, worst });
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
  return { status: null, usage: null, free: true, refusal: shut };
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
export async function refuse(
  terms: Terms,
  refused: Refusal,
  request: IncomingMessage,
  answer: ServerResponse,
): Promise<void> {
  const body = errorBody(terms.account.provider, refused);
  answer.writeHead(refused.status, {
    'content-type': 'application/json',
    'content-length': String(body.length),
    connection: 'close',
    ...refused.headers,
  });
  answer.write(body);
  let [left, pieces] = [2 * terms.limits.bodyBytes, 2 * terms.limits.bodyPieces];
  for await (const chunk of request) {
    left -= (chunk as Buffer).length;
    pieces -= 1;
    if (left < 0 || pieces < 0) {
      break;
    }
  }
  answer.end();
}
