import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { cleanName, FILE_MAX } from '../../chain/files.ts';
import { may } from '../../chain/person.ts';
import type { Files } from '../../chain/ports.ts';
import { refuse } from './guard.ts';
import type { Env } from './guard.ts';

/** Files in and out, as bytes: nothing here looks into one, and no browser may open one on this page's own ground. */

const TYPE = 'application/octet-stream';

/** No form of another page can send this type without asking first. */
export const bytesOnly: MiddlewareHandler = async (c, next) => {
  const type = c.req.header('content-type') ?? '';
  return type === TYPE
    ? next()
    : refuse(c, 415, `Send the bytes of one file with Content-Type: ${TYPE}, not "${type}".`);
};

const counted = bodyLimit({ maxSize: FILE_MAX, onError: tooLarge });

/** A length that is declared is judged before a byte is read. */
export const smallFile: MiddlewareHandler = async (c, next) =>
  Number(c.req.header('content-length') ?? 0) > FILE_MAX ? tooLarge(c) : counted(c, next);

function tooLarge(c: Context): Response {
  c.header('Connection', 'close');
  return refuse(
    c,
    413,
    `That file is larger than ${FILE_MAX / 1024 ** 2} MiB, and nothing of it was taken. Your message can go without it.`,
  );
}

/** Kept durably before it is answered. To be named in `files` of what the person then says; one that never is goes nowhere. */
export async function upload(c: Context<Env>, files: Files): Promise<Response> {
  if (!may(c.get('person'), 'steer')) return refuse(c, 403, 'Sending files takes the right `steer`.');
  const name = cleanName(c.req.query('name') ?? '');
  const bytes = new Uint8Array(await c.req.arrayBuffer());
  if (bytes.length === 0) return refuse(c, 400, `${name} is empty, and was not taken.`);
  return c.json({ id: await files.put(bytes), name, size: bytes.length });
}

/** Always something to be saved, of no type, under the name that the client knows it by. */
export async function download(c: Context<Env>, files: Files): Promise<Response> {
  const bytes = await files.get(c.req.param('id') ?? '');
  if (bytes === null) return refuse(c, 404, 'That file is not here.');
  const name = cleanName(c.req.query('name') ?? 'file');
  const ascii = name.replace(/[^\x20-\x7e]/g, '-');
  return c.body(Uint8Array.from(bytes), 200, {
    'Content-Type': TYPE,
    'Content-Length': String(bytes.length),
    'Content-Disposition': `attachment; filename="${ascii}"; filename*=UTF-8''${encodeURIComponent(name)}`,
    'Content-Security-Policy': "sandbox; default-src 'none'",
    'Cross-Origin-Resource-Policy': 'same-origin',
  });
}
