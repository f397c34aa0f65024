import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Spent } from './files.ts';
import type { Over } from './files.ts';
import type { Log } from './log.ts';
import { writeWhole } from './whole.ts';

/** The files by which the controller knows what tasks have spent. */
export type SpentFiles = {
  /** What the task has spent has changed: its file is written within a second. */
  note(task: string): void;
  /** Resolves when it is there durably, or was logged that it cannot be. */
  over(task: string, over: Over): Promise<void>;
  close(): Promise<void>;
};

const restMs = 1_000;

type OneFile = { over: Over | null; known: boolean; timer: NodeJS.Timeout | null; writing: Promise<void> };

/** `of` gives what a task has spent, by account. */
export async function spentFiles(
  folder: string,
  of: (task: string) => Readonly<Record<string, number>>,
  log: Log,
): Promise<SpentFiles> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const files = new Map<string, OneFile>();
  const pathOf = (task: string): string => join(folder, `${task}.json`);

  function fileOf(task: string): OneFile {
    const file = files.get(task) ?? { over: null, known: false, timer: null, writing: Promise.resolve() };
    files.set(task, file);
    return file;
  }

  async function put(task: string, file: OneFile): Promise<void> {
    // What an earlier boundary refused stands until something else is refused.
    file.over ??= file.known ? null : await lastOver(pathOf(task));
    file.known = true;
    const spent: Spent = { v: 1, task, accounts: { ...of(task) }, over: file.over };
    await writeWhole(pathOf(task), JSON.stringify(spent)).catch((error: Error) =>
      log.error(`what a task has spent is not in ${pathOf(task)} (${error.message}): the controller does not know it`),
    );
  }

  const write = (task: string, file: OneFile): Promise<void> =>
    (file.writing = file.writing.then(() => put(task, file)));

  const isName = (task: string): boolean => /^[A-Za-z0-9_-]{1,100}$/.test(task);

  return {
    note(task) {
      const file = fileOf(task);
      if (!isName(task) || file.timer !== null) {
        return;
      }
      file.timer = setTimeout(() => {
        file.timer = null;
        void write(task, file);
      }, restMs).unref();
    },
    async over(task, over) {
      const file = fileOf(task);
      file.over = over;
      if (isName(task)) {
        await write(task, file);
      }
    },
    async close() {
      for (const [task, file] of files) {
        if (file.timer !== null) {
          clearTimeout(file.timer);
          file.timer = null;
          void write(task, file);
        }
        await file.writing;
      }
    },
  };
}

async function lastOver(path: string): Promise<Over | null> {
  try {
    return Spent.parse(JSON.parse(await readFile(path, 'utf8'))).over;
  } catch {
    return null;
  }
}
