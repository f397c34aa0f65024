import type { Context, Hono } from 'hono';
import type { Desk } from '../../chain/commands.ts';
import { diffPicture } from '../picture/picture.ts';
import { png } from '../picture/png.ts';
import { reply } from '../replies.ts';
import { PLATFORM } from './chat.ts';
import { refuse } from './guard.ts';
import type { Env } from './guard.ts';
import type { Timeline } from './timeline.ts';

/** What a task has changed, to be saved: the patch, and the same as a picture. Only ever attachments; looked at afresh, and never kept. */
export function diffRoutes(app: Hono<Env>, timeline: Timeline, desk: Desk): void {
  /** The patch as /diff says it to this person; a sentence where there is none. */
  async function patchFor(c: Context<Env>): Promise<{ readonly name: string; readonly text: string } | string> {
    const found = timeline.threads.get(c.req.param('id') ?? '');
    if (!found) return `There is no thread ${c.req.param('id')}. GET /api/threads lists them.`;
    const { channel, thread, task } = found;
    const place = { platform: PLATFORM, channel, thread };
    const person = c.get('person');
    const answer = reply(await desk.accept({ source: 'look', person, place, task, command: { name: 'diff' } }));
    return answer.file ?? answer.text;
  }

  app.get('/api/threads/:id/diff.patch', async (c) => {
    const patch = await patchFor(c);
    return typeof patch === 'string' ? refuse(c, 404, patch) : saved(c, patch.name, Buffer.from(patch.text));
  });
  app.get('/api/threads/:id/diff.png', async (c) => {
    const patch = await patchFor(c);
    if (typeof patch === 'string') return refuse(c, 404, patch);
    return saved(c, patch.name.replace(/\.patch$/, '.png'), await png(diffPicture(patch.text)));
  });
}

const saved = (c: Context<Env>, name: string, bytes: Uint8Array<ArrayBuffer>): Response =>
  c.body(bytes, 200, {
    'Content-Type': 'application/octet-stream',
    'Content-Disposition': `attachment; filename="${name.replace(/[^\w.-]/g, '-')}"`,
    'Content-Security-Policy': "default-src 'none'; sandbox",
  });
