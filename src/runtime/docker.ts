import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import { createOptions, specHash } from './container.ts';
import type { Definition } from './container.ts';
import { explain, isAway, isImageMissing, statusOf } from './engine-errors.ts';
import { execIn } from './exec.ts';
import type { Errand } from './exec.ts';

/** What became of a container. `code` is null while it runs. */
export type Condition = {
  readonly running: boolean;
  readonly code: number | null;
  readonly ranOutOfMemory: boolean;
};

export type Held = { readonly name: string; readonly session: string | null };

/** The Docker engine, as far as this installation (`box`) may use it: it touches no container without its box label. */
export type Engine = {
  readonly box: string;
  readonly socket: string;
  readonly runtime: string | null;
  /** The client for what takes long: attaching and waiting. */
  readonly client: Docker;
  /** Containers that this process runs to their end just now. */
  readonly busy: Set<string>;
  nameOf(session: string): string;
  hasImage(image: string): Promise<boolean>;
  /** The OCI runtimes that it can run containers with. */
  runtimes(): Promise<readonly string[]>;
  /**
   * Get-or-start: ours with the same definition is adopted while it runs and replaced when it exited; any other holder of the name
   * is refused with a sentence.
   */
  start(session: string, definition: Definition): Promise<'adopted' | 'started'>;
  /** Creates a container that runs once; `name` is unused so far. */
  create(name: string, definition: Definition): Promise<Docker.Container>;
  /** null when there is no such container of ours. */
  look(name: string): Promise<Condition | null>;
  /** Resolves when it has ended or is gone, with its last condition. Throws when the engine stays away for two minutes. */
  ended(name: string, signal?: AbortSignal): Promise<Condition | null>;
  /**
   * Runs a command at the agent's uid in a container of ours that runs. What it prints goes to `output`, which answers whether it wants more.
   * `done` also when the container or the command is not there; `late` when its time was up, and then the command may run on in there.
   */
  exec(name: string, errand: Errand, output: (chunk: Buffer) => boolean): Promise<'done' | 'late'>;
  /** Stops and removes it, if it is ours and there. */
  remove(name: string, graceSeconds?: number): Promise<void>;
  list(): Promise<readonly Held[]>;
};

const QUICK_MS = 60_000;
const PATIENCE_MS = 120_000;
const POLL_MS = 500;

/** What every call needs: who asks, and the way to the engine. `quick` gives up after a minute. */
type Line = { readonly socket: string; readonly box: string; readonly client: Docker; readonly quick: Docker };

export function dockerEngine(options: {
  readonly socket: string;
  readonly box: string;
  readonly runtime?: string | undefined;
}): Engine {
  const { socket, box, runtime = null } = options;
  const client = new Docker({ socketPath: socket });
  const line: Line = { socket, box, client, quick: new Docker({ socketPath: socket, timeout: QUICK_MS }) };
  return {
    box,
    socket,
    runtime,
    client,
    busy: new Set(),
    nameOf: (session) => nameOf(line, session),
    hasImage: async (image) => (await askImage(line, image)) !== null,
    runtimes: () => runtimes(line),
    start: (session, definition) => start(line, session, definition),
    create: (name, definition) => create(line, name, definition),
    look: (name) => look(line, name),
    ended: (name, signal) => ended(line, name, signal),
    exec: async (name, errand, output) =>
      (await look(line, name))?.running ? ask(line, () => execIn(client, name, errand, output), 'done') : 'done',
    remove: (name, graceSeconds) => remove(line, name, graceSeconds),
    list: () => list(line),
  };
}

const nameOf = ({ box }: Line, session: string): string => `signalbox-${box}-${session}`;

/** Every question goes through here: what the engine says becomes a sentence, and what is not there becomes `missing`. */
async function ask<T>({ socket }: Line, act: () => Promise<T>, missing: T): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (statusOf(error) === 404 && !isImageMissing(error)) return missing;
    throw explain(error, socket);
  }
}

/** The engine answers with `status` where that is no failure: somebody else does the same just now, or it is not there. */
async function unless<T>(line: Line, status: number, act: () => Promise<T>): Promise<T | null> {
  const answer = async (): Promise<T | null> => {
    try {
      return await act();
    } catch (error) {
      if (statusOf(error) === status) return null;
      throw error;
    }
  };
  return ask(line, answer, null);
}

const askImage = (line: Line, image: string): Promise<unknown> =>
  unless(line, 404, () => line.quick.getImage(image).inspect());

async function runtimes(line: Line): Promise<readonly string[]> {
  const { Runtimes: known } = await ask<{ Runtimes?: object }>(line, () => line.quick.info(), {});
  return Object.keys(known ?? {}).toSorted();
}

