import { afterEach, describe, expect, it } from 'vitest';
import type { SessionId } from '../../src/chain/ids.ts';
import type { SessionEnd, SessionEvent, Sessions, SessionSpec } from '../../src/chain/ports.ts';

/** What the suite needs to know of an implementation: an agent that waits until it is told to end its turn. */
export type SessionsWorld = {
  /** A controller's view; a second call is the next controller, after a restart. */
  controller(): Sessions;
  /** Its first leg; `spec.prompt` is what the agent hears first. */
  spec(n: number): SessionSpec;
  /** Resolves when the agent of the session's first leg works. */
  works(session: SessionId): Promise<void>;
  /** Lets the agent end its turns in this leg with this handoff. */
  finish(session: SessionId, handoff: unknown): Promise<void>;
  /** Lets the agent's turn end because its model's service turned it away. */
  refuse(session: SessionId): Promise<void>;
  /** Its container is killed from outside. */
  lose(session: SessionId): Promise<void>;
  /** The agent asks QUESTION and waits. */
  ask(session: SessionId): Promise<void>;
  /** What somebody types into the session's pane. */
  type(session: SessionId, text: string): Promise<void>;
  /** How many conversations were begun for it, however often its container was lost. */
  conversations(session: SessionId): Promise<number>;
  /** What the agent heard in all legs, in order: what each began with, and mail. Without what tells it that its container was lost. */
  heard(session: SessionId): Promise<readonly string[]>;
  /** What the project's hosts are from now on. */
  allow(hosts: readonly string[]): void;
  /** Where the session may go now; null when it may go nowhere, not even to its model. */
  reaches(session: SessionId): Promise<readonly string[] | null>;
  isRunning(session: SessionId): Promise<boolean>;
  /** The agent leaves a file for people. */
  leaves(session: SessionId, name: string, text: string): Promise<void>;
  /** Keeps a file that a person sent. */
  keep(text: string): Promise<string>;
  /** What the agent reads in a file that was sent; null when there is none. */
  reads(session: SessionId, name: string): Promise<string | null>;
  /** What its requests are held to. */
  budget(session: SessionId): Promise<SessionSpec['budget']>;
  leave(): Promise<void>;
};

const quiet = (): void => {};

/** What the agent of the suite asks. */
export const QUESTION = {
  question: 'Which database?',
  header: 'DB',
  options: [
    { label: 'Postgres', description: 'relational' },
    { label: 'SQLite', description: 'a file' },
  ],
  multi: false,
};

/** The leg after a session's first, or a later one, with words of its own. */
const later = (spec: SessionSpec, leg: number): SessionSpec => ({ ...spec, leg, prompt: `Go on (${leg}).` });

