import { Change } from '../chain/change.ts';
import type { Forge } from '../chain/ports.ts';
import { ask, moveRefs } from './bare.ts';
import { branchRef } from './branch.ts';
import { readRecords, recordRef, writeRecord } from './record.ts';
import type { ChangeRecord, Kept } from './record.ts';
import { busy, contains, readBranches, see, TRIES } from './seen.ts';
import type { Place } from './seen.ts';

type Wanted = Parameters<Forge['open']>[0];

/** Opens the change of a branch, or brings the open one to the head. The branch and the record move together or not at all. */
export async function openChange(place: Place, wanted: Wanted): Promise<Change> {
  if (wanted.branch === place.base)
    throw new Error(`${wanted.branch} is the base branch: no change can be opened from it.`);
  branchRef(wanted.branch);
  await fetchHead(place, wanted);
  let number = 0;
  for (let tries = 0; tries < TRIES; tries++) {
    const records = await readRecords(place.bare);
    const own = records.findLast(({ record }) => record.branch === wanted.branch);
    if (own !== undefined && own.record.task !== wanted.task) {
      throw new Error(
        `The branch ${wanted.branch} belongs to change #${own.record.number} of the task ${own.record.task}.`,
      );
    }
    const known = own === undefined ? undefined : await see(place, own.record.number);
    const { state, head } = known?.kept.record ?? {};
    if (known !== undefined && state === 'merged' && head === wanted.head) {
      return Change.parse({ number: known.kept.record.number, head, base: known.base });
    }
    number = state === 'open' ? (own?.record.number ?? 0) : (records.at(-1)?.record.number ?? 0) + 1;
    const change = await bring(place, wanted, number, known?.kept ?? null);
    if (change !== null) return change;
  }
  throw busy(place, number);
}

/** Moves branch and record to what is wanted, from what they are. null: somebody was faster. */
async function bring(place: Place, wanted: Wanted, number: number, last: Kept | null): Promise<Change | null> {
  const { project: _, ...named } = wanted;
  const { branch, base } = await readBranches(place, wanted.branch);
  if (await contains(place, base, wanted.head)) {
    throw new Error(
      `${wanted.head.slice(0, 7)} is on ${place.base} of ${place.bare.path} already: there is nothing to propose.`,
    );
  }
  if (branch !== null && branch !== wanted.head && branch !== last?.record.head) {
    const whose = last === null ? 'exists already and is not of Signalbox' : 'was moved by somebody else';
    throw new Error(
      `The branch ${wanted.branch} in ${place.bare.path} ${whose} (${branch.slice(0, 7)}). Rename or delete it there, then try again.`,
    );
  }
  const opened = { number, base, opened: place.now(), state: 'open', comments: [], ...named } as const;
  const before = last?.record.state === 'open' ? last : null;
  const record: ChangeRecord = before === null ? { ...opened, comments: [] } : { ...before.record, ...named };
  const to = await writeRecord(place.bare, record, before, place.now());
  const moved = await moveRefs(place.bare, [
    { ref: recordRef(number), from: before?.id ?? null, to },
    { ref: branchRef(wanted.branch), from: branch, to: wanted.head },
  ]);
  return moved === 'moved' ? Change.parse({ number, head: wanted.head, base }) : null;
}

/** Brings the commit's objects over from the mirror, checked, and no ref with them. */
async function fetchHead(place: Place, { head }: Wanted): Promise<void> {
  const quiet = ['--quiet', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', '--no-auto-maintenance'];
  await ask(place.bare, ['fetch', ...quiet, '--end-of-options', place.mirror, head]);
}
