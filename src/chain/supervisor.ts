import type { TaskEvent } from './event.ts';
import { TaskId } from './ids.ts';
import { liveOf, streamName, submit } from './live.ts';
import type { Box, Submitted } from './live.ts';
import type { Acts } from './perform.ts';
import type { Store } from './ports.ts';
import { pursue, refreshCard } from './pursue.ts';
import { empty, Entry, fold, Stream } from './stream.ts';
import type { Task } from './task.ts';

/** A stream whose journal cannot be read whole. It takes nothing until somebody mends it: nothing is guessed over. */
export type Damage = { readonly stream: string; readonly line: number; readonly reason: string };

export type Supervisor = {
  /** Reads every stream and removes what sessions without a task left. Nothing is done yet. */
  load(): Promise<readonly Damage[]>;
  /** Goes on with what was pending. Once, after `load`. */
  goOn(): void;
  /** Journals what came from a person before it resolves. `source` makes a repeat harmless. */
  submit(id: TaskId, event: TaskEvent, source: string): Promise<Submitted>;
  tasks(): readonly Task[];
  task(id: TaskId): Task | undefined;
  damage(id: TaskId): Damage | undefined;
  /** Takes nothing more and waits for what is being journaled. Sessions and pending effects outlive it. */
  close(): Promise<void>;
};

/** The one owner of state: one event at a time per stream; journal, transition, perform, and after a restart the same again. */
export function createSupervisor(store: Store, acts: Acts): Supervisor {
  const damaged = new Map<string, Damage>();
  const box: Box = {
    store,
    acts,
    lives: new Map(),
    closing: new AbortController(),
    follow(live, added) {
      for (const pending of added) pursue(box, live, pending);
      refreshCard(box, live);
    },
  };
  return {
    async load() {
      for (const name of await store.streams()) {
        const damage = await load(box, name);
        if (damage) damaged.set(name, damage);
      }
      await sweep(box);
      return [...damaged.values()];
    },
    goOn() {
      for (const live of box.lives.values()) box.follow(live, live.stream.pending);
    },
    async submit(id, event, source) {
      const damage = damaged.get(streamName(id));
      if (damage)
        return { kind: 'not-kept', reason: `${damage.stream} is damaged at line ${damage.line}: ${damage.reason}` };
      return submit(box, id, event, { source });
    },
    tasks: () => [...box.lives.values()].flatMap(({ stream }) => (stream.task ? [stream.task] : [])),
    task: (id) => box.lives.get(id)?.stream.task ?? undefined,
    damage: (id) => damaged.get(streamName(id)),
    async close() {
      box.closing.abort();
      await Promise.all([...box.lives.values()].map((live) => live.queue));
    },
  };
}

async function load(box: Box, name: string): Promise<Damage | null> {
  const id = TaskId.safeParse(name.replace(/^task-/, ''));
  if (!id.success) return null;
  const read = await readStream(box.store, name);
  if (!read.ok) return read.damage;
  liveOf(box, id.data).stream = read.stream;
  return null;
}

type StreamOrDamage = { readonly ok: true; readonly stream: Stream } | { readonly ok: false; readonly damage: Damage };

/** Folds a stream from its snapshot, if that is not ahead of the journal, and the entries after it. */
async function readStream(store: Store, name: string): Promise<StreamOrDamage> {
  const read = await store.read(name);
  if (!read.ok) return { ok: false, damage: { stream: name, line: read.line, reason: read.reason } };
  const kept = Stream.safeParse((await store.snapshot(name))?.state);
  let stream = kept.success && kept.data.seq <= read.entries.length ? kept.data : empty;
  for (const raw of read.entries.slice(stream.seq)) {
    const entry = Entry.safeParse(raw);
    const line = stream.seq + 1;
    if (!entry.success) {
      const reason = `not an entry of this version (${entry.error.issues[0]?.message})`;
      return { ok: false, damage: { stream: name, line, reason } };
    }
    stream = fold(stream, entry.data);
  }
  return { ok: true, stream };
}

/** The tasks as their journals have them now, for somebody who looks without being the controller. */
export async function readTasks(
  store: Store,
): Promise<{ readonly tasks: readonly Task[]; readonly damage: readonly Damage[] }> {
  const names = (await store.streams()).filter((name) => name.startsWith('task-'));
  const read = await Promise.all(names.map((name) => readStream(store, name)));
  return {
    tasks: read.flatMap((one) => (one.ok && one.stream.task ? [one.stream.task] : [])),
    damage: read.flatMap((one) => (one.ok ? [] : [one.damage])),
  };
}

/** What sessions of tasks that do not work left behind is removed; those at work are adopted by their pending `run`. */
async function sweep({ acts, lives }: Box): Promise<void> {
  const keep = [...lives.values()].flatMap(({ stream }) =>
    stream.task?.phase.at === 'working' ? [stream.task.phase.session] : [],
  );
  await acts.sessions
    .sweep(keep)
    .catch((error: Error) => acts.log.error('old sessions were not swept', { reason: error.message }));
}
