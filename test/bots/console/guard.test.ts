import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { id } from '../samples.ts';
import { ground, keys } from './ground.ts';
import type { Ground } from './ground.ts';

let g: Ground;
let port: string;
beforeAll(async () => {
  g = await ground();
  port = new URL(g.url).port;
});
afterAll(() => g.leave());

const authorization = `Bearer ${keys.ana}`;
const body = { source: 'source-0001', channel: 'site', text: 'hello' };

/** fetch sets Host and Origin by itself; this sends what it is told. */
function raw(headers: Record<string, string>, path = '/api/threads'): Promise<{ status: number; error: string }> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const { error = '' } = JSON.parse(Buffer.concat(chunks).toString()) as { error?: string };
        resolve({ status: response.statusCode ?? 0, error });
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe('a key', () => {
  it.each([
    ['missing', {}, 'A key is missing'],
    ['not a bearer', { authorization: `Basic ${keys.ana}` }, 'A key is missing'],
    ['empty', { authorization: 'Bearer ' }, 'A key is missing'],
    ['wrong', { authorization: 'Bearer key-of-eve' }, 'Nobody has this key'],
    ['cut', { authorization: authorization.slice(0, -1) }, 'Nobody has this key'],
    ['in the address', {}, 'A key is missing'],
  ])('that is %s lets nobody in', async (how, headers, sentence) => {
    const path = how === 'in the address' ? `/api/threads?key=${keys.ana}` : '/api/threads';
    const answer = await raw({ host: `127.0.0.1:${port}`, ...headers }, path);
    expect(answer).toEqual({ status: 401, error: expect.stringContaining(sentence) });
  });

  it.each(['/api/threads', '/api/threads/x', '/api/events', '/api/whatever'])('is asked for at %s', async (path) => {
    expect((await fetch(g.url + path)).status).toBe(401);
  });

  it('is asked for before anything is taken', async () => {
    const headers = { Authorization: 'Bearer key-of-eve' };
    expect((await g.post(body, headers)).status).toBe(401);
    expect(g.desk.inputs).toEqual([]);
  });

  it('is not asked for by the health check, which says nothing else', async () => {
    const response = await fetch(`${g.url}/api/health`);
    expect(await response.json()).toEqual({ ok: true });
  });
});

describe('the address that a request was meant for', () => {
  it.each(['127.0.0.1', 'localhost'])('may be %s', async (name) => {
    expect((await raw({ host: `${name}:${port}`, authorization })).status).toBe(200);
    expect((await raw({ host: `${name}:${port}`, authorization, origin: `http://${name}:${port}` })).status).toBe(200);
  });

  it.each([
    'evil.example',
    'evil.example:PORT',
    '127.0.0.1',
    '127.0.0.1:1',
    '127.0.0.2:PORT',
    'localhost.evil.example:PORT',
  ])('may not be "%s"', async (host) => {
    const answer = await raw({ host: host.replace('PORT', port), authorization });
    expect(answer).toEqual({
      status: 403,
      error: expect.stringContaining(`This console answers to 127.0.0.1:${port}`),
    });
    expect((await raw({ host: host.replace('PORT', port) }, '/api/health')).status).toBe(403);
  });

  it.each(['http://evil.example', 'https://127.0.0.1:PORT', 'http://127.0.0.1:1', 'null'])(
    'may not be sent from %s',
    async (from) => {
      const origin = from.replace('PORT', port);
      const answer = await raw({ host: `127.0.0.1:${port}`, authorization, origin });
      expect(answer).toEqual({ status: 403, error: expect.stringContaining(`Requests from ${origin} are refused`) });
    },
  );
});

const refused = async (
  sent: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; error: string }> => {
  const response = await g.post(sent, headers);
  return { status: response.status, ...((await response.json()) as { error: string }) };
};

describe('a body', () => {
  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/jsonp'])(
    'of %s is refused',
    async (type) => {
      const answer = await refused(body, { 'Content-Type': type });
      expect(answer).toEqual({
        status: 415,
        error: expect.stringContaining('Send JSON with Content-Type: application/json'),
      });
    },
  );

  it.each([
    ['{', 'body'],
    ['null', 'body'],
    [{ ...body, source: 'short' }, ''],
    [{ ...body, source: `x${' '.repeat(8)}` }, ''],
    [{ ...body, channel: '' }, ''],
    [{ ...body, text: 7 }, ''],
    [{ ...body, button: `stop:${id}` }, ''],
    [{ ...body, person: 'ben' }, ''],
    [{ source: body.source, button: 'x'.repeat(65) }, ''],
  ])('that is not one of the two shapes is refused: %o', async (sent, at) => {
    const answer = await refused(sent);
    expect(answer).toEqual({ status: 400, error: expect.stringContaining('Send {source, channel, thread?, text}') });
    expect(answer.error).toContain(at);
  });

  it.each(['with its length', 'in chunks'])('of more than 256 KiB is refused, sent %s', async (how) => {
    const text = JSON.stringify({ ...body, text: 'x'.repeat(300 * 1024) });
    const sent = how === 'in chunks' ? new Blob([text]).stream() : text;
    const response = await fetch(`${g.url}/api/inputs`, {
      method: 'POST',
      headers: { Authorization: authorization, 'Content-Type': 'application/json' },
      body: sent,
      ...({ duplex: 'half' } as object),
    });
    expect(response.status).toBe(413);
    expect(await response.json()).toEqual({
      error: expect.stringContaining('That is more than 256 KiB, and nothing of it was taken.'),
    });
  });

  it('that was refused reached no desk', () => {
    expect(g.desk.inputs).toEqual([]);
  });
});

describe('an answer', () => {
  it('is not to be stored, guessed at or framed', async () => {
    const { headers } = await g.get('/api/threads');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toBe("default-src 'none'");
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  it.each(['/nothing', '/page/nothing', '/lib/nothing', '/api/nothing', '/api/threads/nowhere'])(
    'at %s is a sentence',
    async (path) => {
      const response = await g.get(path);
      expect(response.status).toBe(404);
      expect(await response.json()).toEqual({ error: expect.stringMatching(/^There is no.+\.$/) });
    },
  );
});
