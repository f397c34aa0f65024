import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { stringify } from 'yaml';
import { dockerEngine } from '../../src/runtime/docker.ts';
import { unready } from '../../src/runtime/ready.ts';
import { socket } from './ground.ts';

const knows = (runtime: string | null, ...known: readonly string[]) => ({ runtime, runtimes: async () => known });
const self = { uid: 0, gid: 0 };
const away = {
  runtime: 'runsc',
  runtimes: async (): Promise<never> => {
    throw new Error('Docker does not answer');
  },
};

it.each([
  ['nothing named', knows(null), self, null],
  ['a runtime that is there', knows('runsc', 'runc', 'runsc'), self, null],
  ['an engine that does not answer now', away, self, null],
  [
    'a runtime that is not there',
    knows('runsc', 'io.containerd.runc.v2', 'runc'),
    self,
    "container.runtime: Docker knows no runtime runsc; it has io.containerd.runc.v2, runc. Name one of them, or add it to Docker's daemon.json.",
  ],
  [
    "the agents' uid",
    knows(null),
    { uid: 10001, gid: 0 },
    "Signalbox runs as uid 10001, which is the agents' own. Run it as another user.",
  ],
  [
    "the agents' group",
    knows(null),
    { uid: 1000, gid: 10001 },
    "Signalbox runs with group 10001, which is the agents' own. Run it with another group.",
  ],
] as const)('%s', async (_name, engine, who, sentence) => {
  expect(await unready(engine, who)).toBe(sentence);
});

it('an extra whose folder is not what it must be', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-extras-'));
  const skill = { kind: 'skill', name: 'spelling', folder } as const;
  expect(await unready(knows(null), self, [skill])).toBe(`extras.spelling: ${folder} has no SKILL.md.`);
  await writeFile(join(folder, 'SKILL.md'), '---\nname: spelling\ndescription: x\n---\n');
  expect(await unready(knows(null), self, [skill])).toBeNull();
  const gone = { ...skill, name: 'gone', folder: join(folder, 'SKILL.md') };
  expect(await unready(knows(null), self, [skill, gone])).toBe(
    `extras.gone: ${gone.folder} is no folder on this machine.`,
  );
  await rm(folder, { recursive: true });
});

it('the engine tells its runtimes, and one that is away says so', async () => {
  expect(await dockerEngine({ socket, box: '00000000' }).runtimes()).toContain('runc');
  await expect(dockerEngine({ socket: '/nowhere', box: '00000000' }).runtimes()).rejects.toThrow('/nowhere');
});

it.each([
  [
    'a runtime that is not there',
    { container: { runtime: 'no-such-runtime', socket } },
    'Docker knows no runtime no-such-runtime; it has ',
  ],
  [
    "a server's token that is not there",
    {
      extras: [{ kind: 'mcp-url', name: 'tracker', url: 'https://tracker.example/', credentialFile: '/nowhere/token' }],
    },
    'extras.tracker: /nowhere/token cannot be read (ENOENT).',
  ],
])('the controller does not start with %s', async (_, wrong, sentence) => {
  const data = await mkdtemp(join(tmpdir(), 'signalbox-ready-'));
  const account = { kind: 'subscription', credentialFile: join(data, 'none') };
  const settings = {
    people: [{ id: 'ana', name: 'Ana', may: 'admin', consoleKeyHash: '0'.repeat(64) }],
    projects: [{ id: 'site', repository: join(data, 'site.git'), channels: ['console:site'] }],
    accounts: { claude: { ...account, provider: 'anthropic' }, codex: { ...account, provider: 'openai' } },
    console: { port: 0 },
    container: { socket },
    ...wrong,
  };
  await writeFile(join(data, 'signalbox.yaml'), stringify(settings));
  const cli = resolve(import.meta.dirname, '../../src/cli.ts');
  const { exitCode, stderr } = await execa(process.execPath, [cli, 'up', '--data', data], { reject: false });
  expect([exitCode, stderr]).toEqual([78, expect.stringContaining(sentence)]);
  await rm(data, { recursive: true });
});
