import { wanted } from './awaits.ts';
import type { AccountEffect } from './account.ts';
import { everywhere } from './covered.ts';
import type { DayEffect } from './day.ts';
import type { TaskEffect } from './effect.ts';
import type { TaskEvent } from './event.ts';
import type { SessionId } from './ids.ts';
import { link } from './linking.ts';
import { perform } from './perform.ts';
import type { ProjectEffect, ProjectEvent } from './project.ts';
import type { Pending } from './stream.ts';
import { liveOf, lockOf, tasksOf, thawed } from './yard.ts';
import type { AccountOwner, DayOwner, Live, ProjectOwner, Yard } from './yard.ts';

/** How long the disk gets before an outcome is offered to it again. */
const DISK_MS = 1_000;

const FREEZE: readonly TaskEffect['do'][] = ['prove', 'validate', 'propose', 'merge'];

/** What starts something or merges waits while the box is locked. A session that has begun is adopted and finishes its turn. */
async function isFrozen(yard: Yard, effect: TaskEffect): Promise<boolean> {
  if (!lockOf(yard)) return false;
  return effect.do === 'run'
    ? !(await yard.acts.sessions.hasBegun(effect.session, effect.leg))
    : FREEZE.includes(effect.do);
}

/**
 * Performs an effect until it has an outcome, and journals the outcome before anything follows from it. An effect that the closing
 * controller leaves behind stays pending for the next start. Messages of one task keep their order.
 */
export function pursue(yard: Yard, live: Live, pending: Pending<TaskEffect>): void {
  const run = (): Promise<void> => untilSettled(yard, live, pending);
  // A message goes nowhere before its thread is open.
  const inOrder = pending.effect.do === 'tell' || pending.effect.do === 'open';
  const lane = inOrder ? live.telling.then(run) : run();
  const safe = lane.catch((error: Error) =>
    yard.acts.log.error('an effect was left pending', { effect: pending.id, reason: error.message }),
  );
  if (inOrder) live.telling = safe;
}

async function untilSettled(yard: Yard, live: Live, pending: Pending<TaskEffect>): Promise<void> {
  const outcome = await attempt(yard, live, pending);
  if (!outcome) return;
  const { id, effect } = pending;
  const submit = (event: TaskEvent): Promise<void> => insist(yard, id, () => live.owner.submit(event, { settles: id }));
  try {
    await submit(outcome);
  } catch (error) {
    const reason = `what it came to could not be kept: ${(error as Error).message}`;
    yard.acts.log.error('an effect failed', { effect: id, do: effect.do, reason });
    // Else the effect would stay pending, and its task at work, for ever.
    await submit({ is: 'broke', of: effect.do, reason });
  }
}

/** What is known must be journaled: a disk that refuses is asked again until it takes it. */
async function insist(yard: Yard, effect: string, submit: () => Promise<{ readonly kind: string }>): Promise<void> {
  const { closing, acts } = yard;
  while (!closing.signal.aborted) {
    const answer = await submit();
    if (answer.kind !== 'not-kept') return;
    acts.log.error('an outcome could not be journaled', { effect, ...answer });
    await acts.clock.sleep(DISK_MS, closing.signal);
  }
}

/** null when the controller closes first. */
async function attempt(yard: Yard, live: Live, { id, effect }: Pending<TaskEffect>): Promise<TaskEvent | null> {
  const { acts, closing, covers } = yard;
  // What a record says is read again from its first line after a restart: its place makes a repeat harmless.
  const heard = (session: SessionId, n: number, event: TaskEvent): void => {
    const source = `${session}:${n}`;
    void insist(yard, source, () => live.owner.submit(everywhere(event, covers.all), { source }));
  };
  for (let tries = 1; !closing.signal.aborted; tries += 1) {
    try {
      if (await isFrozen(yard, effect)) await thawed(yard);
      if (closing.signal.aborted) return null;
      const task = live.owner.stream().state;
      if (!task) throw new Error(`${id} belongs to no task`);
      if (!wanted(task, effect)) return { is: 'done' };
      const outcome = await perform(acts, task, id, effect, heard);
      return closing.signal.aborted ? null : outcome;
    } catch (error) {
      const reason = (error as Error).message;
      acts.log.error('an effect failed', { effect: id, do: effect.do, tries, reason });
      if (tries >= triesOf(effect)) return { is: 'broke', of: effect.do, reason };
      if (effect.do === 'merge' && tries === TOLD_AFTER) {
        const source = `${id}:waits`;
        await insist(yard, source, () => live.owner.submit({ is: 'merge-waits', reason }, { source }));
      }
      await acts.clock.sleep(pause(tries), closing.signal);
    }
  }
  return null;
}

/** A merge is never given up. After so many failures people are told why it lasts. */
const TOLD_AFTER = 3;

const pause = (tries: number): number => Math.min(20_000, 500 * 2 ** tries);

