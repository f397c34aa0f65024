import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { makeWorld } from '../../src/demo/world.ts';
import { boundaryOf } from '../../src/demo/controller.ts';
import { follow, root, untilPhase, whole } from './ground.ts';

const signalbox = (...words: string[]) => execa(join(root, 'signalbox'), words, { reject: false });

let data: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'signalbox-machine-'));
});
afterEach(() => rm(data, { recursive: true, force: true }));

/** A demo's settings, changed. */
async function settings(change: (file: Record<string, never>) => object): Promise<void> {
  const world = await makeWorld(data, 0, {});
  await world.rehearsal.close();
  const file = join(data, 'signalbox.yaml');
  await writeFile(file, stringify(change(parse(await readFile(file, 'utf8')))));
}

describe('the command line', () => {
  it.each([
    [['frobnicate'], 'frobnicate is no command'],
    [['constructor'], 'constructor is no command'],
    [['status', '--loud'], "Unknown option '--loud'"],
    [['status', '--auto'], 'status takes no --auto'],
    [['status', 'all'], 'status does not take all'],
    [['attach'], 'attach needs a <task>'],
    [['demo', '--port', 'x'], '--port x is no port'],
    [['demo', '--auto', '--kill', '51'], '--kill 51 is no number of kills: from 0 to 50'],
    [['demo', '--kill', '5'], '--kill needs --auto'],
  ])('%j: usage, exit 64', async (words, sentence) => {
    const { exitCode, stderr } = await signalbox(...words);
    expect([exitCode, stderr]).toEqual([64, expect.stringContaining(sentence)]);
  });

  it.each([[['help']], [['--help']], [[]]])('%j shows the commands', async (words) => {
    const { exitCode, stdout } = await signalbox(...words);
    expect(exitCode).toBe(0);
    for (const command of ['demo', 'test', 'check', 'up', 'status', 'attach', 'boundary', 'image', 'help'])
      expect(stdout).toContain(`\n  ${command} `);
  });

  it('demo --help tells its flags', async () => {
    const { exitCode, stdout } = await signalbox('demo', '--help');
    expect(exitCode).toBe(0);
    for (const flag of ['--kill 0..50', '--quota 5..3600', '--times 1..100', '--seed S'])
      expect(stdout).toContain(`\n  ${flag} `);
  });

  it('status says when nothing is in flight', async () => {
    await settings((file) => file);
    expect(await signalbox('status', '--data', data)).toMatchObject({ exitCode: 0, stdout: 'Nothing in flight.' });
  });
});

describe('settings that cannot be used', () => {
  it.each([
    ['no file', () => null, ['signalbox.yaml cannot be read (ENOENT)', 'docs/operate.md']],
    ['no people', (file: object) => ({ ...file, people: [] }), ['people: at least one person']],
    ['an unknown key', (file: object) => ({ ...file, peple: [] }), ['peple']],
    ['a wrong port', (file: object) => ({ ...file, console: { port: 'high' } }), ['console.port']],
    [
      'a role with an account that is none',
      (file: object) => ({ ...file, roles: { coder: { account: 'x' } } }),
      ['roles.coder.account', 'there is no x under accounts'],
    ],
  ])('%s: the path and the reason, exit 78', async (_name, change, sentences) => {
    if (change({}) !== null) await settings(change as never);
    const { exitCode, stderr } = await signalbox('up', '--data', data);
    expect(exitCode).toBe(78);
    for (const sentence of sentences) expect(stderr).toContain(sentence);
  });

  it('a port that is taken: named, and nothing goes on', async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const { port } = holder.address() as AddressInfo;
    await settings((file) => ({ ...file, console: { port } }));
    const up = await signalbox('up', '--data', data);
    await new Promise((resolve) => holder.close(resolve));
    expect([up.exitCode, up.stderr]).toEqual([1, expect.stringContaining(`Port ${port} on 127.0.0.1 is taken`)]);
    // The boundary that it had begun stays, as after any end of a controller: it may not have come up yet.
    await expect.poll(() => boundaryOf(data)).toBeDefined();
    process.kill((await boundaryOf(data))!, 'SIGTERM');
    await expect.poll(() => boundaryOf(data)).toBeUndefined();
  });

  it('two controllers on one data folder: the second names the first, which goes on undisturbed', async () => {
    const at = await whole({ data });
    try {
      const asked = await at.you.say('/task --quick fix the typo in the README', { channel: at.world.channel });
      await follow(at.you, asked.task!, ({ phase }) => phase === 'working');
      const first = await at.pid();
      for (const words of [['--data', data], [`--data=${data}/`]]) {
        const { exitCode, stderr } = await signalbox('up', ...words);
        expect([exitCode, stderr]).toEqual([
          75,
          expect.stringMatching(
            new RegExp(`in use by the controller with pid ${first}: stop that one, or name another`),
          ),
        ]);
      }
      expect(await at.pid()).toBe(first);
      await untilPhase(at.you, asked.task!, 'review');
      expect([await at.pid(), at.controller.starts()]).toEqual([first, 1]);
      // Nothing of it was touched: it alone wrote what happened, in one order.
      const journal = await readFile(join(data, 'streams', `task-${asked.task}`, 'journal.jsonl'), 'utf8');
      expect(journal.match(/"is":"asked"/g)).toHaveLength(1);
    } finally {
      await at.leave();
    }
  });
});
