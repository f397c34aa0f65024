import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Account, Usage } from './files.ts';
import { answerHeaders } from './headers.ts';
import { isIn, mask } from './mask.ts';
import { refusal } from './refusal.ts';
import type { Refusal } from './refusal.ts';
import { send } from './send.ts';
import type { Answer } from './told.ts';
import { usageReader } from './usage.ts';

export type Outgoing = {
  readonly url: URL;
  readonly provider: Account['provider'];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Never in an answer, whatever the upstream says. */
  readonly secret: string;
  readonly connectMs: number;
  /** Hears of the answer before the session does, which gets it only when this resolves. Rejects never. */
  readonly saw: (answer: Answer) => Promise<void>;
};

/** What came of it. `refusal` when the session has no answer yet. */
export type Forwarded = {
  readonly status: number | null;
  readonly usage: Usage | null;
  /** It cost nothing: the provider turned it away, or it never got there. */
  readonly free: boolean;
  readonly refusal: Refusal | null;
};

/** Errors are read whole before they are passed on; longer ones are not passed on. */
const longestError = 2 ** 20;

/**
 * Sends the request and passes the answer on, byte for byte as it comes, but for a credential in it. When `signal` aborts, so does the upstream; when the upstream
 * breaks off in mid-answer, so does the session's connection.
 */
export async function forward(outgoing: Outgoing, answer: ServerResponse, signal: AbortSignal): Promise<Forwarded> {
  const { url, secret } = outgoing;
  let status: number | null = null;
  const way = { connected: false };
  try {
    const incoming = await send({ ...outgoing, method: 'POST' }, way, signal);
    status = incoming.statusCode ?? null;
    const headers = answerHeaders(incoming.headers, secret);
    if (status === null || status < 200 || status > 299) {
      return { status, usage: null, free: true, refusal: await passError(incoming, headers, outgoing, answer) };
    }
    await outgoing.saw({ status, headers: incoming.headers, body: null });
    answer.writeHead(status, headers).flushHeaders();
    return { status, ...(await passOn(incoming, outgoing, answer, signal)), refusal: null };
  } catch (error) {
    // Whatever status it began with: one that was turned away is not charged, however its error breaks off.
    const free = !way.connected || (status !== null && (status < 200 || status > 299));
    if (answer.headersSent || signal.aborted) {
      answer.destroy();
      return { status, usage: null, free, refusal: null };
    }
    const why = (error as NodeJS.ErrnoException).code ?? (error as Error).message;
    return {
      status,
      usage: null,
      free,
      refusal: refusal(502, 'no answer', `no answer came from ${url.host} (${why})`),
    };
  }
}

async function passOn(
  incoming: IncomingMessage,
  { provider, saw, secret }: Outgoing,
  answer: ServerResponse,
  signal: AbortSignal,
): Promise<Pick<Forwarded, 'usage' | 'free'>> {
  const reader = usageReader(provider, incoming.headers['content-type']);
  const covered = mask(secret);
  let told = false;
  for await (const chunk of incoming) {
    reader.see(chunk as Buffer);
    const code = reader.failure();
    if (code !== null && !told) {
      told = true;
      // As it is told by an answer that fails from the beginning.
      const body = Buffer.from(JSON.stringify({ error: { code } }));
      await saw({ status: 429, headers: incoming.headers, body });
    }
    if (!answer.write(covered.pass(chunk as Buffer))) {
      await once(answer, 'drain', { signal });
    }
  }
  answer.end(covered.end());
  const usage = reader.usage();
  return { usage, free: usage === null && told };
}

async function passError(
  incoming: IncomingMessage,
  headers: Readonly<Record<string, string>>,
  { secret, saw }: Outgoing,
  answer: ServerResponse,
): Promise<Refusal | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length > longestError) {
      break;
    }
  }
  const body = Buffer.concat(chunks);
  await saw({ status: incoming.statusCode ?? 0, headers: incoming.headers, body });
  if (length > longestError || isIn(body, secret)) {
    return refusal(
      502,
      'error withheld',
      `the upstream's answer with status ${incoming.statusCode} was withheld (too long, or it held the credential)`,
    );
  }
  answer.writeHead(incoming.statusCode ?? 502, { ...headers, 'content-length': String(length) }).end(body);
  return null;
}
