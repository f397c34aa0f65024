import { describe, expect, it } from 'vitest';
import { openSignins, SIGNIN_MS } from '../../../src/bots/console/signins.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { fakeStore } from '../../fakes/store.ts';
import { ana } from '../samples.ts';
import { ground, keys, people } from './ground.ts';

const world = async (store = fakeStore()) => {
  const clock = fakeClock();
  return { store, clock, signins: await openSignins(store, people, clock) };
};

describe('a sign-in', () => {
  it('is held by who signed in, and by nobody else', async () => {
    const { signins } = await world();
    const token = await signins.enter(ana, keys.ana);
    expect(signins.holder(token)).toEqual(ana);
    expect(signins.holder(`${token}x`)).toBeNull();
    expect(signins.holder('')).toBeNull();
  });

  it('outlives a restart, and nothing that is kept lets anybody in', async () => {
    const { signins, store } = await world();
    const token = await signins.enter(ana, keys.ana);
    const later = await world(fakeStore(store.memory));
    expect(later.signins.holder(token)).toEqual(ana);
    const kept = JSON.stringify([...store.memory.streams]);
    expect(kept).not.toContain(token);
    expect(kept).not.toContain(keys.ana);
  });

  it('is over after thirty days', async () => {
    const { signins, clock } = await world();
    const token = await signins.enter(ana, keys.ana);
    clock.jump(clock.now() + SIGNIN_MS - 1);
    expect(signins.holder(token)).toEqual(ana);
    clock.jump(clock.now() + 1);
    expect(signins.holder(token)).toBeNull();
  });

  it.each([
    ['has left', []],
    ['has another key', [{ ...people[0]!, consoleKeyHash: people[1]!.consoleKeyHash }]],
  ])('is over when its person %s', async (_how, now) => {
    const { signins, store, clock } = await world();
    const token = await signins.enter(ana, keys.ana);
    expect((await openSignins(fakeStore(store.memory), now, clock)).holder(token)).toBeNull();
  });

  it('gives the rights that its person has now', async () => {
    const { signins, store, clock } = await world();
    const token = await signins.enter(ana, keys.ana);
    const now = [{ ...people[0]!, may: 'watch' as const }];
    expect((await openSignins(fakeStore(store.memory), now, clock)).holder(token)).toEqual({ ...ana, may: 'watch' });
  });

  it('is over after signing out, also after a restart', async () => {
    const { signins, store } = await world();
    const token = await signins.enter(ana, keys.ana);
    await signins.leave(token);
    await signins.leave('never was');
    expect(signins.holder(token)).toBeNull();
    expect((await world(fakeStore(store.memory))).signins.holder(token)).toBeNull();
  });

  it('that the disk does not keep is none, and the next one is', async () => {
    const { signins, store } = await world();
    store.full = true;
    await expect(signins.enter(ana, keys.ana)).rejects.toThrow();
    store.full = false;
    const token = await signins.enter(ana, keys.ana);
    expect(signins.holder(token)).toEqual(ana);
    expect((await world(fakeStore(store.memory))).signins.holder(token)).toEqual(ana);
  });

  it('of a damaged stream ends the start with a sentence', async () => {
    const store = fakeStore();
    store.damaged.set('console-signins', { line: 2, reason: 'cut' });
    await expect(world(store)).rejects.toThrow('console-signins is damaged at line 2: cut');
  });
});

describe('over HTTP', () => {
  const enter = (url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${url}/api/session`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });

  it('a key is exchanged for a cookie that no script reads and no other site sends', async () => {
    const g = await ground();
    const answer = await enter(g.url, { key: ` ${keys.ana} ` });
    expect(await answer.json()).toEqual({ you: ana });
    const cookie = answer.headers.get('set-cookie')!;
    expect(cookie).toMatch(/^signalbox-\d+=[\w-]{43}; Max-Age=2592000; Path=\/api; HttpOnly; SameSite=Strict$/);
    const Cookie = cookie.split(';')[0]!;
    const ask = (
      init: { path?: string; method?: string; body?: string; headers?: Record<string, string> } = {},
    ): Promise<Response> =>
      fetch(`${g.url}${init.path ?? '/api/threads'}`, { ...init, headers: { Cookie, ...init.headers } });
    expect(await (await ask()).json()).toMatchObject({ you: ana });

    const json = { 'Content-Type': 'application/json' };
    const said = JSON.stringify({ source: 'source-0001', channel: 'site', text: 'hello' });
    const sent = { path: '/api/inputs', method: 'POST', body: said };
    expect((await ask({ ...sent, headers: json })).status).toBe(403);
    expect((await ask({ ...sent, headers: { ...json, Origin: g.url } })).status).toBe(200);
    expect((await ask({ headers: { Authorization: 'Bearer wrong' } })).status).toBe(401);

    expect((await ask({ path: '/api/session', method: 'DELETE', headers: { Origin: g.url } })).status).toBe(200);
    const over = await ask();
    expect(over.status).toBe(401);
    expect(await over.json()).toEqual({ error: 'Your sign-in has ended. Sign in again with your key.' });
    await g.leave();
  });

  it.each([
    [{ key: 'key-of-eve' }, 401, 'Nobody has this key.'],
    [{ key: '' }, 400, 'Send {key}'],
    [{}, 400, 'Send {key}'],
    [{ key: keys.ana, person: 'ben' }, 400, 'Send {key}'],
  ])('%o is refused', async (body, status, sentence) => {
    const g = await ground();
    const answer = await enter(g.url, body);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toEqual({ error: expect.stringContaining(sentence) });
    expect(answer.headers.get('set-cookie')).toBeNull();
    await g.leave();
  });

  it.each(['cross-site', 'same-site'])(
    'what a browser sends on behalf of another page (%s) is refused',
    async (site) => {
      const g = await ground();
      expect((await g.get('/api/threads', { 'Sec-Fetch-Site': site })).status).toBe(403);
      expect((await enter(g.url, { key: keys.ana }, { Origin: 'http://evil.example' })).status).toBe(403);
      await g.leave();
    },
  );
});
