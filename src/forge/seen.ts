import type { Head, Millis } from '../chain/ids.ts';
import { asks, moveRefs, readRefs } from './bare.ts';
import type { Bare } from './bare.ts';
import { branchRef } from './branch.ts';
import { readRecord, recordRef, writeRecord } from './record.ts';
import type { ChangeRecord, Kept } from './record.ts';
import { findSquash } from './squash.ts';

/** One project's repository, with the base branch and the mirror that its commits come from. */
export type Place = { readonly bare: Bare; readonly base: string; readonly mirror: string; readonly now: () => Millis };

/** A change and the branches that it is about, read one after the other: what is done with them is compared again. */
export type Seen = { readonly kept: Kept; readonly branch: Head | null; readonly base: Head };

/** Reads a change. One that is on the base branch already, by our merge or by hand, is marked as merged on the way. */
export async function see(place: Place, number: number): Promise<Seen> {
  for (let tries = 0; tries < TRIES; tries++) {
    const kept = await readRecord(place.bare, number);
    const { branch, base } = await readBranches(place, kept.record.branch);
    const merged = kept.record.state === 'open' ? await arrived(place, kept.record, base) : null;
    if (merged === null) return { kept, branch, base };
    await rewrite(place, kept, { ...kept.record, state: 'merged', merged });
  }
  throw busy(place, number);
}

/** How often something is tried anew when another writer was faster. */
export const TRIES = 10;

export const busy = (place: Place, number: number): Error =>
  new Error(`Something else keeps writing the change #${number} in ${place.bare.path}. Only one Signalbox may use it.`);

export async function readBranches(
  place: Place,
  branch: string,
): Promise<{ readonly branch: Head | null; readonly base: Head }> {
  const [own, onto] = [branchRef(branch), branchRef(place.base)];
  const refs = await readRefs(place.bare, [own, onto]);
  const base = refs.get(onto);
  if (!base)
    throw new Error(
      `${place.bare.path} has no branch ${place.base}: push one, or name another as base in signalbox.yaml.`,
    );
  return { branch: refs.get(own) ?? null, base };
}

/** Puts `after` in the place of what was kept, unless somebody was faster. */
export async function rewrite(place: Place, kept: Kept, after: ChangeRecord): Promise<'moved' | 'stale'> {
  const to = await writeRecord(place.bare, after, kept, place.now());
  return moveRefs(place.bare, [{ ref: recordRef(after.number), from: kept.id, to }]);
}

/** Whether `head` is on the base branch as it is. */
export const contains = (place: Place, base: Head, head: Head): Promise<boolean> =>
  asks(place.bare, ['merge-base', '--is-ancestor', head, base]);

async function arrived(place: Place, record: ChangeRecord, base: Head): Promise<ChangeRecord['merged'] | null> {
  const { head } = record;
  const commit = (await findSquash(place.bare, record, base)) ?? ((await contains(place, base, head)) ? head : null);
  return commit === null ? null : { head, commit };
}
