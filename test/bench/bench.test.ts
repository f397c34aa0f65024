import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

let data: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'signalbox-bench-test-'));
});
afterEach(() => rm(data, { recursive: true, force: true }));

const bench = (...words: string[]) =>
  execa(process.execPath, [join(root, 'src', 'cli.ts'), 'bench', '--data', data, ...words], { reject: false });

describe('bench', () => {
  it('--only journal --json: the table, one JSON object as the last line, nothing left', async () => {
    const { exitCode, stdout } = await bench('--only', 'journal', '--json');
    expect(exitCode).toBe(0);
    const lines = stdout.split('\n');
    expect(lines).toContain('journal: one append');
    const { machine, figures } = JSON.parse(lines.at(-1)!);
    expect(machine.node).toBe(process.version);
    expect(Object.keys(figures)).toEqual(['journal']);
    const [append, bare] = figures.journal.rows;
    expect(append).toMatchObject({ what: 'append', unit: 'ms', aim: 'p99 ≤ 5 ms', values: { n: 1000 } });
    expect(append.values.p50).toBeGreaterThan(0);
    expect(append.values.p50).toBeLessThanOrEqual(append.values.p99);
    expect(append.values.p99).toBeLessThanOrEqual(append.values.max);
    expect(bare.values.n).toBe(1000);
    expect(await readdir(data)).toEqual([]);
  });

  it('--only boundary: the same requests both ways, what a stream carries, and memory; nothing left', async () => {
    const { exitCode, stdout } = await bench('--only', 'boundary', '--json');
    expect(exitCode).toBe(0);
    const [straight, through, added, ...rest] = JSON.parse(stdout.split('\n').at(-1)!).figures.boundary.rows;
    for (const row of [straight, through, added]) expect(row).toMatchObject({ unit: 'ms', values: { n: 300 } });
    expect(through.values.p50).toBeGreaterThan(0);
    expect(rest.map(({ unit }: { unit: string }) => unit)).toEqual(['ms', 'ms', 'MB/s', 'MB/s', 'MB']);
    expect(await readdir(data)).toEqual([]);
  }, 240_000);

  it('--only page --repeats 1: the words of one text, alone and beside many; nothing left', async () => {
    const { exitCode, stdout } = await bench('--only', 'page', '--repeats', '1', '--json');
    expect(exitCode).toBe(0);
    const { how, rows } = JSON.parse(stdout.split('\n').at(-1)!).figures.page;
    expect(how).toContain('1 times with one thread, 1 times with 50 at once');
    expect(rows.map(({ what, unit }: { what: string; unit: string }) => `${what}: ${unit}`)).toEqual([
      'first word → page: ms',
      'each word → page: ms',
      'first word → page, 50 threads at once: ms',
      'each word → page, 50 threads at once: ms',
      'states of one text that were seen, of 30: in all',
      'memory of this process: MB',
    ]);
    for (const { values } of rows.slice(0, 4)) expect(values.p50).toBeGreaterThan(0);
    expect(await readdir(data)).toEqual([]);
  }, 120_000);

  it('a data folder that is not there is not made', async () => {
    const { exitCode } = await bench('--only', 'journal', '--data', join(data, 'not', 'there'));
    expect(exitCode).toBe(0);
    expect(await readdir(data)).toEqual([]);
  });

  it('interrupted: exit 1, what was not measured says so, and nothing is left', async () => {
    const running = bench('--only', 'ack,journal', '--json');
    running.stderr.once('data', () => running.kill('SIGINT'));
    const { exitCode, stdout } = await running;
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout.split('\n').at(-1)!).figures).toEqual({
      journal: expect.objectContaining({ is: 'measured' }),
      ack: { is: 'failed', reason: 'interrupted' },
    });
    expect(await readdir(data)).toEqual([]);
  });

  it.each([
    [['--only', 'journal,speed'], '--only journal,speed: there is no figure speed'],
    [['--only', ','], 'there are journal, ack'],
    [['--repeats', '0'], '--repeats 0 is no number from 1 to 100'],
  ])('refuses %j', async (words, sentence) => {
    const { exitCode, stderr } = await bench(...words);
    expect([exitCode, stderr]).toEqual([64, expect.stringContaining(sentence)]);
  });
});
