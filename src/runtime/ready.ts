import type { Extra } from '../chain/extras.ts';
import { AGENT_UID } from '../worker/files.ts';
import type { Engine } from './docker.ts';
import { unfitExtras } from './extras.ts';

/**
 * Why this controller must not start, in a sentence; null when it may. An engine that does not answer now is waited for by the tasks, so it
 * refuses nothing.
 */
export async function unready(
  engine: Pick<Engine, 'runtime' | 'runtimes'>,
  { uid, gid }: { readonly uid: number; readonly gid: number },
  extras: readonly Extra[] = [],
): Promise<string | null> {
  // Their uids are all that keeps the record from the agent; the worker shares the controller's group, and the agent has that of its own number.
  if (uid === AGENT_UID) return `Signalbox runs as uid ${AGENT_UID}, which is the agents' own. Run it as another user.`;
  if (gid === AGENT_UID)
    return `Signalbox runs with group ${AGENT_UID}, which is the agents' own. Run it with another group.`;
  const unfit = await unfitExtras(extras);
  if (unfit.length > 0) return unfit.join('\n');
  const { runtime } = engine;
  const known = runtime === null ? null : await engine.runtimes().catch(() => null);
  if (runtime === null || known === null || known.includes(runtime)) return null;
  return `container.runtime: Docker knows no runtime ${runtime}; it has ${known.join(', ')}. Name one of them, or add it to Docker's daemon.json.`;
}
