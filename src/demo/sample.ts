import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { execa } from 'execa';
import { postbox, plural } from './postbox.ts';

/** The branch that the sample's work is merged into. */
export const SAMPLE_BASE = 'main';

/** `repository` is the path of a bare git repository, `base` its branch, `head` the full commit id of that branch. */
export type Sample = { readonly repository: string; readonly base: string; readonly head: string };

type Commit = {
  readonly ref: string;
  readonly subject: string;
  readonly at: number;
  readonly files: Readonly<Record<string, string | Buffer>>;
};

/** No setting of the person's or the machine's git reaches the sample, nor the repository whose hook runs us: its commit ids are the same everywhere. */
const gitEnv = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_DIR: undefined,
  GIT_INDEX_FILE: undefined,
  GIT_WORK_TREE: undefined,
};
const AUTHOR = 'Signalbox sample <sample@signalbox.invalid>';
/** 2026-01-05 09:00 UTC, in seconds since the epoch. */
const BEGAN = 1_767_603_600;

/**
 * Makes `<dir>/postbox.git`, a bare repository with a small real project: tests that pass, one dependency that installs without a
 * network, a policy, and the misspelt word "recieve" in its README. One that is there already is left as it is. Reaches no network.
 */
export async function makeSample(dir: string): Promise<Sample> {
  const repository = join(dir, 'postbox.git');
  await mkdir(dir, { recursive: true });
  const head = (await headOf(repository)) ?? (await create(dir, repository));
  return { repository, base: SAMPLE_BASE, head };
}

async function create(dir: string, repository: string): Promise<string> {
  const building = await mkdtemp(join(dir, '.postbox-'));
  try {
    const packed = await pack(join(building, 'plural.git'));
    const made = join(building, 'postbox.git');
    await importInto(made, commits(packed));
    await rename(made, repository);
  } finally {
    await rm(building, { recursive: true, force: true });
  }
  const head = await headOf(repository);
  if (head === null)
    throw new Error(
      `the sample repository ${repository} has no branch ${SAMPLE_BASE}: remove that folder and try again`,
    );
  return head;
}

function commits(packed: Buffer): readonly Commit[] {
  const ref = `refs/heads/${SAMPLE_BASE}`;
  const integrity = `sha512-${createHash('sha512').update(packed).digest('base64')}`;
  const { code, tests, words } = postbox(integrity);
  return [
    { ref, at: BEGAN, subject: 'feat: say how many letters there are', files: { ...code, [plural.tarball]: packed } },
    { ref, at: BEGAN + 3600, subject: 'test: cover what is said', files: tests },
    { ref, at: BEGAN + 7200, subject: 'docs: describe the project', files: words },
  ];
}

/** The dependency as `npm pack` would leave it: gzip of a tar with everything under package/. Stored, not deflated: the same bytes with any zlib. */
async function pack(repository: string): Promise<Buffer> {
  const ref = 'refs/heads/plural';
  await importInto(repository, [{ ref, at: BEGAN, subject: 'plural', files: plural.files }]);
  const { stdout } = await execa('git', ['-C', repository, '-c', 'tar.umask=0022', 'archive', '--format=tar', ref], {
    env: gitEnv,
    encoding: 'buffer',
  });
  return gzipSync(stdout, { level: 0 });
}

async function importInto(repository: string, history: readonly Commit[]): Promise<void> {
  await execa('git', ['init', '--quiet', '--bare', '--template=', `--initial-branch=${SAMPLE_BASE}`, repository], {
    env: gitEnv,
  });
  await execa('git', ['-C', repository, 'fast-import', '--quiet'], {
    env: gitEnv,
    input: Buffer.concat(history.flatMap(stream)),
  });
}

/** One commit in git-fast-import's format. */
function stream(commit: Commit): readonly Buffer[] {
  return [
    Buffer.from(`commit ${commit.ref}\ncommitter ${AUTHOR} ${commit.at} +0000\n`),
    ...data(Buffer.from(`${commit.subject}\n`)),
    ...Object.entries(commit.files).flatMap(([path, text]) => [
      Buffer.from(`M 100644 inline ${path}\n`),
      ...data(Buffer.from(text)),
    ]),
    Buffer.from('\n'),
  ];
}

function data(bytes: Buffer): readonly Buffer[] {
  return [Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from('\n')];
}

async function headOf(repository: string): Promise<string | null> {
  const { exitCode, stdout } = await execa(
    'git',
    ['--git-dir', repository, 'rev-parse', '--verify', '--quiet', `refs/heads/${SAMPLE_BASE}`],
    {
      env: gitEnv,
      reject: false,
    },
  );
  return exitCode === 0 ? stdout : null;
}
