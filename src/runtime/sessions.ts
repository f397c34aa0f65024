import { mkdir, readdir } from 'node:fs/promises';
import { SessionId } from '../chain/ids.ts';
import type { Clock, Log, SessionEnd, Sessions, SessionSpec } from '../chain/ports.ts';
import { agents } from './agents/index.ts';
import { removeCheckout } from './checkout.ts';
import { writable } from './container.ts';
import type { Definition } from './container.ts';
import { readIfThere } from './durable.ts';
import { awaitBoundary, grantEgress, revokeEgress } from './egress.ts';
import { keptExtras } from './extras.ts';
import { crampedEnd, followRecord } from './follow.ts';
import type { Progress } from './follow.ts';
import { allow, grantOf, readmit } from './grant.ts';
import type { Allowed } from './grant.ts';
import { grantsFolder, layoutOf, putSent, wayOf } from './layout.ts';
import type { Layout } from './layout.ts';
import { decide, hasBegun, latestLeg, layOutLeg, readEnd, refuseEarlyLeg, spaceBefore } from './legs.ts';
import { lockBySession } from './lock.ts';
import type { Lock } from './lock.ts';
import { placesOf } from './installation.ts';
import type { Installation } from './installation.ts';
import { mailOf, noMore, putMail, readMail } from './mail.ts';
import { emptier, withOutbox } from './outbox.ts';
import { prepareSession, transcriptOf } from './prepare.ts';
import { RECORD_BYTES, recordReader } from './record.ts';
import type { Size } from './space.ts';

type Means = { readonly site: Installation; readonly clock: Clock; readonly log: Log };
type Tools = Means & {
  readonly lock: Lock;
  readonly allowed: Allowed;
  /** Checkouts that are being removed while nobody waits for it. */
  readonly removals: Set<Promise<void>>;
};

const POLL_MS = 60;
/** How long a worker that was told to end may take. */
const GRACE_MS = 20_000;
/** Containers lost one after the other, with nothing new in the record between. */
const LOSSES = 5;

/** Sessions in containers of this machine's engine. */
export function dockerSessions(means: Means): Sessions {
  const { site } = means;
  const tools: Tools = { ...means, lock: lockBySession(), allowed: new Map(), removals: new Set() };
  const at = (session: SessionId): Layout => layoutOf(placesOf(site), session);
  /** Sessions that this controller runs now, as often as it does. */
  const running: SessionSpec[] = [];
  return {
    async run(spec, on) {
      running.push(spec);
      try {
        return await runLeg(tools, spec, at(spec.session), on);
      } finally {
        running.splice(running.indexOf(spec), 1);
      }
    },

    hasBegun: (session, leg) => hasBegun(at(session), leg, () => site.engine.look(site.engine.nameOf(session))),

    transcript: (session) => transcriptOf(site, session),

    send: (session, letter) =>
      tools.lock(session, async () => {
        const layout = at(session);
        const before = await readMail(layout.mail);
        if (before.some((mail) => mail.uuid === letter.uuid)) return 'taken';
        if (before.some((mail) => mail.kind === 'end') || (await readEnd(layout, await latestLeg(layout))))
          return 'late';
        if ((await readIfThere(layout.fixed)) === null) throw new Error(`${session} is not laid out yet`);
        if (letter.kind === 'message') await putSent(layout, site.files, letter.files ?? []);
        await putMail(layout.mail, mailOf(letter));
        return 'taken';
      }),

    allow: (session, budget) => tools.lock(session, () => allow(tools.allowed, at(session), session, budget)),

    async stop(session, only) {
      const layout = at(session);
      const leg = await latestLeg(layout);
      if (only !== undefined) return void (only >= leg && (await abandon(tools, session, layout, only)));
      // Between two legs it is the next one that must not begin.
      const isOver = (await readEnd(layout, leg)) !== null;
      await abandon(tools, session, layout, isOver ? leg + 1 : leg);
    },

    async admit(project) {
      const own = running.filter((spec) => spec.project === project);
      for (const spec of own) await tools.lock(spec.session, () => readmit(site, spec, at(spec.session)));
    },

    // A session may have begun after `keep` was made.
    sweep: (keep) =>
      sweep(tools, at, (session) => keep.includes(session) || running.some((spec) => spec.session === session)),
  };
}

async function sweep(
  tools: Tools,
  at: (session: SessionId) => Layout,
  isKept: (session: SessionId) => boolean,
): Promise<void> {
  const { site, removals } = tools;
  await Promise.all(removals);
  const held = await site.engine.list();
  for (const { name, session: label } of held) {
    const session = SessionId.safeParse(label);
    if (session.success && !isKept(session.data)) {
      const layout = at(session.data);
      await abandon(tools, session.data, layout, await latestLeg(layout));
    }
    if (!session.success && !site.engine.busy.has(name)) await site.engine.remove(name);
  }
  const grants = await readdir(grantsFolder(site.data)).catch(() => []);
  for (const file of grants) {
    const name = file.replace(/\.json$/, '');
    const session = SessionId.safeParse(name);
    const isUsed = session.success ? isKept(session.data) : site.engine.busy.has(site.engine.nameOf(name));
    if (!isUsed) await revokeEgress(wayOf(placesOf(site), name));
  }
}

