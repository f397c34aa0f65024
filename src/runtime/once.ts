import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { writable } from './container.ts';
import type { Definition } from './container.ts';
import type { Engine } from './docker.ts';
import { listen } from './frames.ts';
import type { Output } from './frames.ts';
import type { Room } from './space.ts';

/** How a container that runs to its end came to it. `code` is null when its time was up; `errors` is the end of its stderr. */
export type Once = {
  readonly code: number | null;
  readonly ranOutOfMemory: boolean;
  readonly errors: string;
  /** Its files were too much, and it was ended: how much, in the rest of a sentence. */
  readonly outgrew?: string;
};

export type { Output } from './frames.ts';

const DRAIN_MS = 5_000;
const killed = [137, 143];

/**
 * Runs a container to its end and removes it, whatever happens. What it prints is a claim. Throws with a sentence when the engine is
 * out of reach, the disk is full or the container was ended from outside, and whatever `output` throws.
 */
export async function runOnce(
  engine: Engine,
  definition: Definition,
  limits: {
    readonly milliseconds: number;
    readonly output: Output;
    readonly errors?: Output | undefined;
    readonly room?: Room | undefined;
  },
): Promise<Once> {
  const name = engine.nameOf(`once-${randomBytes(6).toString('hex')}`);
  const errors = tail(4096);
  const time = AbortSignal.timeout(limits.milliseconds);
  engine.busy.add(name);
  const folders = writable(definition);
  const watched = limits.room?.watch({ folders, begun: { bytes: 0, files: 0 }, end: () => engine.remove(name) });
  try {
    if (watched?.cramped()) throw new Error(watched.cramped()?.text);
    await engine.create(name, definition);
    const container = engine.client.getContainer(name);
    const stream = await container.attach({ stream: true, stdout: true, stderr: true });
    const heard = listen(stream, limits.output, limits.errors ?? errors.add);
    await container.start();
    const end = engine.ended(name, time);
    const condition = await Promise.race([end, heard.then(() => end)]);
    const cramped = watched?.cramped() ?? null;
    if (cramped?.kind === 'full') throw new Error(cramped.text);
    if (cramped !== null) return { code: null, ranOutOfMemory: false, errors: cramped.text, outgrew: cramped.text };
    if (condition === null) throw new Error(`The container ${name} was removed while it worked.`);
    const { code, ranOutOfMemory } = condition;
    if (killed.includes(code ?? 0) && !ranOutOfMemory)
      throw new Error(`The container ${name} was ended from outside (${code}).`);
    await Promise.race([heard, sleep(DRAIN_MS, undefined, { ref: false })]);
    return { code, ranOutOfMemory, errors: errors.text() };
  } catch (error) {
    if (time.aborted) return { code: null, ranOutOfMemory: false, errors: errors.text() };
    throw error;
  } finally {
    watched?.stop();
    await engine.remove(name);
    engine.busy.delete(name);
  }
}

/** Keeps the last `bytes` of what is added. */
export function tail(bytes: number): { add(chunk: Buffer): void; text(): string } {
  let kept: Buffer = Buffer.alloc(0);
  return {
    add(chunk) {
      kept = Buffer.concat([kept, chunk]).subarray(-bytes);
    },
    text: () => kept.toString('utf8').trim(),
  };
}

/** Keeps the first `bytes` of what is added; the rest is dropped. */
export function beginning(bytes: number): { add(chunk: Buffer): void; text(): string } {
  let kept: Buffer = Buffer.alloc(0);
  return {
    add(chunk) {
      if (kept.length < bytes) kept = Buffer.concat([kept, chunk]).subarray(0, bytes);
    },
    text: () => kept.toString('utf8'),
  };
}
