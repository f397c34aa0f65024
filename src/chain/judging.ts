import type { Change } from './change.ts';
import type { TaskEffect } from './effect.ts';
import type { TaskEvent } from './event.ts';
import { judge } from './gate/gate.ts';
import type { GateFacts } from './gate/gate.ts';
import type { Head } from './ids.ts';
import { hunksForAdmin } from './gate/paths.ts';
import type { Acts } from './perform.ts';
import { defaultPolicy } from './policy.ts';
import { proposal } from './proposal.ts';
import type { Task } from './task.ts';
import type { Verdict } from './verdict.ts';

type Approval = Task['approval'];
type Judgement = {
  readonly verdict: Verdict;
  readonly moved: Head | null;
  readonly patch: string;
  readonly byHand: string;
};

/** Every fact is read now; one that cannot be read is null, and the gate holds on it. */
async function judgement(acts: Acts, task: Task, change: Change, approval: Approval): Promise<Judgement> {
  const { project, check, review } = task;
  const now = await acts.forge.facts(project, change.number);
  const ready = await acts.workspace.prepare(project);
  const policy = ready.ok ? ready.policy : defaultPolicy;
  const { paths, patch } = await acts.workspace.diff(project, change.base, change.head);
  const diff = { base: change.base, head: change.head, paths, patch, hosts: [] };
  const by = approval ? acts.person(approval.by.id) : null;
  const facts: GateFacts = {
    project: acts.project(project),
    change,
    now,
    policyAt: ready.ok ? ready.base : null,
    check,
    diff,
    review,
    budget: await acts.others.spent(task),
    approval: approval && by ? { by, head: approval.head, second: approval.second } : null,
  };
  // It may have moved between the two reads.
  const bases = ready.ok ? [now.base, ready.base] : [now.base];
  const moved = (check && bases.find((base) => base !== check.base)) ?? null;
  return { verdict: judge(facts, policy), moved, patch: hunksForAdmin(diff, policy), byHand: now.byHand };
}

/** The gate over fresh facts, for what happens next: merge, wait for a person, or validate on the new base. */
export async function judgeChange(acts: Acts, task: Task, change: Change): Promise<TaskEvent> {
  return { is: 'judged', head: change.head, ...(await judgement(acts, task, change, task.approval)) };
}

/** The whole gate once more on fresh facts, then that head onto that base or not at all. */
export async function mergeChange(
  acts: Acts,
  task: Task,
  effect: Extract<TaskEffect, { do: 'merge' }>,
): Promise<TaskEvent> {
  const { change, by, second } = effect;
  const facts = await acts.forge.facts(task.project, change.number);
  // After a lost answer the change may be merged already: then the forge is asked which merge it was, not the gate.
  if (facts.state !== 'merged') {
    const { verdict, moved } = await judgement(
      acts,
      task,
      change,
      by && { by, head: change.head, second, armed: false },
    );
    if (moved)
      return { is: 'merge-refused', why: 'base-moved', text: `The base branch moved to ${moved.slice(0, 7)}.` };
    if (verdict.says !== 'merge') return { is: 'merge-refused', why: 'gate', text: refusal(verdict) };
  }
  // It may have been locked since: whoever waits for that sends this again.
  if (acts.others.locked())
    throw new Error('Signalbox was locked: nothing merges until it is unlocked on the machine.');
  const { title, body } = proposal(task);
  const merge = await acts.forge.merge(task.project, change, { subject: title, body });
  switch (merge.kind) {
    case 'merged':
      return { is: 'merged', commit: merge.commit };
    case 'merged-elsewhere':
      return { is: 'merge-refused', why: 'closed', text: `Somebody else merged it at ${merge.head.slice(0, 7)}.` };
    case 'refused':
      return { is: 'merge-refused', why: merge.why, text: merge.text };
  }
}

const refusal = (verdict: Verdict): string =>
  verdict.answers
    .filter((answer) => answer.says === 'hold' || answer.says === 'block')
    .map((answer) => answer.sentence)
    .join(' ');
