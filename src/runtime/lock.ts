import type { SessionId } from '../chain/ids.ts';

/** Sending, deciding that nothing more is sent, and changing what is granted exclude each other, per session. */
export type Lock = <T>(session: SessionId, act: () => Promise<T>) => Promise<T>;

export function lockBySession(): Lock {
  const tails = new Map<SessionId, Promise<unknown>>();
  return (session, act) => {
    const next = (tails.get(session) ?? Promise.resolve()).then(act);
    tails.set(
      session,
      next.catch(() => undefined),
    );
    return next;
  };
}
