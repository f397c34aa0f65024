import type { Shut } from './account.ts';
import type { PathChange } from './change.ts';
import { filePatches } from './gate/hunks.ts';
import type { Head, ProjectId, SessionId } from './ids.ts';
import type { Policy } from './policy.ts';
import type { AccountWindows } from './ports.ts';
import type { Role } from './roles.ts';
import type { Task } from './task.ts';
import type { Yard } from './yard.ts';

/** A file of a diff. `plus` and `minus` count lines, as far as they can be read. */
export type DiffFile = {
  readonly path: string;
  readonly status: PathChange['status'];
  readonly plus: number;
  readonly minus: number;
};
/** From `base` to `head`; `patch` is null where it is too large to be shown whole. */
export type DiffLook = {
  readonly base: Head;
  readonly head: Head;
  readonly files: readonly DiffFile[];
  readonly patch: string | null;
};
/** What the latest session said and did, whole. A claim. */
export type LogsLook = { readonly session: SessionId; readonly role: Role; readonly text: string };
export type UsageLook = {
  readonly account: string;
  readonly shut: Shut | null;
  /** null where the provider tells none: a paid key, or an account that was not used yet. */
  readonly windows: AccountWindows | null;
};
export type PolicyLook = { readonly base: Head; readonly policy: Policy };

/** What people look at and nothing follows from. Each reads afresh, and throws a sentence when something is out of reach. */
export type Looks = {
  /** null before there is a commit to look at. */
  diff(task: Task): Promise<DiffLook | null>;
  /** null before there was a session. */
  logs(task: Task): Promise<LogsLook | null>;
  usage(): Promise<readonly UsageLook[]>;
  policy(project: ProjectId): Promise<PolicyLook>;
};

export function looksOf(yard: Yard): Looks {
  const { acts, accounts, covers } = yard;
  return {
    async diff({ project, base, head, change }) {
      const [from, to] = change ? [change.base, change.head] : [base, head];
      if (!from || !to || from === to) return null;
      const { paths, patch } = await acts.workspace.diff(project, from, to);
      // What looks like a key may stand in a patch by right: hidden, it could not be judged.
      const shown = patch === null ? null : covers.known(patch);
      return { base: from, head: to, files: filesOf(paths, patch ?? ''), patch: shown };
    },
    async logs({ phase, sessions }) {
      const session = phase.at === 'working' ? phase.session : sessions.at(-1);
      if (session === undefined) return null;
      return { session, role: roleOf(session), text: covers.all(await acts.sessions.transcript(session)) };
    },
    async usage() {
      const windows = new Map((await accounts.windows()).map((seen) => [seen.account, seen]));
      const used = Object.values(acts.settings).map(({ account }) => account);
      const names = new Set([...used, ...yard.accountOwners.keys(), ...windows.keys()]);
      return [...names].toSorted().map((account) => ({
        account,
        shut: yard.accountOwners.get(account)?.stream().state?.shut ?? null,
        windows: windows.get(account) ?? null,
      }));
    },
    async policy(project) {
      const ready = await acts.workspace.prepare(project);
      if (!ready.ok) throw new Error(ready.reason);
      return { base: ready.base, policy: ready.policy };
    },
  };
}

/** `<task>-<role>-<attempt>`. */
const roleOf = (session: SessionId): Role => session.split('-')[1] as Role;

function filesOf(paths: readonly PathChange[], patch: string): readonly DiffFile[] {
  const parts = Map.groupBy(filePatches(patch), ({ path }) => path);
  return paths.map(({ path, status }) => {
    const of = parts.get(path) ?? [];
    const count = (side: 'added' | 'removed'): number => of.reduce((sum, part) => sum + part[side].length, 0);
    return { path, status, plus: count('added'), minus: count('removed') };
  });
}
