import type { SessionEnd } from '../../src/chain/ports.ts';
import type { Role } from '../../src/chain/roles.ts';
import { coder, plan, requirements, review } from '../chain/samples.ts';
import { point } from './life.ts';
import type { Life } from './life.ts';
import type { Look } from './people.ts';
import { shut, spend } from './ports.ts';
import type { Waiters } from './ports.ts';
import type { SimSession, World } from './world.ts';

/**
 * An agent's next step: one more request to the model; one that the provider answers with a spent window or an expired login, which the boundary
 * sees; a question to a person; waiting for what people say; or the end.
 */
export type Step = 'request' | 'spent' | 'expired' | 'asks' | 'waits' | SessionEnd;

const handoffs: Readonly<Record<Role, unknown>> = {
  brainstormer: requirements,
  planner: plan,
  coder: coder('done'),
  reviewer: review(),
  answerer: { answer: 'It is in `src/a.ts`.' },
};
export const finished = (role: Role, handoff: unknown = handoffs[role]): SessionEnd => ({
  kind: 'ended',
  handoff,
  text: 'done',
});

export const HOUR = 3_600_000;
const refused: SessionEnd = { kind: 'refused', why: 'quota', text: 'usage limit reached', until: null };

/** Every session that runs takes a step, whether or not a controller looks. */
export function agentsStep(
  life: Life,
  step: (world: World, session: SimSession) => Step,
  { task }: { task(id: string): ReturnType<Look['task']> },
  waiters: Waiters,
  broken: string[],
): boolean {
  const { world } = life;
  let acted = false;
  for (const [name, session] of Object.entries(world.sessions)) {
    if (session.end || life.dead) continue;
    const next = step(world, session);
    if (next === 'waits') continue;
    acted = true;
    if (next === 'asks') {
      world.sessions[name] = { ...session, asked: true };
      life.changed = true;
      if (!point(life, `${name} asks`)) waiters.get(name)?.ask();
      continue;
    }
    if (typeof next === 'object') world.sessions[name] = { ...session, end: next };
    else if (session.account in world.shut) world.sessions[name] = { ...session, end: refused };
    else if (!spend(world, name.replace(/#\d+$/, ''), session.task))
      world.sessions[name] = { ...session, end: refused };
    else {
      const phase = task(session.task)?.phase;
      if (phase?.at === 'held') broken.push(`${name} asked the model while its task was held: ${phase.reason}`);
      world.sessions[name] = {
        ...session,
        requests: session.requests + 1,
        end: next === 'request' ? null : refused,
      };
      if (next === 'spent') shut(world, session.account, world.now + HOUR);
      if (next === 'expired') shut(world, session.account, Infinity, 'login');
    }
    life.changed = true;
    point(life, `${name} took a step`);
  }
  return deliver(life, waiters) || acted;
}

/** Ends reach who waits for them. */
function deliver({ world, dead }: Life, waiters: Waiters): boolean {
  if (dead) return false;
  let acted = false;
  for (const [name, waiter] of waiters) {
    const end = world.sessions[name]?.end;
    if (!end) continue;
    waiters.delete(name);
    waiter.end(end);
    acted = true;
  }
  return acted;
}
