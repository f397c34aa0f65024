import { Head } from '../chain/ids.ts';
import type { SessionSpec } from '../chain/ports.ts';
import { CACHE, cacheFor, copyCache, toolsEnv } from './cache.ts';
import type { Say } from './cache.ts';
import { cacheOfTree, readyFile } from './checkout.ts';
import type { Errand } from './checkout.ts';
import { runCommands } from './commands.ts';
import type { Definition } from './container.ts';
import { readIfThere, writeDurably } from './durable.ts';
import { gitOut } from './git.ts';
import type { Installation } from './installation.ts';
import { layerFor } from './layer.ts';
import { readPolicy } from './policy.ts';

/** What a session's container gets of its project. `failed`: what setup said at its end, where it did not go well. */
export type Ready = Pick<Definition, 'image' | 'env' | 'mounts'> & { readonly failed: string | null };

const limits = { memoryGiB: 2, cpus: 2, minutes: 30 };

/** A session that only reads runs none of the project's programs. */
export const untouched = ({ image }: Installation): Ready => ({ image, env: {}, mounts: [], failed: null });

/**
 * Runs the project's setup in a coder's checkout, once, as the validator does it: from a copy of the cache, without a network. The copy is the
 * session's then to write in; no validator and no other session reads it. Safe to repeat.
 */
export async function makeReady(site: Installation, spec: SessionSpec, folder: string, say: Say): Promise<Ready> {
  const { project, task, checkout } = spec;
  const { folder: mirror, repository } = site.mirror(project);
  const base = Head.parse(await gitOut(mirror, ['rev-parse', `refs/heads/${repository.base}`]));
  const read = await readPolicy(mirror, base);
  if (!read.ok) throw new Error(`Project ${project}: ${read.reason}`);
  const { setup } = read.policy;
  const layer = await layerFor(site, { project, task, base }, say);
  if (layer.is !== 'image')
    throw new Error(layer.is === 'refused' ? layer.reason : `${layer.what} failed: ${layer.tail}`);
  const { image } = layer;
  const own = cacheOfTree(site.data, task, checkout.tree);
  const stamp = readyFile(site.data, task, checkout.tree);
  const ready = (isKept: boolean, failed: string | null): Ready => ({
    image,
    env: isKept ? toolsEnv : {},
    mounts: isKept ? [{ from: own, to: CACHE, access: 'write' }] : [],
    failed,
  });
  const known = await readIfThere(stamp);
  if (known !== null) return ready(known === 'kept', null);
  const kept = await cacheFor(site, { project, task, base, commit: checkout.head, image, setup }, say);
  const folderOfCache = kept.ok ? kept.folder : null;
  const cache = await copyCache(site, folderOfCache, own);
  const failed = kept.ok
    ? await setUp(site, folder, { setup, image, cache }, say)
    : `${kept.what}
${kept.tail}`;
  await writeDurably(stamp, folderOfCache === null ? 'none' : 'kept');
  return ready(folderOfCache !== null, failed);
}

type Setup = {
  readonly setup: readonly string[];
  readonly image: string;
  readonly cache: Pick<Errand, 'env' | 'mounts'>;
};

async function setUp(
  site: Installation,
  folder: string,
  { setup, image, cache }: Setup,
  say: Say,
): Promise<string | null> {
  if (setup.length === 0) return null;
  say({ step: 'setup', ms: null });
  const began = performance.now();
  const commands = { setup: [...setup, hide] };
  const ran = await runCommands(site, folder, commands, { image, ...cache, ...limits });
  say({ step: 'setup', ms: Math.round(performance.now() - began) });
  return ran.failed === null ? null : `${ran.failed}\n${ran.tail}`;
}

/** What setup made is no work that somebody left uncommitted. */
const hide = `mkdir -p .git/info
git ls-files --others --exclude-standard --directory | sed 's/[][*?!#\\\\]/\\\\&/g; s,^,/,' >>.git/info/exclude`;
