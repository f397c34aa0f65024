import type { z } from 'zod';
import { openAsk, waitForAnswer } from './asking.ts';
import type { TaskEvent } from './event.ts';
import { AnswerHandoff, CoderHandoff, PlanHandoff, RequirementsHandoff, ReviewHandoff } from './handoff.ts';
import { noRoom, outage, waitForAccount } from './held.ts';
import { claimedEnd } from './hold.ts';
import { enter, fail, first, go, hold, ignored, tell } from './moves.ts';
import type { Moved, Stamp } from './moves.ts';
import type { SessionEnd } from './ports.ts';
import { overBudget } from './raised.ts';
import type { Role } from './roles.ts';
import type { Step, Task } from './task.ts';

/** How often a role that left no usable handoff is started again, and a plan sent back. */
export const HANDOFF_TRIES = 2;
export const PLAN_TRIES = 2;
/** So many outages in a row are nobody's business: the service was busy. */
export const QUIET_OUTAGES = 4;

type Ended = Extract<TaskEvent, { is: 'session-ended' }>;
type End<K extends SessionEnd['kind']> = Extract<Ended['end'], { kind: K }>;

const GO_ON =
  'The line was cut before you were done. It is open again: look at what is there, then go on where you were.';
const TIDY =
  'You were stopped because your files took too much of the disk. Delete what you do not need before you go on: build output, caches, downloads.';
const ANSWERED = 'You waited for an answer and your place was given back meanwhile. The answer follows: go on with it.';
const MORE_TIME = 'Your time ran out before you were done. You have the same time again: go on where you were.';

const nextLeg = ({ session, leg }: Ended, { role, halted }: { role: Role; halted: boolean }, words: string): Step => ({
  step: 'resume',
  role,
  session,
  leg: leg + 1,
  words,
  halted,
});

/** A role's session is over. What its agent left for people is told before what its end comes to. */
export function sessionEnded(task: Task, event: Ended, stamp: Stamp): Moved {
  const moved = cameToAnEnd(task, event, stamp);
  const { outbox } = event;
  if (!outbox || task.phase.at !== 'working') return moved;
  return first([tell({ kind: 'outbox', role: task.phase.role, ...outbox })], moved);
}

/** What the session cost stands with the phase that it ends: what its task had spent by then, less what it had before. */
function priced({ times, spent, sessions }: Task, now: number | null): Task['times'] {
  const last = times.at(-1);
  const before = spent ?? (sessions.length === 0 ? 0 : null);
  if (now === null || before === null || last === undefined) return times;
  return [...times.slice(0, -1), { ...last, usd: Math.max(0, now - before) }];
}

