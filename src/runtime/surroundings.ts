import { createHash } from 'node:crypto';
import type { Head } from '../chain/ids.ts';
import type { Policy } from '../chain/policy.ts';
import type { Prepared } from '../chain/ports.ts';
import type { Lack } from '../chain/linked.ts';
import { git, gitOut } from './git.ts';

const COMPOSE = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml'];

/** What a commit says of the environment of setup and tests, and what of it is not supported yet. */
export async function readSurroundings(
  mirror: string,
  at: Head,
  { setup, test }: Policy,
): Promise<Pick<Extract<Prepared, { ok: true }>, 'environment' | 'lacks'>> {
  const listed = await gitOut(mirror, ['ls-tree', '-r', '-z', '--full-tree', at]);
  const entries = listed.split('\0').map((entry) => ({ entry, path: entry.slice(entry.indexOf('\t') + 1) }));
  const layer = entries.filter(({ path }) => path.startsWith('.signalbox/') && path !== '.signalbox/policy.yaml');
  const lacks: Lack[] = [];
  if ((await git(mirror, ['grep', '-qE', 'filter=lfs', at, '--', '.gitattributes', '**/.gitattributes'])).ok)
    lacks.push('lfs');
  if (entries.some(({ entry }) => entry.startsWith('160000 '))) lacks.push('submodules');
  if (entries.some(({ path }) => COMPOSE.includes(path))) lacks.push('services');
  const environment = createHash('sha256')
    .update(JSON.stringify([setup, test, layer.map(({ entry }) => entry), lacks]))
    .digest('hex')
    .slice(0, 24);
  return { environment, lacks };
}
