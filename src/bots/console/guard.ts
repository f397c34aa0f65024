import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { getCookie } from 'hono/cookie';
import type { Person } from '../../chain/person.ts';
import type { Keys } from '../people.ts';
import type { Signins } from './signins.ts';

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

/** Whatever a browser asks for on behalf of another page, such as a picture of another port of this machine, gets nothing. */
export const ownPageOnly: MiddlewareHandler = async (c, next) => {
  const site = c.req.header('sec-fetch-site') ?? 'none';
  if (site === 'same-origin' || site === 'none') return next();
  return refuse(c, 403, "Requests from another page are refused: only the console's own page may send them.");
};

/** Nothing here is to be kept, framed or guessed at by a browser. */
export const plainAnswers: MiddlewareHandler = async (c, next) => {
  await next();
  if (!c.res.headers.has('Cache-Control')) c.header('Cache-Control', 'no-store');
  c.header('X-Content-Type-Options', 'nosniff');
  c.header('Referrer-Policy', 'no-referrer');
  c.header('Cross-Origin-Resource-Policy', 'same-origin');
  if (!c.res.headers.has('Content-Security-Policy')) c.header('Content-Security-Policy', "default-src 'none'");
};

/** Browsers give a cookie to every port of a host, so that its name tells one console's from another's. */
export const cookieName = (port: number): string => `signalbox-${port}`;

/** Lets in who holds a key of the config, or the cookie that the page was given for one. */
export function keyRequired(keys: Keys, signins: Signins, port: () => number): MiddlewareHandler<Env> {
  return async (c, next) => {
    const header = c.req.header('authorization');
    const [, key] = /^Bearer ([\w-]{1,200})$/.exec(header ?? '') ?? [];
    const token = header === undefined ? getCookie(c, cookieName(port())) : undefined;
    const person = key === undefined ? (token === undefined ? null : signins.holder(token)) : keys(key);
    if (person === null) {
      c.header('WWW-Authenticate', 'Bearer');
      return refuse(c, 401, whyNot(key, token));
    }
    // A browser says where it sends from. With a cookie, which it adds by itself, silence is no answer.
    if (token !== undefined && c.req.method !== 'GET' && c.req.header('origin') === undefined)
      return refuse(c, 403, 'A request with a cookie has to say its Origin. Scripts send their key in a header.');
    c.set('person', person);
    return next();
  };
}

function whyNot(key: string | undefined, token: string | undefined): string {
  if (key !== undefined)
    return 'Nobody has this key. Ask whoever runs Signalbox for yours; signalbox.yaml holds its hash.';
  if (token !== undefined) return 'Your sign-in has ended. Sign in again with your key.';
  return 'A key is missing: sign in on the page, or send the header Authorization: Bearer <your key>.';
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
