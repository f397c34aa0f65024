import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Head } from '../chain/ids.ts';
import type { Git, GitAnswer } from './run.ts';

/** A bare repository on this machine and the git that reads it. */
export type Bare = { readonly path: string; readonly git: Git };

/** A ref with the value that it must have and the one that it gets; null is absent, equal ones only check. */
export type Move = { readonly ref: string; readonly from: Head | null; readonly to: Head | null };

/** Opens the repository at `path`. Throws a sentence that says what is there instead. */
export async function openBare(path: string, git: Git): Promise<Bare> {
  const bare = { path: resolve(path), git };
  const answer = await git({ repository: bare.path, args: ['rev-parse', '--is-bare-repository'] });
  if (answer.code === 0 && answer.out.trim() === 'true') return bare;
  const there = await access(bare.path).then(
    () => true,
    () => false,
  );
  if (!there)
    throw new Error(
      `There is no repository at ${bare.path}. Make one with: git clone --bare <your repository> ${bare.path}`,
    );
  throw new Error(
    `${bare.path} is not a bare repository. Make one with: git clone --bare ${bare.path} <another folder>, and name that folder in signalbox.yaml.`,
  );
}

/** Runs git and answers with what it printed. Throws its own last words when it fails. */
export async function ask(bare: Bare, args: readonly string[], input = ''): Promise<string> {
  const answer = await bare.git({ repository: bare.path, args, input });
  if (answer.code !== 0) throw failure(bare, args, answer);
  return answer.out;
}

/** Runs git for a yes (exit 0) or a no (exit 1). */
export async function asks(bare: Bare, args: readonly string[]): Promise<boolean> {
  const answer = await bare.git({ repository: bare.path, args });
  if (answer.code > 1) throw failure(bare, args, answer);
  return answer.code === 0;
}

export function failure(bare: Bare, args: readonly string[], { code, err }: GitAnswer): Error {
  const words = err.trim().split('\n').slice(-3).join(' ').slice(0, 500);
  return new Error(`git ${args[0]} failed in ${bare.path} (exit ${code}): ${words || 'it gave no reason'}`);
}

/** Where the refs stand now, by full name. One that is absent is null. */
export async function readRefs(bare: Bare, refs: readonly string[]): Promise<ReadonlyMap<string, Head | null>> {
  const found = new Map<string, Head | null>(refs.map((ref) => [ref, null]));
  for (const line of (await ask(bare, ['for-each-ref', '--format=%(objectname) %(refname)', ...refs])).split('\n')) {
    const [id = '', name = ''] = line.split(' ');
    if (found.has(name)) found.set(name, Head.parse(id));
  }
  return found;
}

/** Moves all the refs or none, each only from the value that it is said to have. `stale`: one of them has another by now. */
export async function moveRefs(bare: Bare, moves: readonly Move[]): Promise<'moved' | 'stale'> {
  const args = ['update-ref', '--stdin'];
  const input = ['start', ...moves.map(command), 'prepare', 'commit', ''].join('\n');
  const answer = await bare.git({ repository: bare.path, args, input });
  if (answer.code === 0) return 'moved';
  const now = await readRefs(
    bare,
    moves.map((move) => move.ref),
  );
  if (moves.some(({ ref, from }) => now.get(ref) !== from)) return 'stale';
  throw failure(bare, args, answer);
}

const ABSENT = '0'.repeat(40);

function command({ ref, from, to }: Move): string {
  if (from === to) return `verify ${ref} ${from ?? ABSENT}`;
  return to === null ? `delete ${ref} ${from}` : `update ${ref} ${to} ${from ?? ABSENT}`;
}
