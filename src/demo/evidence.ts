import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { z } from 'zod';
import type { Ending } from './auto.ts';
import type { Killed } from './kills.ts';
import type { ConsolePerson, Shown } from './person.ts';
import type { Asked } from './rehearsal.ts';
import { lastShut } from './shut.ts';
import type { ShutSeen } from './shut.ts';
import { containersOf } from './victims.ts';

/** A commit as git has it. */
export type Commit = { readonly id: string; readonly parents: readonly string[]; readonly message: string };

/** An entry of the task's journal, as far as it is judged. */
const TaskEntry = z.object({
  source: z.string().nullable(),
  settles: z.string().nullable(),
  event: z.looseObject({ is: z.string() }),
  effects: z.array(z.looseObject({ do: z.string() })),
});
export type TaskEntry = z.infer<typeof TaskEntry>;

/** An entry of the console's journal: messages have the key under which they were told. */
const ShownEntry = z.looseObject({ is: z.string(), key: z.string().nullable() });

/** What a demo left behind, read back after it: everything that its checks judge. */
export type Evidence = {
  readonly ending: Ending;
  /** On the base branch since the demo began, the newest first. */
  readonly commits: readonly Commit[];
  /** The task's thread, read back from the console. */
  readonly messages: readonly Shown[];
  readonly journal: readonly TaskEntry[];
  /** Keys of the thread's messages in the console's journal, in order. */
  readonly keys: readonly string[];
  /** Names of the task's sessions. */
  readonly sessions: readonly string[];
  /** Legs of the coder's first session. */
  readonly legs: number;
  /** What was not there before, and should not be there any more, each in a few words. */
  readonly left: readonly string[];
  readonly kills: { readonly wanted: number; readonly done: readonly Killed[] };
  readonly asked: readonly Asked[];
  readonly shut: ShutSeen | null;
};

export type Scene = {
  readonly data: string;
  readonly repository: string;
  readonly you: ConsolePerson;
  /** What was on the base branch when the demo began. */
  readonly before: string;
  /** What was there then of what a task over should not leave: from other demos on the same folder. */
  readonly others: readonly string[];
  /** Entries of a stream's journal. */
  readonly read: (data: string, stream: string) => Promise<readonly unknown[]>;
};

export async function headOf(repository: string): Promise<string> {
  const { stdout } = await execa('git', ['-C', repository, 'rev-parse', 'main']);
  return stdout;
}

/** Reads everything back. `rest` is what only the run itself knows. */
export async function gather(
  { data, repository, you, before, others, read }: Scene,
  rest: Pick<Evidence, 'ending' | 'kills' | 'asked'>,
): Promise<Evidence> {
  const { thread, task } = rest.ending;
  const legs = await readdir(join(data, 'sessions', `${task}-coder-1`)).catch(() => []);
  return {
    ...rest,
    commits: await commitsSince(repository, before),
    messages: thread === null ? [] : await you.messages(thread),
    journal: task === null ? [] : z.array(TaskEntry).parse(await read(data, `task-${task}`)),
    keys: z
      .array(ShownEntry)
      .parse(await read(data, 'console'))
      .flatMap(({ is, key, thread: of }) => (is === 'message' && of === thread && key !== null ? [key] : [])),
    sessions: (await readdir(join(data, 'sessions')).catch(() => [])).filter((name) => name.startsWith(`${task}-`)),
    legs: 1 + legs.filter((name) => /^leg-\d+\.json$/.test(name)).length,
    left: (await leftIn(data, repository)).filter((one) => !others.includes(one)),
    shut: await lastShut(data),
  };
}

async function commitsSince(repository: string, before: string): Promise<readonly Commit[]> {
  const range = `${before}..main`;
  const { stdout } = await execa('git', ['-C', repository, 'log', '-z', '--format=%H%n%P%n%B', range]);
  return stdout
    .split('\0')
    .filter(Boolean)
    .map((text) => {
      const [id = '', parents = '', ...message] = text.split('\n');
      return { id, parents: parents.split(' ').filter(Boolean), message: message.join('\n').trim() };
    });
}

/** Containers, ways out, branches and checkouts that a task over should not have. */
export async function leftIn(data: string, repository: string): Promise<readonly string[]> {
  const files = async (folder: string): Promise<readonly string[]> => readdir(join(data, folder)).catch(() => []);
  const { stdout } = await execa('git', ['-C', repository, 'for-each-ref', '--format=%(refname:short)', 'refs/heads']);
  const mirrors = (await files('mirrors')).filter((name) => name.endsWith('.git'));
  const refs = await Promise.all(
    mirrors.map((name) => execa('git', ['-C', join(data, 'mirrors', name), 'for-each-ref', 'refs/tasks'])),
  );
  const branches = stdout.split('\n').filter((name) => name !== '' && name !== 'main');
  return [
    ...(await containersOf(data, true)).map((name) => `container ${name}`),
    ...(await files('boundary/sessions')).map((name) => `way out ${name}`),
    ...(await files('work')).map((name) => `checkouts of ${name}`),
    ...refs.flatMap((found) => found.stdout.split('\n').filter(Boolean)).map((ref) => `ref ${ref} in the mirror`),
    ...branches.map((name) => `branch ${name}`),
  ];
}
