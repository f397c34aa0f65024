import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { SessionId } from '../chain/ids.ts';
import type { SessionEnd, SessionSpec } from '../chain/ports.ts';
import { claimDurably, readIfThere } from './durable.ts';
import type { Layout } from './layout.ts';
import { renewMail } from './mail.ts';
import { recordReader } from './record.ts';

/** Written once a leg after the first is laid out: it begins after so many lines of the record. */
const Leg = z.object({ since: z.number() });

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

/**
 * Lays out a leg: the session listens again, and what the leg begins with is in its mail. Answers after how many lines of the record it begins.
 * Safe to repeat. Throws when the leg before has no end: one conversation has one process.
 */
export async function layOutLeg(at: Layout, { session, leg, prompt }: SessionSpec): Promise<number> {
  if (leg === 1) return 0;
  const known = await readIfThere(legFile(at, leg));
  if (known !== null) return Leg.parse(JSON.parse(known)).since;
  if ((await readEnd(at, leg - 1)) === null) throw new Error(`leg ${leg - 1} of ${session} has not ended yet`);
  const since = (await recordReader(at.record).read()).length;
  await renewMail(at.mail, { uuid: messageOf(session, leg), kind: 'message', text: prompt });
  await claimDurably(legFile(at, leg), JSON.stringify({ since }));
  return since;
}

/** A UUID made of names (version 8 of RFC 9562), the same each time. */
function messageOf(session: SessionId, leg: number): string {
  const hex = createHash('sha256').update(`${session} leg ${leg}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
