import { chmod, chown, mkdtemp, readFile, rm, rmdir, stat } from 'node:fs/promises';
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

/** Where that user finds the checkout: itself, or a second way to it where its folder is closed to others. Removed as a mount and an empty folder, never by content. */
async function reachable(): Promise<{ readonly at: string; leave(): Promise<void> }> {
  const within = await asOther(root, [
    '-e',
    `require('node:fs').accessSync(${JSON.stringify(join(root, 'package.json'))})`,
  ]);
  if (within.code === 0) return { at: root, leave: async () => undefined };
  const at = await mkdtemp(join(tmpdir(), 'sb-way-'));
  await chmod(at, 0o755);
  await execa('mount', ['--bind', root, at]);
  return {
    at,
    async leave() {
      await execa('umount', [at]);
      await rmdir(at);
    },
  };
}

async function asOther(at: string, words: readonly string[]): Promise<{ code: number | undefined; said: string }> {
  const docker = (await stat('/var/run/docker.sock')).gid;
  const who = [`--reuid=${OTHER}`, `--regid=${OTHER}`, `--groups=${docker}`, '--inh-caps=-all', '--bounding-set=-all'];
  const env = { HOME: folder, TMPDIR: folder, XDG_RUNTIME_DIR: folder };
  const node = process.execPath.replace(root, at);
  const { exitCode, all } = await execa('setpriv', [...who, node, ...words], {
    cwd: at,
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
  const way = await reachable();
  const output = join(folder, 'report.json');
  const vitest = join(way.at, 'node_modules/vitest/vitest.mjs');
  const flags = ['--configLoader=runner', '--maxWorkers=1', '--reporter=json', `--outputFile=${output}`];
  await asOther(way.at, [vitest, 'run', ...flags, ...files, '-t', tests]).finally(way.leave);
  const report = JSON.parse(await readFile(output, 'utf8').catch(() => JSON.stringify({ testResults: [] }))) as Report;
  const results = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  const failed = results.filter(({ status }) => status === 'failed');
  expect(failed.map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages.join(' ')}`)).toEqual([]);
  const passed = results.flatMap(({ status, fullName }) => (status === 'passed' ? [fullName] : []));
  // A test that was named anew is not left out in silence.
  expect(tests.split('|').filter((test) => !passed.some((name) => name.includes(test)))).toEqual([]);
  expect(report.testResults).toHaveLength(files.length);
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
