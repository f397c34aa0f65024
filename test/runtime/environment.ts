import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { serveBoundary } from '../../src/boundary/server.ts';
import { Head } from '../../src/chain/ids.ts';
import type { TaskId } from '../../src/chain/ids.ts';
import type { Check } from '../../src/chain/change.ts';
import { Policy } from '../../src/chain/policy.ts';
import type { Progress } from '../../src/chain/ports.ts';
import { containerValidator } from '../../src/runtime/validator.ts';
import { makeFar } from '../boundary/far.ts';
import type { Far } from '../boundary/far.ts';
import { ground, project, task } from './ground.ts';
import type { Ground } from './ground.ts';

/** A project that may go to example.org, which is a server on loopback here, through a real boundary. */
export type Yonder = {
  readonly here: Ground;
  readonly far: Far;
  readonly progress: Progress[];
  /** What example.org serves, by path; each answer says how often it was asked for. */
  readonly pages: Record<string, string>;
  readonly asked: string[];
  /** Commits what the base branch has, and answers its head. */
  base(files?: Readonly<Record<string, string>>): Promise<Head>;
  /** A change on top of the base, as if taken from a task's checkout. */
  change(files: Readonly<Record<string, string>>, of?: TaskId): Promise<Head>;
  check(policy: object, head: Head, of?: TaskId): Promise<Check>;
  /** Names of what is in a folder of the data folder; none where there is no such folder. */
  names(...folder: readonly string[]): Promise<readonly string[]>;
  leave(): Promise<void>;
};

export async function yonder(): Promise<Yonder> {
  const [here, far] = await Promise.all([ground(['example.org']), makeFar()]);
  const stopping = new AbortController();
  const log = { info: () => undefined, error: () => undefined };
  const folder = join(here.data, 'boundary');
  const boundary = await serveBoundary({ folder, accounts: {}, signal: stopping.signal, log, outside: far.outside });
  const [pages, asked, progress]: [Record<string, string>, string[], Progress[]] = [{}, [], []];
  let changes = 0;
  far.answer = (socket) =>
    void socket.once('data', (bytes: Buffer) => {
      const path = bytes.toString().split(' ')[1] ?? '';
      asked.push(path);
      const page = pages[path];
      const status = page === undefined ? '404 Not Found' : '200 OK';
      socket.end(
        `HTTP/1.1 ${status}\r\ncontent-length: ${(page ?? '').length}\r\nconnection: close\r\n\r\n${page ?? ''}`,
      );
    });
  const fetched = async (): Promise<Head> => {
    const now = await here.site.mirror(project).fetch();
    if (!now.ok) throw new Error(now.reason);
    return now.base;
  };
  return {
    here,
    far,
    progress,
    pages,
    asked,
    async base(files) {
      if (files) await here.commit(files);
      return fetched();
    },
    async change(files, of = task) {
      await fetched();
      const branch = `work-${(changes += 1)}`;
      const head = Head.parse(await here.commit(files, branch));
      const { folder: mirror } = here.site.mirror(project);
      await execa('git', [
        '--git-dir',
        mirror,
        'fetch',
        '-q',
        here.repository,
        `+refs/heads/${branch}:refs/tasks/${of}/in`,
      ]);
      return head;
    },
    check: async (policy, head, of = task) =>
      containerValidator(here.site).check(
        { project, task: of, base: await fetched(), head, policy: Policy.parse(policy), acceptance: [] },
        (one) => void progress.push(one),
      ),
    names: (...path) => readdir(join(here.data, ...path)).catch(() => []),
    async leave() {
      stopping.abort();
      await boundary.ended;
      await here.leave();
      await far.close();
    },
  };
}
