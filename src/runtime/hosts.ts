import { Host } from '../boundary/files.ts';
import type { SessionSpec } from '../chain/ports.ts';
import { BOUNDARY_PORT } from '../worker/files.ts';
import type { Installation } from './installation.ts';

type Of = Pick<SessionSpec, 'project'> & { readonly checkout: Pick<SessionSpec['checkout'], 'access'> };

/** Where a session may go beside its model. One that only reads runs no tool that could want to. A boundary takes no grant with anything else than hosts in it. */
export function hostsOf({ hosts }: Pick<Installation, 'hosts'>, { project, checkout }: Of): string[] {
  const all = checkout.access === 'write' ? hosts(project) : [];
  return [...new Set(all)].filter((host) => Host.safeParse(host).success);
}

/**
 * What tells the tools of a session that writes the way out: npm, pip, cargo, go, git, apt, curl and wget read these. Also where it leads nowhere
 * yet, so that an admin sees where they wanted to go. The model's address is on loopback and keeps its own way; plain HTTP has none, so that no
 * variable names a way for it.
 */
export function tunnelEnv(access: SessionSpec['checkout']['access']): Readonly<Record<string, string>> {
  if (access === 'read') return {};
  const through = `http://127.0.0.1:${BOUNDARY_PORT}`;
  const direct = '127.0.0.1,localhost,::1';
  return {
    HTTPS_PROXY: through,
    https_proxy: through,
    NO_PROXY: direct,
    no_proxy: direct,
    // Node's own fetch and https read the variables above only with this.
    NODE_USE_ENV_PROXY: '1',
  };
}
