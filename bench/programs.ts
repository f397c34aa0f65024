import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { imageTag } from '../src/runtime/image.ts';

/**
 * The agent CLIs, Node and npm of the worker image in a temporary folder, for as long as `use` takes: the same programs as in the
 * containers. `path` is a PATH with them first; other tools (git, bash) are this machine's own.
 */
export async function withPrograms<T>(signal: AbortSignal, use: (path: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-programs-'));
  const docker = async (...words: string[]): Promise<string> =>
    (await execa('docker', words, { cancelSignal: signal })).stdout;
  let container: string | null = null;
  try {
    await chmod(folder, 0o755);
    container = await docker('create', imageTag());
    await docker('cp', `${container}:/opt/agents`, join(folder, 'agents'));
    await docker('cp', `${container}:/usr/local`, join(folder, 'local'));
    const own = ['agents/claude', 'agents/codex/bin', 'local/bin'].map((name) => join(folder, name));
    return await use([...own, '/usr/local/bin', '/usr/bin', '/bin'].join(':'));
  } finally {
    if (container !== null) await execa('docker', ['rm', '-f', container], { reject: false });
    await rm(folder, { recursive: true, force: true });
  }
}
