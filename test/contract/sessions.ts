import { afterEach, describe, expect, it } from 'vitest';
import type { SessionId } from '../../src/chain/ids.ts';
import type { SessionEnd, SessionEvent, Sessions, SessionSpec } from '../../src/chain/ports.ts';

/** What the suite needs to know of an implementation: an agent that waits until it is told to end its turn. */
export type SessionsWorld = {
  /** A controller's view; a second call is the next controller, after a restart. */
  controller(): Sessions;
  spec(n: number): SessionSpec;
  /** Resolves when the session's agent works. */
  works(session: SessionId): Promise<void>;
  /** Lets the agent end its turn with this handoff. */
  finish(session: SessionId, handoff: unknown): Promise<void>;
  /** What somebody types into the session's pane. */
  type(session: SessionId, text: string): Promise<void>;
  /** How many conversations were begun for it, however often its container was lost. */
  conversations(session: SessionId): Promise<number>;
  /** What the agent heard, in order. */
  heard(session: SessionId): Promise<readonly string[]>;
  isRunning(session: SessionId): Promise<boolean>;
  leave(): Promise<void>;
};

const quiet = (): void => {};

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

    it('takes mail once a uuid, and not after the end', async () => {
      world = await enter();
      const spec = world.spec(1);
      const sessions = world.controller();
      const end = sessions.run(spec, quiet);
      await world.works(spec.session);
      expect(await sessions.send(spec.session, { uuid: 'a', text: 'use tabs' })).toBe('taken');
      expect(await sessions.send(spec.session, { uuid: 'a', text: 'use tabs' })).toBe('taken');
      expect(await sessions.send(spec.session, { uuid: 'b', text: 'and hurry' })).toBe('taken');
      await world.finish(spec.session, null);
      await end;
      expect(await world.heard(spec.session)).toEqual(['use tabs', 'and hurry']);
      expect(await sessions.send(spec.session, { uuid: 'c', text: 'too late' })).toBe('late');
      expect(await sessions.send(spec.session, { uuid: 'a', text: 'use tabs' })).toBe('taken');
      expect(await world.heard(spec.session)).toEqual(['use tabs', 'and hurry']);
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
}

function typed(events: readonly SessionEvent[]): readonly SessionEvent[] {
  return events.filter((event) => event.kind === 'typed');
}
