import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import picomatch from 'picomatch';
import type { Head, ProjectId, TaskId } from '../chain/ids.ts';
import type { Progress } from '../chain/ports.ts';
import { WORK } from '../worker/files.ts';
import { inTree, makeCheckout, removeCheckout, removeFolder, taskFolder } from './checkout.ts';
import type { Errand, Site } from './checkout.ts';
import { runCommands } from './commands.ts';
import type { CheckLimits } from './commands.ts';
import { readIfThere, writeDurably } from './durable.ts';
import { gitOut } from './git.ts';
import { tunnelEnv } from './hosts.ts';
import type { Installation } from './installation.ts';
import { withWay } from './way.ts';

/** Where a project's cache is in a container. */
export const CACHE = '/cache';

/** Where package managers keep what they fetch, and what they need not do. What they build for themselves stays out of the cache. */
export const toolsEnv = {
  npm_config_cache: `${CACHE}/npm`,
  npm_config_store_dir: `${CACHE}/pnpm`,
  npm_config_logs_max: '0',
  npm_config_update_notifier: 'false',
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  YARN_CACHE_FOLDER: `${CACHE}/yarn`,
  PIP_CACHE_DIR: `${CACHE}/pip`,
  PIP_WHEEL_DIR: `${CACHE}/wheels`,
  PIP_FIND_LINKS: `${CACHE}/wheels`,
  PIP_DISABLE_PIP_VERSION_CHECK: '1',
  UV_CACHE_DIR: `${CACHE}/uv`,
  GOMODCACHE: `${CACHE}/go`,
  GOCACHE: '/tmp/go-build',
  CARGO_HOME: `${CACHE}/cargo`,
} as const;

/** For those who find all in the cache and have no network: they say at once what is missing. */
const offlineEnv = {
  npm_config_offline: 'true',
  YARN_ENABLE_NETWORK: 'false',
  PIP_NO_INDEX: '1',
  UV_OFFLINE: '1',
  GOPROXY: 'off',
  GOFLAGS: '-mod=readonly',
  CARGO_NET_OFFLINE: 'true',
} as const;

/** What says which packages a project fetches, and from where: a change of any of these fills another cache. */
const decides = picomatch(
  [
    '{package,package-lock,npm-shrinkwrap}.json',
    '*.lock',
    '*.lockb',
    'pnpm-{lock,workspace}.yaml',
    '.{npmrc,yarnrc,yarnrc.yml,pnpmfile.cjs}',
    '{requirements,constraints}*.{txt,in}',
    'requirements/*.{txt,in}',
    '{pyproject,Cargo,Pipfile,libs.versions}.toml',
    '{Pipfile,Gemfile,mix.exs,deno.json,composer.json,pom.xml,pip.conf}',
    'setup.{py,cfg}',
    'go.{mod,sum,work,work.sum}',
    '*.gradle{,.kts}',
    'gradle.lockfile',
    'rust-toolchain{,.toml}',
  ].map((glob) => `**/${glob}`),
  { dot: true, nocase: true },
);

const isEnvironment = (path: string): boolean =>
  path !== '.signalbox/policy.yaml' && (path.startsWith('.signalbox/') || decides(path));

export type Wanted = {
  readonly project: ProjectId;
  readonly task: TaskId;
  /** The base branch's head, whose policy says what setup is. */
  readonly base: Head;
  /** What is to be tested or worked on. */
  readonly commit: Head;
  readonly image: string;
  readonly setup: readonly string[];
};

/** A folder to copy from; null where there is nothing to keep. Or the setup command that failed, and the end of what it said. */
export type Kept =
  | { readonly ok: true; readonly folder: string | null }
  | { readonly ok: false; readonly what: string; readonly tail: string };

/**
 * A copy of a cache, for one checkout to write in: npm and pip take a cache that they cannot write for none. What is kept is mounted read-only where it is
 * copied, and nowhere else. Answers what a container needs to use it, without a network; a session may go where its project does.
 */
export async function copyCache(site: Site, kept: string | null, own: string): Promise<Pick<Errand, 'env' | 'mounts'>> {
  if (kept === null) return {};
  await removeFolder(site, own);
  await mkdir(own);
  await chmod(own, 0o777);
  const ran = await inTree(site, own, {
    command: ['find', CACHE, '-mindepth', '1', '-maxdepth', '1', '-exec', 'cp', '-a', '-t', WORK, '{}', '+'],
    mounts: [{ from: kept, to: CACHE, access: 'read' }],
  });
  if (ran.code !== 0) throw new Error(`${kept} could not be copied: ${ran.errors || 'it took too long'}`);
  return { env: { ...toolsEnv, ...offlineEnv }, mounts: [{ from: own, to: CACHE, access: 'write' }] };
}

export type Say = (progress: Progress) => void;

const limits: CheckLimits = { memoryGiB: 2, cpus: 2, minutes: 30 };
const UNUSED_MS = 14 * 24 * 3600_000;

