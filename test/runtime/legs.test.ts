import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { afterEach, describe, expect, it } from 'vitest';
import type { Account } from '../../src/boundary/files.ts';
import { serveBoundary } from '../../src/boundary/server.ts';
import { Head, SessionId } from '../../src/chain/ids.ts';
import type { Accounts, SessionEnd, Sessions, SessionSpec } from '../../src/chain/ports.ts';
import { roles } from '../../src/chain/roles.ts';
import type { Cli } from '../../src/chain/roles.ts';
import { startRehearsal } from '../../src/demo/rehearsal.ts';
import type { Rehearsal } from '../../src/demo/rehearsal.ts';
import { boundaryAccounts } from '../../src/runtime/accounts.ts';
import { treeFolder } from '../../src/runtime/checkout.ts';
import { dockerSessions } from '../../src/runtime/sessions.ts';
import type { RecordLine } from '../../src/worker/files.ts';
import { ground, project, task } from './ground.ts';

/** A coder's session with a real CLI in a container, a real boundary, and a rehearsed model behind it. */
type World = {
  readonly spec: SessionSpec;
  readonly rehearsal: Rehearsal;
  readonly accounts: Accounts;
  /** A controller's view; a second call is the next controller, after a restart. */
  controller(): Sessions;
  record(): Promise<readonly RecordLine[]>;
  /** Git in the checkout. */
  git(...args: string[]): Promise<string>;
  /** The CLI's own records of conversations: id and text of each. */
  conversations(): Promise<readonly { readonly id: string; readonly text: string }[]>;
  kill(): Promise<void>;
  leave(): Promise<void>;
};

const root = resolve(import.meta.dirname, '../..');
const clock = { now: () => Date.now(), sleep: (ms: number) => new Promise<void>((done) => setTimeout(done, ms)) };
const log = { info: () => undefined, error: () => undefined };
const quiet = (): void => undefined;
const PROMPT = 'Role: coder\n\n# The task\n\nAna asked for:\n> put the word right';
const GO_ON = 'Signalbox says:\n> The line was cut before you were done. Go on where you were.';

const models: Readonly<Record<Cli, string>> = { claude: roles.reviewer.settings.model, codex: 'signalbox-rehearsal' };

async function enter(cli: Cli): Promise<World> {
  const here = await ground();
  const base = await here.commit({
    'README.md': 'you recieve the post\n',
    'package.json': '{"type":"module","scripts":{"test":"node --test"}}\n',
  });
  const fetched = await here.site.mirror(project).fetch();
  if (!fetched.ok) throw new Error(fetched.reason);
  const egress = await mkdtemp(join(tmpdir(), 'sb-'));
  const rehearsal = await startRehearsal();
  const credentialFile = join(here.folder, 'credential');
  await writeFile(credentialFile, 'a-credential-that-is-none', { mode: 0o600 });
  const provider = cli === 'claude' ? 'anthropic' : 'openai';
  const account: Account = { provider, kind: 'subscription', credentialFile, upstream: rehearsal.url };
  const stopping = new AbortController();
  const folder = join(here.data, 'boundary');
  const boundary = await serveBoundary({ folder, accounts: { one: account }, signal: stopping.signal, log });
  const session = SessionId.parse(`${task}-coder-1`);
  const settings = { cli, account: 'one', model: models[cli], effort: 'low', memoryGiB: 1, cpus: 1, minutes: 30 };
  const files = join(here.data, 'sessions', session);
  const controller = (): Sessions => dockerSessions({ site: { ...here.site, egress, root }, clock, log });
  return {
    spec: {
      ...{ session, task, project, role: 'coder', settings, leg: 1, prompt: PROMPT, files: {}, transcripts: [] },
      handoff: { type: 'object', properties: { status: { type: 'string' } } },
      checkout: { tree: 'coder-1', branch: 'signalbox/x', head: Head.parse(base), access: 'write' },
    },
    rehearsal,
    accounts: boundaryAccounts({ folder }),
    controller,
    async record() {
      const text = await readFile(join(files, 'out', 'record.jsonl'), 'utf8').catch(() => '');
      return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as RecordLine]));
    },
    async git(...args) {
      const tree = treeFolder(here.data, task, 'coder-1');
      const own = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_COUNT: '1' };
      const trust = { GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: tree };
      return (await execa('git', ['-C', tree, ...args], { env: { ...own, ...trust } })).stdout;
    },
    async conversations() {
      const names = await readdir(join(files, 'state'), { recursive: true });
      const kept = names.filter((name) => /(projects\/-work\/[^/]+|rollout-[^/]+)\.jsonl$/.test(name));
      const read = async (name: string) => ({
        id: /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=\.jsonl)/.exec(name)?.[0] ?? name,
        text: await readFile(join(files, 'state', name), 'utf8'),
      });
      return Promise.all(kept.map(read));
    },
    kill: async () => void (await execa('docker', ['kill', here.site.engine.nameOf(session)])),
    async leave() {
      await controller().sweep([]);
      stopping.abort();
      await boundary.ended;
      await rehearsal.close();
      await here.leave();
      await rm(egress, { recursive: true, force: true });
    },
  };
}

