import { Grant } from '../boundary/files.ts';
import type { SessionSpec } from '../chain/ports.ts';
import { readIfThere } from './durable.ts';
import { grantEgress } from './egress.ts';
import { hostsOf } from './hosts.ts';
import type { Layout } from './layout.ts';
import type { Installation } from './installation.ts';

/** By which the boundary lets a session out. */
export function grantOf(site: Installation, spec: SessionSpec, at: Layout): Grant {
  const { session, task, role, settings } = spec;
  const { account, model } = settings;
  const hosts = hostsOf(site, spec);
  return { v: 1, session, task, role, account, models: [model], hosts, budget: null, socket: at.socket };
}

/** What is granted stays, but for the hosts: another leg than this one may be at work. */
export async function readmit(site: Installation, spec: SessionSpec, at: Layout): Promise<void> {
  const text = await readIfThere(at.grant);
  if (text !== null) await grantEgress(at, { ...Grant.parse(JSON.parse(text)), hosts: hostsOf(site, spec) });
}