/** Its handoff moves the chain on, anything else holds, goes again or fails. */
function cameToAnEnd(task: Task, event: Ended, stamp: Stamp): Moved {
  const { phase } = task;
  const { session, leg, end } = event;
  if (phase.at !== 'working' || phase.session !== session || phase.leg !== leg)
    return ignored('that session is not at work');
  const { role } = phase;
  const sessions = task.sessions.includes(session) ? task.sessions : [...task.sessions, session];
  const ended = { ...task, sessions, times: priced(task, event.spent), spent: event.spent ?? task.spent };
  const resume = (words: string): Step => nextLeg(event, phase, words);
  const byPerson = (reason: string, todo: string, words: string): Moved =>
    hold(ended, { kind: 'person', ends: { by: 'person' }, reason, todo, from: resume(words) }, true, stamp);
  // Without its answer it must not go on, whatever ended this leg.
  if (end.kind !== 'ended' && end.kind !== 'crashed' && openAsk(task))
    return waitForAnswer(ended, resume(ANSWERED), stamp);
  const over = event.over?.id === task.over ? null : event.over;
  if (over !== null && (end.kind === 'refused' || end.kind === 'crashed'))
    return overBudget(ended, over, resume(GO_ON), stamp);
  switch (end.kind) {
    case 'ended':
      return handoff({ ...ended, outages: 0 }, event, role, end, stamp);
    case 'refused':
      if (event.shut !== null) return waitForAccount(ended, event.shut, resume(GO_ON), stamp);
      return refused(ended, role, end, resume(GO_ON), stamp);
    case 'crashed':
      return again(ended, role, `The ${role}'s program ended before its work did: ${end.text}`, stamp);
    case 'unequipped': {
      const reason = `The ${role} did not get what signalbox.yaml gives it: ${end.text}.`;
      const from: Step = { step: 'work', role, feedback: leg === 1 ? phase.words : null };
      const todo = 'Mend it on the machine, then Retry.';
      return hold(ended, { kind: 'person', ends: { by: 'person' }, reason, todo, from }, true, stamp);
    }
    case 'overran':
      return byPerson(
        `The ${role} used up its ${end.minutes} minutes.`,
        'Resume gives it the same time again.',
        MORE_TIME,
      );
    case 'lost':
      return outage(ended, `The ${role}'s container was lost again and again: ${end.text}`, resume(GO_ON), 1, stamp);
    case 'outgrew':
      return byPerson(
        `The ${role} was stopped: ${end.text}.`,
        'Resume lets it tidy up and go on. More room for each: `disk` in signalbox.yaml.',
        TIDY,
      );
    case 'cramped':
      return noRoom(ended, end.text, resume(GO_ON), stamp);
    case 'stopped':
      if (phase.yields) return go(ended, resume(ANSWERED), stamp);
      // It may never have begun: then there is no conversation to go on with.
      if (phase.halted) {
        const unheard = { ...ended, notes: [...phase.notes, ...ended.notes] };
        return go(unheard, { step: 'work', role, feedback: leg === 1 ? phase.words : null }, stamp);
      }
      return byPerson(`The ${role} was stopped on the machine.`, 'Resume goes on with it.', GO_ON);
  }
}

const todos: Readonly<Record<End<'refused'>['why'], string>> = {
  login: 'Renew the login on the machine, then Resume.',
  quota: 'Resume when the window is open again. Nothing was paid.',
  billing: 'Look at the account with the provider, then Resume. Nothing was paid.',
  overloaded: 'It tries again by itself.',
  model: 'Correct the model in the config on the machine, then Retry.',
  unknown: 'Resume, or look at the log on the machine.',
};

/** What the CLI says and the boundary did not see: a claim, which holds this session alone. A busy service is tried again. */
function refused(task: Task, role: Role, end: End<'refused'>, from: Step, stamp: Stamp): Moved {
  const reason = `The model's service turned the ${role} away: ${end.text}`;
  if (end.why === 'overloaded') return outage(task, reason, from, QUIET_OUTAGES, stamp);
  const at = end.why === 'quota' ? claimedEnd(stamp.at, end.until) : null;
  const kind = end.why === 'quota' ? 'quota' : end.why === 'login' ? 'login' : 'person';
  const ends = at === null ? ({ by: 'person' } as const) : ({ by: 'time', at } as const);
  const todo = at === null ? todos[end.why] : 'It goes on by itself. Nothing was paid.';
  return hold(task, { kind, ends, reason, todo, from }, true, stamp);
}

/** The same role once more, told what was missing; fails when that has happened often enough. */
function again(task: Task, role: Role, reason: string, stamp: Stamp): Moved {
  const tries = task.rework.handoff + 1;
  const next = { ...task, rework: { ...task.rework, handoff: tries } };
  if (tries > HANDOFF_TRIES) return fail(next, reason, { step: 'work', role, feedback: null }, stamp);
  const notice = tell({ kind: 'again', role, reason, left: HANDOFF_TRIES - tries });
  return first([notice], go(next, { step: 'work', role, feedback: reason }, stamp));
}

