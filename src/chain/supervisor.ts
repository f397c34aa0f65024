import { FORMAT } from './box.ts';
import type { Box, Lock } from './box.ts';
import type { Covers } from './covered.ts';
import { createDispatcher } from './dispatch.ts';
import type { Dispatcher } from './dispatch.ts';
import type { Caps, Spending } from './budget.ts';
import { dayOf } from './budget.ts';
import type { TaskEvent } from './event.ts';
import { ProjectId, TaskId } from './ids.ts';
import type { Linked } from './linking.ts';
import type { Settings } from './commands.ts';
import { looksOf } from './looks.ts';
import type { Looks } from './looks.ts';
import type { Machine } from './machine.ts';
import { load } from './load.ts';
import { othersOf } from './others.ts';
import type { Damage, Submitted as SubmittedTo } from './owner.ts';
import type { Acts } from './perform.ts';
import type { Person } from './person.ts';
import type { Accounts, Store } from './ports.ts';
import { soakOf } from './project.ts';
import type { Refusals } from './refused.ts';
import type { Project, ProjectReport } from './project.ts';
import { dayCap } from './purse.ts';
import { pursue, pursueAccount, pursueDay, pursueProject, refreshCard } from './pursue.ts';
import type { Room } from './room.ts';
import type { Wait } from './schedule.ts';
import type { Task } from './task.ts';
import { createWatch, readMachine, sweep } from './watch.ts';
import type { Watch } from './watch.ts';
import { boxOwner, dayOwner, liveOf, lockOf, projectOwner, tasksOf, thaw } from './yard.ts';
import type { Live, Yard } from './yard.ts';

export type { Damage } from './owner.ts';
export type Submitted = SubmittedTo<Task>;

export type Supervisor = {
  /** Reads every stream and removes what sessions without a task left. Nothing is done yet. Throws when a newer version wrote them. */
  load(): Promise<readonly Damage[]>;
  /** Goes on with what was pending. Once, after `load`. */
  goOn(): void;
  /** Journals what came from a person before it resolves. `source` makes a repeat harmless. */
  submit(id: TaskId, event: TaskEvent, source: string): Promise<Submitted>;
  /** The same for what a person says of a project. */
  report(event: Exclude<ProjectReport, { is: 'done' }>, source: string): Promise<SubmittedTo<Project>>;
  project(id: ProjectId): Project | undefined;
  tasks(): readonly Task[];
  task(id: TaskId): Task | undefined;
  readonly looks: Looks;
  /** What the config and people say of a project, and how many changes it merged. */
  settings(
    id: ProjectId,
  ): Settings & { readonly merged: number; readonly clean: number; readonly written: boolean | null };
  /** Why the tasks that wait in the queue wait. */
  waits(): ReadonlyMap<TaskId, Wait>;
  /** What the config caps (null: nothing), which day it is, and what that day may cost by now. */
  budget(): { readonly caps: Caps | null; readonly day: string; readonly dayCap: number | null };
  damage(id: TaskId): Damage | undefined;
  /** null while nothing is locked. */
  locked(): Lock | null;
  /** Journals that nothing starts or merges any more, until it is unlocked on the machine. */
  lock(by: Person, source: string): Promise<SubmittedTo<Box>>;
  /** Takes nothing more and waits for what is being journaled. Sessions and pending effects outlive it. */
  close(): Promise<void>;
};

/** What the supervisor does things with, and how much at once. */
export type Means = {
  readonly store: Store;
  /** `soak` as written in the config; null where it is left to people. */
  readonly acts: Omit<Acts, 'others' | 'project'> & {
    project(id: ProjectId): { merges: boolean; soak: boolean | null };
  };
  readonly accounts: Accounts;
  readonly refusals: Refusals;
  readonly spending: Spending;
  readonly covers: Covers;
  readonly machine: Machine;
  readonly room: Room;
  readonly slots: number;
  /** Projects that are set up and tested before anybody asks for a task. */
  readonly linked?: readonly Linked[];
};

