import { chmod, lstat, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Accounts } from './accounts.ts';
import type { Terms } from './admit.ts';
import { call } from './call.ts';
import { exchange } from './exchange.ts';
import { MODEL, SERVERS } from './files.ts';
import type { Account, Grant, RefusedLine } from './files.ts';
import { wantedPlace } from './hosts.ts';
import type { Place } from './hosts.ts';
import type { Limits } from './limits.ts';
import type { Lines } from './lines.ts';
import type { Log } from './log.ts';
import { refusalWriter } from './meter.ts';
import type { Meter } from './meter.ts';
import type { Outside } from './outside.ts';
import type { Prices } from './prices.ts';
import { perMinute, timedPerMinute } from './rate.ts';
import { errorBody, refusal } from './refusal.ts';
import { isCall } from './routes.ts';
import type { Servers } from './servers.ts';
import type { Spending } from './spending.ts';
import type { SpentFiles } from './spent.ts';
import { refusedTally } from './tally.ts';
import type { Tally } from './tally.ts';
import { endUnlisted, tunnel } from './tunnel.ts';
import type { Tunnels } from './tunnel.ts';

/** A session's socket, served. */
export type Session = {
  readonly socket: string;
  /** Holds for the requests that come from now on. */
  change(grant: Grant, account: Account): void;
  /** Whether the file of the socket is still the one that is served. */
  stands(): Promise<boolean>;
  /** Breaks off what is under way, here and upstream, and waits until that is metered. */
  close(): Promise<void>;
};

export type Shared = {
  readonly meter: Meter;
  readonly refusals: Lines<RefusedLine>;
  readonly outside: Outside;
  readonly accounts: Accounts;
  readonly servers: Servers;
  readonly spending: Spending;
  readonly spent: SpentFiles;
  readonly prices: Prices;
  readonly limits: Limits;
  readonly log: Log;
};

/** No names that an agent could ask for. */
const model: Place = { name: MODEL, port: 443 };
const anyServer: Place = { name: SERVERS, port: 443 };

/** Serves `grant.socket`. Throws when that cannot be; a socket that a killed boundary left is replaced, anything else in its place is not. */
export async function serveSession(grant: Grant, account: Account, shared: Shared): Promise<Session> {
  const under = new Set<Promise<void>>();
  const tally = refusedTally(grant, { ...shared, settleMs: shared.limits.settleMs });
  let terms: Terms = {
    grant,
    account,
    ...shared,
    held: { bytes: 0 },
    mayAsk: perMinute(shared.limits.requestsPerMinute, monotonic),
    mayCall: perMinute(shared.limits.requestsPerMinute, monotonic),
    judge: timedPerMinute(shared.limits.judgingMs, monotonic),
    refused: refusals(grant.session, shared),
    // A client that takes the boundary for a plain proxy wants to go elsewhere.
    overstepped: ({ method, url }) => {
      const place = wantedPlace(method, url);
      tally.add(place ?? (isCall(url) ? anyServer : model), place === null ? 'request' : 'tls');
    },
  };
  const tunnels = tunnelsOf(() => terms.grant, terms.refused, tally, shared);

  const server = limitedServer(shared.limits);
  server.on('request', (request, answer) => {
    answer.shouldKeepAlive = false;
    const one = (isCall(request.url) ? call : exchange)(terms, request, answer).finally(() => under.delete(one));
    under.add(one);
  });
  takeTunnels(server, tunnels, under, shared.log);
  refuseTheRest(server, () => terms);
  const sockets = tracked(server);
  const inode = await listen(server, grant.socket);

  return {
    socket: grant.socket,
    change: (grant, account) => {
      terms = { ...terms, grant, account };
      endUnlisted(tunnels);
    },
    stands: async () => (await statOf(grant.socket))?.ino === inode,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) {
        socket.destroy();
      }
      await Promise.all([closed, ...under]);
      await tally.close();
    },
  };
}

function limitedServer(limits: Limits): Server {
  const server = createServer({
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: Math.min(5_000, limits.headersMs),
  });
  server.maxConnections = limits.connections;
  // What follows a request on its connection is never taken for another one.
  server.maxRequestsPerSocket = 1;
  return server;
}

function tunnelsOf(grant: () => Grant, refused: Terms['refused'], tally: Tally, shared: Shared): Tunnels {
  const mayAsk = perMinute(shared.limits.tunnelsPerMinute, monotonic);
  const used = { bytes: 0, open: new Map<Socket, Place>() };
  return { ...shared, grant, mayAsk, used, refused, tally: (place, why) => tally.add(place, why) };
}

function takeTunnels(server: Server, tunnels: Tunnels, under: Set<Promise<void>>, log: Log): void {
  server.on('connect', (request, socket, head) => {
    if (socket instanceof Socket) {
      const one = tunnel(tunnels, request, socket, head)
        .catch((error: Error) => {
          log.error('a tunnel failed', { session: tunnels.grant().session, error: error.message });
          socket.destroy();
        })
        .finally(() => under.delete(one));
      under.add(one);
    }
  });
}

function refusals(session: string, { meter, limits, log }: Shared): Terms['refused'] {
  return refusalWriter(perMinute(limits.refusalsPerMinute, monotonic), (why, method, path) => {
    meter
      .write({ event: 'refused', t: Date.now(), session, method, path, why })
      .catch((error: unknown) =>
        log.error(`a refusal is not in usage.jsonl (${(error as Error).message})`, { session, why }),
      );
  });
}

function monotonic(): number {
  return performance.now();
}

/** What is no ordinary request: it never reaches `exchange`. */
function refuseTheRest(server: Server, terms: () => Terms): void {
  const say = (socket: Duplex, status: number, why: string): void => {
    const body = errorBody(terms().account.provider, refusal(status, why));
    socket.on('error', () => undefined);
    socket.end(
      `HTTP/1.1 ${status} Refused\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body.toString()}`,
      () => socket.destroy(),
    );
  };
  server.on('clientError', (error: NodeJS.ErrnoException & { bytesParsed?: number }, socket) => {
    const status = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
    if (error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    terms().refused(`not HTTP (${error.code ?? 'unknown'})`, undefined, undefined);
    // An answer that is under way must not be mixed with this one.
    if ('bytesWritten' in socket && socket.bytesWritten === 0 && socket.writable) {
      say(socket, status, 'this is not a request in HTTP/1.1, or it did not come in time');
    } else {
      socket.destroy();
    }
  });
  server.on('checkExpectation', (request, answer) => {
    terms().refused('an expectation', request.method, request.url);
    const body = errorBody(terms().account.provider, refusal(403, 'no expectations'));
    answer.writeHead(403, { 'content-type': 'application/json', connection: 'close' }).end(body);
  });
  server.on('dropRequest', (request) =>
    terms().refused('a second request on one connection', request.method, request.url),
  );
  server.on('drop', () => {
    terms().refused('too many connections', undefined, undefined);
    terms().overstepped({});
  });
}

function tracked(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}

/** Gives the inode of the socket. The worker in the container connects with the controller's group. */
async function listen(server: Server, path: string): Promise<number | undefined> {
  const there = await statOf(path);
  if (there !== null && !there.isSocket()) {
    throw new Error(`${path} is there and is no socket`);
  }
  await rm(path, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
  await chmod(path, 0o660);
  return (await statOf(path))?.ino;
}

async function statOf(path: string) {
  try {
    return await lstat(path);
  } catch {
    return null;
  }
}
