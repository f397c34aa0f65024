import { roomy } from '../fakes/room.ts';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { Head, ProjectId, TaskId } from '../../src/chain/ids.ts';
import type { Taken } from '../../src/chain/ports.ts';
import type { Policy } from '../../src/chain/policy.ts';
import type { Site } from '../../src/runtime/checkout.ts';
import { dockerEngine } from '../../src/runtime/docker.ts';
import { mirrorsOf } from '../../src/runtime/mirror.ts';
import { takeBundle } from '../../src/runtime/take.ts';
import { gitWorkspace } from '../../src/runtime/workspace.ts';
import type { Diff } from '../../src/chain/gate/paths.ts';
import { files as before } from './before.ts';

/** A file's bytes, or with another mode; a submodule's commit; null deletes. A name stands as text, or as bytes where it is none. */
export type Entry =
  | string
  | Buffer
  | null
  | { readonly mode: '100755' | '120000'; readonly text: string }
  | { readonly commit: string };
export type Files = Readonly<Record<string, Entry>>;

/** A commit that an agent made with plumbing of its own. `objects` are all that it needs beyond the base. */
export type Crafted = {
  readonly head: string;
  readonly objects: readonly string[];
  /** What its bundle calls that head; the task's branch alone where nothing is told. */
  readonly refs?: readonly string[];
  /** How many objects its pack says that it has, where that is a lie. */
  readonly says?: number;
  /** What its bundle says that the head is, where that is no commit's id. */
  readonly names?: string;
  /** The very pack, where that is none of git's. */
  readonly packed?: Buffer;
};

export type Ground = {
  readonly base: Head;
  readonly policy: Policy;
  /** Commits changes onto the base, all of them at once, and answers their heads in order. */
  commit(changes: readonly Files[]): Promise<readonly string[]>;
  git(args: readonly string[], input?: string | Buffer): Promise<string>;
  /** Objects as the agent likes them: git is told to check nothing. */
  object(type: 'tree' | 'commit' | 'blob', content: string | Buffer): Promise<string>;
  /** Into the mirror as the product does it, from a bundle of the branch on; of crafted objects, a bundle that no git made. */
  take(change: string | Crafted): Promise<Taken>;
  /** Every ref of the mirror, and where it stands. */
  refs(): Promise<readonly string[]>;
  /** As the gate gets it. */
  diff(head: Head): Promise<Diff>;
  leave(): Promise<void>;
};

const project = ProjectId.parse('site');
const task = TaskId.parse('t0123456789');
const branch = 'signalbox/x';
/** The one ref of a bundle that is taken. */
export const OURS = `refs/heads/${branch}`;
const by = 'Agent <agent@example.invalid> 1790000000 +0000';

/** A repository with one commit on its base branch, the mirror of it, and an agent's clone with hands free. */
export async function ground(): Promise<Ground> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-hostile-'));
  const [repository, bundle] = [join(folder, 'site.git'), join(folder, 'x.bundle')];
  const run = (args: readonly string[], input: string | Buffer = '') =>
    execa('git', ['--git-dir', repository, ...args], {
      input,
      encoding: 'buffer',
      env: { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' },
    });
  const git: Ground['git'] = async (args, input) =>
    Buffer.from((await run(args, input)).stdout)
      .toString()
      .trim();
  await execa('git', ['init', '--quiet', '--bare', '--initial-branch=main', repository]);
  await run(['fast-import', '--quiet'], commitOf('refs/heads/main', before, null));

  const mirror = mirrorsOf(folder, [{ id: project, repository, base: 'main' }]);
  // Nothing here runs in a container: the engine is never asked.
  const engine = dockerEngine({ socket: join(folder, 'none.sock'), box: 'none' });
  const site: Site = { engine, image: 'none', data: folder, mirror, room: roomy };
  const workspace = gitWorkspace(site);
  const ready = await workspace.prepare(project);
  if (!ready.ok) throw new Error(ready.reason);
  const { base, policy } = ready;
  let branches = 0;

  const pack = async (change: string | Crafted): Promise<void> => {
    if (typeof change === 'string') {
      await git(['update-ref', `refs/heads/${branch}`, change]);
      await git(['bundle', 'create', '--quiet', '--version=2', bundle, `refs/heads/${branch}`, `^${base}`]);
      return;
    }
    const { head, objects, refs = [OURS], says, names = head } = change;
    const packed =
      change.packed ??
      Buffer.from((await run(['pack-objects', '--stdout', '--quiet'], `${objects.join('\n')}\n`)).stdout);
    if (says !== undefined) packed.writeUInt32BE(says, 8);
    const header = `# v2 git bundle\n-${base} \n${refs.map((ref) => `${names} ${ref}\n`).join('')}\n`;
    await writeFile(bundle, Buffer.concat([Buffer.from(header), packed]));
  };
  return {
    base,
    policy,
    git,
    async object(type, content) {
      return git(['hash-object', '-t', type, '-w', '--stdin', '--literally'], content);
    },
    async commit(changes) {
      const refs = changes.map(() => `refs/heads/row-${branches++}`);
      const stream = changes.map((files, n) => commitOf(refs[n] ?? '', files, base));
      await run(['fast-import', '--quiet'], Buffer.concat(stream));
      return Promise.all(refs.map((ref) => git(['rev-parse', ref])));
    },
    async take(change) {
      await pack(change);
      return takeBundle(site, { project, task, tree: 'tree-1', branch, from: base }, bundle);
    },
    async refs() {
      const args = ['--git-dir', mirror(project).folder, 'for-each-ref', '--format=%(refname) %(objectname)'];
      return (await execa('git', args)).stdout.split('\n');
    },
    async diff(head) {
      return { base, head, hosts: [], ...(await workspace.diff(project, base, head)) };
    },
    leave: () => rm(folder, { recursive: true, force: true }),
  };
}

/** One commit as `git fast-import` reads it. */
function commitOf(ref: string, files: Files, from: Head | null): Buffer {
  const start = [`commit ${ref}`, `committer ${by}`, 'data 4', 'work', ...(from === null ? [] : [`from ${from}`]), ''];
  const entries = Object.entries(files).map(([name, entry]) => entryOf(quote(name), entry));
  return Buffer.concat([Buffer.from(start.join('\n')), ...entries, Buffer.from('\n')]);
}

function entryOf(name: string, entry: Entry): Buffer {
  if (entry === null) return Buffer.from(`D ${name}\n`);
  if (typeof entry === 'object' && 'commit' in entry) return Buffer.from(`M 160000 ${entry.commit} ${name}\n`);
  const plain = typeof entry === 'string' || Buffer.isBuffer(entry);
  const bytes = Buffer.from(plain ? entry : entry.text);
  const mode = plain ? '100644' : entry.mode;
  return Buffer.concat([Buffer.from(`M ${mode} inline ${name}\ndata ${bytes.length}\n`), bytes, Buffer.from('\n')]);
}

/** A name byte by byte; `\x80` to `\xff` written with `raw` stand for that byte alone. */
const quote = (name: string): string => {
  const bytes = name.startsWith(RAW) ? Buffer.from(name.slice(RAW.length), 'latin1') : Buffer.from(name);
  return `"${Array.from(bytes, (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')}"`;
};

const RAW = 'bytes:';
/** A name that is not UTF-8, each character one byte. */
export const raw = (bytes: string): string => RAW + bytes;
