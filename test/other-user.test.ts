import { chown, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, it } from 'vitest';

/**
 * The contract suites once more, by a user who is nobody but a member of the group docker: a controller need not be root. Where the tests themselves
 * run as such a user, the suites have run as one already.
 */
const OTHER = 20001;
const root = resolve(import.meta.dirname, '..');

/** What each port's implementation must do; of what starts containers, the parts that touch another uid's files. */
const suites: readonly (readonly [name: string, files: readonly string[], tests: string])[] = [
  ['the store and the accounts', ['test/store/store.test.ts', 'test/runtime/accounts.test.ts'], 'contract|accounts: '],
  [
    'the forge',
    ['test/forge/git.test.ts'],
    'makes one squash, whatever is repeated|comments once per key|opens a change',
  ],
  [
    'the workspace and the validator',
    ['test/runtime/workspace.test.ts', 'test/runtime/validator.test.ts'],
    'workspace: |validator: ',
  ],
  [
    'sessions',
    ['test/runtime/sessions.test.ts'],
    'runs a session to its handoff|adopts a session|goes by the hosts of now|leaves no checkout|goes on in another container when its own is lost',
  ],
];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sb-other-'));
  await chown(folder, OTHER, OTHER).catch(() => undefined);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function asOther(words: readonly string[]): Promise<{ code: number | undefined; said: string }> {
  const docker = (await stat('/var/run/docker.sock')).gid;
  const who = [`--reuid=${OTHER}`, `--regid=${OTHER}`, `--groups=${docker}`, '--inh-caps=-all', '--bounding-set=-all'];
  const env = { HOME: folder, TMPDIR: folder, XDG_RUNTIME_DIR: folder };
  const { exitCode, all } = await execa('setpriv', [...who, process.execPath, ...words], {
    cwd: root,
    env,
    reject: false,
    all: true,
  });
  return { code: exitCode, said: all };
}

it.each(suites)('%s', { timeout: 600_000 }, async (_name, files, tests) => {
  if (process.getuid?.() !== 0) {
    expect(process.getuid?.()).toBeGreaterThan(0);
    return;
  }
  // Out of another user's reach it cannot be tried: move the checkout.
  const within = await asOther(['-e', `require('node:fs').accessSync(${JSON.stringify(join(root, 'package.json'))})`]);
  expect(within).toEqual({ code: 0, said: '' });
  const output = join(folder, 'report.json');
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const flags = ['--configLoader=runner', '--maxWorkers=1', '--reporter=json', `--outputFile=${output}`];
  await asOther([vitest, 'run', ...flags, ...files, '-t', tests]);
  const report = JSON.parse(await readFile(output, 'utf8').catch(() => JSON.stringify({ testResults: [] }))) as Report;
  const results = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  const failed = results.filter(({ status }) => status === 'failed');
  expect(failed.map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages.join(' ')}`)).toEqual([]);
  expect(results.filter(({ status }) => status === 'passed').length).toBeGreaterThan(2);
});

type Report = {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
};
