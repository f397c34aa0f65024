import { ceilingOf } from './budget.ts';
import type { TaskEvent } from './event.ts';
import type { Millis, TaskId } from './ids.ts';
import type { Clock } from './ports.ts';
import { dayCap } from './purse.ts';
import { schedule } from './schedule.ts';
import type { Schedule, View } from './schedule.ts';
import { liveOf, lockOf, tasksOf } from './yard.ts';
import type { Yard } from './yard.ts';
import { Role } from './roles.ts';

export type Dispatcher = {
  /** Something changed: whoever may go on now is told so. */
  tick(): void;
  /** The schedule as it is now, for whoever looks. */
  look(): Schedule;
};

/** Carries out the schedule. It remembers nothing that matters: who has a slot is in the tasks' journals. */
export function createDispatcher(yard: Yard, slots: number): Dispatcher {
  const { acts, closing } = yard;
  const giving = new Set<TaskId>();
  let due = false;
  const alarm = createAlarm(acts.clock, closing.signal, () => tick());

  const view = (): View => ({
    tasks: tasksOf(yard),
    giving,
    slots,
    locked: lockOf(yard) !== null,
    room: yard.room.enough(),
    now: acts.clock.now(),
    accountOf: Object.fromEntries(Role.options.map((role) => [role, acts.settings[role].account])) as View['accountOf'],
    dayCap: (day) => dayCap(yard, day),
    taskCap: (task) => acts.caps && ceilingOf(task, acts.caps),
    accounts: new Map(
      [...yard.accountOwners.values()].flatMap((owner) => {
        const state = owner.stream().state;
        return state ? [[state.account, state] as const] : [];
      }),
    ),
  });

  function say(id: TaskId, event: TaskEvent): void {
    giving.add(id);
    void liveOf(yard, id)
      .owner.submit(event, {})
      .then(async (answer) => {
        if (answer.kind === 'not-kept') await acts.clock.sleep(1_000, closing.signal);
        giving.delete(id);
        tick();
      });
  }

  function run(): void {
    due = false;
    if (closing.signal.aborted) return;
    const { grants, shut, ended, due: unanswered, wakeAt } = schedule(view());
    for (const id of grants) say(id, { is: 'granted' });
    for (const { task, account } of shut) say(task, { is: 'account-shut', account });
    for (const { task, hold, why } of ended) {
      if (!giving.has(task)) say(task, { is: 'hold-ended', hold, why });
    }
    for (const { task, ask, told } of unanswered) {
      if (!giving.has(task)) say(task, { is: 'ask-due', ask, told });
    }
    alarm.set(wakeAt);
  }

  function tick(): void {
    if (due) return;
    due = true;
    queueMicrotask(run);
  }
  return { tick, look: () => schedule(view()) };
}

type Alarm = {
  /** Rings then, and at no other time that was set before; null never. */
  set(at: Millis | null): void;
};

function createAlarm(clock: Clock, closing: AbortSignal, ring: () => void): Alarm {
  let waiting = new AbortController();
  let rings: Millis | null = null;
  closing.addEventListener('abort', () => waiting.abort(), { once: true });
  return {
    set(at) {
      if (at === rings) return;
      rings = at;
      waiting.abort();
      if (at === null) return;
      waiting = new AbortController();
      const { signal } = waiting;
      void clock.sleep(Math.max(1, at - clock.now()), signal).then(() => {
        if (signal.aborted) return;
        rings = null;
        ring();
      });
    },
  };
}
