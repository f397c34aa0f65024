import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Account } from '../../src/boundary/files.ts';
import { serveBoundary } from '../../src/boundary/server.ts';
import { bare } from '../../src/chain/covered.ts';
import { Head, SessionId } from '../../src/chain/ids.ts';
import type { Accounts, SessionEnd, SessionEvent, Sessions, SessionSpec } from '../../src/chain/ports.ts';
import { roles } from '../../src/chain/roles.ts';
import type { Cli } from '../../src/chain/roles.ts';
import type { Part } from '../../src/demo/parts.ts';
import { startRehearsal } from '../../src/demo/rehearsal.ts';
import type { Rehearsal } from '../../src/demo/rehearsal.ts';
import { boundaryAccounts } from '../../src/runtime/accounts.ts';
import { treeFolder } from '../../src/runtime/checkout.ts';
import { json } from '../../src/runtime/agents/identity.ts';
import { dockerSessions } from '../../src/runtime/sessions.ts';
import type { RecordLine } from '../../src/worker/files.ts';
import { fakeFiles } from '../fakes/files.ts';
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

async function enter(cli: Cli, latencyMs = 0): Promise<World> {
  const here = await ground();
  const base = await here.commit({
    'README.md': 'you recieve the post\n',
    'package.json': '{"type":"module","scripts":{"test":"node --test"}}\n',
  });
  const fetched = await here.site.mirror(project).fetch();
  if (!fetched.ok) throw new Error(fetched.reason);
  const egress = await mkdtemp(join(tmpdir(), 'sb-'));
  const rehearsal = await startRehearsal({ latencyMs });
  const credentialFile = join(here.folder, 'credential');
  await writeFile(credentialFile, 'a-credential-that-is-none', { mode: 0o600 });
  const provider = cli === 'claude' ? 'anthropic' : 'openai';
  const account: Account = { provider, kind: 'subscription', credentialFile, upstream: rehearsal.url };
  const stopping = new AbortController();
  const folder = join(here.data, 'boundary');
  const boundary = await serveBoundary({ folder, accounts: { one: account }, signal: stopping.signal, log });
  const session = SessionId.parse(`${task}-coder-1`);
  const settings = {
    cli,
    account: 'one',
    model: models[cli],
    effort: 'low',
    memoryGiB: 1,
    cpus: 1,
    minutes: 30,
  } as const;
  const files = join(here.data, 'sessions', session);
  const controller = (): Sessions =>
    dockerSessions({
      site: { ...here.site, egress, hosts: () => [], extras: [], known: bare, files: fakeFiles(), root },
      clock,
      log,
    });
  return {
    spec: {
      session,
      task,
      project,
      role: 'coder',
      settings,
      leg: 1,
      prompt: PROMPT,
      files: {},
      transcripts: [],
      allowed: [],
      asks: false,
      tools: {},
      handoff: { type: 'object', properties: { status: { type: 'string' } } },
      budget: null,
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

/** The steps whose commands ran, by their answers in the record, in order. */
async function calls(): Promise<readonly string[]> {
  const lines = (await world.record()).flatMap(({ src, line }) => (src === 'cli' ? [json(line)] : []));
  return lines.flatMap((line) => {
    const { item } = CodexCall.safeParse(line).data ?? {};
    if (item) return MAKES.find((step) => item.command.includes(WORDS[step])) ?? [];
    const made = ClaudeAnswers.safeParse(line).data?.message.content ?? [];
    return made.flatMap(({ tool_use_id: id }) => MAKES.find((step) => id?.startsWith(`${step}_`)) ?? []);
  });
}

const CodexCall = z.object({
  type: z.literal('item.completed'),
  item: z.object({ type: z.literal('command_execution'), command: z.string() }),
});
const ClaudeAnswers = z.object({
  type: z.literal('user'),
  message: z.object({ content: z.array(z.object({ tool_use_id: z.string().optional() })) }),
});

/** The steps of the rehearsed coder, and a word that only its command has. */
const MAKES = ['look', 'fix', 'test', 'commit'] as const;
const WORDS: Readonly<Record<(typeof MAKES)[number], string>> = {
  look: 'git log --oneline',
  fix: 'sed -i',
  test: 'npm test',
  commit: 'git commit',
};

/** The end of the work, whatever came between: one commit, the word put right, one conversation that heard both prompts. */
async function isWhole(end: SessionEnd, before: readonly { readonly id: string }[]): Promise<void> {
  expect(end).toMatchObject({ kind: 'ended', handoff: { status: 'done' } });
  expect(await world.git('rev-list', '--count', `${world.spec.checkout.head}..signalbox/x`)).toBe('1');
  expect(await world.git('show', 'signalbox/x:README.md')).toBe('you receive the post');
  expect(await world.git('status', '--short')).toBe('');
  const after = await world.conversations();
  expect(before).toHaveLength(1);
  expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
  expect(after[0]?.text).toContain('put the word right');
  expect(after[0]?.text).toContain('The line was cut before you were done.');
}

describe.each(['claude', 'codex'] as const)('%s, turned away', (cli) => {
  it.each([
    ['quota', '429'],
    ['login', '401'],
  ] as const)('at its very first request (%s): the same conversation, with its whole prompt', async (why, kind) => {
    world = await enter(cli);
    world.rehearsal.fail({ role: 'coder', kind, times: 99, resetIn: 3 });
    expect(await world.controller().run(world.spec, quiet)).toMatchObject({ kind: 'refused', why });
    const before = await world.conversations();
    expect(await calls()).toEqual([]);
    world.rehearsal.heal();
    if (why === 'login') await world.accounts.open('one', 'logged in again');
    await untilOpen();
    await isWhole(await world.controller().run(second(), quiet), before);
    expect(await calls()).toEqual(MAKES);
  });

  it.each([
    ['quota', '429'],
    ['overloaded', '529'],
  ] as const)('after its tools had worked (%s): the same conversation, no work twice', async (why, kind) => {
    world = await enter(cli);
    world.rehearsal.fail({ role: 'coder', kind, nth: 5, times: 99, resetIn: 3 });
    expect(await world.controller().run(world.spec, quiet)).toMatchObject({ kind: 'refused', why });
    const [head, before] = [await world.git('rev-parse', 'signalbox/x'), await world.conversations()];
    expect(head).not.toBe(world.spec.checkout.head);
    expect(await calls()).toEqual(MAKES);
    world.rehearsal.heal();
    await untilOpen();
    await isWhole(await world.controller().run(second(), quiet), before);
    expect(await world.git('rev-parse', 'signalbox/x')).toBe(head);
    // The rehearsed model looks again at what is there. Nothing runs that it did not ask for.
    expect(await calls()).toEqual([...MAKES, ...MAKES]);
  });

  it('in mid-turn, its container killed in the second leg and its controller replaced: the same conversation', async () => {
    world = await enter(cli, 400);
    world.rehearsal.fail({ role: 'coder', kind: '429', nth: 3, resetIn: 3 });
    expect(await world.controller().run(world.spec, quiet)).toMatchObject({ kind: 'refused', why: 'quota' });
    const before = await world.conversations();
    expect(await calls()).toEqual(['look', 'fix']);
    await untilOpen();
    const left = world.controller().run(second(), quiet);
    await expect.poll(calls).toHaveLength(3);
    await world.kill();
    await isWhole(await world.controller().run(second(), quiet), before);
    expect(await left).toMatchObject({ kind: 'ended' });
    expect((await world.record()).filter(({ line }) => line.includes('"resumed":true')).length).toBeGreaterThan(1);
  });
});

/** What the rules for tool calls have something to say about, by a real CLI. */
const daring: Part = {
  steps: [
    { name: 'reset', say: 'Afresh', does: 'run', command: 'git reset --hard && touch reset-was-made' },
    { name: 'publish', say: 'Publishing', does: 'run', command: 'echo publish && touch publish-was-made' },
  ],
  handoff: (calls) => ({ status: calls.map(({ step, result }) => `${step}: ${result}`).join('; ') }),
};

describe.each(['claude', 'codex'] as const)('%s and the rules for tool calls', (cli) => {
  it.each([
    ['allowed once', true, ''],
    ['refused', false, 'not on a Friday'],
  ] as const)('what is blocked is not run, what asks a person waits and is %s', async (_, allows, why) => {
    world = await enter(cli);
    world.rehearsal.fail({ role: 'coder', kind: 'played', part: daring });
    const sessions = world.controller();
    const { session } = world.spec;
    const asked: SessionEvent[] = [];
    const end = sessions.run({ ...world.spec, tools: { 'Bash(echo publish*)': 'ask' } }, (said) => {
      if (said.kind === 'asked') asked.push(said);
    });
    await expect
      .poll(() => asked)
      .toMatchObject([{ about: 'tool', parts: [{ header: expect.any(String) as string }] }]);
    const ask = asked[0]?.kind === 'asked' ? asked[0].n : 0;
    await sessions.send(session, { kind: 'answer', uuid: 'a', ask, replies: [why], allows, text: 'Answer: …' });
    const { handoff } = (await end) as { readonly handoff: { readonly status: string } };
    expect(handoff.status).toContain('hard reset');
    if (!allows) expect(handoff.status).toContain(why);
    const left = (await world.git('status', '--short')).split('\n').filter((line) => line !== '');
    expect(left).toEqual(allows ? ['?? publish-was-made'] : []);
  });

  it('what a session leaves in its own settings takes no rule away', async () => {
    world = await enter(cli);
    const played = (part: Part): void => {
      world.rehearsal.heal();
      world.rehearsal.fail({ role: 'coder', kind: 'played', part });
    };
    played({
      steps: [{ name: 'unhook', say: 'Loosening', does: 'run', command: UNHOOK[cli] }, ...daring.steps.slice(0, 1)],
      handoff: daring.handoff,
    });
    const status = async (spec: SessionSpec): Promise<string> => {
      const end = (await world.controller().run(spec, quiet)) as { readonly handoff: { readonly status: string } };
      return end.handoff.status;
    };
    expect(await status(world.spec)).toMatch(/unhook: [^]*loosened[^]*hard reset/);
    const again = {
      name: 'again',
      say: 'Afresh',
      does: 'run',
      command: 'git reset --hard HEAD && touch again',
    } as const;
    played({ steps: [again], handoff: daring.handoff });
    expect(await status(second())).toMatch(/again: [^;]*hard reset/);
    expect(await world.git('status', '--short')).toBe('');
  });
});

/** Each way that its own files have to run without hooks. */
const UNHOOK: Readonly<Record<'claude' | 'codex', string>> = {
  claude: `for f in settings.json settings.local.json; do echo '{"disableAllHooks":true,"hooks":{}}' > "$CLAUDE_CONFIG_DIR/$f"; done; sleep 2; echo loosened`,
  codex: `printf 'hooks = { PreToolUse = [] }\n[features]\nhooks = false\ncodex_hooks = false\n' > "$CODEX_HOME/config.toml"; printf '{"hooks":{}}' > "$CODEX_HOME/hooks.json"; echo loosened`,
};
