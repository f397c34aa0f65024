import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { dataFolder, readConfig } from '../src/config.ts';

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

async function read(config: unknown): Promise<string | object> {
  await writeFile(join(data, 'signalbox.yaml'), typeof config === 'string' ? config : stringify(config));
  const answer = await readConfig(data);
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
      'roles coder use an account',
    ],
    ['no slot', { ...good, slots: 0 }, 'slots: '],
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

it('nothing merges, and nothing without a tap, unless the config says so', async () => {
  expect(await read(good)).toMatchObject({ data, projects: [{ merges: false, soak: true, base: 'main' }] });
});

it('the data folder: the argument, else the environment, else the checkout', () => {
  expect(dataFolder('a', { SIGNALBOX_DATA: 'b' }, '/srv')).toBe(resolve('a'));
  expect(dataFolder(undefined, { SIGNALBOX_DATA: '/b' }, '/srv')).toBe('/b');
  expect(dataFolder(undefined, {}, '/srv')).toBe('/srv/data');
});
