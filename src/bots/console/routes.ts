import { Hono } from 'hono';
import type { Context } from 'hono';
import type { Cover } from '../../chain/covered.ts';
import type { Desk } from '../../chain/commands.ts';
import type { Files, Log } from '../../chain/ports.ts';
import { menu } from '../menu.ts';
import type { Keys } from '../people.ts';
import { served } from './assets.ts';
import { diffRoutes } from './diffs.ts';
import { eventStream } from './events.ts';
import type { Feed } from './events.ts';
import { fileRoutes } from './files.ts';
import { fleetRoutes } from './fleet.ts';
import { jsonOnly, keyRequired, loopbackOnly, ownPageOnly, plainAnswers, refuse, smallBody } from './guard.ts';
import { bytesOnly, download, smallFile, upload } from './uploads.ts';
import type { Env } from './guard.ts';
import { InputBody } from './inputs.ts';
import type { Inputs } from './inputs.ts';
import { sessionRoutes } from './session.ts';
import type { Signins } from './signins.ts';
import { lines } from './threads.ts';
import { pageAnswer, pageLine, pageMessage, pageRow, rings } from './wire.ts';

export type Parts = Feed & {
  readonly log: Log;
  readonly cover: Cover;
  readonly files: Files;
  readonly keys: Keys;
  readonly signins: Signins;
  /** Names of the linked channels, without the platform. */
  readonly channels: readonly string[];
  readonly desk: Desk;
  readonly inputs: Inputs;
  /** Aborted when the console closes: ends the streams. */
  readonly closing: AbortSignal;
  /** The port that it listens on. */
  readonly port: () => number;
};

/** Whoever asks for `as=page` gets texts as trees instead of Markdown. */
const asPage = (c: Context): boolean => c.req.query('as') === 'page';

/** The console's page, and its HTTP interface under /api. */
export function routes(parts: Parts): Hono<Env> {
  const { keys, signins, port, cover, log, timeline } = parts;
  const app = new Hono<Env>();
  app.use(loopbackOnly(port), plainAnswers);
  app.get('/api/health', (c) => c.json({ ok: true }));
  app.use('/api/*', ownPageOnly);
  sessionRoutes(app, keys, signins, port);
  app.use('/api/*', keyRequired(keys, signins, port));
  threadRoutes(app, parts);
  fileRoutes(app, timeline);
  fleetRoutes(app, timeline, parts.desk, parts.clock);
  diffRoutes(app, timeline, parts.desk);
  app.get('/api/events', (c) => events(c, parts));
  app.post('/api/inputs', jsonOnly, smallBody, (c) => input(c, parts.inputs));
  app.post('/api/files', bytesOnly, smallFile, (c) => upload(c, parts.files));
  app.get('/api/files/:id', (c) => download(c, parts.files));
  for (const view of ['/', '/fleet', '/c/:channel', '/t/:thread', '/t/:thread/:part'])
    app.get(view, (c) => served(c, '/page/index.html') ?? c.notFound());
  for (const files of ['/page/:file', '/lib/*']) app.get(files, (c) => served(c, c.req.path) ?? c.notFound());
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

function threadRoutes(app: Hono<Env>, { timeline, channels }: Parts): void {
  app.get('/api/threads', (c) => {
    const latest = [...timeline.threads.values()].toReversed();
    const seq = timeline.entries.length;
    const you = c.get('person');
    if (!asPage(c)) return c.json({ seq, you, channels, threads: latest.map(({ card: _card, ...row }) => row) });
    const rang = rings(timeline.entries);
    return c.json({ seq, you, channels, menu, threads: latest.map((one) => pageRow(one, rang.get(one.thread) ?? 0)) });
  });
  app.get('/api/threads/:id', (c) => {
    const thread = timeline.threads.get(c.req.param('id'));
    if (!thread) return refuse(c, 404, `There is no thread ${c.req.param('id')}. GET /api/threads lists them.`);
    const seq = timeline.entries.length;
    const messages = lines(timeline.entries, thread);
    if (!asPage(c)) return c.json({ seq, ...thread, messages });
    const row = pageRow(thread, rings(timeline.entries).get(thread.thread) ?? 0);
    return c.json({ seq, ...row, card: pageMessage(thread.card), messages: messages.map(pageLine) });
  });
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
  return c.json(asPage(c) ? pageAnswer(answer) : answer);
}

function events(c: Context<Env>, parts: Parts): Response {
  const asked = c.req.header('last-event-id') ?? c.req.query('after') ?? '0';
  const last = parts.timeline.entries.length;
  if (!/^\d{1,15}$/.test(asked))
    return refuse(c, 400, `"${asked}" is no event id. Ids are whole numbers; 0 begins at the beginning.`);
  if (Number(asked) > last)
    return refuse(c, 409, `There is no event ${asked} yet, the last is ${last}. Load the threads anew.`);
  return c.body(eventStream(parts, Number(asked), parts.closing, asPage(c)), 200, {
    'Content-Type': 'text/event-stream; charset=utf-8',
  });
}
