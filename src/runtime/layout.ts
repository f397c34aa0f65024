import { createHash } from 'node:crypto';
import { chmod, mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cleanName, SENT } from '../chain/files.ts';
import type { FileRef } from '../chain/files.ts';
import type { SessionId } from '../chain/ids.ts';
import type { Files } from '../chain/ports.ts';
import { appendDurably } from './durable.ts';

/** Where a session's files are on this machine. The folder is the controller's; what is mounted from it has a right of its own each. */
export type Layout = {
  readonly folder: string;
  readonly in: string;
  readonly files: string;
  readonly out: string;
  readonly state: string;
  readonly spec: string;
  readonly mail: string;
  readonly record: string;
  /** Written last: everything that the session needs is there, and this is its container. */
  readonly fixed: string;
  /** Written once, when it is decided how the session ended. */
  readonly end: string;
  /** The boundary's folder for this session, short because a socket's path has at most 107 bytes. */
  readonly egress: string;
  readonly socket: string;
  readonly grant: string;
};

export const SOCKET = 'boundary.sock';

/** Where the boundary serves one way out: the folder of its socket, the socket, and the file that grants it. */
export type Way = Pick<Layout, 'egress' | 'socket' | 'grant'>;

export type Places = { readonly data: string; readonly egress: string; readonly box: string };

export function layoutOf({ data, egress, box }: Places, session: SessionId): Layout {
  const folder = join(data, 'sessions', session);
  const inside = join(folder, 'in');
  return {
    ...wayOf({ data, egress, box }, session),
    folder,
    in: inside,
    files: join(inside, 'files'),
    out: join(folder, 'out'),
    state: join(folder, 'state'),
    spec: join(inside, 'spec.json'),
    mail: join(inside, 'mail.jsonl'),
    record: join(folder, 'out', 'record.jsonl'),
    fixed: join(folder, 'fixed.json'),
    end: join(folder, 'end.json'),
  };
}

export function wayOf({ data, egress, box }: Places, name: string): Way {
  const short = join(egress, createHash('sha256').update(`${box} ${name}`).digest('hex').slice(0, 12));
  return { egress: short, socket: join(short, SOCKET), grant: join(grantsFolder(data), `${name}.json`) };
}

export const grantsFolder = (data: string): string => join(data, 'boundary', 'sessions');

/** The folder for sockets: `/run/signalbox` for root, else the person's own runtime folder, else one under /tmp. */
export function egressRoot(uid: number, runtimeFolder: string | undefined): string {
  if (uid === 0) return '/run/signalbox';
  return runtimeFolder ? join(runtimeFolder, 'signalbox') : `/tmp/signalbox-${uid}`;
}

/**
 * Makes a session's folders and empty files; safe to repeat. Their group is the controller's, which is the worker's in the container:
 * `out` is for those two alone, `in/files` is for the agent to read and `state` for it to write, behind the private parent.
 */
export async function makeFolders(at: Layout): Promise<void> {
  await mkdir(at.folder, { recursive: true, mode: 0o700 });
  const modes = [
    [at.folder, 0o700],
    [at.in, 0o755],
    [at.files, 0o755],
    [at.out, 0o770],
    [at.state, 0o777],
  ] as const;
  for (const [folder, mode] of modes) {
    await mkdir(folder, { recursive: true });
    await chmod(folder, mode);
  }
  for (const file of [at.mail, at.record]) {
    await appendDurably(file, '');
    await chmod(file, 0o660);
  }
}

/** Puts a file where the agent may read it. */
export async function putFile(path: string, text: string): Promise<void> {
  await writeFile(path, text);
  await chmod(path, 0o644);
}

/** Puts files that people sent where the agent may read them, each whole from its first moment. What is there stays. */
export async function putSent(at: Layout, files: Files, sent: readonly FileRef[]): Promise<void> {
  const folder = join(at.files, SENT);
  if (sent.length > 0) await mkdir(folder, { recursive: true });
  for (const { id, name, size } of sent) {
    const path = join(folder, cleanName(name));
    if ((await stat(path).catch(() => null))?.size === size) continue;
    const bytes = await files.get(id);
    if (bytes === null) throw new Error(`The file ${name} that was sent (${id}) is not in the data folder any more.`);
    await writeFile(`${path}.part`, bytes);
    await chmod(`${path}.part`, 0o644);
    await rename(`${path}.part`, path);
  }
}

/** The folder in which the boundary makes the session's socket. */
export async function makeEgress(at: Pick<Way, 'egress'>): Promise<void> {
  await mkdir(join(at.egress, '..'), { recursive: true, mode: 0o700 });
  await mkdir(at.egress, { recursive: true });
  await chmod(at.egress, 0o770);
}
