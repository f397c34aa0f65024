import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { RefusedLine } from '../../src/boundary/files.ts';
import { eventually } from './ground.ts';
import type { Ground } from './ground.ts';

type Opened = { readonly status: number; readonly socket: Socket; readonly text: string };

const opened: Socket[] = [];
export const closeOpened = (): void => opened.splice(0).forEach((one) => one.destroy());

/** A tunnel as a tool asks for it; `socket` is through when the status is 200. */
export async function open(target: string, socketPath: string): Promise<Opened> {
  const asking = request({ socketPath, method: 'CONNECT', path: target, headers: { host: target }, agent: false });
  asking.on('error', () => undefined);
  const [answer, through, head] = (await once(asking.end(), 'connect')) as [{ statusCode: number }, Socket, Buffer];
  through.on('error', () => undefined);
  opened.push(through);
  if (answer.statusCode === 200) return { status: 200, socket: through, text: '' };
  const chunks = [head];
  for await (const chunk of through) chunks.push(chunk as Buffer);
  return { status: answer.statusCode, socket: through, text: Buffer.concat(chunks).toString() };
}

/** What is answered in TLS; null when the connection ended instead. `ca`: the certificate is checked by it. */
export async function speak(through: Socket, servername: string, bytes = 'x', ca?: string): Promise<string | null> {
  const checked = ca === undefined ? { rejectUnauthorized: false } : { ca };
  const secure = connectTls({ socket: through, servername, ...checked });
  const over = new Promise<null>((done) => {
    secure.once('error', () => done(null)).once('close', () => done(null));
  });
  secure.write(bytes);
  const said = await Promise.race([once(secure, 'data').then(([chunk]) => String(chunk)), over]);
  if (said === null) secure.destroy();
  return said;
}

/** The first record of a real client. */
export function helloFor(servername: string, options: object = {}): Promise<Buffer> {
  return new Promise((done) => {
    const read = (): void => undefined;
    const wire = new Duplex({
      read,
      write: (chunk: Buffer, _, next) => {
        done(chunk);
        next();
      },
    });
    connectTls({ socket: wire, servername, ...options }).on('error', () => undefined);
  });
}

/** The lines of refused.jsonl, once there are as many as told. */
export const refusedLines = async ({ folder }: Ground, count: number): Promise<RefusedLine[]> =>
  eventually(async () => {
    const text = await readFile(join(folder, 'refused.jsonl'), 'utf8').catch(() => '');
    const lines = text.split('\n').slice(0, -1);
    return lines.length >= count ? lines.map((line) => RefusedLine.parse(JSON.parse(line))) : null;
  });

/** Why each refusal of usage.jsonl was one, once there are as many lines as told. */
export const reasons = async (ground: Ground, count = 0): Promise<string[]> =>
  (await ground.metered(count)).flatMap((line) => (line.event === 'refused' ? [line.why] : []));
