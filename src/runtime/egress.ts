import { mkdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import type { Clock } from '../chain/ports.ts';
import type { Grant } from '../boundary/files.ts';
import { readIfThere, writeDurably } from './durable.ts';
import { makeEgress } from './layout.ts';
import type { Way } from './layout.ts';

const PATIENCE_MS = 15_000;
/** The boundary sees a new grant at once, and takes milliseconds to serve it. */
const POLL_MS = 10;

/** Tells the boundary to serve a session; safe to repeat. */
export async function grantEgress(at: Way, grant: Grant): Promise<void> {
  await makeEgress(at);
  await mkdir(dirname(at.grant), { recursive: true, mode: 0o700 });
  const text = JSON.stringify(grant);
  if ((await readIfThere(at.grant)) !== text) await writeDurably(at.grant, text);
}

/** Resolves when the boundary answers on the session's socket: a file alone may be what a killed one left. */
export async function awaitBoundary(at: Way, clock: Pick<Clock, 'sleep'>, patienceMs = PATIENCE_MS): Promise<void> {
  for (let waited = 0; !(await answers(at.socket)); waited += POLL_MS) {
    if (waited >= patienceMs)
      throw new Error(`The boundary does not serve ${at.socket}: is it running? Start it with ./signalbox boundary.`);
    await clock.sleep(POLL_MS);
  }
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const trial = connect(socket);
    trial.once('connect', () => resolve(true)).once('error', () => resolve(false));
    trial.once('connect', () => trial.end());
  });
}

/** The boundary closes the session's socket when its grant goes. */
export async function revokeEgress(at: Pick<Way, 'grant' | 'egress'>): Promise<void> {
  await rm(at.grant, { force: true });
  await rm(at.egress, { recursive: true, force: true });
}
