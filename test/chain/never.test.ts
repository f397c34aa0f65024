import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Task } from '../../src/chain/task.ts';
import { transition } from '../../src/chain/transition.ts';
import { events } from './events.ts';
import * as sample from './samples.ts';

it('never merges what no verdict or tap let through, in any order of events', () => {
  const list = Object.values(events);
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...list), { maxLength: 60 }), (order) => {
      let task: Task | null = null;
      for (const event of [sample.asked(), ...order]) {
        const moved = transition(task, event, { at: 0 });
        if (moved.kind === 'ignored') continue;
        const merges = moved.effects.filter((effect) => effect.do === 'merge');
        if (merges.length > 0) expect(['judged', 'merge-tapped']).toContain(event.is);
        for (const merge of merges) expect(merge.change.head).toBe(moved.state.change?.head);
        task = moved.state;
      }
    }),
    { numRuns: 3_000 },
  );
});
