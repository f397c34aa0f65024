import { Head } from '../chain/ids.ts';
import { ask, asks, failure } from './bare.ts';
import type { Bare } from './bare.ts';
import { writeCommit } from './record.ts';

const SUBJECT_MAX = 200;
const BODY_MAX = 20_000;

/** Letters that do not show, but for line ends and tabs. */
const unseen = /[^\P{C}\n\t]|\p{Default_Ignorable_Code_Point}/gu;

/**
 * The message of a squash. Title and body come from agents: one line of title, nothing unseen, and no line that reads like a trailer of
 * ours. The trailers stand alone at the very end, where `trailersOf` wants them.
 */
export function squashMessage(
  number: number,
  head: Head,
  text: { readonly subject: string; readonly body: string },
): string {
  const subject = text.subject.replaceAll(/\s+/gu, ' ').replaceAll(unseen, '').trim().slice(0, SUBJECT_MAX) || 'Change';
  const lines = text.body.slice(0, BODY_MAX).replaceAll(/\r\n?/gu, '\n').replaceAll(unseen, '').split('\n');
  const body = lines
    .filter((line) => !/^\s*signalbox-[\w-]*\s*:/iu.test(line.normalize('NFKC')))
    .join('\n')
    .trim();
  const trailers = `Signalbox-Change: ${number}\nSignalbox-Head: ${head}`;
  return [`${subject} (#${number})`, body, trailers].filter(Boolean).join('\n\n');
}

/** The change and head that a commit's message names, if it ends in our two trailers and nothing else. */
export function trailersOf(message: string): { readonly number: number; readonly head: Head } | null {
  const found = /\n\nSignalbox-Change: ([1-9]\d{0,8})\nSignalbox-Head: ([0-9a-f]{40})\n*$/.exec(message);
  return found === null ? null : { number: Number(found[1]), head: Head.parse(found[2]) };
}

/** The tree that merging `head` onto `base` gives; null when they conflict or have no common past. */
export async function mergeTree(bare: Bare, base: Head, head: Head): Promise<string | null> {
  if (!(await asks(bare, ['merge-base', base, head]))) return null;
  const args = ['merge-tree', '--write-tree', '--no-messages', base, head];
  const answer = await bare.git({ repository: bare.path, args });
  if (answer.code > 1) throw failure(bare, args, answer);
  return answer.code === 0 ? answer.out.trim() : null;
}

/** Writes the squash of `head` onto `base` with that tree. The same arguments give the same commit, however often it is repeated. */
export async function writeSquash(
  bare: Bare,
  squash: { readonly base: Head; readonly tree: string; readonly opened: number; readonly message: string },
): Promise<Head> {
  // Not the time of the merge, which a repeat would not know; but never before the commit that it follows.
  const parent = await readCommit(bare, squash.base);
  const seconds = Math.max(Math.floor(squash.opened / 1000), parent.seconds);
  return writeCommit(bare, { tree: squash.tree, parents: [squash.base], seconds, message: squash.message });
}

/**
 * Our squash of this change's head among the commits that the base branch got since the change was opened, or null.
 *
 * A trailer is text, and a commit that an agent wrote can reach the base branch when a person merges by hand: it may name any change
 * and any head, and give our name as committer. So a name proves nothing here, the content does: the commit has one parent and exactly
 * the tree that merging this very head onto this parent gives. Whatever says so and is true has brought the head to the base branch.
 */
export async function findSquash(
  bare: Bare,
  change: { readonly number: number; readonly head: Head; readonly base: Head },
  base: Head,
): Promise<Head | null> {
  const grep = ['--fixed-strings', `--grep=Signalbox-Head: ${change.head}`];
  const found = await ask(bare, ['rev-list', '--first-parent', ...grep, base, `^${change.base}`]);
  for (const id of found.split('\n').filter(Boolean)) {
    const commit = Head.parse(id);
    const { message, parents, tree } = await readCommit(bare, commit);
    const named = trailersOf(message);
    const [parent] = parents;
    if (named?.number !== change.number || named.head !== change.head) continue;
    if (parent === undefined || parents.length !== 1) continue;
    if ((await mergeTree(bare, parent, change.head)) === tree) return commit;
  }
  return null;
}

type Commit = {
  readonly tree: string;
  readonly parents: readonly Head[];
  readonly seconds: number;
  readonly message: string;
};

export async function readCommit(bare: Bare, id: Head): Promise<Commit> {
  const raw = await ask(bare, ['cat-file', 'commit', id]);
  const end = raw.indexOf('\n\n');
  const headers = raw.slice(0, end).split('\n');
  const of = (name: string): readonly string[] =>
    headers.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
  return {
    tree: of('tree')[0] ?? '',
    parents: of('parent').map((parent) => Head.parse(parent)),
    seconds: Number(/ (\d+) [+-]\d{4}$/.exec(of('committer')[0] ?? '')?.[1] ?? 0),
    message: raw.slice(end + 1),
  };
}
