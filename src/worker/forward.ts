import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a connection waits for a boundary that is just being restarted. */
const PATIENCE_MS = 5_000;
const AGAIN_MS = 100;

export type Forwarder = { readonly port: number; close(): Promise<void> };

/**
 * Lets what connects to 127.0.0.1:`port` out through the boundary's unix socket. Each connection opens the socket's path anew: a
 * boundary that was restarted has another socket there. Throws when the port is taken.
 */
export async function forward(port: number, socketPath: string): Promise<Forwarder> {
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (inner) => {
    open.add(inner);
    inner.on('close', () => open.delete(inner));
    inner.on('error', () => inner.destroy());
    void join(inner, socketPath);
  });
  await new Promise<void>((done, failed) => {
    server.once('error', failed);
    server.listen(port, '127.0.0.1', done);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      for (const socket of open) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}

async function join(inner: Socket, socketPath: string): Promise<void> {
  const outer = await reach(inner, socketPath);
  if (outer === null) {
    inner.destroy();
    return;
  }
  outer.on('error', () => inner.destroy());
  inner.on('close', () => outer.destroy());
  inner.pipe(outer);
  outer.pipe(inner);
}

/** null when nobody took the connection in time, or whoever asked went away. */
async function reach(inner: Socket, socketPath: string): Promise<Socket | null> {
  for (let waited = 0; waited <= PATIENCE_MS && !inner.destroyed; waited += AGAIN_MS) {
    const outer = await attempt(socketPath);
    if (outer !== null && inner.destroyed) outer.destroy();
    else if (outer !== null) return outer;
    await sleep(AGAIN_MS);
  }
  return null;
}

function attempt(path: string): Promise<Socket | null> {
  return new Promise((done) => {
    const socket = connect({ path, allowHalfOpen: true });
    socket.once('connect', () => done(socket));
    socket.once('error', () => done(null));
  });
}
