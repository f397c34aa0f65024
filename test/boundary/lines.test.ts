import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MeterLine } from '../../src/boundary/files.ts';
import { openLines } from '../../src/boundary/lines.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'meter-'));
  path = join(folder, 'usage.jsonl');
});

afterEach(() => rm(folder, { recursive: true }));

function line(n: number): MeterLine {
  return { event: 'started', t: n, id: String(n), session: 'one', account: 'claude', model: 'm'.repeat(200) };
}

async function lines(): Promise<MeterLine[]> {
  return (await readFile(path, 'utf8'))
    .split('\n')
    .slice(0, -1)
    .map((text) => MeterLine.parse(JSON.parse(text)));
}

describe('usage.jsonl', () => {
  test('lines that come together are all there when their writes resolve, in order', async () => {
    const meter = await openLines<MeterLine>(path);
    await Promise.all(Array.from({ length: 200 }, (_, n) => meter.write(line(n))));
    expect(await lines()).toEqual(Array.from({ length: 200 }, (_, n) => line(n)));
    await meter.close();
  });

  test('is for its owner and group', async () => {
    await openLines<MeterLine>(path);
    expect((await stat(path)).mode & 0o777).toBe(0o640);
  });

  test('is gone on with, and a torn last line is cut at any byte of it', async () => {
    const torn = `${JSON.stringify(line(2))}\n`;
    for (let length = 0; length < torn.length; length += 1) {
      await writeFile(path, `${JSON.stringify(line(1))}\n${torn.slice(0, length)}`);
      const meter = await openLines<MeterLine>(path);
      await meter.write(line(3));
      expect(await lines()).toEqual([line(1), line(3)]);
    }
  });

  test('a torn tail longer than a block, or nothing but a tail, is cut', async () => {
    await writeFile(path, `${JSON.stringify(line(1))}\n${'x'.repeat(200_000)}`);
    await openLines<MeterLine>(path);
    expect(await lines()).toEqual([line(1)]);
    await writeFile(path, 'x'.repeat(200_000));
    await openLines<MeterLine>(path);
    expect(await readFile(path, 'utf8')).toBe('');
  });

  test('what cannot be written is told, and it goes on when it can', async () => {
    const meter = await openLines<MeterLine>(path);
    await rm(path);
    await mkdir(path);
    const answers = await Promise.allSettled([meter.write(line(1)), meter.write(line(2))]);
    expect(answers.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await rm(path, { recursive: true });
    await meter.write(line(3));
    expect(await lines()).toEqual([line(3)]);
  });

  test('close waits for what is under way', async () => {
    const meter = await openLines<MeterLine>(path);
    void meter.write(line(1));
    await meter.close();
    expect(await lines()).toEqual([line(1)]);
  });
});
