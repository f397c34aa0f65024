import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import type { Outside } from '../../src/boundary/outside.ts';

/** The internet of a test: names that lead to addresses, and one real TLS server on loopback that answers at all of them. */
export type Far = {
  readonly outside: Outside;
  /** Name → what each look-up gives in turn; the last one stays. */
  readonly names: Record<string, (readonly string[])[]>;
  /** `address:port` of every connection that was made. */
  readonly connected: string[];
  readonly lookedUp: string[];
  /** Where the server listens, on loopback. */
  readonly port: number;
  /** The server's certificate, for example.org and other.example. */
  readonly certificate: string;
  readonly certificateFile: string;
  /** What the server does with a connection once TLS is there: answers `hello` to a line, unless told otherwise. */
  answer: (socket: Socket) => void;
  close(): Promise<void>;
};

/** A public address that belongs to nobody here: nothing connects to it. */
export const there = '93.184.215.14';

export async function makeFar(): Promise<Far> {
  const folder = mkdtempSync(join(tmpdir(), 'far-'));
  const [key, certificateFile] = [join(folder, 'key'), join(folder, 'certificate')];
  const subject = ['-subj', '/CN=example.org', '-addext', 'subjectAltName=DNS:example.org,DNS:other.example'];
  const making = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  execFileSync('openssl', [...making, '-keyout', key, '-out', certificateFile, ...subject], { stdio: 'ignore' });
  const certificate = readFileSync(certificateFile, 'utf8');
  const server = createServer({ key: readFileSync(key), cert: certificate }, (socket) => {
    socket.on('error', () => undefined);
    far.answer(socket);
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => void open.add(socket));
  const { port: real } = server.address() as AddressInfo;
  const far: Far = {
    names: { 'example.org': [[there]], 'other.example': [[there]] },
    connected: [],
    lookedUp: [],
    port: real,
    certificate,
    certificateFile,
    answer: (socket) => void socket.on('data', (chunk: Buffer) => socket.write(`hello ${chunk.toString()}`)),
    outside: {
      lookup: (name) => {
        far.lookedUp.push(name);
        const turns = far.names[name];
        const now = turns !== undefined && turns.length > 1 ? turns.shift() : turns?.[0];
        const missing = Object.assign(new Error(name), { code: 'ENOTFOUND' });
        return now === undefined ? Promise.reject(missing) : Promise.resolve(now);
      },
      connect: (address, port) => {
        far.connected.push(`${address}:${port}`);
        return connectTcp(real, '127.0.0.1');
      },
    },
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((done) => server.close(done));
      rmSync(folder, { recursive: true });
    },
  };
  return far;
}
