import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openConsole } from '../../../src/bots/console/console.ts';
import { fakeFiles } from '../../fakes/files.ts';
import { fakeStore } from '../../fakes/store.ts';
import { ana, beside, head, id, other, tasks } from '../samples.ts';
import { cover, fakeDesk, ground, people } from './ground.ts';
import type { Ground } from './ground.ts';

let g: Ground;
beforeEach(async () => {
  g = await ground();
});
afterEach(() => g.leave());

const settings = () => ({
  port: 0,
  people,
  channels: ['site'],
  beside,
  cover,
  files: fakeFiles(),
  store: fakeStore(),
  clock: g.clock,
  log: { info: () => undefined, error: () => undefined },
});

const row = () => ({
  thread: g.thread.thread,
  channel: 'site',
  task: id,
  project: 'site',
  title: 'Correct the spelling in the README',
  name: '🟢 Correct the spelling in the README',
  opened: g.clock.now(),
  edited: g.clock.now(),
  state: { phase: 'working', role: 'coder', head: null, merged: null, asks: [] },
});

describe('the threads', () => {
  it('are listed, the latest first, with who asks and the linked channels', async () => {
    const later = await g.console.chat.open('later', { platform: 'console', channel: 'docs' }, tasks.held);
    expect(await (await g.get('/api/threads')).json()).toEqual({
      seq: 2,
      you: ana,
      channels: ['site'],
      threads: [
        {
          ...row(),
          thread: later.thread,
          channel: 'docs',
          name: '⏸ Correct the spelling in the README',
          state: { phase: 'held', role: null, head: null, merged: null, asks: [] },
        },
        row(),
      ],
    });
  });

  it('have a card as it is now and what was told', async () => {
    await g.console.chat.tell('k1', g.thread, { kind: 'stopped', by: 'Ana' });
    await g.console.chat.card(g.thread, tasks.stopped);
    expect(await (await g.get(`/api/threads/${g.thread.thread}`)).json()).toEqual({
      ...row(),
      name: '⏹ Correct the spelling in the README',
      state: { phase: 'stopped', role: null, head: null, merged: null, asks: [] },
      seq: 3,
      card: { text: expect.stringContaining('⋅ stopped'), buttons: [], loud: false },
      messages: [
        {
          seq: 2,
          is: 'message',
          at: g.clock.now(),
          thread: g.thread.thread,
          message: { text: '⏹ Stopped by Ana. The work is kept on its branch.', buttons: [], loud: false },
        },
      ],
    });
  });

  it('say for programs where the task is, at which head, and what it was merged as', async () => {
    await g.console.chat.card(g.thread, tasks.merged);
    expect(await (await g.get(`/api/threads/${g.thread.thread}`)).json()).toMatchObject({
      state: { phase: 'merged', role: null, head, merged: other },
    });
  });

  it('are the same after a restart', async () => {
    await g.console.chat.tell('k1', g.thread, {
      kind: 'held',
      holds: 2,
      cause: 'login',
      ends: { by: 'person' },
      reason: 'No login.',
      todo: 'Log in.',
      until: null,
      loud: true,
    });
    await g.post({ source: 'source-0001', channel: 'site', thread: g.thread.thread, text: 'hello' });
    const before = await (await g.get(`/api/threads/${g.thread.thread}`)).json();
    g = await g.again();
    expect(await (await g.get(`/api/threads/${g.thread.thread}`)).json()).toEqual(before);
  });
});

describe('the port', () => {
  it('that is taken is named, with what to do', async () => {
    const port = Number(new URL(g.url).port);
    const second = await openConsole({ ...settings(), port });
    await expect(second.serve(fakeDesk())).rejects.toThrow(
      `Port ${port} on 127.0.0.1 is taken. Stop what listens there, or set console.port in signalbox.yaml to another (0 takes any free one).`,
    );
  });

  it('is free again after close, which ends open streams and may come twice', async () => {
    const stream = await g.get('/api/events');
    const { close } = await (await openConsole(settings())).serve(fakeDesk());
    await close();
    await close();
    await g.leave();
    await stream.text().catch(() => 'cut');
    const port = Number(new URL(g.url).port);
    g = await ground({ port });
    expect(g.url).toBe(`http://127.0.0.1:${port}`);
  });
});

describe('a console', () => {
  it('does not open where nobody could get in', async () => {
    await expect(openConsole({ ...settings(), people: [ana] })).rejects.toThrow('Nobody has a key');
  });

  it('takes what it is told before anybody is served', async () => {
    const { chat, serve } = await openConsole(settings());
    const thread = await chat.open('k', { platform: 'console', channel: 'site' }, tasks.working);
    const { close } = await serve(fakeDesk());
    expect(thread.platform).toBe('console');
    await close();
  });
});

describe('what a task has changed', () => {
  const patch = 'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,1 +1,1 @@\n-a\n+b\n';
  const path = (name: string): string => `/api/threads/${g.thread.thread}/${name}`;

  it('is saved as the patch and as a picture, both attachments, by who may look', async () => {
    const files = [{ path: 'x', status: 'M' as const, plus: 1, minus: 1 }];
    g.desk.answer = () => ({ kind: 'diff', slug: 'readme', diff: { head, base: other, files, patch } });
    const saved = await g.get(path('diff.patch'));
    expect(await saved.text()).toBe(patch);
    const picture = await g.get(path('diff.png'));
    expect(
      Buffer.from(await picture.arrayBuffer())
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
    for (const [response, end] of [
      [saved, 'patch'],
      [picture, 'png'],
    ] as const) {
      expect(response.headers.get('content-type')).toBe('application/octet-stream');
      expect(response.headers.get('content-disposition')).toBe(
        `attachment; filename="readme-${head.slice(0, 7)}.${end}"`,
      );
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    }
    expect((await fetch(`${g.url}${path('diff.png')}`)).status).toBe(401);
  });

  it('is a sentence where there is nothing, or no such thread', async () => {
    g.desk.answer = () => ({ kind: 'diff', slug: 'readme', diff: null });
    expect((await g.get(path('diff.png'))).status).toBe(404);
    expect(await (await g.get(path('diff.patch'))).json()).toEqual({
      error: 'There is nothing to see yet: no commit of this task was taken in.',
    });
    expect((await g.get('/api/threads/nowhere/diff.png')).status).toBe(404);
  });
});
