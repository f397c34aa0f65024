import type { Readable } from 'node:stream';
import { execa } from 'execa';

/** What git did. `cut`: it printed more than was wanted and was ended there. */
export type GitResult = {
  readonly ok: boolean;
  readonly code: number | null;
  readonly out: string;
  readonly errors: string;
  readonly cut: boolean;
};

export type GitOptions = {
  readonly input?: string | Readable;
  readonly env?: Readonly<Record<string, string>>;
  /** More settings, `key=value`. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly milliseconds?: number;
  /** How much of the output is wanted, in characters. */
  readonly most?: number;
};

/** Nothing of this machine's or a repository's settings runs a program: no hooks, no monitors, no helpers, no prompts. */
const settings = {
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'core.askPass': '/bin/false',
  'credential.helper': '',
  'diff.external': '',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'protocol.allow': 'never',
  'protocol.file.allow': 'always',
  'submodule.recurse': 'false',
  // A file of nothing but line ends takes forty times its length to compare: above this it is told as bytes.
  'core.bigFileThreshold': '4m',
  'core.packedGitLimit': '1g',
  'core.packedGitWindowSize': '64m',
  'pack.threads': '4',
};

/** What an agent made can ask for any amount of memory, e.g. a delta of 24 KB that makes 16 GB: git itself fails here at 4 GiB, and nothing else does. */
const bound = ['--as=4294967296', '--', 'git'];
/** So ends a process that wants more than there is, and none that is ended by whoever ends the controller. */
const starved: readonly unknown[] = ['SIGKILL', 'SIGSEGV', 'SIGBUS', 'SIGABRT'];

const MINUTE = 60_000;

/** Runs the host's git in a bare repository that only the controller writes, never in a tree that an agent can write. */
export async function git(folder: string, args: readonly string[], options: GitOptions = {}): Promise<GitResult> {
  const ran = await execa('prlimit', [...bound, '--git-dir', folder, ...args], {
    cwd: '/',
    extendEnv: false,
    env: { ...environment(options.settings), ...options.env },
    ...(options.input === undefined ? { stdin: 'ignore' } : { input: options.input }),
    timeout: options.milliseconds ?? 2 * MINUTE,
    maxBuffer: options.most ?? 64 * 1024 ** 2,
    stripFinalNewline: false,
    reject: false,
  });
  const out = ran.stdout ?? '';
  const errors = (ran.stderr ?? '').trim();
  if (ran.timedOut) return { ok: false, code: null, out, errors: `git ${args[0]} took too long`, cut: false };
  if (starved.includes(ran.signal) && !ran.isMaxBuffer)
    return { ok: false, code: null, out, errors: `git ${args[0]} was ended by ${ran.signal}`, cut: false };
  if (ran.failed && ran.exitCode === undefined && !ran.isMaxBuffer)
    throw new Error(`git could not be run: ${ran.shortMessage}`);
  return { ok: ran.exitCode === 0, code: ran.exitCode ?? null, out, errors, cut: ran.isMaxBuffer };
}

function environment(more: GitOptions['settings']): Readonly<Record<string, string>> {
  const all = Object.entries({ ...settings, ...more });
  const pairs = all.flatMap(([key, value], n) => [
    [`GIT_CONFIG_KEY_${n}`, key],
    [`GIT_CONFIG_VALUE_${n}`, value],
  ]);
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    LC_ALL: 'C',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_CONFIG_COUNT: String(all.length),
    ...Object.fromEntries(pairs),
  };
}

/** As gitOut, for what is no text: at most `most` bytes. */
export async function gitBytes(folder: string, args: readonly string[], most: number): Promise<Uint8Array> {
  const { stdout } = await execa('prlimit', [...bound, '--git-dir', folder, ...args], {
    cwd: '/',
    extendEnv: false,
    env: environment({}),
    stdin: 'ignore',
    encoding: 'buffer',
    maxBuffer: most,
    timeout: 2 * MINUTE,
  });
  return stdout;
}

/** As git, for what must succeed: its output without the last newline. Throws with git's own last words. */
export async function gitOut(folder: string, args: readonly string[], options: GitOptions = {}): Promise<string> {
  const ran = await git(folder, args, options);
  if (!ran.ok) throw new Error(`git ${args[0]} in ${folder} failed: ${lastWords(ran.errors) || `code ${ran.code}`}`);
  return ran.out.replace(/\n$/, '');
}

export const lastWords = (errors: string): string => errors.split('\n').at(-1)?.trim() ?? '';
