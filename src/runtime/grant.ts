import { Grant } from '../boundary/files.ts';
import { widest } from '../chain/budget.ts';
import type { SessionId } from '../chain/ids.ts';
import type { SessionSpec } from '../chain/ports.ts';
import { readIfThere, writeDurably } from './durable.ts';
import { grantEgress } from './egress.ts';
import { keptExtras, serversIn } from './extras.ts';
import { hostsOf } from './hosts.ts';
import type { Layout } from './layout.ts';
import type { Installation } from './installation.ts';

/** What sessions were let spend since they were begun. */
export type Allowed = Map<SessionId, SessionSpec['budget']>;

/** By which the boundary lets a session out. */
export async function grantOf(site: Installation, allowed: Allowed, spec: SessionSpec, at: Layout): Promise<Grant> {
  const { session, task, role, settings } = spec;
  const { account, model } = settings;
  const hosts = hostsOf(site, spec);
  const servers = serversIn(await keptExtras(at));
  // It may have been let spend more since it was asked for.
  const since = allowed.get(session);
  const budget = since === undefined ? spec.budget : widest(since, spec.budget);
  return { v: 1, session, task, role, account, models: [model], hosts, servers, budget, socket: at.socket };
}

/** What is granted stays, but for the hosts: another leg than this one may be at work. */
export async function readmit(site: Installation, spec: SessionSpec, at: Layout): Promise<void> {
  const text = await readIfThere(at.grant);
  if (text !== null) await grantEgress(at, { ...Grant.parse(JSON.parse(text)), hosts: hostsOf(site, spec) });
}

/** Also for a session that has read what it may spend, and whose grant is not written yet. */
export async function allow(
  allowed: Allowed,
  at: Layout,
  session: SessionId,
  budget: SessionSpec['budget'],
): Promise<void> {
  allowed.set(session, budget);
  const text = await readIfThere(at.grant);
  if (text !== null) await writeDurably(at.grant, JSON.stringify({ ...Grant.parse(JSON.parse(text)), budget }));
}
