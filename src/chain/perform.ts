import type { Caps } from './budget.ts';
import type { TaskEffect } from './effect.ts';
import type { TaskEvent } from './event.ts';
import { SENT } from './files.ts';
import { handoffs } from './handoffs.ts';
import type { ProjectId, SessionId } from './ids.ts';
import { accountFor } from './instead.ts';
import { judgeChange, mergeChange } from './judging.ts';
import { treeName } from './moves.ts';
import type { Notice } from './notice.ts';
import type { Person } from './person.ts';
import type { Chat, Clock, Forge, Log, SessionSpec, Sessions, Validator, Workspace } from './ports.ts';
import { interrupt, listen, send, show } from './hear.ts';
import { envelope, goOn, prompt } from './prompt.ts';
import { roles } from './roles.ts';
import type { Role, RoleSettings } from './roles.ts';
import type { Others } from './streams.ts';
import type { Task } from './task.ts';

export type { Others } from './streams.ts';

/** Everything that effects are done with. */
export type Acts = {
  readonly chat: Chat;
  readonly sessions: Sessions;
  readonly workspace: Workspace;
  readonly validator: Validator;
  readonly forge: Forge;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: Readonly<Record<Role, RoleSettings>>;
  /** Text of roles/<role>/instructions.md. */
  readonly instructions: Readonly<Record<Role, string>>;
  /** The streams beside the tasks. */
  readonly others: Others;
  /** What the config says of a project, read anew each time: soak may end while a task waits. */
  readonly project: (id: ProjectId) => { readonly merges: boolean; readonly soak: boolean };
  /** What may be spent, by the config; null: nothing is capped. */
  readonly caps: Caps | null;
  /** Someone as the config lists them now; null for who was removed. */
  readonly person: (id: string) => Person | null;
};

type Of<K extends TaskEffect['do']> = Extract<TaskEffect, { do: K }>;
/** Journals what a session's record says at a place of it. */
export type Heard = (session: SessionId, n: number, event: TaskEvent) => void;

/** Does one effect, safe to repeat, and answers with its outcome. Throws when something is out of reach; the caller tries again. */
export async function perform(
  acts: Acts,
  task: Task,
  id: string,
  effect: TaskEffect,
  heard: Heard,
): Promise<TaskEvent> {
  const { project } = task;
  switch (effect.do) {
    case 'open':
      return open(acts, task, id);
    case 'prepare':
      return prepare(acts, task);
    case 'run':
      return run(acts, task, effect, heard);
    case 'send':
      return send(acts, task, effect);
    case 'record': {
      const { on, path, text, subject, at } = effect;
      const head = await acts.workspace.record({ project, task: task.id, on, path, text, subject, at });
      return { is: 'recorded', head, asks: asksForPlan(acts, task) };
    }
    case 'take': {
      const { tree, from } = effect;
      return {
        is: 'taken',
        work: await acts.workspace.take({ project, task: task.id, tree, branch: task.branch, from }),
      };
    }
    case 'validate':
      return validate(acts, task, effect);
    case 'propose': {
      const { head, title, body } = effect;
      return {
        is: 'proposed',
        change: await acts.forge.open({ project, task: task.id, branch: task.branch, head, title, body }),
      };
    }
    case 'judge':
      return judgeChange(acts, task, effect.change);
    case 'merge':
      return mergeChange(acts, task, effect);
    case 'tell':
      return tell(acts, task, id, effect.notice);
    case 'prove':
      return { is: 'proved', check: await acts.others.prove(task, effect.base) };
    case 'verify':
      return { is: 'verified', missing: await acts.workspace.verify(project, task.id, effect.head, effect.paths) };
    default:
      await see(acts, task, id, effect);
      return { is: 'done' };
  }
}

/** What has nothing to say when it is done. */
function see(
  acts: Acts,
  of: Task,
  id: string,
  effect: Of<
    'interrupt' | 'halt' | 'yield' | 'allow' | 'raise-day' | 'comment' | 'close' | 'clear' | 'post' | 'report'
  >,
): Promise<void> {
  const { id: task, project } = of;
  switch (effect.do) {
    case 'allow':
      return acts.sessions.allow(effect.session, acts.others.budget(of));
    case 'raise-day':
      return acts.others.raiseDay(effect.day, effect.dollars, id);
    case 'halt':
      return acts.sessions.stop(effect.session);
    case 'interrupt':
      return interrupt(acts, effect);
    case 'yield':
      return acts.sessions.stop(effect.session, effect.leg);
    case 'comment':
      return acts.forge.comment(project, effect.number, id, effect.text);
    case 'close':
      return acts.forge.close(project, effect.number);
    case 'clear':
      return acts.workspace.remove(project, task);
    case 'post':
      return acts.others.post(effect.event, id);
    case 'report':
      return acts.others.report(effect.event, id);
  }
}