const inspect = (line: Line, name: string): Promise<Docker.ContainerInspectInfo | null> =>
  ask<Docker.ContainerInspectInfo | null>(line, () => line.quick.getContainer(name).inspect(), null);

const isOurs = ({ box }: Line, found: Docker.ContainerInspectInfo): boolean =>
  found.Config.Labels['signalbox.box'] === box;

async function list(line: Line): Promise<readonly Held[]> {
  const filters = { label: [`signalbox.box=${line.box}`] };
  const found = await ask(line, () => line.quick.listContainers({ all: true, filters }), []);
  return found.map(({ Names, Labels, Id }) => ({
    name: Names[0]?.slice(1) ?? Id,
    session: Labels['signalbox.session'] ?? null,
  }));
}

async function look(line: Line, name: string): Promise<Condition | null> {
  const found = await inspect(line, name);
  if (found === null || !isOurs(line, found)) return null;
  const { Running: running, ExitCode: code, OOMKilled: ranOutOfMemory } = found.State;
  return { running, code: running ? null : code, ranOutOfMemory };
}

async function create(line: Line, name: string, definition: Definition, session?: string): Promise<Docker.Container> {
  const labels = { 'signalbox.box': line.box, ...(session === undefined ? {} : { 'signalbox.session': session }) };
  try {
    return await line.quick.createContainer(createOptions(name, labels, definition));
  } catch (error) {
    throw explain(error, line.socket);
  }
}

async function start(line: Line, session: string, definition: Definition): Promise<'adopted' | 'started'> {
  const name = nameOf(line, session);
  for (let tries = 1; ; tries += 1) {
    const found = await inspect(line, name);
    if (found !== null && adopts(line, found, name, session, definition)) return 'adopted';
    if (found !== null) await remove(line, name);
    try {
      await begin(line, await create(line, name, definition, session));
      return 'started';
    } catch (error) {
      // Somebody took the name between the two calls: look again who it is.
      if (statusOf((error as Error).cause) !== 409 || tries >= 5) throw error;
      await sleep(POLL_MS);
    }
  }
}

/** Whether the holder of the name is this very session at work; false for one of it that ended. Any other holder is refused. */
function adopts(
  line: Line,
  found: Docker.ContainerInspectInfo,
  name: string,
  session: string,
  definition: Definition,
): boolean {
  const { Labels: has } = found.Config;
  const mend = `(docker rm -f ${name}), then retry.`;
  if (!isOurs(line, found) || has['signalbox.session'] !== session) {
    throw new Error(`The container ${name} belongs to somebody else. Remove it ${mend}`);
  }
  if (!found.State.Running) return false;
  if (has['signalbox.spec'] === specHash(definition)) return true;
  throw new Error(`The container ${name} runs with other settings than this session's. Stop it ${mend}`);
}

async function begin(line: Line, made: Docker.Container): Promise<void> {
  try {
    await line.quick.getContainer(made.id).start();
  } catch (error) {
    if (!isAway(error)) await remove(line, made.id).catch(() => {});
    throw explain(error, line.socket);
  }
}

async function ended(line: Line, name: string, signal?: AbortSignal): Promise<Condition | null> {
  // The engine's own wait is only a hint to look now: its answer never comes when the engine goes away meanwhile.
  const over = new AbortController();
  const wait = new AbortController();
  const hint = line.client.getContainer(name).wait({ abortSignal: wait.signal });
  void hint.then(() => over.abort()).catch(() => {});
  try {
    for (let away = 0; ;) {
      signal?.throwIfAborted();
      const known = over.signal.aborted;
      try {
        const condition = await look(line, name);
        if (condition === null || !condition.running) return condition;
        away = 0;
      } catch (error) {
        away += POLL_MS;
        if (!isAway(error) || away > PATIENCE_MS) throw error;
      }
      const signals = [...(known ? [] : [over.signal]), ...(signal === undefined ? [] : [signal])];
      await sleep(POLL_MS, undefined, { signal: AbortSignal.any(signals) }).catch(() => {});
    }
  } finally {
    wait.abort();
  }
}

async function remove(line: Line, name: string, graceSeconds = 0): Promise<void> {
  const found = await inspect(line, name);
  if (found === null || !isOurs(line, found)) return;
  const container = line.quick.getContainer(found.Id);
  if (found.State.Running && graceSeconds > 0) await unless(line, 304, () => container.stop({ t: graceSeconds }));
  await unless(line, 409, () => container.remove({ force: true, v: true }));
  for (let tries = 0; tries < 40 && (await inspect(line, found.Id)) !== null; tries += 1) await sleep(POLL_MS / 2);
}
