import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

/** A request that leaves this machine. */
export type Sent = {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly connectMs: number;
};

// A connection a request: one kept alive may be closed by the provider just when the next request, already metered, is sent into it.
const agents = { 'http:': new HttpAgent({ keepAlive: false }), 'https:': new HttpsAgent({ keepAlive: false }) };

/** Gives the answer when its headers are there; no redirect is followed. `way` knows whether anything of the request may have arrived. */
export async function send(what: Sent, way: { connected: boolean }, signal: AbortSignal): Promise<IncomingMessage> {
  const { method, url, headers, body, connectMs } = what;
  const options = { method, headers, signal, maxHeaderSize: 64 * 1024 };
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
