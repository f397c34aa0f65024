import type { Context, Hono } from 'hono';
import type { Desk, Reply } from '../../chain/commands.ts';
import type { Clock } from '../../chain/ports.ts';
import { glance } from '../glance.ts';
import type { GlanceRow } from '../glance.ts';
import { timesPicture } from '../times.ts';
import { PLATFORM } from './chat.ts';
import { refuse } from './guard.ts';
import type { Env } from './guard.ts';
import type { Timeline } from './timeline.ts';

/** Body of GET /api/fleet. `thread`: where the task is seen here; null where it is not. */
export type PageFleet = readonly {
  readonly project: string;
  readonly sum: string;
  readonly tasks: readonly (GlanceRow & { readonly thread: string | null })[];
}[];

/** What is looked at as it is now: nothing of it is journaled. */
export function fleetRoutes(app: Hono<Env>, timeline: Timeline, desk: Desk, clock: Clock): void {
  async function status(c: Context<Env>): Promise<Extract<Reply, { kind: 'status' }> | null> {
    const place = { platform: PLATFORM, channel: '', thread: null };
    const person = c.get('person');
    const reply = await desk.accept({ source: 'look', person, place, task: null, command: { name: 'status' } });
    return reply.kind === 'status' ? reply : null;
  }

  app.get('/api/fleet', async (c) => {
    const seen = await status(c);
    const threads = new Map([...timeline.threads.values()].map(({ task, thread }) => [task as string, thread]));
    const fleet: PageFleet = glance(seen?.tasks ?? [], seen?.waits ?? new Map(), clock.now()).map((project) => ({
      ...project,
      tasks: project.tasks.map((row) => ({ ...row, thread: threads.get(row.task) ?? null })),
    }));
    return c.json(fleet);
  });
  app.get('/api/threads/:id/times.svg', async (c) => {
    const thread = timeline.threads.get(c.req.param('id'));
    const task = (await status(c))?.tasks.find(({ id }) => id === thread?.task);
    if (!task) return refuse(c, 404, `There is no task in a thread ${c.req.param('id')}.`);
    return c.body(timesPicture(task, clock.now()), 200, {
      'Content-Type': 'image/svg+xml',
      // Its own style, and nothing else, whoever opens it.
      'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    });
  });
}
