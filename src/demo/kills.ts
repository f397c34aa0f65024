import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isReached, milestoneOf } from './draw.ts';
import type { Kill, Milestone, Moment, Target } from './draw.ts';
import { lastShut } from './shut.ts';
import { victimOf } from './victims.ts';

/** A kill that happened, `after` seconds of the task's life. */
export type Killed = { readonly target: Target; readonly after: number };

export type Kills = {
  /** The person asks now. */
  begin(): void;
  /** The task, by its id, is at this step of the card. */
  at(task: string, step: string): void;
  /** Resolves when all that is to come before the tap has come. */
  beforeTap(): Promise<void>;
  /** The person taps now. */
  tapped(): void;
  /** Resolves when all have come. */
  all(): Promise<void>;
  killed(): readonly Killed[];
};

const LOOK_MS = 20;

/** What is known of the task's life so far. Times in ms since the epoch. */
type Life = {
  began: number;
  task: string;
  step: string;
  milestones: Map<Milestone, number>;
  tapped: number | null;
};

/** Performs kills one after the other, each when its moment has come, on what belongs to one data folder alone. */
export function performKills(
  kills: readonly Kill[],
  { data, print, signal }: { data: string; print: (line: string) => void; signal: AbortSignal },
): Kills {
  const life: Life = { began: Infinity, task: '', step: 'opening', milestones: new Map(), tapped: null };
  const killed: Killed[] = [];
  const gone = new Set<string>();

  async function perform(): Promise<void> {
    for (const { moment, prefers } of kills) {
      while (!(await isDue(moment, life, data))) await sleep(LOOK_MS, undefined, { signal });
      const step = life.step;
      for (;;) {
        const victim = await victimOf(data, prefers, gone);
        if (victim !== null && (await victim.kill())) {
          gone.add(victim.name);
          const after = (Date.now() - life.began) / 1000;
          killed.push({ target: victim.target, after });
          print(
            `  ⚡ ${victim.target} killed (${victim.name}) after ${after.toFixed(1)} s ${momentWords(moment, step)}`,
          );
          break;
        }
        await sleep(LOOK_MS, undefined, { signal });
      }
    }
  }
  const performing = perform().catch((error: Error) => {
    if (!signal.aborted) throw error;
  });
  const failing = performing.then(() => new Promise<never>(() => undefined));
  failing.catch(() => undefined);
  const early = kills.filter(({ moment }) => moment.at !== 'tap').length;

  return {
    begin: () => reach(life, 'opening', (life.began = Date.now())),
    at(task, step) {
      life.task = task;
      life.step = step;
      const milestone = milestoneOf(step);
      if (milestone !== null) reach(life, milestone, Date.now());
    },
    async beforeTap() {
      while (killed.length < early && !signal.aborted) await Promise.race([sleep(LOOK_MS), failing]);
    },
    tapped: () => void (life.tapped ??= Date.now()),
    all: () => performing,
    killed: () => killed,
  };
}

function reach({ milestones }: Life, milestone: Milestone, now: number): void {
  if (!milestones.has(milestone)) milestones.set(milestone, now);
}

async function isDue(moment: Moment, life: Life, data: string): Promise<boolean> {
  const due = await dueAt(moment, life, data);
  return due !== null && Date.now() >= due;
}

/** When a moment comes, ms since the epoch; null while that is not known. */
async function dueAt(moment: Moment, { task, milestones, tapped }: Life, data: string): Promise<number | null> {
  switch (moment.at) {
    case 'tap':
      return tapped === null ? null : tapped + moment.after;
    case 'held': {
      const shut = await lastShut(data);
      return shut?.until ? shut.at + moment.share * (shut.until - shut.at) : null;
    }
    case 'reset': {
      const shut = await lastShut(data);
      return shut?.until ? shut.until + moment.off : null;
    }
    case 'resuming': {
      const leg = await stat(join(data, 'sessions', `${task}-coder-1`, 'leg-2.json')).catch(() => null);
      return leg === null ? null : leg.mtimeMs + moment.after;
    }
    default: {
      // One that passed unseen while the controller was away began no later than the next.
      const reached = [...milestones].filter(([name]) => isReached(moment.at, name)).map(([, at]) => at);
      return reached.length === 0 ? null : Math.min(...reached) + moment.after;
    }
  }
}

function momentWords(moment: Moment, step: string): string {
  switch (moment.at) {
    case 'tap':
      return 'while the tap is on its way';
    case 'held':
      return 'while held';
    case 'reset':
      return `at the reset (${moment.off < 0 ? '' : '+'}${(moment.off / 1000).toFixed(2)} s)`;
    case 'resuming':
      return 'while resuming';
    default:
      return `in ${step}`;
  }
}
