import type { TaskEvent } from '../../src/chain/event.ts';
import type { Task } from '../../src/chain/task.ts';
import { transition } from '../../src/chain/transition.ts';
import { play, reach } from './samples.ts';
import type { Reached } from './samples.ts';

/** A phase as tables name it. */
export function nameOf(phase: Task['phase']): string {
  if (phase.at === 'working')
    return `working ${phase.role}${phase.leg === 1 ? '' : ` leg ${phase.leg}`}${phase.yields ? ', yields' : ''}`;
  if (phase.at === 'held') return `held ${phase.kind} until ${phase.ends.by}`;
  if (phase.at !== 'queued') return phase.at;
  const { step } = phase;
  return `queued ${step.step}${'role' in step ? ` ${step.role}` : ''}`;
}

export type Became = { readonly task: Task | null; readonly text: string };

/** What an event makes of a task that was brought to a phase: `<phase after, or =>: <effects>`, or why it changes nothing. */
export function became(reached: Reached, event: TaskEvent): Became {
  const before = play(reach[reached]);
  const moved = transition(before, event, { at: 60_000 });
  if (moved.kind === 'ignored') return { task: null, text: `ignored: ${moved.why}` };
  const { phase } = moved.state;
  const effects = moved.effects.map((effect) => {
    if (effect.do === 'tell') return `tell ${effect.notice.kind}`;
    return effect.do === 'run' ? `run ${effect.role}` : effect.do;
  });
  return { task: moved.state, text: `${phase === before.phase ? '= ' : nameOf(phase)}: ${effects.join(', ')}` };
}
