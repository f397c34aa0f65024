import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { victimOf } from '../../src/demo/victims.ts';
import { performKills } from '../../src/demo/kills.ts';

let data: string;
let children: ChildProcess[];
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'signalbox-victims-'));
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(data, { recursive: true, force: true });
});

/** A process that was started with these words, and whose pid is in a file of the data folder. */
async function started(file: string, ...words: string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '--', ...words], { stdio: 'ignore' });
  children.push(child);
  await once(child, 'spawn');
  await mkdir(dirname(join(data, file)), { recursive: true });
  await writeFile(join(data, file), `${child.pid}\n`);
  return child;
}

const none = new Set<string>();

describe('what a kill hits', () => {
  it('is the first that is there: the controller, or the boundary, of that data folder', async () => {
    expect(await victimOf(data, ['controller', 'boundary', 'container'], none)).toBeNull();
    const boundary = await started('boundary/pid', 'boundary', '--data', data);
    expect(await victimOf(data, ['controller', 'boundary'], none)).toMatchObject({ target: 'boundary' });
    const controller = await started('pid', 'up', '--data', data);
    const victim = await victimOf(data, ['controller', 'boundary'], none);
    expect(victim).toMatchObject({ target: 'controller', name: `pid ${controller.pid}` });
    const ended = once(controller, 'exit');
    expect(await victim!.kill()).toBe(true);
    expect((await ended)[1]).toBe('SIGKILL');
    expect(boundary.signalCode).toBeNull();
  });

  it('is nothing that only has the number, and nothing that was killed before', async () => {
    const other = await started('pid', 'up', '--data', `${data}-of-somebody-else`);
    expect(await victimOf(data, ['controller'], none)).toBeNull();
    const controller = await started('pid', 'up', '--data', data);
    expect(await victimOf(data, ['controller'], new Set([`pid ${controller.pid}`]))).toBeNull();
    expect([other.signalCode, controller.signalCode]).toEqual([null, null]);
  });
});

describe('the kills of a play', () => {
  it('come one after the other, hold the tap until they have come, and say what they hit', async () => {
    const controller = await started('pid', 'up', '--data', data);
    const boundary = await started('boundary/pid', 'boundary', '--data', data);
    const said: string[] = [];
    const kills = performKills(
      [
        { moment: { at: 'coder', after: 0 }, prefers: ['controller'] },
        { moment: { at: 'review', after: 10 }, prefers: ['controller', 'boundary'] },
      ],
      { data, print: (line) => said.push(line), signal: new AbortController().signal },
    );
    const gone = once(controller, 'exit');
    kills.begin();
    kills.at('t0123456789', 'planner');
    expect(kills.killed()).toEqual([]);
    // The coder's step passed unseen.
    kills.at('t0123456789', 'reviewer');
    await gone;
    kills.at('t0123456789', 'review');
    await kills.beforeTap();
    expect(kills.killed().map(({ target }) => target)).toEqual(['controller', 'boundary']);
    expect(said[0]).toMatch(/⚡ controller killed \(pid \d+\) after \d\.\d s in reviewer/);
    await kills.all();
    await expect.poll(() => boundary.signalCode).toBe('SIGKILL');
  });

  it('end with the signal, whatever is still to come', async () => {
    const ending = new AbortController();
    const kills = performKills([{ moment: { at: 'tap', after: 0 }, prefers: ['controller'] }], {
      data,
      print: () => undefined,
      signal: ending.signal,
    });
    kills.begin();
    ending.abort();
    await kills.all();
    expect(kills.killed()).toEqual([]);
  });
});
