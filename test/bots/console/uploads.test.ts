import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FILE_MAX } from '../../../src/chain/files.ts';
import { lines } from '../../../src/bots/console/threads.ts';
import { ground, keys } from './ground.ts';
import type { Ground } from './ground.ts';

let g: Ground;
beforeEach(async () => {
  g = await ground();
});
afterEach(() => g.leave());

const idOf = (text: string): string => createHash('sha256').update(text).digest('hex');
const put = (body: string | Uint8Array, name = 'a plan.png', headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${g.url}/api/files?name=${encodeURIComponent(name)}`, {
    method: 'POST',
    body: typeof body === 'string' ? body : Buffer.from(body),
    headers: {
      Authorization: `Bearer ${keys.ana}`,
      'Content-Type': 'application/octet-stream',
      Connection: 'close',
      ...headers,
    },
  });
const say = async (more: object): Promise<Record<string, unknown>> =>
  (await (await g.post({ source: 'source-0001', channel: 'site', thread: g.thread.thread, ...more })).json()) as Record<
    string,
    unknown
  >;

describe('a file that a person sends', () => {
  it('is kept before it is answered, and goes along with words', async () => {
    const answer = await put('bytes');
    expect(await answer.json()).toEqual({ id: idOf('bytes'), name: 'a-plan.png', size: 5 });
    expect(g.files.kept.has(idOf('bytes'))).toBe(true);
    const file = { id: idOf('bytes'), name: 'a plan.png' };
    expect(await say({ text: 'like this', files: [file] })).toMatchObject({ ok: true, text: '👀 Taken.' });
    const kept = [{ id: idOf('bytes'), name: 'a-plan.png', size: 5 }];
    expect(g.desk.inputs[0]).toMatchObject({ command: { name: 'say', text: 'like this' }, files: kept });
    const view = (await (await g.get(`/api/threads/${g.thread.thread}`)).json()) as {
      messages: ReturnType<typeof lines>;
    };
    expect(view.messages).toMatchObject([{ is: 'said', text: 'like this', files: kept }]);
  });

  it('goes with a new task, and without a word; the same again is one', async () => {
    await put('bytes');
    const files = [{ id: idOf('bytes'), name: 'a' }];
    await say({ text: '/task fix it', files });
    expect(g.desk.inputs[0]).toMatchObject({ command: { name: 'task' }, files: [{ name: 'a' }] });
    const silent = { source: 'source-0002', text: ' ', files };
    expect(await say(silent)).toMatchObject({ ok: true });
    expect(await say(silent)).toMatchObject({ ok: true });
    expect(g.desk.inputs.slice(1)).toMatchObject([{ command: { name: 'say', text: '' }, files: [{ name: 'a' }] }]);
  });

  it('loses nothing of the message when it does not go along, and that is said', async () => {
    await put('bytes');
    const here = { id: idOf('bytes'), name: 'here' };
    const gone = { id: idOf('gone'), name: 'gone' };
    expect((await say({ text: 'see', files: [gone, here] }))['text']).toBe(
      '👀 Taken.\n📎 `gone` is not here. Send it again.',
    );
    expect(g.desk.inputs[0]).toMatchObject({ command: { text: 'see' }, files: [{ name: 'here' }] });
    expect((await say({ source: 'source-0002', text: '/stop', files: [here] }))['text']).toBe(
      '👀 Taken. It stops.\n📎 The file was left out: files go with words in a thread, or with `/task`.',
    );
    expect(g.desk.inputs[1]!.files).toBeUndefined();
    const many = Array.from({ length: 12 }, () => here);
    expect((await say({ source: 'source-0003', text: 'all', files: many }))['text']).toContain('2 more were left out');
  });

  it('is refused in a sentence: too large, empty, of another type, by who may only watch, without a key, from elsewhere', async () => {
    const error = async (answer: Response): Promise<unknown> => [
      answer.status,
      ((await answer.json()) as { error: string }).error,
    ];
    expect(await error(await put(''))).toEqual([400, 'a-plan.png is empty, and was not taken.']);
    expect(await error(await put('x', 'a', { 'Content-Type': 'text/plain' }))).toEqual([
      415,
      expect.stringContaining('application/octet-stream'),
    ]);
    expect(await error(await put('x', 'a', { Authorization: `Bearer ${keys.ben}` }))).toEqual([
      403,
      expect.stringContaining('`steer`'),
    ]);
    expect((await put('x', 'a', { Authorization: 'Bearer nobody' })).status).toBe(401);
    expect((await put('x', 'a', { Origin: 'https://example.org' })).status).toBe(403);
    g.files.full = 'There is no room.';
    expect(await error(await put('x'))).toEqual([500, expect.stringContaining('There is no room.')]);
    expect(g.files.kept.size).toBe(0);
  });

  it('that is declared too large is refused before its bytes are read', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = {
        Authorization: `Bearer ${keys.ana}`,
        'Content-Type': 'application/octet-stream',
        'Content-Length': FILE_MAX + 1,
      };
      const sending = request(`${g.url}/api/files?name=a`, { method: 'POST', headers }, (answer) => {
        resolve(answer.statusCode);
        sending.destroy();
      });
      sending.on('error', reject);
      sending.flushHeaders();
    });
    expect(status).toBe(413);
  });
});

describe('a file that is fetched', () => {
  it('is something to be saved, of no type, whatever it is and is called', async () => {
    await put('<script>alert(1)</script>');
    const answer = await g.get(
      `/api/files/${idOf('<script>alert(1)</script>')}?name=${encodeURIComponent('x"\r\n;é/../a.html')}`,
    );
    expect(await answer.text()).toBe('<script>alert(1)</script>');
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename="x---..-a.html"; filename*=UTF-8''x-%C3%A9-..-a.html`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
      'cache-control': 'no-store',
    });
  });

  it('needs a key, and is none that is not there', async () => {
    await put('bytes');
    expect((await fetch(`${g.url}/api/files/${idOf('bytes')}`)).status).toBe(401);
    expect((await g.get(`/api/files/${idOf('other')}`)).status).toBe(404);
    expect((await g.get('/api/files/..%2Fsignalbox.yaml')).status).toBe(404);
  });
});
