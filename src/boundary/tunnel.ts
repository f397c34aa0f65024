import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Grant, RefusedLine } from './files.ts';
import { HEADER, readHello, recordLength } from './hello.ts';
import { isListed, textOf, wantedPlace } from './hosts.ts';
import type { Place } from './hosts.ts';
import type { Limits } from './limits.ts';
import { reach } from './outside.ts';
import type { Outside } from './outside.ts';

/** What all tunnels of a session share. */
export type Tunnels = {
  /** The grant that holds when a tunnel is asked for. */
  readonly grant: () => Grant;
  readonly limits: Limits;
  readonly outside: Outside;
  /** False when the session asked too often. */
  readonly mayAsk: () => boolean;
  /** Bytes of all tunnels until now, both ways, and where those that are open lead. */
  readonly used: { bytes: number; readonly open: Map<Socket, Place> };
  /** For usage.jsonl. */
  readonly refused: (why: string, method: string | undefined, path: string | undefined) => void;
  /** For people. */
  readonly tally: (place: Place, why: RefusedLine['why']) => void;
};

type Judged =
  | { readonly ok: true; readonly place: Place }
  | { readonly ok: false; readonly status: number; readonly why: string };

/**
 * One tunnel's way: judged by its name, connected to an address that was judged, opened, and held to TLS for that very name. Settles when it is
 * connected through or refused, and rejects never.
 */
export async function tunnel(of: Tunnels, request: IncomingMessage, inner: Socket, head: Buffer): Promise<void> {
  const gone = new AbortController();
  inner.on('error', () => inner.destroy());
  inner.once('close', () => gone.abort());
  const judged = judge(of, request, head);
  if (!judged.ok) {
    of.refused(judged.why, request.method, request.url);
    say(inner, judged.status, judged.why);
    return;
  }
  const { place } = judged;
  of.used.open.set(inner, place);
  inner.once('close', () => of.used.open.delete(inner));
  const reached = await reach(of.outside, place, of.limits.connectMs, gone.signal);
  if (!reached.ok) {
    of.refused(reached.why, request.method, request.url);
    if (reached.is === 'closed') {
      of.tally(place, 'address');
    }
    say(inner, reached.is === 'closed' ? 403 : 502, reached.why);
    return;
  }
  const outer = reached.socket;
  inner.once('close', () => outer.destroy());
  outer.once('close', () => inner.writableEnded || inner.destroy());
  if (inner.destroyed || outer.destroyed) {
    inner.destroy();
    outer.destroy();
    return;
  }
  inner.write('HTTP/1.1 200 Connection established\r\n\r\n');
  const began = await firstBytes(inner, place.name, of.limits.helloMs);
  if (typeof began === 'string') {
    of.refused(`${began}, not TLS for ${place.name}`, request.method, request.url);
    of.tally(place, 'tls');
    inner.destroy();
  } else if (began === null) {
    inner.destroy();
  } else {
    connectThrough(of, inner, outer, began);
  }
}

/** Ends the tunnels that lead where the grant does not any more. */
export function endUnlisted({ grant, used }: Tunnels): void {
  for (const [inner, place] of used.open) {
    if (!isListed(grant().hosts, place)) {
      inner.destroy();
    }
  }
}

function judge({ grant, limits, mayAsk, used, tally }: Tunnels, request: IncomingMessage, head: Buffer): Judged {
  const no = (status: number, why: string): Judged => ({ ok: false, status, why });
  const place = wantedPlace('CONNECT', request.url);
  if (place === null || request.httpVersionMajor !== 1) {
    return no(400, 'no name and port in HTTP/1.1');
  }
  if (!isListed(grant().hosts, place)) {
    tally(place, 'unlisted');
    return no(403, `${textOf(place)} is not among the hosts of this project`);
  }
  const hosts = request.rawHeaders.filter((_, n, all) => n % 2 === 1 && all[n - 1]?.toLowerCase() === 'host');
  if (hosts.length > 1 || hosts.some((host) => host !== place.name && host !== `${place.name}:${place.port}`)) {
    return no(400, 'a Host that is not the one asked for');
  }
  if (head.length > 0 || 'content-length' in request.headers || 'transfer-encoding' in request.headers) {
    return no(400, 'bytes before the answer');
  }
  if (!mayAsk()) {
    return no(429, `more than ${limits.tunnelsPerMinute} tunnels in a minute`);
  }
  if (used.open.size >= limits.tunnels) {
    return no(429, `more than ${limits.tunnels} tunnels at once`);
  }
  return used.bytes >= limits.tunnelBytes
    ? no(429, `this session has sent and fetched ${limits.tunnelBytes} bytes, and may no more`)
    : { ok: true, place };
}

/** Why, in plain words: a build tool shows the status line at best, and curl -v the rest. */
function say(inner: Socket, status: number, why: string): void {
  const body = `Signalbox's boundary refused it: ${why}.\n`;
  inner.end(
    `HTTP/1.1 ${status} Refused\r\ncontent-type: text/plain\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
    () => inner.destroy(),
  );
}

/** All that came until TLS had told the name, and that name is `name`; else why it is not; null when it ended before. The socket is paused then. */
function firstBytes(inner: Socket, name: string, ms: number): Promise<Buffer | string | null> {
  return new Promise((done) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const end = (what: Buffer | string | null): void => {
      clearTimeout(timer);
      inner.off('data', take).off('end', cut).off('close', cut).pause();
      done(what);
    };
    const cut = (): void => end(null);
    const timer = setTimeout(() => end('nothing in time'), ms);
    const take = (chunk: Buffer): void => {
      chunks.push(chunk);
      length += chunk.length;
      const whole = length < HEADER ? HEADER : recordLength(Buffer.concat(chunks, HEADER));
      if (whole === null) {
        end('another protocol');
      } else if (length >= whole && length > HEADER) {
        const bytes = Buffer.concat(chunks);
        const hello = readHello(bytes.subarray(0, whole));
        end(hello.ok ? (hello.name === name ? bytes : 'another name') : hello.why);
      }
    };
    inner.on('data', take).once('end', cut).once('close', cut);
  });
}

function connectThrough({ limits, used, refused }: Tunnels, inner: Socket, outer: Socket, began: Buffer): void {
  used.bytes += began.length;
  const count = (chunk: Buffer): void => {
    used.bytes += chunk.length;
    if (used.bytes > limits.tunnelBytes && !inner.destroyed) {
      refused(`more than ${limits.tunnelBytes} bytes through tunnels`, 'CONNECT', undefined);
      inner.destroy();
    }
  };
  for (const socket of [inner, outer]) {
    socket.setTimeout(limits.tunnelIdleMs, () => inner.destroy());
    socket.on('data', count);
  }
  outer.write(began);
  inner.pipe(outer);
  outer.pipe(inner);
}