export function sessionsContract(name: string, enter: () => Promise<SessionsWorld>): void {
  describe(`sessions: ${name}`, () => {
    let world: SessionsWorld;
    afterEach(() => world.leave());

    it('runs a session to its handoff and leaves nothing running', async () => {
      world = await enter();
      const spec = world.spec(1);
      const end = world.controller().run(spec, quiet);
      await world.works(spec.session);
      await world.finish(spec.session, { title: 'done' });
      expect(await end).toMatchObject({ kind: 'ended', handoff: { title: 'done' } });
      expect(await world.isRunning(spec.session)).toBe(false);
    });

    it('holds a session to its budget, and to another one from the moment that it is allowed', async () => {
      world = await enter();
      const sessions = world.controller();
      const [first, second] = [world.spec(1), world.spec(2)];
      const raised = { task: 40, day: 100, raised: { day: '2026-11-27', to: 200 } };
      const ends = [sessions.run({ ...first, budget: { task: 20, day: 100, raised: null } }, quiet)];
      await world.works(first.session);
      expect(await world.budget(first.session)).toEqual({ task: 20, day: 100, raised: null });
      await sessions.allow(first.session, raised);
      expect(await world.budget(first.session)).toEqual(raised);
      // A raise may come before the one that is being begun has its grant.
      await sessions.allow(second.session, raised);
      ends.push(sessions.run({ ...second, budget: { task: 20, day: 100, raised: null } }, quiet));
      await world.works(second.session);
      expect(await world.budget(second.session)).toEqual(raised);
      for (const { session } of [first, second]) await world.finish(session, { title: 'done' });
      expect(await Promise.all(ends)).toMatchObject([{ kind: 'ended' }, { kind: 'ended' }]);
    });

    it('says which legs have begun, also to the next controller', async () => {
      world = await enter();
      const [spec, other] = [world.spec(1), world.spec(2)];
      const begun = async (): Promise<readonly boolean[]> => {
        const { hasBegun } = world.controller();
        return [await hasBegun(spec.session, 1), await hasBegun(spec.session, 2), await hasBegun(other.session, 1)];
      };
      expect(await begun()).toEqual([false, false, false]);
      const end = world.controller().run(spec, quiet);
      await world.works(spec.session);
      expect(await begun()).toEqual([true, false, false]);
      await world.refuse(spec.session);
      await end;
      expect(await begun()).toEqual([true, false, false]);
      await world.controller().stop(spec.session);
      expect(await begun()).toEqual([true, true, false]);
    });

    it('gives the same end again without beginning again', async () => {
      world = await enter();
      const spec = world.spec(1);
      const first = world.controller().run(spec, quiet);
      await world.works(spec.session);
      await world.finish(spec.session, { title: 'once' });
      const end = await first;
      expect(await world.controller().run(spec, quiet)).toEqual(end);
      expect(await world.conversations(spec.session)).toBe(1);
      expect(await world.isRunning(spec.session)).toBe(false);
    });

    it('adopts a session that runs, for a controller that comes later', async () => {
      world = await enter();
      const spec = world.spec(1);
      const left = world.controller().run(spec, quiet);
      await world.works(spec.session);
      const adopted = world.controller().run(spec, quiet);
      await world.finish(spec.session, { title: 'adopted' });
      expect(await adopted).toMatchObject({ kind: 'ended', handoff: { title: 'adopted' } });
      expect(await left).toEqual(await adopted);
      expect(await world.conversations(spec.session)).toBe(1);
    });

    it('goes by the hosts of now once they are admitted, and nowhere when it is over', async () => {
      world = await enter();
      const read = world.spec(1);
      const spec = { ...read, checkout: { ...read.checkout, access: 'write' as const } };
      world.allow(['a.example']);
      const sessions = world.controller();
      const end = sessions.run(spec, quiet);
      await world.works(spec.session);
      expect(await world.reaches(spec.session)).toEqual(['a.example']);
      world.allow(['a.example', 'b.example']);
      await sessions.admit(spec.project);
      expect(await world.reaches(spec.session)).toEqual(['a.example', 'b.example']);
      world.allow([]);
      await sessions.admit(spec.project);
      expect(await world.reaches(spec.session)).toEqual([]);
      await world.finish(spec.session, { title: 'done' });
      await end;
      world.allow(['a.example']);
      await sessions.admit(spec.project);
      expect(await world.reaches(spec.session)).toBeNull();
    });

    it('takes mail once a uuid, and not after the end', async () => {
      world = await enter();
      const spec = world.spec(1);
      const sessions = world.controller();
      const end = sessions.run(spec, quiet);
      await world.works(spec.session);
      expect(await sessions.send(spec.session, { kind: 'message', uuid: 'a', text: 'use tabs' })).toBe('taken');
      expect(await sessions.send(spec.session, { kind: 'message', uuid: 'a', text: 'use tabs' })).toBe('taken');
      expect(await sessions.send(spec.session, { kind: 'message', uuid: 'b', text: 'and hurry' })).toBe('taken');
      await world.finish(spec.session, null);
      await end;
      expect(await world.heard(spec.session)).toEqual(['Do it.', 'use tabs', 'and hurry']);
      expect(await sessions.send(spec.session, { kind: 'message', uuid: 'c', text: 'too late' })).toBe('late');
      expect(await sessions.send(spec.session, { kind: 'message', uuid: 'a', text: 'use tabs' })).toBe('taken');
      expect(await sessions.transcript(spec.session)).toContain('use tabs');
      expect(await world.heard(spec.session)).toEqual(['Do it.', 'use tabs', 'and hurry']);
    });

    it('hears what is typed at the pane, with a place that is the same after a restart', async () => {
      world = await enter();
      const spec = world.spec(1);
      const [before, after]: [SessionEvent[], SessionEvent[]] = [[], []];
      world
        .controller()
        .run(spec, (event) => void before.push(event))
        .catch(quiet);
      await world.works(spec.session);
      await world.type(spec.session, 'look at the tests');
      await expect.poll(() => typed(before)).toHaveLength(1);
      const end = world.controller().run(spec, (event) => after.push(event));
      await world.finish(spec.session, null);
      await end;
      expect(typed(before)).toMatchObject([{ text: 'look at the tests' }]);
      expect(typed(after)).toEqual(typed(before));
    });

    it('asks a person, with a place that is the same after a restart, and takes one answer', async () => {
      world = await enter();
      const spec = world.spec(1);
      const [before, after]: [SessionEvent[], SessionEvent[]] = [[], []];
      world
        .controller()
        .run(spec, (event) => void before.push(event))
        .catch(quiet);
      await world.works(spec.session);
      await world.ask(spec.session);
      await expect.poll(() => asked(before)).toMatchObject([{ about: 'question', parts: [QUESTION] }]);
      const later = world.controller();
      const end = later.run(spec, (event) => after.push(event));
      await expect.poll(() => asked(after)).toEqual(asked(before));
      const [{ n } = { n: 0 }] = asked(before);
      const answer = { kind: 'answer', ask: n, replies: ['SQLite'], allows: null, text: 'Which? SQLite.' } as const;
      expect(await later.send(spec.session, { uuid: 'a', ...answer })).toBe('taken');
      expect(await later.send(spec.session, { uuid: 'a', ...answer })).toBe('taken');
      await expect.poll(() => world.heard(spec.session)).toEqual(['Do it.', 'SQLite']);
      await world.finish(spec.session, null);
      await end;
      expect(await later.send(spec.session, { uuid: 'b', ...answer })).toBe('late');
    });

    it('says question and answer where nobody waits for it any more', async () => {
      world = await enter();
      const spec = world.spec(1);
      const sessions = world.controller();
      const end = sessions.run(spec, quiet);
      await world.works(spec.session);
      const answer = { kind: 'answer', ask: 99, replies: ['SQLite'], allows: null, text: 'Which? SQLite.' } as const;
      await sessions.send(spec.session, { uuid: 'a', ...answer });
      await expect.poll(() => world.heard(spec.session)).toEqual(['Do it.', 'Which? SQLite.']);
      await world.finish(spec.session, null);
      await end;
    });

    it('stops one leg and no later one', async () => {
      world = await enter();
      const spec = world.spec(1);
      const sessions = world.controller();
      const end = sessions.run(spec, quiet);
      await world.works(spec.session);
      await sessions.stop(spec.session, 1);
      expect(await end).toEqual({ kind: 'stopped' });
      await sessions.stop(spec.session, 1);
      const next = sessions.run(later(spec, 2), quiet);
      await expect.poll(() => world.heard(spec.session)).toEqual(['Do it.', 'Go on (2).']);
      await sessions.stop(spec.session, 1);
      expect(await world.isRunning(spec.session)).toBe(true);
      await world.finish(spec.session, { title: 'after all' });
      expect(await next).toMatchObject({ kind: 'ended', handoff: { title: 'after all' } });
    });

    it('has what people sent where the agent reads it, before it hears of it, also in a later leg', async () => {
      world = await enter();
      const file = async (name: string) => ({ id: await world.keep(`of ${name}`), name, size: `of ${name}`.length });
      const [before, meanwhile, later] = [await file('a.txt'), await file('b.txt'), await file('c.txt')];
      const spec = { ...world.spec(1), sent: [before] };
      const sessions = world.controller();
      const end = sessions.run(spec, quiet);
      await world.works(spec.session);
      expect(await world.reads(spec.session, 'a.txt')).toBe('of a.txt');
      expect(await world.reads(spec.session, 'b.txt')).toBe(null);
      for (let times = 0; times < 2; times += 1)
        await sessions.send(spec.session, { kind: 'message', uuid: 'a', text: 'see b.txt', files: [meanwhile] });
      expect(await world.reads(spec.session, 'b.txt')).toBe('of b.txt');
      await world.refuse(spec.session);
      await end;
      const two = { ...spec, leg: 2, prompt: 'Go on.', sent: [before, meanwhile, later] };
      const next = sessions.run(two, quiet);
      await expect.poll(() => world.reads(spec.session, 'c.txt')).toBe('of c.txt');
      await world.finish(spec.session, null);
      await next;
    });

    it('gives what an agent left in its outbox with the end of its leg, also a second time', async () => {
      world = await enter();
      // Who only reads has nothing to leave.
      const reads = world.spec(1);
      const spec: SessionSpec = { ...reads, checkout: { ...reads.checkout, access: 'write' } };
      const end = world.controller().run(spec, quiet);
      await world.works(spec.session);
      await world.leaves(spec.session, 'chart.txt', 'a chart');
      await world.finish(spec.session, { title: 'done' });
      const file = { id: await world.keep('a chart'), name: 'chart.txt', size: 7 };
      expect(await end).toMatchObject({ kind: 'ended', outbox: { files: [file], left: [] } });
      expect(await world.controller().run(spec, quiet)).toEqual(await end);
    });

    it('stops a session, and says so to whoever runs it then or later', async () => {
      world = await enter();
      const spec = world.spec(1);
      const sessions = world.controller();
      const end = sessions.run(spec, quiet);
      await world.works(spec.session);
      await sessions.stop(spec.session);
      const stopped: SessionEnd = { kind: 'stopped' };
      expect(await end).toEqual(stopped);
      expect(await world.isRunning(spec.session)).toBe(false);
      expect(await world.controller().run(spec, quiet)).toEqual(stopped);
      await sessions.stop(spec.session);
      await sessions.stop(world.spec(2).session);
      expect(await sessions.run(world.spec(2), quiet)).toEqual(stopped);
    });

    it('sweeps what nobody keeps and leaves the rest alone', async () => {
      world = await enter();
      const [kept, lost] = [world.spec(1), world.spec(2)];
      const before = world.controller();
      before.run(kept, quiet).catch(quiet);
      before.run(lost, quiet).catch(quiet);
      await Promise.all([world.works(kept.session), world.works(lost.session)]);
      const later = world.controller();
      await later.sweep([kept.session]);
      expect(await world.isRunning(kept.session)).toBe(true);
      expect(await world.isRunning(lost.session)).toBe(false);
      const end = later.run(kept, quiet);
      await world.finish(kept.session, { title: 'kept' });
      expect(await end).toMatchObject({ kind: 'ended', handoff: { title: 'kept' } });
    });
  });

  legs(name, enter);
}