/** The one owner of state: one event at a time per stream; journal, transition, perform, and after a restart the same again. */
export function createSupervisor(means: Means): Supervisor {
  const { store } = means;
  const { yard, watch, dispatcher, begin } = partsOf(means);
  return {
    async load() {
      await startBox(yard);
      // What was asked for while no controller ran comes before all that is pending.
      await readMachine(yard).catch((error: Error) =>
        yard.acts.log.error('what was asked for on the machine could not be read', { reason: error.message }),
      );
      const names = await store.streams();
      await Promise.all(names.map(async (name) => load(yard, name)));
      await sweep(yard);
      return [...yard.damaged.values()];
    },
    goOn() {
      begin();
      for (const owner of yard.accountOwners.values()) yard.follow.account(owner, owner.stream().pending);
      for (const owner of yard.projectOwners.values()) yard.follow.project(owner, owner.stream().pending);
      for (const pending of yard.day.stream().pending) pursueDay(yard, yard.day, pending);
      for (const live of yard.lives.values()) goOnWith(yard, live);
      dispatcher.tick();
      watch.begin();
    },
    submit: async (id, event, source) =>
      damaged(yard, `task-${id}`) ?? (await liveOf(yard, id).owner.submit(event, { source })),
    report: async (event, source) =>
      damaged(yard, `project-${event.project}`) ?? (await projectOwner(yard, event.project).submit(event, { source })),
    project: (id) => yard.projectOwners.get(id)?.stream().state ?? undefined,
    tasks: () => tasksOf(yard),
    task: (id) => yard.lives.get(id)?.owner.stream().state ?? undefined,
    looks: looksOf(yard),
    settings(id) {
      const { merged = 0, clean = 0 } = yard.projectOwners.get(id)?.stream().state ?? {};
      return { ...yard.acts.project(id), merged, clean, written: means.acts.project(id).soak };
    },
    waits: () => dispatcher.look().waits,
    budget() {
      const { caps, clock } = yard.acts;
      const day = dayOf(clock.now());
      return { caps, day, dayCap: dayCap(yard, day) };
    },
    damage: (id) => yard.damaged.get(`task-${id}`),
    locked: () => lockOf(yard),
    lock: (by, source) => yard.box.submit({ is: 'locked', by }, { source }),
    async close() {
      yard.closing.abort();
      thaw(yard);
      const owners = [...yard.lives.values()].map(({ owner }) => owner);
      await Promise.all(
        [...owners, ...yard.accountOwners.values(), ...yard.projectOwners.values(), yard.box, yard.day].map((of) =>
          of.idle(),
        ),
      );
    },
  };
}

function damaged(
  { damaged: known }: Yard,
  stream: string,
): { readonly kind: 'not-kept'; readonly reason: string } | null {
  const damage = known.get(stream);
  return damage ? { kind: 'not-kept', reason: `${stream} is damaged at line ${damage.line}: ${damage.reason}` } : null;
}

type Parts = {
  readonly yard: Yard;
  readonly watch: Watch;
  readonly dispatcher: Dispatcher;
  /** From now on effects are performed. Inputs may come before: what they ask for is pending until then. */
  begin(): void;
};

/** The parts that work on the streams; each knows the others only through the yard. */
function partsOf(means: Means): Parts {
  const { store, acts, accounts, refusals, spending, covers, machine, room, slots, linked = [] } = means;
  let going = false;
  const others = othersOf(
    () => yard,
    () => watch,
  );
  const yard: Yard = {
    store,
    accounts,
    refusals,
    covers,
    machine,
    box: boxOwner({ store, acts, covers }, () => {
      thaw(yard);
      if (going) dispatcher.tick();
    }),
    frozen: new Set(),
    room,
    spending,
    spent: new Map(),
    acts: { ...acts, others, project: projectsOf(acts, () => yard) },
    closing: new AbortController(),
    lives: new Map(),
    accountOwners: new Map(),
    projectOwners: new Map(),
    day: dayOwner({ store, acts, covers }, (owner, added) => {
      if (!going) return;
      for (const pending of added) pursueDay(yard, owner, pending);
      dispatcher.tick();
    }),
    damaged: new Map(),
    linking: Promise.resolve(),
    follow: {
      task(live, added) {
        if (!going) return;
        for (const pending of added) pursue(yard, live, pending);
        refreshCard(yard, live);
        dispatcher.tick();
      },
      account(owner, added) {
        if (!going) return;
        for (const pending of added) pursueAccount(yard, owner, pending);
        dispatcher.tick();
      },
      project(owner, added) {
        if (!going) return;
        for (const pending of added) pursueProject(yard, owner, pending);
      },
    },
  };
  const dispatcher = createDispatcher(yard, slots);
  const watch = createWatch(yard, linked, () => dispatcher.tick());
  return { yard, watch, dispatcher, begin: () => void (going = true) };
}

/** The config's word on a project, and people's. */
const projectsOf =
  (acts: Means['acts'], yard: () => Yard): Acts['project'] =>
  (id) => {
    const { merges, soak } = acts.project(id);
    return { merges, soak: soakOf(soak, yard().projectOwners.get(id)?.stream().state?.soak ?? null) };
  };

/** What an earlier controller left pending. */
function goOnWith(yard: Yard, live: Live): void {
  for (const pending of live.owner.stream().pending) pursue(yard, live, pending);
  refreshCard(yard, live);
}

/** Notes the start, unless a newer version wrote here: what it wrote could be read wrongly. */
async function startBox({ box: owner, acts }: Yard): Promise<void> {
  const damage = await owner.load();
  if (damage)
    throw new Error(`${damage.stream} is damaged at line ${damage.line}: ${damage.reason}. Restore it from a backup.`);
  const format = owner.stream().state?.format ?? FORMAT;
  if (format > FORMAT)
    throw new Error(
      `these journals are of format ${format}, written by a newer Signalbox; this one reads up to ${FORMAT}. Install the newer one again.`,
    );
  const answer = await owner.submit({ is: 'started', format: FORMAT }, {});
  if (answer.kind === 'not-kept') acts.log.error('the start was not journaled', { reason: answer.reason });
}
