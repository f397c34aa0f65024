import { resolve } from 'node:path';
import type { ProjectId } from '../chain/ids.ts';
import type { Clock, Forge } from '../chain/ports.ts';
import { moveRefs, openBare } from './bare.ts';
import { branchRef, mergeByHand } from './branch.ts';
import { mergeChange } from './merge.ts';
import { openChange } from './open.ts';
import { readRecords, recordRef, writeRecord } from './record.ts';
import { hardenedGit } from './run.ts';
import type { Git } from './run.ts';
import { busy, rewrite, see, TRIES } from './seen.ts';
import type { Place, Seen } from './seen.ts';
import { mergeTree } from './squash.ts';

type Wiring = {
  /** Path of the project's bare repository on this machine, and the branch that changes merge into. */
  readonly repository: (project: ProjectId) => { readonly path: string; readonly base: string };
  /** Path of the bare mirror that the work was taken into. */
  readonly mirror: (project: ProjectId) => string;
  readonly clock: Pick<Clock, 'now'>;
  readonly git?: Git;
};

/**
 * A forge that is plain git: a bare repository on this machine, which keeps its changes itself, as refs beside its branches.
 * Throws a sentence when the repository is missing, not bare or damaged.
 */
export function gitForge({ repository, mirror, clock, git = hardenedGit }: Wiring): Forge {
  async function place(project: ProjectId): Promise<Place> {
    const { path, base } = repository(project);
    return { bare: await openBare(path, git), base, mirror: resolve(mirror(project)), now: () => clock.now() };
  }

  return {
    open: async (wanted) => openChange(await place(wanted.project), wanted),
    merge: async (project, change, message) => mergeChange(await place(project), change, message),
    close: async (project, number) => close(await place(project), number),

    async facts(project, number) {
      const at = await place(project);
      const { kept, branch, base } = await see(at, number);
      const head = branch ?? kept.record.head;
      // Somebody deleted the branch: there is nothing left to merge.
      const state = kept.record.state === 'open' && branch === null ? 'closed' : kept.record.state;
      const mergeable = state === 'open' ? (await mergeTree(at.bare, base, head)) !== null : null;
      const byHand = mergeByHand({ repository: at.bare.path, base: at.base, head });
      return { state, head, base, mergeable, byHand };
    },

    async comment(project, number, key, text) {
      const at = await place(project);
      for (let tries = 0; tries < TRIES; tries++) {
        const { kept } = await see(at, number);
        const { comments } = kept.record;
        if (comments.some((comment) => comment.key === key)) return;
        const record = { ...kept.record, comments: [...comments, { key, at: clock.now(), text }] };
        if ((await rewrite(at, kept, record)) === 'moved') return;
      }
      throw busy(at, number);
    },
  };
}

/** Closes what is not merged, and deletes the branch where it is still at the change's head: what came after is somebody's work. */
async function close(place: Place, number: number): Promise<void> {
  for (let tries = 0; tries < TRIES; tries++) {
    const seen = await see(place, number);
    const { kept } = seen;
    const { record } = kept;
    const moves = (await leaves(place, seen)) ? [{ ref: branchRef(record.branch), from: seen.branch, to: null }] : [];
    if (record.state === 'open') {
      const to = await writeRecord(place.bare, { ...record, state: 'closed' }, kept, place.now());
      if ((await moveRefs(place.bare, [{ ref: recordRef(number), from: kept.id, to }, ...moves])) === 'moved') return;
    } else if (moves.length === 0 || (await moveRefs(place.bare, moves)) === 'moved') {
      return;
    }
  }
  throw busy(place, number);
}

/** Whether the branch goes with this change: it is there, at its head, and of no later change. */
async function leaves(place: Place, { kept: { record }, branch }: Seen): Promise<boolean> {
  if (branch === null || branch !== (record.merged?.head ?? record.head)) return false;
  const records = await readRecords(place.bare);
  return records.findLast((other) => other.record.branch === record.branch)?.record.number === record.number;
}
