import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import { z } from 'zod';
import { createOptions, specHash } from './container.ts';
import type { Definition } from './container.ts';

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
  readonly runtime: string | null;
  /** The client for what takes long: attaching and waiting. */
  readonly client: Docker;
  /** Containers that this process runs to their end just now. */
  readonly busy: Set<string>;
  nameOf(session: string): string;
  hasImage(image: string): Promise<boolean>;
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
  /** Stops and removes it, if it is ours and there. */
  remove(name: string, graceSeconds?: number): Promise<void>;
  list(): Promise<readonly Held[]>;
};

const QUICK_MS = 60_000;
const PATIENCE_MS = 120_000;
const POLL_MS = 500;

export function dockerEngine(options: {
  readonly socket: string;
  readonly box: string;
  readonly runtime?: string | undefined;
}): Engine {
  const { socket, box } = options;
  const client = new Docker({ socketPath: socket });
  const quick = new Docker({ socketPath: socket, timeout: QUICK_MS });
  const labels = (session?: string): Record<string, string> => ({
    'signalbox.box': box,
    ...(session === undefined ? {} : { 'signalbox.session': session }),
  });

  /** Every call goes through here: what the engine says becomes a sentence. */
  const ask = async <T>(act: () => Promise<T>, missing: T): Promise<T> => {
    try {
      return await act();
    } catch (error) {
      if (statusOf(error) === 404 && !isImageMissing(error)) return missing;
      throw explain(error, socket);
    }
  };

  const inspect = (name: string) => ask(() => quick.getContainer(name).inspect(), null);
  const isOurs = (found: Docker.ContainerInspectInfo): boolean => found.Config.Labels['signalbox.box'] === box;

  async function look(name: string): Promise<Condition | null> {
    const found = await inspect(name);
    if (found === null || !isOurs(found)) return null;
    const { Running: running, ExitCode: code, OOMKilled: ranOutOfMemory } = found.State;
    return { running, code: running ? null : code, ranOutOfMemory };
  }

  async function create(name: string, definition: Definition, session?: string): Promise<Docker.Container> {
    try {
      return await quick.createContainer(createOptions(name, labels(session), definition));
    } catch (error) {
      throw explain(error, socket);
    }
  }

  async function start(session: string, definition: Definition): Promise<'adopted' | 'started'> {
    const name = `signalbox-${box}-${session}`;
    for (let tries = 1; ; tries += 1) {
      const found = await inspect(name);
      if (found !== null) {
        const { Labels: has } = found.Config;
        const ours = isOurs(found) && has['signalbox.session'] === session;
        if (!ours)
          throw new Error(
            `The container ${name} belongs to somebody else. Remove it (docker rm -f ${name}), then retry.`,
          );
        if (found.State.Running && has['signalbox.spec'] === specHash(definition)) return 'adopted';
        if (found.State.Running)
          throw new Error(
            `The container ${name} runs with other settings than this session's. Stop it (docker rm -f ${name}), then retry.`,
          );
        await remove(name);
      }
      try {
        const made = await create(name, definition, session);
        await begin(made);
        return 'started';
      } catch (error) {
        // Somebody took the name between the two calls: look again who it is.
        if (statusOf((error as Error).cause) !== 409 || tries >= 5) throw error;
        await sleep(POLL_MS);
      }
    }
  }

  async function begin(made: Docker.Container): Promise<void> {
    try {
      await quick.getContainer(made.id).start();
    } catch (error) {
      if (!isAway(error)) await remove(made.id).catch(() => {});
      throw explain(error, socket);
    }
  }

  async function ended(name: string, signal?: AbortSignal): Promise<Condition | null> {
    // The engine's own wait is only a hint to look now: its answer never comes when the engine goes away meanwhile.
    const over = new AbortController();
    const wait = new AbortController();
    const hint = client.getContainer(name).wait({ abortSignal: wait.signal });
    void hint.then(() => over.abort()).catch(() => {});
    try {
      for (let away = 0; ;) {
        signal?.throwIfAborted();
        const known = over.signal.aborted;
        try {
          const condition = await look(name);
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

  async function remove(name: string, graceSeconds = 0): Promise<void> {
    const found = await inspect(name);
    if (found === null || !isOurs(found)) return;
    const container = quick.getContainer(found.Id);
    if (found.State.Running && graceSeconds > 0) {
      await ask(
        () =>
          container.stop({ t: graceSeconds }).then(
            () => null,
            (error: unknown) => (statusOf(error) === 304 ? null : Promise.reject(error)),
          ),
        null,
      );
    }
    await ask(
      () =>
        container.remove({ force: true, v: true }).then(
          () => null,
          (error: unknown) => (statusOf(error) === 409 ? null : Promise.reject(error)),
        ),
      null,
    );
    for (let tries = 0; tries < 40 && (await inspect(found.Id)) !== null; tries += 1) await sleep(POLL_MS / 2);
  }

  return {
    box,
    runtime: options.runtime ?? null,
    client,
    busy: new Set(),
    nameOf: (session) => `signalbox-${box}-${session}`,
    hasImage: async (image) =>
      await ask(
        () =>
          quick
            .getImage(image)
            .inspect()
            .then(
              () => true,
              (error: unknown) => (statusOf(error) === 404 ? false : Promise.reject(error)),
            ),
        false,
      ),
    start,
    create,
    look,
    ended,
    remove,
    async list() {
      const found = await ask(
        () => quick.listContainers({ all: true, filters: { label: [`signalbox.box=${box}`] } }),
        [],
      );
      return found.map(({ Names, Labels, Id }) => ({
        name: Names[0]?.slice(1) ?? Id,
        session: Labels['signalbox.session'] ?? null,
      }));
    },
  };
}

const Failure = z
  .object({ statusCode: z.number().optional(), code: z.string().optional(), message: z.string(), json: z.unknown() })
  .partial();

function statusOf(error: unknown): number | undefined {
  return Failure.safeParse(error).data?.statusCode;
}

function isImageMissing(error: unknown): boolean {
  return statusOf(error) === 404 && /no such image/i.test((error as Error).message);
}

/** Whether the engine could not be reached at all, whatever was asked of it. */
export function isAway(error: unknown): boolean {
  const away = ['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'EACCES', 'ETIMEDOUT'];
  const at = (of: unknown): boolean => away.includes(Failure.safeParse(of).data?.code ?? '');
  return at(error) || (error instanceof Error && at(error.cause));
}

function explain(error: unknown, socket: string): Error {
  if (error instanceof Error && error.cause !== undefined) return error;
  const { code, message = String(error) } = Failure.safeParse(error).data ?? {};
  if (isAway(error))
    return new Error(`Docker does not answer at ${socket} (${code}). Start it, e.g. systemctl start docker.`, {
      cause: error,
    });
  const image = /no such image: (\S+)/i.exec(message)?.[1];
  if (image !== undefined) return new Error(`The image ${image} is missing: run ./signalbox image.`, { cause: error });
  return new Error(`Docker refused: ${message}`, { cause: error });
}