/** Messages, to people and to other streams, and merges are never given up: somebody waits for their outcome. */
function triesOf(effect: TaskEffect): number {
  switch (effect.do) {
    case 'open':
    case 'tell':
    case 'halt':
    case 'yield':
    case 'send':
    case 'interrupt':
    case 'merge':
    case 'post':
    case 'report':
    case 'close':
    case 'clear':
    case 'allow':
    case 'raise-day':
      return Infinity;
    default:
      return 3;
  }
}

/** The same for an account's effects, and a day's: each is done until it is done, and then settled. */
export function pursueAccount(yard: Yard, owner: AccountOwner, { id, effect }: Pending<AccountEffect>): void {
  pursueUntilDone(yard, owner, { id, effect }, () => deliver(yard, owner, id, effect));
}

/** A cap that was raised reaches every session at work; those that begin later have it from their beginning. */
export function pursueDay(yard: Yard, owner: DayOwner, pending: Pending<DayEffect>): void {
  pursueUntilDone(yard, owner, pending, async () => {
    for (const task of tasksOf(yard))
      if (task.phase.at === 'working')
        await yard.acts.sessions.allow(task.phase.session, yard.acts.others.budget(task));
    return null;
  });
}

/** `act` answers null when it is done, else why not. */
function pursueUntilDone(
  yard: Yard,
  owner: Pick<AccountOwner | DayOwner, 'submit'>,
  { id, effect }: Pending<AccountEffect | DayEffect>,
  act: () => Promise<string | null>,
): void {
  const { acts, closing } = yard;
  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      const failed = await act().catch((error: Error) => error.message);
      if (failed === null) return insist(yard, id, () => owner.submit({ is: 'done' }, { settles: id }));
      acts.log.error('an effect failed', { effect: id, do: effect.do, reason: failed });
      await acts.clock.sleep(DISK_MS, closing.signal);
    }
  };
  run().catch((error: Error) => acts.log.error('an effect was left pending', { effect: id, reason: error.message }));
}

/** null when done, else why not. */
async function deliver(yard: Yard, owner: AccountOwner, id: string, effect: AccountEffect): Promise<string | null> {
  if (effect.do === 'ask') {
    const account = owner.stream().state?.account;
    if (account) await yard.accounts.open(account, id);
    return null;
  }
  // A task whose journal is damaged hears nothing until it is mended, and holds nobody else up.
  if (yard.damaged.has(`task-${effect.task}`)) return null;
  const answer = await liveOf(yard, effect.task).owner.submit(effect.event, { source: id });
  return answer.kind === 'not-kept' ? answer.reason : null;
}

/** The same for a project's effects. Each is tried until it has an outcome: its channels wait for it. */
export function pursueProject(yard: Yard, owner: ProjectOwner, { id, effect }: Pending<ProjectEffect>): void {
  const { acts, closing } = yard;
  const run = async (): Promise<void> => {
    for (let tries = 1; !closing.signal.aborted; tries += 1) {
      if (effect.do === 'link') await thawed(yard);
      if (closing.signal.aborted) return;
      try {
        const outcome = await performFor(yard, owner, id, effect);
        return await insist(yard, id, () => owner.submit(outcome, { settles: id }));
      } catch (error) {
        acts.log.error('an effect failed', { effect: id, do: effect.do, tries, reason: (error as Error).message });
        await acts.clock.sleep(pause(tries), closing.signal);
      }
    }
  };
  const lane = effect.do === 'link' ? yard.linking.then(run) : run();
  const safe = lane.catch((error: Error) =>
    acts.log.error('an effect was left pending', { effect: id, reason: error.message }),
  );
  if (effect.do === 'link') yard.linking = safe;
}

async function performFor(yard: Yard, owner: ProjectOwner, id: string, effect: ProjectEffect): Promise<ProjectEvent> {
  const project = owner.stream().state?.project;
  const { chat, sessions } = yard.acts;
  if (project === undefined) throw new Error(`${id} belongs to no project`);
  if (effect.do === 'link') return link(yard, project, effect);
  if (effect.do === 'admit') {
    await sessions.admit(project);
    return { is: 'done' };
  }
  const { places, linking } = effect;
  await Promise.all(places.map((at) => chat.announce(`${id}:${at.platform}:${at.channel}`, at, linking)));
  return { is: 'done' };
}

/** The card follows the task: one edit at a time, the latest wins, and a failed one waits for the next change. */
export function refreshCard(yard: Yard, live: Live): void {
  if (live.card !== 'still') {
    live.card = 'stale';
    return;
  }
  live.card = 'busy';
  void editCard(yard, live).then(() => {
    const stale = live.card === 'stale';
    live.card = 'still';
    if (stale && !yard.closing.signal.aborted) refreshCard(yard, live);
  });
}

async function editCard({ acts, spent }: Yard, live: Live): Promise<void> {
  const task = live.owner.stream().state;
  if (!task) return;
  for (const thread of task.threads) {
    await acts.chat
      .card(thread, task, spent.get(task.id))
      .catch((error: Error) => acts.log.error('a card was not edited', { task: task.id, reason: error.message }));
  }
}
