import type { Outbox } from '../../src/chain/files.ts';
import { widest } from '../../src/chain/budget.ts';
import type { ProjectId, SessionId } from '../../src/chain/ids.ts';
import type { Letter, SessionEnd, SessionEvent, Sessions, SessionSpec } from '../../src/chain/ports.ts';

type Mail = { readonly session: SessionId; readonly uuid: string; readonly letter: Letter };

/** Sessions without containers: the test plays the agent. It outlives a controller, as containers do: give it to the next one too. */
export type FakeSessions = Sessions & {
  /** While set, every call throws it: the engine is out of reach, or the image is missing. */
  broken: string | null;
  /** What the agent of a session that begins does: an end at once, or null to work until `end` is called. */
  agent: (spec: SessionSpec) => SessionEnd | null;
  /** Every session that was begun, once each, in order. */
  readonly begun: readonly SessionSpec[];
  /** Mail that was taken, once a uuid. */
  readonly heard: readonly Mail[];
  /** What the agent leaves in its outbox in this leg. */
  leave(session: SessionId, outbox: Outbox): void;
  /** What it can read of files that people sent: ids by name. */
  reads(session: SessionId, name: string): string | null;
  /** What sessions were let spend since they were begun. */
  readonly allowed: ReadonlyMap<SessionId, SessionSpec['budget']>;
  /** What the agent of a session heard in all its legs, in order: what each began with, and mail. */
  told(session: SessionId): readonly string[];
  /** The hosts of every project, and what sessions may reach of them. */
  hosts: readonly string[];
  reaches(session: SessionId): readonly string[] | null;
  /** The projects whose hosts changed for sessions at work, in order. */
  readonly admitted: readonly ProjectId[];
  /** What a session is held to. */
  budgetOf(session: SessionId): SessionSpec['budget'];
  running(): readonly SessionId[];
  /** Resolves when the session runs. */
  began(session: SessionId): Promise<SessionSpec>;
  say(session: SessionId, event: SessionEvent): void;
  end(session: SessionId, end: SessionEnd): void;
};

type Live = {
  spec: SessionSpec | null;
  end: SessionEnd | null;
  on: (event: SessionEvent) => void;
  /** What its record says, for whoever reads it again. */
  readonly typed: SessionEvent[];
  /** Places of questions that wait. */
  readonly asking: Set<number>;
  readonly began: PromiseWithResolvers<SessionSpec>;
  readonly ended: PromiseWithResolvers<SessionEnd>;
};

export function fakeSessions(): FakeSessions {
  /** By session and leg; what is asked of a session concerns its latest leg. */
  const lives = new Map<string, Live>();
  const legs = new Map<SessionId, number>();
  const begun: SessionSpec[] = [];
  const heard: Mail[] = [];
  const admitted: ProjectId[] = [];
  const reached = new Map<SessionId, readonly string[]>();
  const sent = new Map<string, string>();
  const outboxes = new Map<SessionId, Outbox>();
  const allowed = new Map<SessionId, SessionSpec['budget']>();
  const told: { readonly session: SessionId; readonly text: string }[] = [];

  const live = (session: SessionId, leg = legs.get(session) ?? 1): Live => {
    const made = lives.get(`${session}#${leg}`) ?? {
      spec: null,
      end: null,
      on: () => {},
      typed: [],
      asking: new Set(),
      began: Promise.withResolvers<SessionSpec>(),
      ended: Promise.withResolvers<SessionEnd>(),
    };
    lives.set(`${session}#${leg}`, made);
    return made;
  };

  const reach = (): void => {
    if (fake.broken !== null) throw new Error(fake.broken);
  };

  const finish = (session: SessionId, end: SessionEnd, leg?: number): void => {
    const of = live(session, leg);
    const outbox = outboxes.get(session);
    outboxes.delete(session);
    of.end ??= outbox === undefined ? end : { ...end, outbox };
    of.ended.resolve(of.end);
  };

  const fake: FakeSessions = {
    broken: null,
    agent: () => null,
    begun,
    heard,
    admitted,
    hosts: [],
    reaches: (session) => (live(session).end === null ? (reached.get(session) ?? null) : null),
    allowed,

    async run(spec, on) {
      reach();
      const { session, leg } = spec;
      if (leg > 1 && live(session, leg - 1).end === null)
        throw new Error(`leg ${leg - 1} of ${session} has not ended yet`);
      legs.set(session, Math.max(leg, legs.get(session) ?? 1));
      for (const { id, name } of spec.sent ?? []) sent.set(`${session} ${name}`, id);
      const of = live(session, leg);
      of.on = on;
      for (const event of of.typed) on(event);
      if (of.spec === null && of.end === null) {
        of.spec = spec;
        reached.set(session, fake.hosts);
        begun.push(spec);
        told.push({ session, text: spec.prompt });
        of.began.resolve(spec);
        const end = fake.agent(spec);
        if (end !== null) finish(session, end);
      }
      return of.ended.promise;
    },

    async hasBegun(session, leg) {
      reach();
      const known = lives.get(`${session}#${leg}`);
      return known !== undefined && (known.spec !== null || known.end !== null);
    },

    async send(session, mail) {
      reach();
      if (heard.some((known) => known.session === session && known.uuid === mail.uuid)) return 'taken';
      if (live(session).end !== null) return 'late';
      if (mail.kind === 'message') for (const { id, name } of mail.files ?? []) sent.set(`${session} ${name}`, id);
      heard.push({ session, uuid: mail.uuid, letter: mail });
      if (mail.kind === 'interrupt') return 'taken';
      // Where somebody waits for it, it is the answer alone; else question and answer.
      const waits = mail.kind === 'answer' && live(session).asking.delete(mail.ask);
      told.push({ session, text: mail.kind === 'answer' && waits ? mail.replies.join(', ') : mail.text });
      return 'taken';
    },

    async transcript(session) {
      reach();
      return [`# Session ${session}`, ...fake.told(session)].join('\n\n');
    },

    async allow(session, budget) {
      reach();
      allowed.set(session, budget);
    },

    async stop(session, only) {
      reach();
      const leg = legs.get(session) ?? 1;
      if (only !== undefined) return only >= leg ? finish(session, { kind: 'stopped' }, only) : undefined;
      // Between two legs it is the next one that must not begin.
      finish(session, { kind: 'stopped' }, live(session, leg).end === null ? leg : leg + 1);
    },

    async admit(project) {
      reach();
      admitted.push(project);
      for (const session of fake.running()) reached.set(session, fake.hosts);
    },

    async sweep(keep) {
      reach();
      for (const session of fake.running()) if (!keep.includes(session)) finish(session, { kind: 'stopped' });
    },

    budgetOf(session) {
      const asked = live(session).spec?.budget ?? null;
      return allowed.has(session) ? widest(allowed.get(session) ?? null, asked) : asked;
    },
    running: () =>
      [...lives.values()].flatMap(({ spec, end }) => (spec !== null && end === null ? [spec.session] : [])),
    leave: (session, outbox) => void outboxes.set(session, outbox),
    reads: (session, name) => sent.get(`${session} ${name}`) ?? null,
    told: (of) => told.flatMap(({ session, text }) => (session === of ? [text] : [])),
    began: (session) => live(session).began.promise,
    say(session, event) {
      if (event.kind !== 'remark' && event.kind !== 'writes') live(session).typed.push(event);
      if (event.kind === 'asked') live(session).asking.add(event.n);
      live(session).on(event);
    },
    end: (session, end) => finish(session, end),
  };
  return fake;
}
