import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { besideOf, dataFolder, readConfig } from '../src/config.ts';
import type { Config } from '../src/config.ts';

const machine = { cores: 2, memoryGiB: 7.96 };

let data = '';
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'signalbox-config-'));
});
afterEach(() => rm(data, { recursive: true, force: true }));

const account = (provider: string): object => ({
  provider,
  kind: 'subscription',
  credentialFile: '/etc/signalbox/credential',
  upstream: 'http://127.0.0.1:9',
});
const good = {
  people: [{ id: 'ana', name: 'Ana', may: 'admin' }],
  projects: [{ id: 'site', repository: '/srv/site.git', channels: ['console:site'] }],
  accounts: { claude: account('anthropic'), codex: account('openai') },
};

async function read(config: unknown, on = machine): Promise<string | object> {
  await writeFile(join(data, 'signalbox.yaml'), typeof config === 'string' ? config : stringify(config));
  const answer = await readConfig(data, on);
  return answer.ok ? answer.config : answer.reason;
}

describe('what does not start', () => {
  it.each([
    ['nobody who may act', { ...good, people: [] }, 'people: at least one person must be allowed to act'],
    ['no project', { ...good, projects: [] }, 'projects: '],
    ['a misspelt rule', { ...good, sok: false }, 'Unrecognized key: "sok"'],
    ['a right that does not exist', { ...good, people: [{ id: 'ana', name: 'Ana', may: 'all' }] }, 'people.0.may: '],
    [
      'an account that is not there',
      { ...good, accounts: { claude: account('anthropic') } },
      'roles.coder.account: there is no codex under accounts.',
    ],
    [
      'an account whose name is too long for a button',
      { ...good, accounts: { ...good.accounts, ['a'.repeat(41)]: account('openai') } },
      'at most 40',
    ],
    ['no slot', { ...good, slots: 0 }, 'slots: '],
    ['no money', { ...good, budget: { task: 0 } }, 'budget'],
    ['a price without its output', { ...good, prices: { m: { input: 1 } } }, 'prices.m.'],
    [
      'a model that has no price',
      { ...good, roles: { coder: { model: 'gpt-of-tomorrow' } } },
      'gpt-of-tomorrow of coder has no price, so no budget can be kept. Put it under prices',
    ],
    ['no YAML', 'people: [', 'is not YAML'],
  ])('%s', async (_name, config, sentence) => {
    const answer = await read(config);
    expect(answer).toContain(sentence);
    expect(answer).toContain(join(data, 'signalbox.yaml'));
  });

  it('a folder without a config: it says what to write', async () => {
    expect(await readConfig(data)).toMatchObject({ ok: false, reason: expect.stringContaining('docs/operate.md') });
  });
});

/** A line for each thing that is wrong; none where all is right. */
const wrongs = async (config: unknown): Promise<readonly string[]> => {
  const answer = await read(config);
  return typeof answer === 'string' ? answer.split('\n').slice(1) : [];
};

describe('a role that could not run', () => {
  const keys = 'cli, account, model, effort, memoryGiB, cpus, minutes';
  const full = 'is an alias, which means another model tomorrow: name the full id, e.g.';
  it.each([
    [{ tester: {} }, 'roles: there is no role tester; there is brainstormer, planner, coder, reviewer, answerer.'],
    [{ coder: { modle: 'gpt-6.1-sol' } }, `roles.coder: there is no setting of a role modle; there is ${keys}.`],
    [{ coder: { cli: 'gemini' } }, 'roles.coder.cli: Invalid option: expected one of "claude"|"codex"'],
    [{ coder: { effort: 'max' } }, 'roles.coder.effort: Invalid option: expected one of "low"|"medium"|"high"|"xhigh"'],
    [{ coder: { minutes: 0 } }, 'roles.coder.minutes: Too small: expected number to be >=1'],
    [{ coder: { memoryGiB: '2GB' } }, 'roles.coder.memoryGiB: Invalid input: expected number, received string'],
    [{ planner: { account: 'claude3' } }, 'roles.planner.account: there is no claude3 under accounts.'],
    [{ planner: { account: 'constructor' } }, 'roles.planner.account: there is no constructor under accounts.'],
    [
      { coder: { cli: 'claude' } },
      'roles.coder.account: codex is of openai, and claude speaks to anthropic alone: name an account of anthropic, or another cli.',
    ],
    [
      { reviewer: { account: 'codex' } },
      'roles.reviewer.account: codex is of openai, and claude speaks to anthropic alone: name an account of anthropic, or another cli.',
    ],
    [{ planner: { model: 'opus' } }, `roles.planner.model: opus ${full} claude-opus-5-5.`],
    [{ planner: { model: 'Sonnet[1m]' } }, `roles.planner.model: Sonnet[1m] ${full} claude-opus-5-5.`],
    [{ planner: { model: 'claude-haiku' } }, `roles.planner.model: claude-haiku ${full} claude-opus-5-5.`],
    [{ planner: { model: 'claude-opus-latest' } }, `roles.planner.model: claude-opus-latest ${full} claude-opus-5-5.`],
    [{ coder: { model: 'codex-mini-latest' } }, `roles.coder.model: codex-mini-latest ${full} gpt-6.1-sol.`],
    [{ coder: { memoryGiB: 8 } }, 'roles.coder.memoryGiB: 8 GiB do not fit: this machine has 7.9.'],
    [{ coder: { cpus: 4 } }, 'roles.coder.cpus: 4 do not fit: this machine has 2.'],
  ])('%j', async (of, sentence) => {
    expect(await wrongs({ ...good, roles: of })).toEqual([`  ${sentence}`]);
  });

  it('says all at once', async () => {
    const coder = { model: 'gpt', cpus: 3, memoryGiB: 9 };
    expect(await wrongs({ ...good, roles: { coder } })).toHaveLength(3);
  });

  it('the defaults run on one core, and full ids of any vendor are taken', async () => {
    const small = { cores: 1, memoryGiB: 2 };
    expect(await read(good, small)).toMatchObject({ roles: { coder: { cpus: 1, memoryGiB: 2 } } });
    for (const model of ['claude-opus-4-7', 'us.anthropic.claude-opus-5-5-v1:0', 'gpt-5.5', 'o3', 'house-model'])
      expect(await read({ ...good, budget: 'none', roles: { coder: { model } } })).toMatchObject({
        roles: { coder: { model } },
      });
  });
});

