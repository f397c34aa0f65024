import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordReader } from '../../src/runtime/record.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-record-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const line = (n: number, text: string): string => `${JSON.stringify({ n, t: 1, src: 'cli', line: text })}\n`;

describe('a record', () => {
  it('that never ends is read so far and no further, and says so', async () => {
    const file = join(folder, 'record.jsonl');
    await writeFile(file, line(1, 'one') + line(2, 'two'));
    const record = recordReader(file, (text) => text, line(1, 'one').length + 9);
    expect((await record.read()).map(({ n }) => n)).toEqual([1]);
    expect(record.isFull()).toBe(true);
    await appendFile(file, line(3, 'three'));
    expect(await record.read()).toEqual([]);
  });

  it('is read as it grows, whole lines alone, with secrets covered', async () => {
    const file = join(folder, 'record.jsonl');
    const rest = line(2, 'and hunter22 again');
    await writeFile(file, line(1, 'it says hunter22') + rest.slice(0, 20));
    const record = recordReader(file, (text) => text.replaceAll('hunter22', '(covered)'));
    expect((await record.read()).map((one) => one.line)).toEqual(['it says (covered)']);
    await appendFile(file, `${rest.slice(20)}no json\n`);
    expect((await record.read()).map((one) => one.line)).toEqual(['and (covered) again']);
  });
});
