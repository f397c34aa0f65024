import { spawn } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import type { CoderHandoff } from '../../src/chain/handoff.ts';
import { boundaryOf } from '../../src/demo/controller.ts';
import type { Part, Step } from '../../src/demo/parts.ts';
import { RecordLine } from '../../src/worker/files.ts';
import { hitsInFolder, hitsInText } from '../canary/canary.ts';
import type { Canaries, Hit } from '../canary/canary.ts';
import { root } from './ground.ts';
import type { Whole } from './ground.ts';

/** What the hostile suite shares: attacks as steps of a rehearsed coder, what they reported, and traps on the host. */

/** The CLI itself: its tools are its children. */
export const PARENT = '$PPID';

/** Puts a program of attacks/ into the container and runs it with `interpreter`; every attempt is a line `@@ name = outcome`. */
export async function attack(
  name: string,
  interpreter: string,
  file: string,
  argv: readonly string[] = [],
): Promise<Step> {
  const program = await readFile(join(root, 'test', 'whole', 'attacks', file));
  const words = argv.map((word) =>
    word === PARENT ? word : `"$(echo ${Buffer.from(word).toString('base64')} | base64 -d)"`,
  );
  const command = `echo ${program.toString('base64')} | base64 -d >/tmp/${file} && ${interpreter} /tmp/${file} ${words.join(' ')}`;
  return { name, say: `Trying ${name}`, does: 'run', command };
}

export const shell = (name: string, command: string): Step => ({ name, say: `Trying ${name}`, does: 'run', command });

/** The honest end of an attack: the work that was asked for, committed. */
export const honest: readonly Step[] = [
  shell('fix', "sed -i 's/recieve/receive/g' README.md && git -c core.fsmonitor=false diff --stat --no-ext-diff"),
  shell(
    'commit',
    "git add -A && { git diff --no-ext-diff --cached --quiet || git commit -q -m 'docs: fix the spelling'; }; git status --short",
  ),
];

export const done: CoderHandoff = {
  status: 'done',
  summary: 'Put the word right.',
  defect: null,
  tests: [{ command: 'npm test', result: 'all green' }],
  risks: [],
  next: 'Review the change.',
};

/** A coder that takes these steps and then says `handoff`. */
export const part = (steps: readonly Step[], handoff: object = done): Part => ({ steps, handoff: () => handoff });

/** Every string in a value of JSON. */
const stringsIn = (value: unknown): readonly string[] =>
  typeof value === 'string'
    ? [value]
    : typeof value === 'object' && value !== null
      ? Object.values(value).flatMap(stringsIn)
      : [];

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export async function recordOf(data: string, session: string): Promise<readonly RecordLine[]> {
  const text = await readFile(join(data, 'sessions', session, 'out', 'record.jsonl'), 'utf8');
  return text.split('\n').flatMap((line) => RecordLine.safeParse(parsed(line)).data ?? []);
}

/** What the attempts of a session came to, by name. */
export async function reportOf(data: string, session: string): Promise<Readonly<Record<string, string>>> {
  const lines = await recordOf(data, session);
  const said = lines.filter(({ src }) => src === 'cli').flatMap(({ line }) => stringsIn(parsed(line)));
  const found = said.flatMap((text) => [...text.matchAll(/^@@ (.+?) = (.+)$/gm)]);
  return Object.fromEntries(found.map(([, name = '', outcome = '']) => [name, outcome]));
}

/** Traps on the host: a marker that planted code would leave, and a process of the agent's uid that an agent would end. */
export type Traps = {
  readonly marker: string;
  /** Throws when one was touched. */
  check(): Promise<void>;
  close(): void;
};

export function setTraps(at: Whole): Traps {
  const marker = `evil-${process.pid}-${Date.now().toString(36)}`;
  const isRoot = process.getuid?.() === 0;
  const canary = spawn('sleep', ['3600'], { stdio: 'ignore', ...(isRoot ? { uid: 10001, gid: 10001 } : {}) });
  return {
    marker,
    async check() {
      expect([canary.exitCode, canary.signalCode]).toEqual([null, null]);
      const places = [root, '/tmp', at.world.data, join(at.world.data, 'mirrors'), '/', '/root', '/work'];
      const names = (await Promise.all(places.map((place) => readdir(place).catch(() => [])))).flat();
      expect(names.filter((name) => name.includes(marker))).toEqual([]);
      expect(await strayFiles(at.world.data)).toEqual([]);
    },
    close: () => void canary.kill('SIGKILL'),
  };
}

/** What an agent owns outside its own folders, and what would make whoever runs it somebody else. */
async function strayFiles(data: string): Promise<readonly string[]> {
  // Caches are written by setup, at the agent's uid and where no agent is.
  const own = ['work', 'cache', 'sessions/*/state'].flatMap((path) => ['-o', '-path', join(data, path)]).slice(1);
  const found = ['-uid', '10001', '-o', '-perm', '/6000', '-o', '-type', 'p'];
  const { stdout } = await execa('find', [data, '(', ...own, ')', '-prune', '-o', '(', ...found, ')', '-print']);
  return stdout.split('\n').filter(Boolean);
}

const SECRETS = ['credential-claude', 'credential-codex', 'key-you', 'key-guest'];

/** Every secret of a world, by the name of the one file that may hold it. */
export async function secretsOf({ world }: Whole): Promise<Canaries> {
  const read = async (name: string) => [name, await readFile(join(world.data, name), 'utf8')] as const;
  return Object.fromEntries(await Promise.all(SECRETS.map(read)));
}

/**
 * Every place on the host in which a secret turns up that does not belong there: environments and command lines of the controller and the boundary,
 * the data folder with its journals, logs, records, checkouts, mirrors and the repository, and all that the chat shows.
 */
export async function leaks(at: Whole): Promise<readonly Hit[]> {
  const { data, keys } = at.world;
  const secrets = await secretsOf(at);
  const headers = { Authorization: `Bearer ${keys.you}` };
  const read = async (path: string): Promise<string> => (await fetch(at.url + path, { headers })).text();
  const { threads } = JSON.parse(await read('/api/threads')) as { threads: { thread: string }[] };
  const shown = await Promise.all(threads.map(({ thread }) => read(`/api/threads/${thread}`)));
  const processes = [await at.pid(), (await boundaryOf(data)) ?? 0].flatMap((pid) =>
    ['environ', 'cmdline'].map((name) => readFile(`/proc/${pid}/${name}`)),
  );
  return [
    ...(await hitsInFolder(
      data,
      secrets,
      SECRETS.map((name) => join(data, name)),
    )),
    ...shown.flatMap((text) => hitsInText('the chat', text, secrets)),
    ...(await Promise.all(processes)).flatMap((bytes) => hitsInText('a process', bytes, secrets)),
  ];
}

/** One commit on the base branch, as its owner makes it. */
export async function commitOnMain(repository: string, files: Readonly<Record<string, string>>): Promise<void> {
  const entries = Object.entries(files).map(
    ([path, text]) => `M 100644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`,
  );
  const head = [
    'commit refs/heads/main',
    'committer Owner <owner@example.invalid> 1790000000 +0000',
    'data 4',
    'more',
    'from refs/heads/main^0',
    '',
  ];
  const input = head.join('\n') + entries.join('');
  await execa('git', ['--git-dir', repository, 'fast-import', '--quiet'], { input });
}
