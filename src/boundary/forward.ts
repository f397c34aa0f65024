import { once } from 'node:events';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Account, Usage } from './files.ts';
import { answerHeaders } from './headers.ts';
import { isIn, mask } from './mask.ts';
import { refusal } from './refusal.ts';
import type { Refusal } from './refusal.ts';
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

// A connection a request: one kept alive may be closed by the provider just when the next request, already metered, is sent into it.
const agents = { 'http:': new HttpAgent({ keepAlive: false }), 'https:': new HttpsAgent({ keepAlive: false }) };

/**
 * Sends the request and passes the answer on, byte for byte as it comes, but for a credential in it. When `signal` aborts, so does the upstream; when the upstream
 * breaks off in mid-answer, so does the session's connection.
 */
export async function forward(outgoing: Outgoing, answer: ServerResponse, signal: AbortSignal): Promise<Forwarded> {
  const { url, secret } = outgoing;
  let status: number | null = null;
  const way = { connected: false };
  try {
    const incoming = await send(outgoing, way, signal);
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

/** `way` knows whether anything of it may have arrived. */
async function send(outgoing: Outgoing, way: { connected: boolean }, signal: AbortSignal): Promise<IncomingMessage> {
  const { url, headers, body, connectMs } = outgoing;
  const options = { method: 'POST', headers, signal, maxHeaderSize: 64 * 1024 };
  const sent =
    url.protocol === 'https:'
      ? httpsRequest(url, { ...options, agent: agents['https:'] })
      : httpRequest(url, { ...options, agent: agents['http:'] });
  const connected = url.protocol === 'https:' ? 'secureConnect' : 'connect';
  giveUpConnecting(sent, connected, connectMs);
  sent.once('socket', (socket) => socket.once(connected, () => (way.connected = true)));
  // A model may think for many minutes without a byte: only a dead connection ends the wait.
  sent.setSocketKeepAlive(true, 30_000);
  return new Promise((resolve, reject) => {
    sent.on('response', resolve);
    // After the response this does nothing, and must be there: the answer itself tells what went wrong.
    sent.on('error', reject);
    sent.on('upgrade', (_, socket) => {
      socket.destroy();
      reject(new Error('it changed to another protocol'));
    });
    sent.end(body);
  });
}

function giveUpConnecting(sent: ClientRequest, connected: 'connect' | 'secureConnect', connectMs: number): void {
  const timer = setTimeout(() => sent.destroy(new Error(`no connection within ${connectMs} ms`)), connectMs);
  const done = (): void => clearTimeout(timer);
  sent.once('socket', (socket) => socket.once(connected, done));
  sent.once('close', done);
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
