import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';
import { AGENT_UID } from '../worker/files.ts';
import { listen } from './frames.ts';

export type Errand = { readonly command: readonly string[]; readonly milliseconds: number };

const enough = new Error('no more is wanted');

/** Runs a command at the agent's uid in a container, as Engine's exec says. Whoever runs in there at that uid may do anything to it. */
export async function execIn(
  client: Docker,
  name: string,
  { command, milliseconds }: Errand,
  output: (chunk: Buffer) => boolean,
): Promise<'done' | 'late'> {
  const over = new AbortController();
  const late = sleep(milliseconds, 'late' as const, { signal: over.signal }).catch(() => 'late' as const);
  const run = async (): Promise<'done'> => {
    const exec = await client.getContainer(name).exec({
      Cmd: [...command],
      User: `${AGENT_UID}:${AGENT_UID}`,
      WorkingDir: '/',
      AttachStdout: true,
      AttachStderr: true,
    });
    const stream = await exec.start({ hijack: true, stdin: false });
    over.signal.addEventListener('abort', () => stream.destroy(), { once: true });
    if (over.signal.aborted) stream.destroy();
    const take = (chunk: Buffer): void => {
      if (!output(chunk)) throw enough;
    };
    await listen(stream, take, () => undefined);
    return 'done';
  };
  const done = run().catch((error: unknown): 'done' => {
    if (error === enough || over.signal.aborted) return 'done';
    throw error;
  });
  try {
    return await Promise.race([done, late]);
  } finally {
    over.abort();
  }
}