let world: World;
afterEach(() => world.leave());

const second = (): SessionSpec => ({ ...world.spec, leg: 2, prompt: GO_ON });

/** Waits until the boundary lets the account's requests out again, as the chain does between two legs. */
async function untilOpen(): Promise<void> {
  const isOpen = async () => (await world.accounts.seen(0)).at(-1)?.is !== 'shut';
  await expect.poll(isOpen).toBe(true);
}

/** Ids of the tool calls that the CLI says were made, in order, each as often as it ran. */
async function calls(): Promise<readonly string[]> {
  const lines = (await world.record()).flatMap(({ src, line }) => (src === 'cli' ? [JSON.parse(line)] : []));
  return lines.flatMap((line) => {
    if (line.type === 'item.completed' && line.item.type === 'command_execution') return [line.item.command];
    const content = line.type === 'user' && Array.isArray(line.message.content) ? line.message.content : [];
    return content.flatMap((part: { tool_use_id?: string }) => part.tool_use_id ?? []);
  });
}

/** The end of the work, whatever came between: one commit, the word put right, one conversation that heard both prompts. */
async function isWhole(end: SessionEnd): Promise<void> {
  expect(end).toMatchObject({ kind: 'ended', handoff: { status: 'done' } });
  expect(await world.git('rev-list', '--count', `${world.spec.checkout.head}..signalbox/x`)).toBe('1');
  expect(await world.git('show', 'signalbox/x:README.md')).toBe('you receive the post');
  expect(await world.git('status', '--short')).toBe('');
  const [only, ...others] = await world.conversations();
  expect(others.map(({ id }) => id)).toEqual([]);
  expect(only?.text.split('put the word right').length).toBeGreaterThan(1);
  expect(only?.text).toContain('The line was cut before you were done.');
}

const refusals = [
  ['quota', '429'],
  ['overloaded', '529'],
] as const;

describe.each(['claude', 'codex'] as const)('%s, turned away', (cli) => {
  it.each(refusals)('at its very first request (%s): the next leg has the whole prompt', async (why, kind) => {
    world = await enter(cli);
    world.rehearsal.fail({ role: 'coder', kind, times: 99, resetIn: 1 });
    expect(await world.controller().run(world.spec, quiet)).toMatchObject({ kind: 'refused', why });
    const before = (await world.conversations()).map(({ id }) => id);
    console.log(cli, kind, before);
    world.rehearsal.heal();
    await untilOpen();
    await isWhole(await world.controller().run(second(), quiet));
  });

  it.each(refusals)('after its tools had worked (%s): the same conversation, and no work twice', async (why, kind) => {
    world = await enter(cli);
    world.rehearsal.fail({ role: 'coder', kind, nth: 5, times: 99, resetIn: 1 });
    expect(await world.controller().run(world.spec, quiet)).toMatchObject({ kind: 'refused', why });
    const head = await world.git('rev-parse', 'signalbox/x');
    const before = await world.conversations();
    console.log(cli, kind, before.map(({id})=>id), await calls());
    expect(head).not.toBe(world.spec.checkout.head);
    world.rehearsal.heal();
    await untilOpen();
    await isWhole(await world.controller().run(second(), quiet));
    expect(await world.git('rev-parse', 'signalbox/x')).toBe(head);
    expect((await world.conversations()).map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    console.log(await calls());
  });
});
