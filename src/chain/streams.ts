import type { AccountEvent } from './account.ts';
import type { Budget, GateBudget, Money } from './budget.ts';
import type { Check } from './change.ts';
import type { Head, SessionId, TaskId } from './ids.ts';
import type { Progress } from './ports.ts';
import type { ProjectReport } from './project.ts';
import type { Task } from './task.ts';

/** What a task's effects ask of the other streams. Messages go under the effect's id, so that a repeat changes nothing. */
export type Others = {
  post(event: AccountEvent, key: string): Promise<void>;
  report(event: ProjectReport, key: string): Promise<void>;
  /** Whether the boundary lets nothing of an account out, by all that it has recorded until now. */
  shut(account: string): Promise<boolean>;
  /** Whether nothing may start or merge. Looked at last before a merge. */
  locked(): boolean;
  /** What the boundary says of a task's money when its session has ended. */
  money(task: TaskId, session: SessionId): Promise<Money>;
  /** What the gate is told of it; null: nothing is capped. */
  spent(task: Task): Promise<GateBudget | null>;
  /** What a task's sessions may spend, by the config and the raises of now. */
  budget(task: Task): Budget | null;
  raiseDay(day: string, dollars: number, key: string): Promise<void>;
  /** The tests on the base alone: known already, or run now. */
  prove(of: Pick<Task, 'project' | 'id' | 'threads'>, base: Head, on?: (progress: Progress) => void): Promise<Check>;
};
