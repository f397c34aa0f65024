import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { boundaryRefusals } from '../../src/runtime/refusals.ts';
import { ask, makeGround } from '../boundary/ground.ts';
import { open } from '../boundary/through.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'refusals-'));
  path = join(folder, 'refused.jsonl');
});
afterEach(() => rm(folder, { recursive: true }));

const seen = { task: 't0000000001', host: 'a.example', port: 443, why: 'unlisted', count: 1 } as const;
const line = (host: string): string => `${JSON.stringify({ t: 1, session: 'one', ...seen, host })}\n`;

it('reads on from where it stood, and a half line when it is whole', async () => {
  const { seen: read } = boundaryRefusals({ folder });
  expect(await read(0)).toEqual({ lines: [], n: 0 });
  await writeFile(path, line('a.example') + line('b.example').slice(0, 20));
  const first = await read(0);
  expect(first.lines).toEqual([{ ...seen, listable: true }]);
  expect((await read(first.n)).lines).toEqual([]);
  await appendFile(path, line('b.example').slice(20));
  const second = await read(first.n);
  expect(second.lines).toEqual([{ ...seen, host: 'b.example', listable: true }]);
  expect(await read(second.n)).toEqual({ lines: [], n: second.n });
});

it('passes over what no boundary writes', async () => {
  await writeFile(path, `${line('a.example')}{"t":1}\nnonsense\n${line('b.example')}`);
  const { lines } = await boundaryRefusals({ folder }).seen(0);
  expect(lines.map(({ host }) => host)).toEqual(['a.example', 'b.example']);
});

it('begins again when the file is shorter than it was', async () => {
  await writeFile(path, line('a.example') + line('b.example'));
  const { seen: read } = boundaryRefusals({ folder });
  const { n } = await read(0);
  await writeFile(path, line('c.example'));
  expect((await read(n)).lines.map(({ host }) => host)).toEqual(['c.example']);
});

it('a long record is read in parts', async () => {
  await writeFile(path, line('a.example').repeat(20_000));
  const { seen: read } = boundaryRefusals({ folder });
  let count = 0;
  for (let n = 0, all = -1; n !== all;) {
    all = n;
    const part = await read(n);
    count += part.lines.length;
    n = part.n;
  }
  expect(count).toBe(20_000);
});

it('what a boundary writes is what is read', async () => {
  const ground = await makeGround();
  const socket = await ground.grant('one');
  const boundary = await ground.serve();
  await open('example.org:443', socket);
  await open('example.org:443', socket);
  await ask(socket);
  await boundary.close();
  expect((await boundaryRefusals({ folder: ground.folder }).seen(0)).lines).toEqual([
    { ...seen, host: 'example.org', count: 2, listable: true },
  ]);
  await ground.close();
});

it.each([
  ['example.org', 443, 'unlisted', true],
  ['git.example.org', 8443, 'unlisted', true],
  [`${'a'.repeat(60)}.${'b'.repeat(60)}.example.org`, 443, 'unlisted', true],
  ['Example.org', 443, 'unlisted', false],
  ['example_x.org', 443, 'unlisted', false],
  ['example.org.', 443, 'unlisted', false],
  ['localhost', 443, 'unlisted', false],
  ['198.51.100.1', 443, 'unlisted', false],
  ['2001:db8::1', 443, 'unlisted', false],
  ['example.org', 443, 'address', false],
  ['example.org', 443, 'tls', false],
  ['model requests', 443, 'request', false],
] as const)('%s:%i, refused as %s: a project can list it: %s', async (host, port, why, listable) => {
  await writeFile(path, `${JSON.stringify({ t: 1, session: 'one', ...seen, host, port, why })}\n`);
  expect((await boundaryRefusals({ folder }).seen(0)).lines).toMatchObject([{ host, listable }]);
});
