import type { SessionSpec } from '../chain/ports.ts';
import { BOUNDARY_PORT } from '../worker/files.ts';
import type { Installation } from './prepare.ts';

/** Where a session may go beside its model. One that only reads runs no tool that could want to. */
export function hostsOf({ hosts }: Pick<Installation, 'hosts'>, { project, checkout }: SessionSpec): string[] {
  return checkout.access === 'write' ? [...hosts(project)] : [];
}

/**
 * What tells tools the way out, where there is one: npm, pip, cargo, go, git, apt, curl and wget read these. The model's address is on loopback
 * and keeps its own way; plain HTTP has none, so that no variable names a way for it.
 */
export function tunnelEnv(hosts: readonly string[]): Readonly<Record<string, string>> {
  if (hosts.length === 0) return {};
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
