import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MeterLine } from '../../src/boundary/files.ts';
import { openLedger } from '../../src/boundary/ledger.ts';
import type { Ledger } from '../../src/boundary/ledger.ts';

let folder: string;
let path: string;
let kept: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ledger-'));
  [path, kept] = [join(folder, 'usage.jsonl'), join(folder, 'usage.sums.json')];
  await writeFile(path, '');
});
afterEach(() => rm(folder, { recursive: true }));

const t = Date.UTC(2026, 10, 27, 12);
const started = (id: string, worst: number, of: Partial<MeterLine> = {}): object => ({
  event: 'started',
  t,
  id,
  session: 's',
  account: 'claude',
  model: 'm',
  task: 't1',
  worst,
  ...of,
});
const ended = (id: string, cost?: number): object => ({
  event: 'ended',
  t,
  id,
  session: 's',
  status: 200,
  usage: null,
  ...(cost === undefined ? {} : { cost }),
  ms: 1,
});
const add = (...lines: readonly object[]) =>
  appendFile(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
const open = () => openLedger(path, kept);
const seen = ({ sums: { tasks, days, open } }: Ledger) => ({
  tasks: Object.fromEntries([...tasks].map(([task, of]) => [task, Object.fromEntries(of)])),
  days: Object.fromEntries(days),
  open: Object.fromEntries([...open].map(([id, { worst }]) => [id, worst])),
});

describe('usage.jsonl', () => {
  test('comes to what was spent by task, account and day; what has no end stays open', async () => {
    await add(
      started('1', 9),
      { event: 'refused', t, session: 's', method: '', path: '', why: '"event":"started"' },
      ended('1', 1),
      started('2', 8, { account: 'codex' }),
      ended('2'),
      started('3', 7, { t: t + 86_400_000 }),
      started('4', 6, { task: 't2', t: t - 86_400_000 }),
      ended('4', 0),
      ended('nobody', 5),
      { event: 'started', t, id: 'old', session: 's', account: 'claude', model: 'm' },
      ended('old', 5),
    );
    await appendFile(path, 'not JSON\n{"event":"started"}\n');
    expect(seen(await open())).toEqual({
      tasks: { t1: { claude: 1, codex: 8 }, t2: { claude: 0 } },
      days: { '2026-11-27': 9, '2026-11-26': 0 },
      open: { 3: 7 },
    });
  });

  test('is read on from where it was read to', async () => {
    await add(started('1', 9), started('2', 8));
    const first = await open();
    await first.advance();
    await add(ended('1', 1));
    await first.advance();
    // Nobody reads the beginning again: it could be anything by now.
    const bytes = await readFile(path);
    const from = bytes.length - 300;
    await writeFile(path, Buffer.concat([Buffer.alloc(from, 'x'), bytes.subarray(from)]));
    await add(ended('2', 2), started('3', 7));
    expect(seen(await open())).toEqual({ tasks: { t1: { claude: 3 } }, days: { '2026-11-27': 3 }, open: { 3: 7 } });
  });

  test.each([
    ['is gone', () => rm(kept)],
    ['is no JSON', () => writeFile(kept, '{')],
    [
      'is ahead of it',
      async () => writeFile(path, (await readFile(path, 'utf8')).split('\n').slice(0, 2).join('\n') + '\n'),
    ],
    [
      'is of another file',
      async () => {
        await writeFile(path, '');
        await add(started('x', 9), ended('x', 1), started('y', 9), ended('y', 3), started('z', 9));
      },
    ],
  ])('is read from its beginning where what was kept %s', async (name, spoil) => {
    await add(started('1', 9), ended('1', 1), started('2', 9), ended('2', 3));
    await (await open()).advance();
    await spoil();
    const whole = name === 'is ahead of it' ? 1 : 4;
    expect(seen(await open()).tasks).toEqual({ t1: { claude: whole } });
  });

  test('a line that is being written is read when it is whole', async () => {
    const ledger = await open();
    const line = `${JSON.stringify(started('1', 9))}\n`;
    await appendFile(path, line.slice(0, 40));
    await ledger.advance();
    expect(seen(ledger).open).toEqual({});
    await appendFile(path, line.slice(40));
    await ledger.advance();
    expect(seen(ledger).open).toEqual({ 1: 9 });
  });

  test('lines across the borders of what is read at once', async () => {
    const lines = Array.from({ length: 12_000 }, (_, n) => [started(`${n}`, 9), ended(`${n}`, 0.001)]).flat();
    await add(...lines);
    expect(seen(await open()).tasks).toEqual({ t1: { claude: 12 } });
  });
});
