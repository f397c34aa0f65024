import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { SessionId } from '../chain/ids.ts';
import type { SessionEnd, SessionSpec } from '../chain/ports.ts';
import { Spec } from '../worker/files.ts';
import type { Mail } from '../worker/files.ts';
import { claimDurably, readIfThere } from './durable.ts';
import type { Layout } from './layout.ts';
import type { Room, Size } from './space.ts';
import { renewMail } from './mail.ts';
import { recordReader } from './record.ts';

/** Written once a leg after the first is laid out: it begins after so many lines of the record. */
const Leg = z.object({ since: z.number() });

const Space = z.object({ bytes: z.number(), files: z.number() });

const Prompted = z.object({ prompt: Spec.shape.prompt });

const End = z.custom<SessionEnd>((value) => z.object({ kind: z.string() }).safeParse(value).success);

const legFile = (at: Layout, leg: number): string => join(at.folder, `leg-${leg}.json`);
const endFile = (at: Layout, leg: number): string => (leg === 1 ? at.end : join(at.folder, `end-${leg}.json`));

/** How a leg ended; null while that is not decided. */
export async function readEnd(at: Layout, leg: number): Promise<SessionEnd | null> {
  const text = await readIfThere(endFile(at, leg));
  return text === null ? null : End.parse(JSON.parse(text));
}

/** The first decision stands, whoever makes it. */
export async function decide(at: Layout, leg: number, end: SessionEnd): Promise<SessionEnd> {
  await claimDurably(endFile(at, leg), JSON.stringify(end));
  return (await readEnd(at, leg)) ?? end;
}

/** The number of the latest leg that was laid out. */
export async function latestLeg(at: Layout): Promise<number> {
  const names = await readdir(at.folder).catch(() => []);
  return Math.max(1, ...names.flatMap((name) => Number(/^leg-(\d+)\.json$/.exec(name)?.[1] ?? 1)));
}

/** `look` answers null where the session has no container. */
export async function hasBegun(at: Layout, leg: number, look: () => Promise<unknown>): Promise<boolean> {
  return (await readEnd(at, leg)) !== null || ((await latestLeg(at)) === leg && (await look()) !== null);
}

/** Throws when a leg may not begin because the one before has no end: one conversation has one process. */
export async function refuseEarlyLeg(at: Layout, { session, leg }: SessionSpec): Promise<void> {
  if (leg > 1 && (await readEnd(at, leg - 1)) === null)
    throw new Error(`leg ${leg - 1} of ${session} has not ended yet`);
}

/**
 * Lays out a leg: the session listens again, and what the leg begins with is in its mail. Answers after how many lines of the record it begins.
 * Safe to repeat.
 */
export async function layOutLeg(at: Layout, spec: SessionSpec): Promise<number> {
  const { leg } = spec;
  if (leg === 1) return 0;
  const laidOut = async (): Promise<number | null> => {
    const text = await readIfThere(legFile(at, leg));
    return text === null ? null : Leg.parse(JSON.parse(text)).since;
  };
  const known = await laidOut();
  if (known !== null) return known;
  const since = (await recordReader(at.record, (line) => line).read()).length;
  const words = wordsOf(spec);
  // A session that was stopped before it ever ran begins with this leg: its words are the first prompt already.
  const isFirst = Prompted.parse(JSON.parse((await readIfThere(at.spec)) ?? 'null')).prompt.uuid === words.uuid;
  const allowed = spec.allowed.map((ask) => allowance(spec, ask));
  await renewMail(at.mail, [...allowed, ...(isFirst ? [] : [{ kind: 'message', ...words } as const])]);
  await claimDurably(legFile(at, leg), JSON.stringify({ since }));
  return (await laidOut()) ?? since;
}

/**
 * What a session's folders held when this leg began, which it may keep: it was stopped for having too much, maybe, and is to tidy up. Looked at once, so
 * that a restarted controller means the same. The first leg begins with nothing of its own.
 */
export async function spaceBefore(room: Room, at: Layout, leg: number, folders: readonly string[]): Promise<Size> {
  const nothing: Size = { bytes: 0, files: 0 };
  if (leg === 1) return nothing;
  const file = join(at.folder, `space-${leg}.json`);
  const known = await readIfThere(file);
  if (known === null) await claimDurably(file, JSON.stringify((await room.measure(folders)) ?? nothing));
  return Space.parse(JSON.parse(known ?? (await readIfThere(file)) ?? 'null'));
}

/** A tool call that a person allowed while nobody waited for it: the agent may make it once, and is told so in the leg's words. */
const allowance = ({ session, leg }: SessionSpec, ask: number): Mail => ({
  uuid: uuidOf(session, `leg ${leg} allows ${ask}`),
  kind: 'answer',
  ask,
  replies: [],
  allows: true,
  text: '',
});

/** What a leg begins with, under a uuid of its own. */
export const wordsOf = ({ session, leg, prompt }: SessionSpec): { readonly uuid: string; readonly text: string } => ({
  uuid: uuidOf(session, leg === 1 ? 'prompt' : `leg ${leg}`),
  text: prompt,
});

/** A UUID made of names (version 8 of RFC 9562), the same each time. */
export function uuidOf(session: SessionId, what: string): string {
  const hex = createHash('sha256').update(`${session} ${what}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