/** Whether the plan waits for a person, by the policy and the soak of now. */
function asksForPlan(acts: Acts, { project, policy }: Task): boolean {
  const when = policy?.approvePlan ?? 'soak';
  return when === 'always' || (when === 'soak' && acts.project(project).soak);
}

async function open({ chat }: Acts, task: Task, id: string): Promise<TaskEvent> {
  const opening = task.places.map((place) => chat.open(`${id}:${place.platform}:${place.channel}`, place, task));
  return { is: 'opened', threads: await Promise.all(opening) };
}

async function tell({ chat }: Acts, task: Task, id: string, notice: Notice): Promise<TaskEvent> {
  await Promise.all(task.threads.map((at) => chat.tell(`${id}:${at.platform}:${at.channel}`, at, notice)));
  return { is: 'done' };
}

async function prepare(acts: Acts, task: Task): Promise<TaskEvent> {
  const ready = await acts.workspace.prepare(task.project);
  if (!ready.ok) return { is: 'broke', of: 'prepare', reason: ready.reason };
  return { is: 'prepared', base: ready.base, policy: ready.policy };
}

/** The base and the policy are read afresh: either may have moved since the task began. */
async function validate(acts: Acts, task: Task, effect: Of<'validate'>): Promise<TaskEvent> {
  const ready = await acts.workspace.prepare(task.project);
  if (!ready.ok) return { is: 'broke', of: 'validate', reason: ready.reason };
  const { base, policy } = ready;
  return {
    is: 'checked',
    check: await acts.validator.check(
      {
        project: task.project,
        task: task.id,
        base,
        head: effect.head,
        policy,
        acceptance: task.plan?.handoff.acceptance ?? [],
      },
      (progress) => show(acts, task, progress),
    ),
  };
}

async function run(acts: Acts, task: Task, effect: Of<'run'>, heard: Heard): Promise<TaskEvent> {
  const { session } = effect;
  const spec = await specOf(acts, task, effect);
  const listening = listen(acts, task, spec, heard);
  const { outbox, ...end } = await acts.sessions.run(spec, listening.on);
  listening.over();
  const { account } = spec.settings;
  const shut = end.kind === 'refused' && (await acts.others.shut(account));
  const money = await acts.others.money(task.id, session);
  const left = outbox === undefined ? {} : { outbox };
  return { is: 'session-ended', session, leg: effect.leg, end, shut: shut ? account : null, ...money, ...left };
}

/** Made from the task and the effect alone, so that a repeat asks for the very same session. */
async function specOf(acts: Acts, task: Task, effect: Of<'run'>): Promise<SessionSpec> {
  const { role, session } = effect;
  const { base, head } = task;
  if (!base || !head) throw new Error(`${session} has no commit to begin on: the task was never prepared`);
  const { access } = roles[role];
  const settings = acts.settings[role];
  const files: Record<string, string> = { ...envelope(task) };
  if (role === 'planner' || role === 'coder') {
    const ready = await acts.workspace.prepare(task.project);
    if (ready.ok && ready.guidance !== '') files['project-guidance.md'] = ready.guidance;
  }
  if (role === 'reviewer') {
    const { patch } = await acts.workspace.diff(task.project, task.check?.base ?? base, head);
    files['change.diff'] =
      patch ?? 'The diff is too large for one file. Read the checkout, and say that the change is too large to review.';
  }
  const transcripts = [...(task.carried?.sessions ?? []), ...task.sessions];
  const names = [
    ...Object.keys(files),
    ...transcripts.map((earlier) => `transcript-${earlier}.md`),
    ...task.files.map(({ name }) => `${SENT}/${name}`),
  ];
  return {
    session,
    role,
    task: task.id,
    project: task.project,
    settings: { ...settings, account: accountFor(task, settings.account) },
    leg: effect.leg,
    prompt: effect.leg === 1 ? prompt(task, effect, acts.instructions[role], names) : goOn(effect),
    files,
    transcripts,
    sent: task.files,
    handoff: handoffs[role],
    tools: task.policy?.tools ?? {},
    asks: role === 'brainstormer' && task.mode === 'dialogue',
    allowed: effect.notes.flatMap(({ answer }) => (answer?.allows === true ? [answer.ask] : [])),
    budget: acts.others.budget(task),
    checkout: { tree: access === 'write' ? treeName(task) : session, branch: task.branch, head, access },
  };
}
