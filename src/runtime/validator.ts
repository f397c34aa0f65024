import type { Check } from '../chain/change.ts';
import { Head } from '../chain/ids.ts';
import type { SessionSpec, Validator } from '../chain/ports.ts';
import { cacheFor, copyCache } from './cache.ts';
import type { Say } from './cache.ts';
import { cacheOfTree, makeCheckout, removeCheckout } from './checkout.ts';
import { runCommands } from './commands.ts';
import type { CheckLimits } from './commands.ts';
import { git, gitOut } from './git.ts';
import type { Installation } from './installation.ts';
import { layerFor } from './layer.ts';
import { POLICY_PATH } from './policy.ts';

type Merge =
  | { readonly kind: 'merged'; readonly commit: Head }
  | { readonly kind: 'conflict'; readonly paths: readonly string[] };

/** Tests the would-be merge commit in a clean container without a network, at the agent's uid. It finds in the cache what setup fetched before. */
export function containerValidator(
  site: Installation,
  limits: CheckLimits = { memoryGiB: 2, cpus: 2, minutes: 30 },
): Validator {
  return {
    async check({ project, task, base, head, policy, acceptance }, on: Say = () => undefined): Promise<Check> {
      const { folder, repository } = site.mirror(project);
      const answer = (outcome: Check['outcome'], what: string, tail = ''): Check => ({
        head,
        base,
        outcome,
        what,
        tail,
      });
      const merge = await wouldBeMerge(folder, base, head);
      if (merge.kind === 'conflict') return answer('conflict', conflictSentence(merge.paths, repository.base));
      if (policy.test === null) {
        return answer('missing', `No test command. Write one as \`test:\` in ${POLICY_PATH} on ${repository.base}.`);
      }
      const { setup, test } = policy;
      const layer = await layerFor(site, { project, task, base }, on);
      if (layer.is === 'refused') return answer('missing', layer.reason);
      if (layer.is === 'failed') return answer('red', layer.what, layer.tail);
      const { image } = layer;
      const kept = await cacheFor(site, { project, task, base, commit: merge.commit, image, setup }, on);
      if (!kept.ok) return answer('red', kept.what, kept.tail);
      const tree = `check-${merge.commit.slice(0, 12)}`;
      const checkout: SessionSpec['checkout'] = { tree, branch: 'signalbox-check', head: merge.commit, access: 'read' };
      // What an earlier check of the same commit left behind is not a clean checkout.
      await removeCheckout(site, task, tree);
      try {
        const at = await makeCheckout(site, { project, task, checkout });
        const cache = await copyCache(site, kept.folder, cacheOfTree(site.data, task, tree));
        const ran = await runCommands(site, at, { setup, test, acceptance }, { image, ...cache, ...limits });
        return answer(ran.failed === null ? 'green' : 'red', ran.failed ?? test, ran.tail);
      } finally {
        await removeCheckout(site, task, tree);
      }
    },
  };
}

/**
 * Merges in the mirror alone, without a worktree. The commit's dates are the change's own, so the same two heads give the same commit.
 * Nothing refers to it: it is only to be tested.
 */
async function wouldBeMerge(folder: string, base: Head, head: Head): Promise<Merge> {
  const merged = await git(folder, ['merge-tree', '--write-tree', '--name-only', '--no-messages', '-z', base, head]);
  const [tree = '', ...paths] = merged.out.split('\0').filter(Boolean);
  if (merged.code === 1) return { kind: 'conflict', paths };
  if (!merged.ok) throw new Error(`git could not merge ${head} onto ${base}: ${merged.errors}`);
  const date = await gitOut(folder, ['show', '--no-patch', '--format=%cd', '--date=raw', head]);
  const env = Object.fromEntries(
    ['AUTHOR', 'COMMITTER'].flatMap((who) => [
      [`GIT_${who}_NAME`, 'Signalbox'],
      [`GIT_${who}_EMAIL`, 'signalbox@signalbox.invalid'],
      [`GIT_${who}_DATE`, date],
    ]),
  );
  const commit = await gitOut(folder, ['commit-tree', tree, '-p', base, '-p', head, '-m', 'Would-be merge'], { env });
  return { kind: 'merged', commit: Head.parse(commit) };
}

function conflictSentence(paths: readonly string[], base: string): string {
  const [first = 'The change'] = paths;
  const more = paths.length > 1 ? ` and ${paths.length - 1} more` : '';
  return `${first}${more}: conflict with what ${base} has now.`;
}
