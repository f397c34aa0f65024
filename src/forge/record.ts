import { z } from 'zod';
import { Head, TaskId } from '../chain/ids.ts';
import type { Millis } from '../chain/ids.ts';
import { ask } from './bare.ts';
import type { Bare } from './bare.ts';

/** A change as the repository itself keeps it, under `refs/signalbox/changes/<number>`, where no agent writes. */
export const ChangeRecord = z.object({
  number: z.number().int().positive(),
  task: TaskId,
  branch: z.string(),
  /** The base branch's head when the change was opened: our merge can only be after it. */
  base: Head,
  head: Head,
  title: z.string(),
  body: z.string(),
  /** Milliseconds since the epoch when it was opened. */
  opened: z.number(),
  state: z.enum(['open', 'merged', 'closed']),
  /** What was merged and the commit on the base branch that brought it. */
  merged: z.object({ head: Head, commit: Head }).optional(),
  comments: z.array(z.object({ key: z.string(), at: z.number(), text: z.string() })),
});
export type ChangeRecord = z.infer<typeof ChangeRecord>;

/** A record with the commit that holds it, which is what a compare-and-swap expects. */
export type Kept = { readonly id: Head; readonly record: ChangeRecord };

const FOLDER = 'refs/signalbox/changes';
const EMPTY_TREE = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

/** Whom Signalbox's own commits are by. */
const SIGNALBOX = 'Signalbox <signalbox@localhost>';

export const recordRef = (number: number): string => `${FOLDER}/${number}`;

/** Every change, by number. Throws a sentence that names a damaged one. */
export async function readRecords(bare: Bare, ref = FOLDER): Promise<readonly Kept[]> {
  const lines = await ask(bare, ['for-each-ref', '--format=%(objectname) %(refname) %(contents:subject)', ref]);
  const kept = lines
    .split('\n')
    .filter(Boolean)
    .map((line) => readLine(bare, line));
  return kept.toSorted((one, other) => one.record.number - other.record.number);
}

export async function readRecord(bare: Bare, number: number): Promise<Kept> {
  const [kept] = await readRecords(bare, recordRef(number));
  if (kept === undefined) throw new Error(`There is no change #${number} in ${bare.path}.`);
  return kept;
}

/**
 * Writes a record as a commit without files whose message is the record, and answers with its id; it counts once a ref is moved to it.
 * Its parents are the record before and the commits that it speaks of: those stay in the repository after their branch is gone.
 */
export async function writeRecord(bare: Bare, record: ChangeRecord, before: Kept | null, at: Millis): Promise<Head> {
  const parents = new Set([...(before === null ? [] : [before.id]), record.base, record.head]);
  const seconds = Math.floor(at / 1000);
  return writeCommit(bare, { tree: EMPTY_TREE, parents: [...parents], seconds, message: JSON.stringify(record) });
}

/** The same bytes, and so the same id, for the same arguments. */
export async function writeCommit(
  bare: Bare,
  commit: {
    readonly tree: string;
    readonly parents: readonly Head[];
    readonly seconds: number;
    readonly message: string;
  },
): Promise<Head> {
  const by = `${SIGNALBOX} ${commit.seconds} +0000`;
  const headers = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${by}`,
    `committer ${by}`,
  ];
  const raw = `${headers.join('\n')}\n\n${commit.message}\n`;
  return Head.parse((await ask(bare, ['hash-object', '-t', 'commit', '-w', '--stdin'], raw)).trim());
}

function readLine(bare: Bare, line: string): Kept {
  const [id = '', ref = ''] = line.split(' ', 2);
  const damaged = new Error(`The change that ${ref} of ${bare.path} keeps cannot be read: somebody else wrote there.`);
  let json: unknown;
  try {
    json = JSON.parse(line.slice(id.length + ref.length + 2));
  } catch {
    throw damaged;
  }
  const record = ChangeRecord.safeParse(json);
  if (!record.success || recordRef(record.data.number) !== ref) throw damaged;
  return { id: Head.parse(id), record: record.data };
}
