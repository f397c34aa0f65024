import { execa } from 'execa';

/** One git command in a bare repository. `args` never begin with anything that an agent chose. */
export type GitCall = { readonly repository: string; readonly args: readonly string[]; readonly input?: string };
export type GitAnswer = { readonly code: number; readonly out: string; readonly err: string };

/** Runs git and answers with its exit code, whatever it is. Throws when git did not run or did not end in time. */
export type Git = (call: GitCall) => Promise<GitAnswer>;

/** No setting of the machine, of a person or of the caller's environment reaches git. */
const env = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LC_ALL: 'C',
  TZ: 'UTC',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_ALLOW_PROTOCOL: 'file',
  GIT_NO_REPLACE_OBJECTS: '1',
};

/** What the repository's own config must not decide: what runs beside git, what is checked on the way in, what reaches the disk. */
const settings = {
  'core.hooksPath': '/dev/null',
  'core.attributesFile': '/dev/null',
  'core.fsmonitor': 'false',
  'core.fsync': 'all',
  'core.filesRefLockTimeout': '5000',
  'core.packedRefsTimeout': '5000',
  'core.logAllRefUpdates': 'false',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'fetch.fsckObjects': 'true',
  'transfer.fsckObjects': 'true',
  'fetch.unpackLimit': '1000',
  'protocol.version': '2',
  'commit.gpgSign': 'false',
  'i18n.commitEncoding': 'UTF-8',
  'i18n.logOutputEncoding': 'UTF-8',
  'core.bigFileThreshold': '4m',
  'core.packedGitLimit': '1g',
  'core.packedGitWindowSize': '64m',
  'pack.threads': '4',
};

/** What an agent made can ask for any amount of memory: git itself fails at 4 GiB, and nothing else does. */
const bound = ['--as=4294967296', '--', 'git'];

const hardened = Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]);

/** Longest that one command may take. A repository that takes longer is broken or out of proportion. */
const LIMIT_MS = 300_000;
const OUTPUT_MAX = 64 * 1024 * 1024;

export const hardenedGit: Git = async ({ repository, args, input = '' }) => {
  const ran = await execa('prlimit', [...bound, ...hardened, `--git-dir=${repository}`, ...args], {
    cwd: '/',
    env,
    extendEnv: false,
    input,
    reject: false,
    stripFinalNewline: false,
    timeout: LIMIT_MS,
    maxBuffer: OUTPUT_MAX,
  });
  if (ran.exitCode === undefined)
    throw new Error(`git ${args[0]} for ${repository} did not run to its end: ${ran.shortMessage}`);
  return { code: ran.exitCode, out: ran.stdout, err: ran.stderr };
};
