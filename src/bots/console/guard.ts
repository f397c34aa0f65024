import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Person } from '../../chain/person.ts';
import type { Keys } from '../people.ts';

/** What a request carries once it is let in. */
export type Env = { Variables: { person: Person } };

export const BODY_MAX = 256 * 1024;

type Status = 400 | 401 | 403 | 404 | 409 | 413 | 415 | 500;

/** Every refusal is a sentence for a person. */
export const refuse = (c: Context, status: Status, error: string): Response => c.json({ error }, status);

/**
 * Only what was meant for this address: a page of another site that makes a browser send something here has another Origin, and one
 * that rebinds its name to 127.0.0.1 has another Host.
 */
export function loopbackOnly(port: () => number): MiddlewareHandler {
  return async (c, next) => {
    const hosts = [`127.0.0.1:${port()}`, `localhost:${port()}`];
    const host = c.req.header('host') ?? '';
    if (!hosts.includes(host)) {
      return refuse(
        c,
        403,
        `This console answers to ${hosts.join(' and ')}, not to "${host}". Through a tunnel, forward the same port number.`,
      );
    }
    const origin = c.req.header('origin');
    if (origin !== undefined && !hosts.some((own) => origin === `http://${own}`)) {
      return refuse(c, 403, `Requests from ${origin} are refused: only the console's own page may send them.`);
    }
    return next();
  };
}

/** Nothing here is to be kept, framed or guessed at by a browser. */
export const plainAnswers: MiddlewareHandler = async (c, next) => {
  await next();
  c.header('Cache-Control', 'no-store');
  c.header('X-Content-Type-Options', 'nosniff');
  c.header('Content-Security-Policy', "default-src 'none'");
};

/** Lets in who holds a key of the config. */
export function keyRequired(keys: Keys): MiddlewareHandler<Env> {
  return async (c, next) => {
    const [, key] = /^Bearer ([\w-]{1,200})$/.exec(c.req.header('authorization') ?? '') ?? [];
    const person = key === undefined ? null : keys(key);
    if (person === null) {
      c.header('WWW-Authenticate', 'Bearer');
      return refuse(
        c,
        401,
        key === undefined
          ? 'A key is missing: send the header Authorization: Bearer <your key>.'
          : 'Nobody has this key. Ask whoever runs Signalbox for yours; signalbox.yaml holds its hash.',
      );
    }
    c.set('person', person);
    return next();
  };
}

export const jsonOnly: MiddlewareHandler = async (c, next) => {
  const type = c.req.header('content-type') ?? '';
  if (/^application\/json\s*(;|$)/i.test(type)) return next();
  return refuse(c, 415, `Send JSON with Content-Type: application/json, not "${type}".`);
};

const countedBody = bodyLimit({ maxSize: BODY_MAX, onError: tooLarge });

/** Node takes no byte beyond a declared length. Only a body without one has to be counted, which costs as much as all else of a request. */
export const smallBody: MiddlewareHandler = async (c, next) => {
  const length = c.req.header('content-length');
  if (length === undefined) return countedBody(c, next);
  return Number(length) <= BODY_MAX ? next() : tooLarge(c);
};

function tooLarge(c: Context): Response {
  // What was not read of the body still lies on the connection.
  c.header('Connection', 'close');
  return refuse(
    c,
    413,
    `That is more than ${BODY_MAX / 1024} KiB, and nothing of it was taken. Put long texts into a file in the repository and name that.`,
  );
}
