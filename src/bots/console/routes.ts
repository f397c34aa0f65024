import { Hono } from 'hono';
import type { Context } from 'hono';
import type { Cover } from '../../chain/covered.ts';
import type { Log } from '../../chain/ports.ts';
import type { Keys } from '../people.ts';
import { eventStream } from './events.ts';
import type { Feed } from './events.ts';
import { jsonOnly, keyRequired, loopbackOnly, plainAnswers, refuse, smallBody } from './guard.ts';
import type { Env } from './guard.ts';
import { InputBody } from './inputs.ts';
import type { Inputs } from './inputs.ts';
import { lines } from './threads.ts';

export type Parts = Feed & {
  readonly log: Log;
  readonly cover: Cover;
  readonly keys: Keys;
  /** Names of the linked channels, without the platform. */
  readonly channels: readonly string[];
  readonly inputs: Inputs;
  /** Aborted when the console closes: ends the streams. */
  readonly closing: AbortSignal;
  /** The port that it listens on. */
  readonly port: () => number;
};

/** The console's HTTP interface, under /api. */
export function routes(parts: Parts): Hono<Env> {
  const { timeline, channels, cover, log } = parts;
  const app = new Hono<Env>();
  app.use(loopbackOnly(parts.port), plainAnswers);
  app.get('/api/health', (c) => c.json({ ok: true }));
  app.use('/api/*', keyRequired(parts.keys));
  app.get('/api/threads', (c) =>
    c.json({
      seq: timeline.entries.length,
      you: c.get('person'),
      channels,
      threads: [...timeline.threads.values()].toReversed().map(({ card: _card, ...row }) => row),
    }),
  );
  app.get('/api/threads/:id', (c) => {
    const thread = timeline.threads.get(c.req.param('id'));
    if (!thread) return refuse(c, 404, `There is no thread ${c.req.param('id')}. GET /api/threads lists them.`);
    return c.json({ seq: timeline.entries.length, ...thread, messages: lines(timeline.entries, thread) });
  });
  app.get('/api/events', (c) => events(c, parts));
  app.post('/api/inputs', jsonOnly, smallBody, (c) => input(c, parts.inputs));
  app.notFound((c) => refuse(c, 404, `There is nothing at ${c.req.method} ${c.req.path}.`));
  app.onError((error, c) => {
    log.error('the console could not answer', { path: c.req.path, reason: error.message });
    return refuse(
      c,
      500,
      `That failed: ${cover(error.message)}. Send it again with the same source: it is taken once.`,
    );
  });
  return app;
}

async function input(c: Context<Env>, inputs: Inputs): Promise<Response> {
  const raw: unknown = await c.req.json().catch(() => null);
  const body = InputBody.safeParse(raw);
  if (!body.success) {
    const issue = body.error.issues[0];
    return refuse(
      c,
      400,
      `Send {source, channel, thread?, text} or {source, thread?, button}: ${issue?.path.join('.') || 'body'}: ${issue?.message}.`,
    );
  }
  const answer = await inputs(c.get('person'), body.data);
  if (answer === 'other-text') {
    return refuse(
      c,
      409,
      `The source ${body.data.source} was used for something else. Choose a new one for each message.`,
    );
  }
  return c.json(answer);
}

function events(c: Context<Env>, parts: Parts): Response {
  const asked = c.req.header('last-event-id') ?? c.req.query('after') ?? '0';
  const last = parts.timeline.entries.length;
  if (!/^\d{1,15}$/.test(asked))
    return refuse(c, 400, `"${asked}" is no event id. Ids are whole numbers; 0 begins at the beginning.`);
  if (Number(asked) > last)
    return refuse(c, 409, `There is no event ${asked} yet, the last is ${last}. Load the threads anew.`);
  return c.body(eventStream(parts, Number(asked), parts.closing), 200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
  });
}
