import type { Change } from '../chain/change.ts';
import type { Head } from '../chain/ids.ts';
import type { Merge } from '../chain/ports.ts';
import { moveRefs } from './bare.ts';
import { branchRef } from './branch.ts';
import { recordRef, writeRecord } from './record.ts';
import { see, TRIES } from './seen.ts';
import type { Place, Seen } from './seen.ts';
import { mergeTree, readCommit, squashMessage, writeSquash } from './squash.ts';

type Message = { readonly subject: string; readonly body: string };

/**
 * Merges exactly `change.head` onto exactly `change.base`, once. What was merged before is looked for first, and whoever loses a
 * race looks again. Base branch, branch and record are compared together and moved together, the base branch first: a machine that
 * loses power in between leaves a squash that the next look finds.
 */
export async function mergeChange(place: Place, change: Change, message: Message): Promise<Merge> {
  for (let tries = 0; tries < TRIES; tries++) {
    const merge = await tryMerge(place, change, message);
    if (merge !== null) return merge;
  }
  return refused('forge', `The branches of ${place.bare.path} kept moving while change #${change.number} was merged.`);
}

async function tryMerge(place: Place, change: Change, message: Message): Promise<Merge | null> {
  const seen = await see(place, change.number);
  const { record } = seen.kept;
  if (record.merged) {
    const { commit, head } = record.merged;
    return head === change.head ? { kind: 'merged', commit } : { kind: 'merged-elsewhere', head };
  }
  return moved(place, change, seen) ?? squash(place, seen, squashMessage(record.number, record.head, message));
}

/** Why this is not what the change was judged at any more, or null. */
function moved({ base: onto }: Place, change: Change, { kept: { record }, branch, base }: Seen): Merge | null {
  const it = `Change #${change.number}`;
  if (record.state === 'closed') return refused('closed', `${it} is closed.`);
  if (branch === null) return refused('head-moved', `The branch ${record.branch} of change #${change.number} is gone.`);
  // The record's head too: that is the one by which a lost merge is found again.
  const other = [branch, record.head].find((head) => head !== change.head);
  if (other !== undefined) return refused('head-moved', `${it} is at ${short(other)}, not at ${short(change.head)}.`);
  if (base !== change.base) return refused('base-moved', `${onto} is at ${short(base)}, not at ${short(change.base)}.`);
  return null;
}

/** Squashes what was seen, from the very heads that were seen. null: one of them moved meanwhile. */
async function squash(place: Place, { kept, base }: Seen, message: string): Promise<Merge | null> {
  const { bare, base: onto } = place;
  const { record } = kept;
  const { head, number, opened } = record;
  const tree = await mergeTree(bare, base, head);
  if (tree === null) return refused('conflict', `Change #${number} conflicts with ${onto} at ${short(base)}.`);
  // An empty squash is also what a second merge of the same content would look like.
  const adds = tree !== (await readCommit(bare, base)).tree;
  if (!adds) return refused('empty', `Change #${number} adds nothing: ${onto} has all of it already.`);
  const commit = await writeSquash(bare, { base, tree, opened, message });
  const after = { ...record, state: 'merged', merged: { head, commit } } as const;
  const to = await writeRecord(bare, after, kept, place.now());
  const done = await moveRefs(bare, [
    { ref: branchRef(onto), from: base, to: commit },
    { ref: branchRef(record.branch), from: head, to: head },
    { ref: recordRef(number), from: kept.id, to },
  ]);
  return done === 'moved' ? { kind: 'merged', commit } : null;
}

const short = (head: Head): string => head.slice(0, 7);

function refused(why: Extract<Merge, { kind: 'refused' }>['why'], text: string): Merge {
  return { kind: 'refused', why, text };
}
