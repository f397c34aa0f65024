import type { z } from 'zod';
import type { TaskEvent } from './event.ts';
import { CoderHandoff, PlanHandoff, RequirementsHandoff, ReviewHandoff } from './handoff.ts';
import { enter, fail, go, hold, ignored, start, tell } from './moves.ts';
import type { Moved, Stamp } from './moves.ts';
import type { SessionEnd } from './ports.ts';
import type { Role } from './roles.ts';
import type { Task } from './task.ts';

/** How often a role that left no usable handoff is started again, and a plan sent back. */
export const HANDOFF_TRIES = 2;
export const PLAN_TRIES = 2;

type Ended = Extract<TaskEvent, { is: 'session-ended' }>;
type End<K extends SessionEnd['kind']> = Extract<Ended['end'], { kind: K }>;

/** A role's session is over: its handoff moves the chain on, anything else holds, goes again or fails. */
export function sessionEnded(task: Task, event: Ended, stamp: Stamp): Moved {
  const { phase } = task;
  if (phase.at !== 'working' || phase.session !== event.session) return ignored('that session is not at work');
  const { role } = phase;
  const { end } = event;
  const from = { step: 'work', role } as const;
  const ended = { ...task, sessions: [...task.sessions, event.session] };
  switch (end.kind) {
    case 'ended':
      return handoff(ended, role, end, stamp);
    case 'refused':
      return refused(ended, role, end, stamp);
    case 'crashed':
      return again(ended, role, `The ${role}'s program ended before its work did: ${end.text}`, stamp);
    case 'overran':
      return hold(
        ended,
        `The ${role} used up its ${end.minutes} minutes.`,
        'Retry gives it the same time again.',
        from,
        stamp,
      );
    case 'lost':
      return hold(
        ended,
        `The ${role}'s container was lost again and again: ${end.text}`,
        'Look at Docker on the machine, then Retry.',
        from,
        stamp,
      );
    case 'stopped':
      return hold(ended, `The ${role} was stopped on the machine.`, 'Retry starts it again.', from, stamp);
  }
}

const todos: Readonly<Record<End<'refused'>['why'], string>> = {
  login: 'Renew the login on the machine, then Retry.',
  quota: 'Retry when the window is open again. Nothing was paid.',
  billing: 'Look at the account with the provider, then Retry. Nothing was paid.',
  overloaded: 'The service is busy. Retry in a while.',
  model: 'Correct the model in the config on the machine, then Retry.',
  unknown: 'Retry, or look at the log on the machine.',
};

function refused(task: Task, role: Role, end: End<'refused'>, stamp: Stamp): Moved {
  const until =
    end.until === null
      ? ''
      : ` It opens again ${new Date(end.until).toISOString().slice(0, 16).replace('T', ' ')} UTC.`;
  return hold(
    task,
    `The model's service turned the ${role} away: ${end.text}.${until}`,
    todos[end.why],
    { step: 'work', role },
    stamp,
  );
}

/** The same role once more, told what was missing; fails when that has happened often enough. */
function again(task: Task, role: Role, reason: string, stamp: Stamp): Moved {
  const tries = task.rework.handoff + 1;
  const next = { ...task, rework: { ...task.rework, handoff: tries } };
  if (tries > HANDOFF_TRIES) return fail(next, reason, { step: 'work', role }, stamp);
  const moved = start(next, role, reason, stamp);
  return withNotice(moved, tell({ kind: 'again', role, reason, left: HANDOFF_TRIES - tries }));
}

function withNotice(moved: Moved, notice: ReturnType<typeof tell>): Moved {
  return moved.kind === 'moved' ? { ...moved, effects: [notice, ...moved.effects] } : moved;
}

function handoff(task: Task, role: Role, end: End<'ended'>, stamp: Stamp): Moved {
  const left = `The ${role} ended without the handoff that its role asks for`;
  const parse = <T>(schema: z.ZodType<T>, then: (value: T) => Moved): Moved => {
    const read = schema.safeParse(end.handoff);
    if (read.success) return then(read.data);
    const wrong =
      end.handoff === null ? '' : ` (${read.error.issues[0]?.path.join('.')}: ${read.error.issues[0]?.message})`;
    return again(task, role, `${left}${wrong}.`, stamp);
  };
  switch (role) {
    case 'brainstormer':
      return parse(RequirementsHandoff, (said) => {
        const path = `docs/brainstorms/${task.slug}-requirements.md`;
        return go(
          { ...task, title: said.title, requirements: { path, text: said.requirements } },
          { step: 'record', role },
          stamp,
        );
      });
    case 'planner':
      return parse(PlanHandoff, ({ plan: text, ...said }) => {
        const plan = { path: planPath(task, said.type, stamp), text, handoff: said };
        return go({ ...task, plan }, { step: 'record', role }, stamp);
      });
    case 'coder':
      return parse(CoderHandoff, (said) => coded(task, said, stamp));
    case 'reviewer':
      return parse(ReviewHandoff, (said) => reviewed(task, said, stamp));
  }
}

function planPath(task: Task, type: PlanHandoff['type'], stamp: Stamp): string {
  const day = new Date(stamp.at).toISOString().slice(0, 10);
  const number = String(task.attempts.planner ?? 1).padStart(3, '0');
  return `docs/plans/${day}-${number}-${type}-${task.slug}-plan.md`;
}

function coded(task: Task, said: CoderHandoff, stamp: Stamp): Moved {
  const { phase } = task;
  const next = { ...task, coder: said };
  if (said.status === 'done' && phase.at === 'working') {
    const moved = go(next, { step: 'take', session: phase.session }, stamp);
    return withNotice(moved, tell({ kind: 'handoff', role: 'coder', summary: said.summary }));
  }
  if (said.status === 'plan-violation' && task.plan && task.rework.plan < PLAN_TRIES) {
    const reworked = { ...next, tree: task.tree + 1, rework: { ...task.rework, plan: task.rework.plan + 1 } };
    const reason = `The coder found that the plan does not work: ${said.next}`;
    const notice = tell({ kind: 'again', role: 'planner', reason, left: PLAN_TRIES - reworked.rework.plan });
    return withNotice(start(reworked, 'planner', reason, stamp), notice);
  }
  return hold(
    next,
    `The coder cannot go on: ${said.next}`,
    'Answer in the thread, then Retry.',
    { step: 'work', role: 'coder' },
    stamp,
  );
}

function reviewed(task: Task, said: ReviewHandoff, stamp: Stamp): Moved {
  const { change } = task;
  if (!change) return ignored('there is no change to review');
  const { severity, scope } = said;
  const count = said.findings.length;
  const next = { ...task, review: { head: change.head, severity, scope, count, handoff: said } };
  const text = `Review: severity ${severity}, ${count} finding${count === 1 ? '' : 's'}.`;
  return enter(next, { at: 'judging' }, stamp, [
    tell({ kind: 'reviewed', severity, scope, count }),
    { do: 'comment', number: change.number, text },
    { do: 'judge', change },
  ]);
}