describe('an extra that reaches nobody', () => {
  const skill = { kind: 'skill', name: 'spelling', folder: '/srv/spelling' };
  const tracker = {
    kind: 'mcp-url',
    name: 'tracker',
    url: 'https://tracker.example/mcp?team=letters',
    credentialFile: '/etc/token',
  };
  it.each([
    [
      { kind: 'plugin', name: 'house', folder: '/srv/house', roles: ['coder'] },
      'extras.house: a plugin is for claude, and the coder runs codex.',
    ],
    [{ ...skill, projects: ['shop'] }, 'extras.spelling: there is no project shop.'],
    [{ ...skill, folder: 'spelling' }, 'extras.1.folder: an absolute path of a folder on this machine'],
    [{ ...skill, name: 'Spelling' }, 'extras.1.name: lower-case letters, digits and dashes'],
    [{ kind: 'mcp', name: 'words', folder: '/srv/words', url: 'https://example.org' }, 'extras.1.command: '],
    [{ ...skill, name: 'first' }, 'extras.first: another one has that name.'],
    [{ ...tracker, name: 'first' }, 'extras.first: another one has that name.'],
    [{ ...tracker, url: 'http://tracker.example/mcp' }, 'extras.tracker.url: must be https://'],
    [{ ...tracker, url: 'https://me:secret@tracker.example/mcp' }, 'extras.tracker.url: must be https://'],
    [{ ...tracker, url: 'nowhere' }, 'extras.tracker.url: '],
    [{ ...tracker, folder: '/srv/tracker' }, 'extras.1: Unrecognized key'],
    [{ ...tracker, header: 'host' }, 'extras.tracker.header: that header is set by the boundary'],
    [{ ...tracker, credentialFile: 'token' }, 'extras.tracker.credentialFile: an absolute path'],
    [{ ...tracker, projects: ['shop'] }, 'extras.tracker: there is no project shop.'],
  ])('%j', async (extra, sentence) => {
    expect(await read({ ...good, extras: [{ ...skill, name: 'first' }, extra] })).toContain(sentence);
  });

  it('a server by URL, as the boundary takes it', async () => {
    expect(await read({ ...good, extras: [tracker] })).toMatchObject({
      servers: { tracker: { url: tracker.url, credentialFile: '/etc/token', header: 'authorization' } },
    });
  });
});

it('beside an account stand the other subscriptions of its provider, never a paid key', async () => {
  const key = { ...account('anthropic'), kind: 'key' };
  const accounts = { ...good.accounts, spare: account('anthropic'), paid: key, codex2: account('openai') };
  const config = await read({ ...good, accounts });
  if (typeof config === 'string') throw new Error(config);
  const beside = besideOf((config as Config).accounts);
  expect(beside('claude')).toEqual([{ account: 'spare', keeps: true }]);
  expect(beside('codex')).toEqual([{ account: 'codex2', keeps: false }]);
  expect(beside('paid').map((one) => one.account)).toEqual(['claude', 'spare']);
  expect(beside('gone')).toEqual([]);
});

it('a budget, unless the config says none; prices beside those of the list', async () => {
  const price = { input: 1, cacheWrite: 1, cacheRead: 1, output: 1 };
  const roles = { coder: { model: 'gpt-of-tomorrow' } };
  expect(await read(good)).toMatchObject({ budget: { warn: 5, task: 20, day: 100 } });
  expect(await read({ ...good, budget: { task: 40 } })).toMatchObject({ budget: { warn: 5, task: 40, day: 100 } });
  expect(await read({ ...good, roles, budget: 'none' })).toMatchObject({ budget: null });
  const prices = { 'gpt-of-tomorrow': price, 'claude-opus-5-5': price };
  expect(await read({ ...good, roles, prices })).toMatchObject({
    prices: { ...prices, 'gpt-6.1-sol': { input: 2 } },
  });
});

it('nothing merges, and nothing without a tap, unless the config says so', async () => {
  expect(await read(good)).toMatchObject({ data, projects: [{ merges: false, base: 'main' }] });
  expect(await read(good)).not.toMatchObject({ projects: [{ soak: false }] });
});

it('the data folder: the argument, else the environment, else the checkout', () => {
  expect(dataFolder('a', { SIGNALBOX_DATA: 'b' }, '/srv')).toBe(resolve('a'));
  expect(dataFolder(undefined, { SIGNALBOX_DATA: '/b' }, '/srv')).toBe('/b');
  expect(dataFolder(undefined, {}, '/srv')).toBe('/srv/data');
});
