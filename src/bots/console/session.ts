import type { Hono } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { z } from 'zod';
import type { Keys } from '../people.ts';
import { cookieName, jsonOnly, refuse, smallBody } from './guard.ts';
import type { Env } from './guard.ts';
import { SIGNIN_MS } from './signins.ts';
import type { Signins } from './signins.ts';

const Body = z.strictObject({ key: z.string().trim().min(1).max(200) });

/** A key is typed once: the page gives it away for a cookie that no script can read. */
export function sessionRoutes(app: Hono<Env>, keys: Keys, signins: Signins, port: () => number): void {
  const path = '/api';
  app.post('/api/session', jsonOnly, smallBody, async (c) => {
    const body = Body.safeParse(await c.req.json().catch(() => null));
    if (!body.success) return refuse(c, 400, 'Send {key}: the key that you were given.');
    const { key } = body.data;
    const person = keys(key);
    if (person === null) {
      return refuse(c, 401, 'Nobody has this key. Ask whoever runs Signalbox for yours, and mind that it is whole.');
    }
    const token = await signins.enter(person, key);
    const maxAge = Math.floor(SIGNIN_MS / 1000);
    setCookie(c, cookieName(port()), token, { path, httpOnly: true, sameSite: 'Strict', maxAge });
    return c.json({ you: person });
  });
  app.delete('/api/session', async (c) => {
    const token = getCookie(c, cookieName(port()));
    if (token !== undefined) await signins.leave(token);
    deleteCookie(c, cookieName(port()), { path });
    return c.json({ ok: true });
  });
}
