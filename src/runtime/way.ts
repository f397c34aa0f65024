import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProjectId, TaskId } from '../chain/ids.ts';
import { EGRESS } from '../worker/files.ts';
import type { Definition } from './container.ts';
import { awaitBoundary, grantEgress, revokeEgress } from './egress.ts';
import { hostsOf } from './hosts.ts';
import { wayOf } from './layout.ts';
import type { Way } from './layout.ts';
import { placesOf } from './installation.ts';
import type { Installation } from './installation.ts';

const clock = { sleep: async (ms: number): Promise<void> => sleep(ms) };

/**
 * Lets `act` run containers that reach exactly the project's hosts, through the boundary, and nothing else: they share the loopback of a container
 * without a network, in which one program forwards to the boundary's socket. They see neither that program nor the socket. Null where the project
 * names no host. What a kill leaves of it is swept.
 */
export async function withWay<T>(
  site: Installation,
  { project, task }: { readonly project: ProjectId; readonly task: TaskId },
  act: (beside: string | null) => Promise<T>,
): Promise<T> {
  const hosts = hostsOf(site, { project, checkout: { access: 'write' } });
  if (hosts.length === 0) return act(null);
  const name = `way-${randomBytes(6).toString('hex')}`;
  const at = wayOf(placesOf(site), name);
  const container = site.engine.nameOf(name);
  site.engine.busy.add(container);
  try {
    const { socket } = at;
    await grantEgress(at, {
      v: 1,
      session: name,
      task,
      role: 'setup',
      account: 'nobody',
      models: [],
      hosts,
      servers: [],
      budget: null,
      socket,
    });
    await awaitBoundary(at, clock);
    return await act(await open(site, container, at));
  } finally {
    await site.engine.remove(container);
    await revokeEgress(at);
    site.engine.busy.delete(container);
  }
}

/** Starts the forwarder and answers its container's id once it listens. */
async function open({ engine, root, image }: Installation, name: string, at: Way): Promise<string> {
  const definition: Definition = {
    image,
    user: `0:${process.getgid?.() ?? 0}`,
    command: ['node', '--disable-warning=ExperimentalWarning', '/opt/signalbox/way.ts'],
    env: {},
    folder: '/',
    mounts: [
      { from: at.egress, to: EGRESS, access: 'read' },
      { from: join(root, 'src', 'worker'), to: '/opt/signalbox', access: 'read' },
    ],
    capabilities: [],
    memoryGiB: 0.25,
    cpus: 1,
    runtime: engine.runtime,
    log: 'none',
  };
  const { id } = await engine.create(name, definition);
  const made = engine.client.getContainer(id);
  const said = await made.attach({ stream: true, stdout: true, stderr: true });
  await made.start();
  const [first] = (await Promise.race([once(said, 'data'), once(said, 'end')])) as [Buffer | undefined];
  if (!first?.includes('open')) throw new Error(`The way out ${name} did not open: ${first?.subarray(8).toString()}`);
  said.resume();
  return id;
}