/** A conversation that goes on after its leg was turned away, stopped or lost. */
function legs(name: string, enter: () => Promise<SessionsWorld>): void {
  describe(`legs of a session: ${name}`, () => {
    let world: SessionsWorld;
    let spec: SessionSpec;
    let two: SessionSpec;
    afterEach(() => world.leave());

    /** What the agent is to have heard by now. */
    const hears = (...texts: readonly string[]): Promise<unknown> =>
      expect.poll(() => world.heard(spec.session)).toEqual(texts);

    /** A session whose first leg heard this mail, and was then turned away. */
    async function refused(...mail: readonly string[]): Promise<SessionEnd> {
      world = await enter();
      spec = world.spec(1);
      two = later(spec, 2);
      const sessions = world.controller();
      const end = sessions.run(spec, quiet);
      await world.works(spec.session);
      for (const text of mail) await sessions.send(spec.session, { kind: 'message', uuid: text, text });
      await hears('Do it.', ...mail);
      await world.refuse(spec.session);
      return end;
    }

    it('goes on with the same conversation: what was heard is not given again, its own words come once', async () => {
      expect(await refused('use tabs')).toMatchObject({ kind: 'refused', why: 'overloaded' });
      expect(await world.isRunning(spec.session)).toBe(false);
      const end = world.controller().run(two, quiet);
      await hears('Do it.', 'use tabs', 'Go on (2).');
      await world.finish(spec.session, { title: 'after all' });
      expect(await end).toMatchObject({ kind: 'ended', handoff: { title: 'after all' } });
      expect(await world.heard(spec.session)).toEqual(['Do it.', 'use tabs', 'Go on (2).']);
      expect(await world.conversations(spec.session)).toBe(1);
      expect(await world.isRunning(spec.session)).toBe(false);
    });

    it('is one leg however often it is run, also by a controller that comes later', async () => {
      await refused();
      const left = world.controller().run(two, quiet);
      await hears('Do it.', 'Go on (2).');
      const sessions = world.controller();
      const adopted = [sessions.run(two, quiet), sessions.run(two, quiet)];
      await world.finish(spec.session, { title: 'one' });
      for (const end of [left, ...adopted]) expect(await end).toMatchObject({ handoff: { title: 'one' } });
      expect(await world.heard(spec.session)).toEqual(['Do it.', 'Go on (2).']);
      expect(await world.conversations(spec.session)).toBe(1);
    });

    it('gives the end of each leg again, and begins nothing', async () => {
      const first = await refused();
      expect(await world.controller().run(spec, quiet)).toEqual(first);
      const end = world.controller().run(two, quiet);
      await hears('Do it.', 'Go on (2).');
      expect(await world.controller().run(spec, quiet)).toEqual(first);
      expect(await world.isRunning(spec.session)).toBe(true);
      await world.finish(spec.session, { title: 'two' });
      const second = await end;
      expect(await world.controller().run(spec, quiet)).toEqual(first);
      expect(await world.controller().run(two, quiet)).toEqual(second);
      expect(await world.isRunning(spec.session)).toBe(false);
      expect(await world.heard(spec.session)).toEqual(['Do it.', 'Go on (2).']);
    });

    it('does not begin before the leg before has ended, and spoils nothing', async () => {
      world = await enter();
      [spec, two] = [world.spec(1), later(world.spec(1), 2)];
      const sentence = `leg 1 of ${spec.session} has not ended yet`;
      await expect(world.controller().run(two, quiet)).rejects.toThrow(sentence);
      expect(await world.isRunning(spec.session)).toBe(false);
      const end = world.controller().run(spec, quiet);
      await world.works(spec.session);
      await expect(world.controller().run(two, quiet)).rejects.toThrow(sentence);
      await hears('Do it.');
      await world.finish(spec.session, { title: 'one' });
      expect(await end).toMatchObject({ kind: 'ended', handoff: { title: 'one' } });
      expect(await world.heard(spec.session)).toEqual(['Do it.']);
    });

    it('takes mail while a later leg runs, and answers late between legs', async () => {
      await refused('use tabs');
      const sessions = world.controller();
      expect(await sessions.send(spec.session, { kind: 'message', uuid: 'b', text: 'too late' })).toBe('late');
      const end = sessions.run(two, quiet);
      await hears('Do it.', 'use tabs', 'Go on (2).');
      expect(await sessions.send(spec.session, { kind: 'message', uuid: 'use tabs', text: 'use tabs' })).toBe('taken');
      expect(await sessions.send(spec.session, { kind: 'message', uuid: 'c', text: 'in time' })).toBe('taken');
      await hears('Do it.', 'use tabs', 'Go on (2).', 'in time');
      await world.finish(spec.session, null);
      expect(await end).toMatchObject({ kind: 'ended', handoff: null });
      expect(await sessions.send(spec.session, { kind: 'message', uuid: 'd', text: 'too late' })).toBe('late');
      expect(await world.heard(spec.session)).toEqual(['Do it.', 'use tabs', 'Go on (2).', 'in time']);
    });

    it('is turned away again, and goes on once more', async () => {
      await refused();
      const second = world.controller().run(two, quiet);
      await hears('Do it.', 'Go on (2).');
      await world.refuse(spec.session);
      expect(await second).toMatchObject({ kind: 'refused', why: 'overloaded' });
      const third = world.controller().run(later(spec, 3), quiet);
      await hears('Do it.', 'Go on (2).', 'Go on (3).');
      await world.finish(spec.session, { title: 'third time' });
      expect(await third).toMatchObject({ kind: 'ended', handoff: { title: 'third time' } });
      expect(await world.conversations(spec.session)).toBe(1);
    });

    it('is stopped, and the legs before it keep their ends', async () => {
      const first = await refused();
      const sessions = world.controller();
      const end = sessions.run(two, quiet);
      await hears('Do it.', 'Go on (2).');
      await sessions.stop(spec.session);
      expect(await end).toEqual({ kind: 'stopped' });
      expect(await world.isRunning(spec.session)).toBe(false);
      expect(await world.controller().run(two, quiet)).toEqual({ kind: 'stopped' });
      expect(await world.controller().run(spec, quiet)).toEqual(first);
      expect(await sessions.send(spec.session, { kind: 'message', uuid: 'b', text: 'too late' })).toBe('late');
      const third = world.controller().run(later(spec, 3), quiet);
      await hears('Do it.', 'Go on (2).', 'Go on (3).');
      await world.finish(spec.session, { title: 'after the stop' });
      expect(await third).toMatchObject({ kind: 'ended', handoff: { title: 'after the stop' } });
    });

    it('does not begin when the session was stopped before it, also twice', async () => {
      const first = await refused();
      await world.controller().stop(spec.session);
      await world.controller().stop(spec.session);
      expect(await world.controller().run(two, quiet)).toEqual({ kind: 'stopped' });
      expect(await world.isRunning(spec.session)).toBe(false);
      expect(await world.controller().run(spec, quiet)).toEqual(first);
      expect(await world.heard(spec.session)).toEqual(['Do it.']);
    });

    it('begins the conversation when the session was stopped before it ever ran', async () => {
      world = await enter();
      [spec, two] = [world.spec(1), later(world.spec(1), 2)];
      await world.controller().stop(spec.session);
      const end = world.controller().run(two, quiet);
      await hears('Go on (2).');
      await world.finish(spec.session, { title: 'begun late' });
      expect(await end).toMatchObject({ kind: 'ended', handoff: { title: 'begun late' } });
      expect(await world.heard(spec.session)).toEqual(['Go on (2).']);
    });

    it('goes on in another container when its own is lost', async () => {
      await refused('use tabs');
      const end = world.controller().run(two, quiet);
      await hears('Do it.', 'use tabs', 'Go on (2).');
      await world.lose(spec.session);
      await expect.poll(() => world.isRunning(spec.session)).toBe(true);
      expect(await world.controller().send(spec.session, { kind: 'message', uuid: 'b', text: 'still there' })).toBe(
        'taken',
      );
      await hears('Do it.', 'use tabs', 'Go on (2).', 'still there');
      await world.finish(spec.session, { title: 'not lost' });
      expect(await end).toMatchObject({ kind: 'ended', handoff: { title: 'not lost' } });
      expect(await world.conversations(spec.session)).toBe(1);
    });

    it('is kept by a sweep that keeps its session, and removed by one that does not', async () => {
      const first = await refused();
      world.controller().run(two, quiet).catch(quiet);
      await hears('Do it.', 'Go on (2).');
      await world.controller().sweep([spec.session]);
      expect(await world.isRunning(spec.session)).toBe(true);
      await world.controller().sweep([]);
      expect(await world.isRunning(spec.session)).toBe(false);
      expect(await world.controller().run(two, quiet)).toEqual({ kind: 'stopped' });
      expect(await world.controller().run(spec, quiet)).toEqual(first);
    });
  });
}

const asked = (events: readonly SessionEvent[]) => events.flatMap((event) => (event.kind === 'asked' ? [event] : []));

function typed(events: readonly SessionEvent[]): readonly SessionEvent[] {
  return events.filter((event) => event.kind === 'typed');
}
