import { describe, expect, it } from 'vitest';
import { wanted } from '../../src/chain/awaits.ts';
import { readStream } from '../../src/chain/owner.ts';
import type { Store } from '../../src/chain/ports.ts';
import type { Stream } from '../../src/chain/stream.ts';
import type { Task } from '../../src/chain/task.ts';
import type { TaskEffect } from '../../src/chain/effect.ts';
import { taskKind } from '../../src/chain/yard.ts';
import { explore } from './explore.ts';
import { agents } from './scenarios/agents.ts';
import { people } from './scenarios/people.ts';

type Folded = Stream<Task, TaskEffect>;

/** A disk with a journal's first `n` entries, and a snapshot beside them. */
function disk(entries: readonly string[], n: number, snapshot: Folded | null): Store {
  return {
    read: async () => ({ ok: true, entries: entries.slice(0, n).map((entry) => JSON.parse(entry)) }),
    snapshot: async () => snapshot && { seq: snapshot.seq, state: JSON.parse(JSON.stringify(snapshot)) },
    streams: async () => [],
    append: async () => 'stale',
    keep: async () => undefined,
  };
}

async function folded(entries: readonly string[], n: number, snapshot: Folded | null): Promise<Folded> {
  const read = await readStream(taskKind, 'task-t1', disk(entries, n, snapshot));
  if (!read.ok) throw new Error(read.damage.reason);
  return read.stream;
}

/** Whether something will happen to a task by itself, or it says what it waits for. */
function goesOn({ state, pending }: Folded): boolean {
  if (state === null) return false;
  const { at } = state.phase;
  if (['queued', 'held', 'review', 'merged', 'failed', 'stopped'].includes(at)) return true;
  return pending.some(({ effect }) => effect.do !== 'tell' && wanted(state, effect));
}

describe('a journal', () => {
  it('gives the same task after every prefix, with every snapshot, and never one without a next step', async () => {
    let prefixes = 0;
    for (const scenario of [...people, ...agents].filter((_, n) => n % 5 === 0)) {
      const { ends } = await explore(scenario, 0);
      const journals = [...ends.values()].flatMap(({ streams }) =>
        Object.entries(streams).flatMap(([name, { entries }]) => (name.startsWith('task-') ? [entries] : [])),
      );
      for (const entries of journals) {
        const whole: Folded[] = [];
        for (let n = 1; n <= entries.length; n += 1) whole.push(await folded(entries, n, null));
        for (const stream of whole) {
          prefixes += 1;
          expect(goesOn(stream), `${scenario.name}: ${JSON.stringify(stream.state?.phase)}`).toBe(true);
          const ahead = whole[(stream.seq * 7) % whole.length] ?? null;
          expect(await folded(entries, stream.seq, ahead)).toEqual(stream);
        }
        // Its rules would ask for the same effects today.
        entries.forEach((text, n) => {
          const { at, event, effects } = JSON.parse(text);
          const moved = taskKind.transition(whole[n - 1]?.state ?? null, event, { at });
          expect(JSON.parse(JSON.stringify(moved.kind === 'moved' ? moved.effects : []))).toEqual(effects);
        });
      }
    }
    expect(prefixes).toBeGreaterThan(500);
  });
});
