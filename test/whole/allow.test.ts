import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeFar } from '../boundary/far.ts';
import type { Far } from '../boundary/far.ts';
import { follow, root, untilPhase, whole } from './ground.ts';
import type { Whole } from './ground.ts';

/** A coder's real CLI asks for a host that is not listed, until somebody lets it. The host is a server on loopback. */
let far: Far;
let at: Whole;
beforeAll(async () => {
  far = await makeFar();
  const text = 'a page from outside';
  far.answer = (socket) =>
    void socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\n\r\n${text}`));
  at = await whole({ outside: far.port });
});
afterAll(async () => {
  await at.leave();
  await far.close();
});

it('Allow lets the very session through that asked; the settings of the chat show it and take it back', async () => {
  at.world.rehearsal.fail({ role: 'coder', kind: 'fetch' });
  const { channel } = at.world;
  const { task } = await at.you.say('/task --quick fix the typo in the README', { channel });
  const asks = await follow(at.you, task!, ({ messages }) => messages.some(({ text }) => text.includes('asked for')));
  const [allow, keep] = asks.messages.find(({ text }) => text.includes('asked for'))!.buttons;
  expect([allow?.label, keep?.label]).toEqual(['Allow example.org for this project', 'Keep refusing']);
  expect(await at.guest.press(allow!.id)).toMatchObject({ ok: false, text: expect.stringContaining('`admin`') });
  expect(await at.you.press(allow!.id)).toMatchObject({ ok: true });

  const { messages } = await untilPhase(at.you, task!, 'review');
  expect(messages.map(({ text }) => text).join('\n')).toContain('You allowed `example.org` for this project.');
  const record = join(at.world.data, 'sessions', `${task}-coder-1`, 'out', 'record.jsonl');
  expect(await readFile(record, 'utf8')).toContain('a page from outside');
  expect(at.world.rehearsal.asked().filter(({ role }) => role === 'coder')[0]?.turns).toBe(1);

  const signalbox = join(root, 'signalbox');
  const status = async () => (await execa(signalbox, ['status', '--data', at.world.data])).stdout;
  expect(await status()).toContain('postbox ⋅ `example.org` may be reached: You');
  expect(await at.you.say('/hosts', { channel })).toMatchObject({ text: expect.stringContaining('`example.org`') });
  expect(await at.guest.say('/hosts remove example.org', { channel })).toMatchObject({ ok: false });
  expect(await at.you.say('/hosts remove example.org', { channel })).toMatchObject({ ok: true });
  expect(await status()).not.toContain('example.org');
}, 600_000);
