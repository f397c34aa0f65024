import { join } from 'node:path';
import { cleanName, named, Outbox } from '../chain/files.ts';
import type { Files, SessionEnd, SessionSpec } from '../chain/ports.ts';
import { OUTBOX } from '../worker/files.ts';
import { readIfThere, writeDurably } from './durable.ts';
import type { Engine } from './docker.ts';
import { isAway } from './engine-errors.ts';
import type { Layout } from './layout.ts';
import { unpack } from './tar.ts';

const MIB = 1024 ** 2;
/** What comes out of an outbox in a leg. */
const limits = { files: 20, fileBytes: 10 * MIB, bytes: 32 * MIB, seconds: 20 };

const outboxFile = (at: Layout, leg: number): string => join(at.folder, `outbox-${leg}.json`);

/** What came out in this leg; null where nothing did. */
export async function readOutbox(at: Layout, leg: number): Promise<Outbox | null> {
  const text = await readIfThere(outboxFile(at, leg));
  return text === null ? null : Outbox.parse(JSON.parse(text));
}

/** The end of a leg, with what came out in it. */
export async function withOutbox(at: Layout, leg: number, end: SessionEnd): Promise<SessionEnd> {
  const outbox = await readOutbox(at, leg);
  return outbox === null ? end : { ...end, outbox };
}

/**
 * Empties a session's outbox, once for each time that something was said since. It is gone with the container, so it is taken before that is told to
 * end. Who only reads has nothing to leave.
 */
export function emptier(
  { engine, files }: { readonly engine: Engine; readonly files: Files },
  { session, leg, checkout }: SessionSpec,
  at: Layout,
  progress: { lines(): number },
): () => Promise<void> {
  let emptied = -1;
  return async () => {
    if (checkout.access === 'read' || emptied === progress.lines()) return;
    emptied = progress.lines();
    await takeOutbox(engine, files, engine.nameOf(session), at, leg);
  };
}

/** Printed in the container at the agent's uid. Links, FIFOs and devices are named in it and never opened; a file with several names is one each. */
const pack = ['tar', '--create', '--format=ustar', '--sort=name', '--hard-dereference', `--directory=${OUTBOX}`, '.'];

/**
 * Takes what lies in the outbox of a container that runs, as one stream with an end: so many bytes, so many seconds. The host opens nothing that an
 * agent can write, and what the stream says is a claim. Done again, it takes the same again; the bytes are kept once. A container that is gone, or
 * one that was begun without an outbox, has none.
 */
export async function takeOutbox(
  engine: Engine,
  files: Files,
  container: string,
  at: Layout,
  leg: number,
): Promise<void> {
  const chunks: Buffer[] = [];
  let size = 0;
  const take = (chunk: Buffer): boolean => {
    chunks.push(chunk.subarray(0, Math.max(0, limits.bytes - size)));
    size += chunk.length;
    return size <= limits.bytes;
  };
  const errand = { command: pack, milliseconds: limits.seconds * 1000 };
  const answered = await engine.exec(container, errand, take).catch((error: Error) => {
    // An agent can see to it that nothing more starts in its container; that must not hold anybody up.
    if (isAway(error)) throw error;
    return 'failed' as const;
  });
  const outbox = await keep(files, Buffer.concat(chunks), size > limits.bytes || answered !== 'done');
  if (answered === 'failed')
    outbox.left.push('The outbox could not be read: nothing more could be started in the container.');
  if (answered === 'late') outbox.left.push(`The outbox could not be read to its end in ${limits.seconds} seconds.`);
  if (size > limits.bytes)
    outbox.left.push(`The outbox is larger than ${limits.bytes / MIB} MiB: what came after was left out.`);
  if (outbox.files.length > 0 || outbox.left.length > 0)
    await writeDurably(outboxFile(at, leg), JSON.stringify(outbox));
}

async function keep(files: Files, archive: Buffer, isCut: boolean): Promise<Outbox> {
  const { files: found, others, half, cut } = unpack(archive);
  const left: string[] = [];
  const leave = (what: string, why: string): void => void left.push(`\`${cleanName(what)}\` ${why} and was left out.`);
  let kept: Outbox['files'] = [];
  let more = 0;
  for (const { name, bytes } of found) {
    if (!isInside(name)) leave(name, 'is not in the outbox');
    else if (bytes.length > limits.fileBytes) leave(name, `is larger than ${limits.fileBytes / MIB} MiB`);
    else if (kept.length >= limits.files) more += 1;
    else {
      const id = await files.put(bytes).catch((error: Error) => {
        leave(name, `could not be kept (${error.message})`);
        return undefined;
      });
      if (id !== undefined) kept = [...named(kept, [{ id, name, size: bytes.length }]).all];
    }
  }
  for (const name of others) leave(name, 'is no plain file');
  if (half !== null) leave(half, 'did not come out whole');
  if (more > 0)
    left.push(`At most ${limits.files} files come out: ${more} more ${more === 1 ? 'was' : 'were'} left out.`);
  if (cut && half === null && !isCut && archive.length > 0) left.push('The outbox did not come out whole.');
  return {
    files: kept,
    left: left.length <= SAID ? left : [...left.slice(0, SAID), `And ${left.length - SAID} more.`],
  };
}

/** So many sentences are read on a phone. */
const SAID = 6;

/** A path below the outbox, as tar writes it. */
const isInside = (name: string): boolean => name.startsWith('./') && !name.split('/').includes('..');
