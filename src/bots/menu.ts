import type { Right } from '../chain/person.ts';
import { rightOf, words } from './words.ts';
import type { Typed } from './words.ts';

/** One command as a platform offers it while somebody types. `takes` is shown after the name. */
export type MenuRow = {
  readonly name: string;
  readonly takes: string;
  readonly does: string;
  /** Where it is of use: `anywhere`, or in a task's thread alone. */
  readonly where: 'anywhere' | 'thread';
  readonly right: Right;
};

/** Looked at in a task's thread alone. */
const OF_A_TASK: readonly Typed[] = ['diff', 'findings', 'logs'];

/** For completion and registration. */
export const menu: readonly MenuRow[] = (Object.keys(words) as Typed[]).map((name) => {
  const { takes, help: does, group } = words[name];
  const where = group === 'In a thread' || OF_A_TASK.includes(name) ? 'thread' : 'anywhere';
  return {
    name: `/${name}`,
    takes,
    does: `${does.charAt(0).toUpperCase()}${does.slice(1)}`,
    where,
    right: rightOf(name),
  };
});