async function runLeg(
  tools: Tools,
  spec: SessionSpec,
  at: Layout,
  on: Parameters<Sessions['run']>[1],
): Promise<SessionEnd> {
  const { session, leg } = spec;
  const end = await withOutbox(at, leg, (await readEnd(at, leg)) ?? (await follow(tools, spec, at, on)));
  // The end of an earlier leg is known while a later one is at work.
  if ((await latestLeg(at)) <= leg) await clear(tools, session, at);
  // Any other end, an answer, and requirements that a person changes may go on in another leg, in the same checkout; the task's end removes it.
  if (end.kind === 'ended' && (spec.role === 'planner' || spec.role === 'reviewer')) removeSoon(tools, spec);
  return end;
}

/** The next role need not wait for it. What a kill leaves is removed when the session's end is asked for again, or at the task's end. */
function removeSoon({ site, log, removals }: Tools, { task, session, checkout }: SessionSpec): void {
  const removal = removeCheckout(site, task, checkout.tree)
    .catch((error: Error) => log.error('a checkout stays until its task ends', { session, reason: error.message }))
    .finally(() => removals.delete(removal));
  removals.add(removal);
}

/** Whoever runs the leg, now or later, is told that it was stopped; one that ended before keeps its end. */
async function abandon(tools: Tools, session: SessionId, at: Layout, leg: number): Promise<void> {
  await mkdir(at.folder, { recursive: true, mode: 0o700 });
  await decide(at, leg, { kind: 'stopped' });
  await clear(tools, session, at);
}

/** Removes what lets it out and what runs: it asks no model any more, also where the engine does not answer. The folder stays: its record is the transcript. */
async function clear({ site, lock }: Tools, session: SessionId, at: Layout): Promise<void> {
  await lock(session, () => revokeEgress(at));
  await site.engine.remove(site.engine.nameOf(session));
}

/** Runs the container until the session's end is decided, and again when it is lost. */
async function follow(
  tools: Tools,
  spec: SessionSpec,
  at: Layout,
  on: Parameters<Sessions['run']>[1],
): Promise<SessionEnd> {
  const { site, clock } = tools;
  const { session, settings, leg } = spec;
  await refuseEarlyLeg(at, spec);
  const definition = await prepareSession(site, spec, (progress) => on({ kind: 'progress', progress }));
  await putSent(at, site.files, spec.sent ?? []);
  const since = await tools.lock(session, () => layOutLeg(at, spec));
  const begun = await spaceBefore(site.room, at, leg, writable(definition));
  const progress = followRecord(agents[settings.cli], on, since, await keptExtras(at), site.known);
  const record = recordReader(at.record, site.known);
  const read = async (): Promise<boolean> => {
    for (const line of await record.read()) progress.fold(line);
    progress.tell();
    return !record.isFull();
  };
  await read();
  for (let losses = 0, seen = -1; ; losses += 1) {
    if (progress.lines() > seen) losses = 0;
    seen = progress.lines();
    if (losses >= LOSSES)
      return decide(at, leg, { kind: 'lost', text: `${LOSSES} times without a new line in its record` });
    if (losses > 0) await clock.sleep(500 * 2 ** losses);
    // What an admin says meanwhile, and what a person lets it spend, is in the one or changes the other.
    await tools.lock(session, async () => grantEgress(at, await grantOf(site, tools.allowed, spec, at)));
    await awaitBoundary(at, clock);
    const end = (await readEnd(at, leg)) ?? (await watch(tools, spec, at, { definition, begun, progress, read }));
    if (end) return decide(at, leg, end);
    tools.log.info('a container was lost; the session goes on in another', { session });
  }
}

type Follows = {
  readonly definition: Definition;
  readonly begun: Size;
  readonly progress: Progress;
  /** false: there is more than anybody reads. */
  readonly read: () => Promise<boolean>;
};

/** One container from its start or adoption to its end. null when it was lost. */
async function watch(
  { site, clock, lock }: Tools,
  spec: SessionSpec,
  at: Layout,
  { definition, begun, progress, read }: Follows,
): Promise<SessionEnd | null> {
  const { engine, room } = site;
  const { session, settings, leg } = spec;
  const name = engine.nameOf(session);
  const watched = room.watch({ folders: writable(definition), begun, end: () => engine.remove(name) });
  const gone = new AbortController();
  const stop = new AbortController();
  let ended: Promise<void> | undefined;
  const empty = emptier(site, spec, at, progress);
  try {
    const cramped = crampedEnd(watched);
    if (cramped !== null) return cramped;
    await engine.start(session, definition);
    ended = engine.ended(name, stop.signal).then(() => gone.abort());
    ended.catch(() => gone.abort());
    for (let told: number | null = null; ;) {
      const over = gone.signal.aborted;
      const isWhole = await read();
      const decided = (await readEnd(at, leg)) ?? crampedEnd(watched);
      if (decided) return decided;
      if (!isWhole) return { kind: 'crashed', text: `it printed more than ${RECORD_BYTES / 2 ** 20} MiB` };
      const lacks = progress.lacks();
      if (lacks !== null) return { kind: 'unequipped', text: lacks };
      if (told === null && progress.isIdle()) {
        await empty();
        if (await lock(session, () => noMore(at.mail, leg, progress.hasTaken))) told = clock.now();
      }
      if (over || (told !== null && clock.now() - told > GRACE_MS)) return progress.end();
      const began = progress.began();
      if (began !== null && clock.now() - began > settings.minutes * 60_000) {
        await empty();
        return { kind: 'overran', minutes: settings.minutes };
      }
      await clock.sleep(POLL_MS, gone.signal);
    }
  } finally {
    watched.stop();
    stop.abort();
    await ended?.catch(() => undefined);
  }
}
