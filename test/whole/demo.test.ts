import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { root } from './ground.ts';

let data: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'signalbox-demo-test-'));
});
afterEach(() => rm(data, { recursive: true, force: true }));

const demo = (...words: string[]) =>
  execa(join(root, 'signalbox'), ['demo', '--auto', '--data', data, ...words], { reject: false });

/** What a demo may have left on the machine: containers of its installation, processes that know its folder. */
async function left(): Promise<readonly string[]> {
  const box = (JSON.parse(await readFile(join(data, 'box.json'), 'utf8')) as { id: string }).id;
  const containers = await execa('docker', ['ps', '-aq', '--filter', `label=signalbox.box=${box}`]);
  const found = containers.stdout === '' ? [] : [containers.stdout];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.includes(data)) found.push(command.replaceAll('\0', ' '));
  }
  return found;
}

describe('demo --auto', () => {
  it('--quick ends merged: exit 0, one JSON object as the last line, nothing left', async () => {
    const { exitCode, stdout } = await demo('--quick');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout.split('\n').at(-1)!)).toEqual({
      task: expect.stringMatching(/^t[0-9a-f]{10}$/),
      state: 'merged',
      head: expect.stringMatching(/^[0-9a-f]{40}$/),
      merged: expect.stringMatching(/^[0-9a-f]{40}$/),
      seconds: expect.any(Number),
      kills: 0,
      failed: [],
    });
    expect(await left()).toEqual([]);
  });

  it('--kill 3: merged, every check passed', async () => {
    const { exitCode, stdout } = await demo('--quick', '--kill', '3', '--seed', '3');
    expect(stdout.match(/^ {2}⚡ \w+ killed \(.+\) after \d+\.\d s .+$/gm)).toHaveLength(3);
    expect(JSON.parse(stdout.split('\n').at(-1)!)).toMatchObject({ state: 'merged', kills: 3, failed: [] });
    expect([exitCode, await left()]).toEqual([0, []]);
  }, 600_000);

  it('--quota 6: one alert, no request meanwhile, one resume', async () => {
    const { exitCode, stdout } = await demo('--quick', '--quota', '6');
    expect(stdout).toContain('✓ no model request of the account while it was held');
    expect(JSON.parse(stdout.split('\n').at(-1)!)).toMatchObject({ state: 'merged', failed: [] });
    expect([exitCode, await left()]).toEqual([0, []]);
  }, 600_000);

  // Long enough that a slow machine's controller is there again before the reset.
  it('--quota 30 --kill 3: while held, at the reset, while resuming; still one alert and one resume', async () => {
    const { exitCode, stdout } = await demo('--quick', '--quota', '30', '--kill', '3', '--seed', '3');
    const moments = stdout.match(/(?<=⚡ controller killed .* s )(while held|at the reset|while resuming)/g);
    expect(moments).toEqual(['while held', 'at the reset', 'while resuming']);
    expect(stdout).toContain('✓ one alert');
    expect(stdout).toContain('✓ one resume');
    expect(JSON.parse(stdout.split('\n').at(-1)!)).toMatchObject({ state: 'merged', kills: 3, failed: [] });
    expect([exitCode, await left()]).toEqual([0, []]);
  }, 600_000);

  it('interrupted while a role works: exit 1, and nothing is left', async () => {
    const running = demo();
    running.stdout.on('data', (bytes: Buffer) => {
      if (bytes.toString().includes('→ planner')) running.kill('SIGINT');
    });
    const { exitCode, stdout } = await running;
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout.split('\n').at(-1)!)).toMatchObject({ state: 'interrupted', merged: null });
    expect(await left()).toEqual([]);
  });
});