/** Those that are being filled now: who wants one meanwhile waits for it. */
const filling = new Map<string, Promise<Kept>>();

/**
 * What `setup` fetched for these very lockfiles, commands and image. The project's own is filled from the base branch alone; a commit whose lockfiles
 * differ gets one of its task's, which no other task and no other commit ever reads. Both are filled in a clean container from a clean checkout: no session writes in either.
 */
export async function cacheFor(site: Installation, wanted: Wanted, say: Say): Promise<Kept> {
  const { project, task, base, commit, setup } = wanted;
  if (setup.length === 0 || site.hosts(project).length === 0) return { ok: true, folder: null };
  const { isBase, key } = await nameOf(site.mirror(project).folder, wanted);
  const folder = isBase ? join(site.data, 'cache', project, key) : join(taskFolder(site.data, task), `cache-${key}`);
  const running = filling.get(folder) ?? fillOnce(site, { ...wanted, commit: isBase ? base : commit }, folder, say);
  filling.set(folder, running);
  return running.finally(() => filling.delete(folder));
}

/**
 * Whose cache it is, and its name there. The base's goes by what decides what is fetched. A branch may change how it is fetched, too, e.g. a script that setup
 * runs: a later commit, which takes that back, must not be tested with what an earlier one planted. So a task's goes by the commit's whole tree.
 */
export async function nameOf(
  mirror: string,
  { base, commit, image, setup }: Pick<Wanted, 'base' | 'commit' | 'image' | 'setup'>,
): Promise<{ readonly isBase: boolean; readonly key: string }> {
  const [ofBase, ofCommit] = await Promise.all([environmentOf(mirror, base), environmentOf(mirror, commit)]);
  const isBase = ofBase.join('\0') === ofCommit.join('\0');
  const files = isBase ? ofBase : [await gitOut(mirror, ['rev-parse', `${commit}^{tree}`])];
  const whole = JSON.stringify([image, setup, files]);
  return { isBase, key: createHash('sha256').update(whole).digest('hex').slice(0, 24) };
}

async function environmentOf(mirror: string, commit: Head): Promise<readonly string[]> {
  const listed = await gitOut(mirror, ['ls-tree', '-r', '-z', '--full-tree', commit]);
  return listed.split('\0').filter((line) => isEnvironment(line.slice(line.indexOf('\t') + 1)));
}

/** Written beside a cache, where no container writes, once it is whole. */
const markOf = (folder: string): string => `${folder}.filled`;

async function fillOnce(site: Installation, wanted: Wanted, folder: string, say: Say): Promise<Kept> {
  const mark = markOf(folder);
  if ((await readIfThere(mark)) !== null) {
    await utimes(mark, new Date(), new Date());
    return { ok: true, folder };
  }
  say({ step: 'cache', ms: null });
  const began = performance.now();
  const failed = await fill(site, wanted, folder);
  if (failed !== null) {
    await removeFolder(site, folder);
    return { ok: false, what: failed.what, tail: failed.tail };
  }
  const ms = Math.round(performance.now() - began);
  await writeDurably(mark, JSON.stringify({ commit: wanted.commit, ms }));
  say({ step: 'cache', ms });
  await forgetUnused(site, dirname(folder));
  return { ok: true, folder };
}

/** Runs setup where it may fetch and keep: a clean checkout, an empty cache, the project's hosts. */
async function fill(
  site: Installation,
  { project, task, commit, image, setup }: Wanted,
  folder: string,
): Promise<{ readonly what: string; readonly tail: string } | null> {
  await removeFolder(site, folder);
  await mkdir(dirname(folder), { recursive: true, mode: 0o700 });
  await mkdir(folder);
  await chmod(folder, 0o777);
  const tree = `fill-${commit.slice(0, 12)}`;
  await removeCheckout(site, task, tree);
  try {
    const checkout = { tree, branch: 'signalbox-setup', head: commit, access: 'read' } as const;
    const at = await makeCheckout(site, { project, task, checkout });
    const ran = await withWay(site, { project, task }, (beside) =>
      runCommands(
        site,
        at,
        { setup },
        {
          image,
          ...(beside === null ? {} : { beside }),
          env: { ...toolsEnv, ...tunnelEnv('write') },
          mounts: [{ from: folder, to: CACHE, access: 'write' }],
          ...limits,
        },
      ),
    );
    return ran.failed === null ? null : { what: ran.failed, tail: ran.tail };
  } finally {
    await removeCheckout(site, task, tree);
  }
}

/** Caches of the project that nothing asked for in two weeks: their lockfiles are history. */
async function forgetUnused(site: Installation, project: string): Promise<void> {
  for (const name of await readdir(project)) {
    const mark = join(project, name);
    if (!name.endsWith('.filled') || Date.now() - (await stat(mark)).mtimeMs < UNUSED_MS) continue;
    await rm(mark);
    await removeFolder(site, mark.slice(0, -'.filled'.length));
  }
}
