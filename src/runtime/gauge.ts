import type { Definition } from './container.ts';
import type { Engine } from './docker.ts';
import { beginning, runOnce } from './once.ts';
import type { Size } from './space.ts';

const MINUTE = 60_000;
const REPLY_BYTES = 64 * 1024;

/**
 * What folders take that an agent writes: counted in a container of its own, because the host lists no path of an agent's, where no process of the
 * agent's is, because it would end or answer for the count. It may read every folder, and write none. null when a minute is not enough.
 */
export async function measure(engine: Engine, image: string, folders: readonly string[]): Promise<Size | null> {
  if (folders.length === 0) return { bytes: 0, files: 0 };
  const places = folders.map((_, n) => `/gauge/${n}`);
  const definition: Definition = {
    image,
    user: '0:0',
    command: ['bash', '-c', count, 'count', ...places],
    env: { LC_ALL: 'C' },
    folder: '/',
    mounts: folders.map((from, n) => ({ from, to: places[n] ?? '', access: 'read' })),
    capabilities: ['DAC_READ_SEARCH'],
    memoryGiB: 0.5,
    cpus: 1,
    runtime: engine.runtime,
    log: 'none',
  };
  const said = beginning(REPLY_BYTES);
  const ran = await runOnce(engine, definition, { milliseconds: MINUTE, output: said.add });
  if (ran.code === null || ran.ranOutOfMemory) return null;
  const [bytes, files] = said.text().trim().split('\n').map(Number);
  return Number.isSafeInteger(bytes) && Number.isSafeInteger(files) ? { bytes: bytes ?? 0, files: files ?? 0 } : null;
}

/** What goes away meanwhile makes du end with 1, and is no matter. */
const count = `
du --total --summarize --one-file-system --block-size=1 "$@" 2>/dev/null | tail -n 1 | cut -f 1
du --total --summarize --one-file-system --inodes "$@" 2>/dev/null | tail -n 1 | cut -f 1`;