function handoff(task: Task, event: Ended, role: Role, end: End<'ended'>, stamp: Stamp): Moved {
  const left = `The ${role} ended without the handoff that its role asks for`;
  const parse = <T>(schema: z.ZodType<T>, then: (value: T) => Moved): Moved => {
    const read = schema.safeParse(end.handoff);
    if (read.success) return then(read.data);
    const [issue] = read.error.issues;
    const words = [issue?.path.join('.'), issue?.message].filter(Boolean).join(': ');
    const wrong = end.handoff === null ? '' : ` (${words})`;
    return again(task, role, `${left}${wrong}.`, stamp);
  };
  switch (role) {
    case 'brainstormer':
      return parse(RequirementsHandoff, (said) => {
        const path = `docs/brainstorms/${task.slug}-requirements.md`;
        const { session, leg } = event;
        const n = (task.draft?.n ?? 0) + 1;
        const draft = { n, session, leg, head: null, open: true, pause: null };
        const next = { ...task, title: said.title, requirements: { path, text: said.requirements }, draft };
        return go(next, { step: 'record', role }, stamp);
      });
    case 'planner':
      return parse(PlanHandoff, ({ plan: text, ...said }) => {
        const plan = { path: planPath(task, said.type, stamp), text, handoff: said };
        return go({ ...task, plan }, { step: 'record', role }, stamp);
      });
    case 'coder':
      return parse(CoderHandoff, (said) => coded(task, event, said, stamp));
    case 'answerer':
      return parse(AnswerHandoff, ({ answer }) => answered(task, event, answer, stamp));
    case 'reviewer':
      return parse(ReviewHandoff, (said) => reviewed(task, said, stamp));
  }
}

/** A talk that nobody goes on with ends. Its transcript is kept. */
const TALK_MS = 24 * 3_600_000;

/** The conversation rests until somebody says more, and gives its slot back. */
function answered(task: Task, { session, leg }: Ended, text: string, stamp: Stamp): Moved {
  const from = {
    step: 'resume',
    role: 'answerer',
    session,
    leg: leg + 1,
    words: 'There is more.',
    halted: false,
  } as const;
  const ends = { by: 'words', at: stamp.at + TALK_MS } as const;
  const todo = 'Write here to go on, or make it a task.';
  const of = { kind: 'talk', ends, reason: 'The question is answered.', todo, from } as const;
  return first([tell({ kind: 'answer', text })], hold(task, of, null, stamp));
}

function planPath(task: Task, type: PlanHandoff['type'], stamp: Stamp): string {
  const day = new Date(stamp.at).toISOString().slice(0, 10);
  const number = String(task.attempts.planner ?? 1).padStart(3, '0');
  return `docs/plans/${day}-${number}-${type}-${task.slug}-plan.md`;
}

function coded(task: Task, { session, leg }: Ended, said: CoderHandoff, stamp: Stamp): Moved {
  const next = { ...task, coder: said };
  if (said.status === 'done') {
    const notice = tell({ kind: 'handoff', role: 'coder', summary: said.summary });
    return first([notice], go(next, { step: 'take', session }, stamp));
  }
  if (said.status === 'plan-violation' && task.plan && task.rework.plan < PLAN_TRIES) {
    const reworked = { ...next, tree: task.tree + 1, rework: { ...task.rework, plan: task.rework.plan + 1 } };
    const reason = `The coder found that the plan does not work: ${said.next}`;
    const notice = tell({ kind: 'again', role: 'planner', reason, left: PLAN_TRIES - reworked.rework.plan });
    return first([notice], go(reworked, { step: 'work', role: 'planner', feedback: reason }, stamp));
  }
  const words = 'Here is what was said. Go on with it.';
  const from = { step: 'resume', role: 'coder', session, leg: leg + 1, words, halted: false } as const;
  const violated = said.status === 'plan-violation';
  return hold(
    next,
    {
      kind: violated ? 'person' : 'question',
      ends: violated ? { by: 'person' } : { by: 'answer' },
      reason: `The coder cannot go on: ${said.next}`,
      todo: violated ? 'Go back with /back plan and why, or Resume.' : 'Answer in the thread: it goes on with that.',
      from,
    },
    true,
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
