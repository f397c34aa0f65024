import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { Head, ProjectId, TaskId } from '../../src/chain/ids.ts';
import type { Change } from '../../src/chain/change.ts';
import type { Forge } from '../../src/chain/ports.ts';
import { gitForge } from '../../src/forge/git.ts';
import { readRecord } from '../../src/forge/record.ts';
import { hardenedGit } from '../../src/forge/run.ts';
import type { Git } from '../../src/forge/run.ts';
import { trailersOf } from '../../src/forge/squash.ts';
import type { ForgeWorld } from '../contract/forge.ts';

export const project = ProjectId.parse('site');
export const task = TaskId.parse('t0123456789');

type Files = Readonly<Record<string, string>>;
type Craft = {
  readonly tree: string;
  readonly parents: readonly Head[];
  readonly message: string;
  readonly by?: string;
};

/** A bare repository and a mirror of it in a folder of their own, and somebody who pushes to it. */
export type Repositories = ForgeWorld & {
  readonly path: string;
  readonly mirror: string;
  /** Any git command, in the repository or in another one. */
  git(
    args: readonly string[],
    options?: { readonly in?: string; readonly input?: string; readonly env?: Record<string, string> },
  ): Promise<string>;
  /** A commit in the mirror, by whoever the message and `by` say. */
  commit(on: Head, files: Files, how?: { readonly message?: string; readonly by?: string }): Promise<Head>;
  /** A commit in the mirror with that tree, whatever it says. */
  craft(commit: Craft): Promise<Head>;
  /** The same forge through another git. */
  through(git: Git): Forge;
  opened(head?: Head): Promise<Change>;
};

/** Wednesday, 2026-11-18 10:00 UTC. Each look is a second later. */
const BEGAN = Date.UTC(2026, 10, 18, 10);

export async function repositories(): Promise<Repositories> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-forge-'));
  const path = join(folder, 'site.git');
  const mirror = join(folder, 'mirror.git');
  const touched = new Map<Head, string>();
  let looks = 0;
  let files = 0;
  const clock = { now: () => BEGAN + looks++ * 1000 };

  const git: Repositories['git'] = async (args, { in: dir = path, input = '', env = {} } = {}) => {
    const quiet = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' };
    const ran = await execa('git', args, { cwd: dir, input, env: { ...quiet, ...env } });
    return ran.stdout;
  };

  const craft: Repositories['craft'] = async ({ tree, parents, message, by = 'Owner <owner@localhost>' }) => {
    const who = ['author', 'committer'].map((name) => `${name} ${by} 1768000000 +0000`);
    const input = [`tree ${tree}`, ...parents.map((parent) => `parent ${parent}`), ...who, '', message, ''].join('\n');
    return Head.parse(await git(['hash-object', '-t', 'commit', '-w', '--stdin'], { in: mirror, input }));
  };

  const commit: Repositories['commit'] = async (
    on,
    changed,
    { message = 'work', by = 'Agent <agent@localhost>' } = {},
  ) => {
    const inMirror = { in: mirror, env: { GIT_INDEX_FILE: join(folder, `index-${files++}`) } };
    await git(['read-tree', on], inMirror);
    for (const [name, text] of Object.entries(changed)) {
      const blob = await git(['hash-object', '-w', '--stdin'], { in: mirror, input: text });
      await git(['update-index', '--add', '--cacheinfo', `100644,${blob},${name}`], inMirror);
    }
    return craft({ tree: await git(['write-tree'], inMirror), parents: [on], message, by });
  };

  const push: Repositories['push'] = async (name, head) => {
    await git(['push', '--quiet', '--force', path, `${head ?? ''}:refs/heads/${name}`], { in: mirror });
  };
  const base = async (): Promise<Head> => Head.parse(await git(['rev-parse', 'refs/heads/main']));
  /** The mirror's view of a base branch that may have moved. */
  const fresh = async (): Promise<Head> => {
    await git(['fetch', '--quiet', path, '+refs/heads/main:refs/heads/main'], { in: mirror });
    return base();
  };
  const through = (with_: Git): Forge =>
    gitForge({ repository: () => ({ path, base: 'main' }), mirror: () => mirror, clock, git: with_ });
  const forge = through(hardenedGit);

  const work: Repositories['work'] = async (on) => {
    const file = `work-${files}.txt`;
    const head = await commit(on ?? (await fresh()), { [file]: 'work\n' });
    touched.set(head, file);
    return head;
  };

  await git(['init', '--quiet', '--bare', '--initial-branch=main', path], { in: folder });
  await git(['init', '--quiet', '--bare', '--initial-branch=main', mirror], { in: folder });
  await push('main', await craft({ tree: await git(['mktree'], { in: mirror }), parents: [], message: 'first' }));

  return {
    path,
    mirror,
    project,
    forge,
    through,
    git,
    craft,
    commit,
    push,
    base,
    work,
    async opened(head) {
      const at = head ?? (await work());
      return forge.open({
        project,
        task,
        branch: 'signalbox/hello',
        head: at,
        title: 'Say hello',
        body: 'It was missing.',
      });
    },
    async moveBase(against) {
      const file = (against && touched.get(against)) ?? `other-${files}.txt`;
      const head = await commit(await fresh(), { [file]: 'other\n' }, { by: 'Owner <owner@localhost>' });
      await push('main', head);
      return head;
    },
    async branch(name) {
      const id = await git(['for-each-ref', '--format=%(objectname)', `refs/heads/${name}`]);
      return id === '' ? null : Head.parse(id);
    },
    async squashes() {
      const ids = (await git(['rev-list', '--reverse', '--first-parent', 'main']))
        .split('\n')
        .map((id) => Head.parse(id));
      const messages = await Promise.all(ids.map((id) => git(['log', '-1', '--format=%B', id])));
      return ids.flatMap((id, at) => {
        const named = trailersOf(messages[at] ?? '');
        return named === null ? [] : [{ commit: id, ...named }];
      });
    },
    async comments(number) {
      const { record } = await readRecord({ path, git: hardenedGit }, number);
      return record.comments.map((comment) => comment.text);
    },
    leave: () => rm(folder, { recursive: true, force: true }),
  };
}
