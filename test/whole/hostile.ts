import { spawn } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect } from 'vitest';
import type { CoderHandoff } from '../../src/chain/handoff.ts';
import type { Part, Step } from '../../src/demo/parts.ts';
import { RecordLine } from '../../src/worker/files.ts';
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
  const own = ['-path', join(data, 'work'), '-o', '-path', join(data, 'sessions', '*', 'state')];
  const found = ['-uid', '10001', '-o', '-perm', '/6000', '-o', '-type', 'p'];
  const { stdout } = await execa('find', [data, '(', ...own, ')', '-prune', '-o', '(', ...found, ')', '-print']);
  return stdout.split('\n').filter(Boolean);
}

/** In how many places a secret turns up, in any of the ways that one is written. */
export async function leaks(data: string, secrets: readonly string[]): Promise<readonly string[]> {
  const kept = /^(credential|key)-/;
  const ways = secrets.flatMap((secret) => {
    const bytes = Buffer.from(secret);
    return [secret, bytes.toString('base64').replace(/=+$/, ''), bytes.toString('hex'), encodeURIComponent(secret)];
  });
  const args = [...new Set(ways)].flatMap((way) => ['-e', way]);
  const { stdout } = await execa('grep', ['-rlaF', '--devices=skip', ...args, data], { reject: false });
  return stdout.split('\n').filter((path) => path !== '' && !kept.test(path.slice(data.length + 1)));
}

export const secretsOf = ({ world }: Whole): Promise<string[]> =>
  Promise.all(
    ['credential-claude', 'credential-codex', 'key-you', 'key-guest'].map((name) =>
      readFile(join(world.data, name), 'utf8'),
    ),
  );
