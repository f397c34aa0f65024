import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { z } from 'zod';
import type { Head, ProjectId, TaskId } from '../chain/ids.ts';
import type { Say } from './cache.ts';
import { plainTail } from './commands.ts';
import { DOCKERFILE_PATH, readDockerfile } from './dockerfile.ts';
import type { Instruction } from './dockerfile.ts';
import { explain, isAway } from './engine-errors.ts';
import { gitBytes, gitOut } from './git.ts';
import { tunnelEnv } from './hosts.ts';
import type { Installation } from './installation.ts';
import { withWay } from './way.ts';

/** The image of a project's setup, tests and coders. `refused`: a sentence. `failed`: the line that did, and the end of what was said; a claim. */
export type Layer =
  | { readonly is: 'image'; readonly image: string }
  | { readonly is: 'refused'; readonly reason: string }
  | { readonly is: 'failed'; readonly what: string; readonly tail: string };

const FOLDER = '.signalbox';
const POLICY = 'policy.yaml';
const MOST = { MiB: 32, files: 1_000, minutes: 30 };
const MIB = 1024 ** 2;

/** Those that are being built now: who wants one meanwhile waits for it. */
const building = new Map<string, Promise<Layer>>();

/**
 * The worker image with what `.signalbox/Dockerfile` of a commit of the base branch puts on it; the worker image where there is none. It is named by
 * a hash of the worker image and all that it is built from, and built when no image has that name.
 */
export async function layerFor(
  site: Installation,
  of: { readonly project: ProjectId; readonly task: TaskId; readonly base: Head },
  say: Say,
): Promise<Layer> {
  const { folder } = site.mirror(of.project);
  const found = await readContext(folder, of.base);
  if (found === null) return { is: 'image', image: site.image };
  if ('reason' in found) return { is: 'refused', reason: found.reason };
  const worker = (await site.engine.client.getImage(site.image).inspect().catch(unlessAway(site))).Id;
  // The label keeps what one project fetched out of the layers of another, for whom the same line may mean something else.
  const lines = [`FROM ${worker}`, `LABEL signalbox.project=${of.project}`, ...found.map(({ text }) => text)];
  const tree = await contextTree(folder, join(site.data, 'mirrors'), of.base, `${lines.join('\n')}\n`);
  const name = `signalbox-layer:${tree.slice(0, 24)}`;
  if (await site.engine.hasImage(name)) return { is: 'image', image: name };
  const running = building.get(name) ?? build(site, of, { name, tree, instructions: found }, say);
  building.set(name, running);
  return running.finally(() => building.delete(name));
}

const unlessAway =
  ({ engine }: Installation) =>
  (error: unknown): never => {
    throw explain(error, engine.socket);
  };

/** What the Dockerfile says, once all that it may copy was looked at; null where there is none. */
async function readContext(
  mirror: string,
  base: Head,
): Promise<null | readonly Instruction[] | { readonly reason: string }> {
  const listed = await gitOut(mirror, ['ls-tree', '-r', '-z', '-l', '--full-tree', base, '--', `${FOLDER}/`]);
  const files = listed.split('\0').filter(Boolean).map(parseEntry);
  const dockerfile = files.find(({ path }) => path === DOCKERFILE_PATH);
  if (dockerfile === undefined) return null;
  const odd = files.find(({ mode }) => !['100644', '100755'].includes(mode));
  if (odd !== undefined) return { reason: `${odd.path} is not a regular file: a layer is built from those alone.` };
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  if (bytes > MOST.MiB * MIB || files.length > MOST.files)
    return {
      reason: `${FOLDER}/ is larger than ${MOST.MiB} MiB or ${MOST.files} files: let a RUN fetch what is large.`,
    };
  const read = readDockerfile(await gitOut(mirror, ['cat-file', 'blob', dockerfile.blob]));
  return read.ok ? read.instructions : { reason: read.reason };
}

function parseEntry(line: string): { mode: string; blob: string; size: number; path: string } {
  const [about = '', path = ''] = line.split('\t');
  const [mode = '', , blob = '', size = ''] = about.split(/ +/);
  return { mode, blob, size: Number(size) || 0, path };
}

/** The id of a tree that is built from: the folder without the policy, and the Dockerfile as it was read. Nothing refers to it. */
async function contextTree(mirror: string, beside: string, base: Head, dockerfile: string): Promise<string> {
  await mkdir(beside, { recursive: true, mode: 0o700 });
  const index = join(beside, `index-${randomBytes(6).toString('hex')}`);
  const env = { GIT_INDEX_FILE: index };
  try {
    const blob = await gitOut(mirror, ['hash-object', '-w', '--stdin'], { input: dockerfile });
    await gitOut(mirror, ['read-tree', `${base}:${FOLDER}`], { env });
    const entries = `0 ${'0'.repeat(40)}\t${POLICY}\n100644 ${blob}\tDockerfile\n`;
    await gitOut(mirror, ['update-index', '--index-info'], { env, input: entries });
    return await gitOut(mirror, ['write-tree'], { env });
  } finally {
    await rm(index, { force: true });
  }
}

type Job = { readonly name: string; readonly tree: string; readonly instructions: readonly Instruction[] };

/** Builds with the engine's classic builder. What runs in it reaches the project's hosts, through the boundary, and nothing else. */
async function build(
  site: Installation,
  of: { readonly project: ProjectId; readonly task: TaskId },
  { name, tree, instructions }: Job,
  say: Say,
): Promise<Layer> {
  say({ step: 'layer', ms: null });
  const began = performance.now();
  const context = await gitBytes(site.mirror(of.project).folder, ['archive', '--format=tar', tree], 2 * MOST.MiB * MIB);
  const { NODE_USE_ENV_PROXY: _, ...proxies } = tunnelEnv('write');
  const built = await withWay(site, of, async (beside) => {
    const answer = await site.engine.client
      .buildImage(Readable.from([context]), {
        networkmode: beside === null ? 'none' : `container:${beside}`,
        buildargs: proxies,
        memory: 2 * 1024 * MIB,
        memswap: 2 * 1024 * MIB,
        cpuperiod: 100_000,
        cpuquota: 200_000,
        forcerm: true,
        abortSignal: AbortSignal.timeout(MOST.minutes * 60_000),
      })
      .catch(unlessAway(site));
    return follow(answer);
  });
  if (built.id === null) return { is: 'failed', what: lineOf(built, instructions), tail: plainTail(built.tail) };
  const [repo = '', tag = ''] = name.split(':');
  await site.engine.client.getImage(built.id).tag({ repo, tag }).catch(unlessAway(site));
  say({ step: 'layer', ms: Math.round(performance.now() - began) });
  return { is: 'image', image: name };
}

/** One line of the engine's answer to a build. */
const Said = z.object({
  stream: z.string().optional(),
  error: z.string().optional(),
  aux: z.object({ ID: z.string().optional() }).optional(),
});

type Built = { readonly id: string | null; readonly step: number; readonly tail: string };

const TAIL = 8 * 1024;

/** Reads the engine's answer to its end. `id` is null when it reports an error; `step` is the last that it began, 1 is FROM. */
async function follow(answer: NodeJS.ReadableStream): Promise<Built> {
  let [id, step, tail]: [string | null, number, string] = [null, 1, ''];
  try {
    for await (const line of createInterface({ input: answer })) {
      if (line.trim() === '') continue;
      const { stream = '', error, aux } = Said.parse(JSON.parse(line));
      tail = (tail + (error ?? stream)).slice(-TAIL);
      if (error !== undefined) return { id: null, step, tail };
      step = Number(/^Step (\d+)\//.exec(stream)?.[1] ?? step);
      id = aux?.ID ?? id;
    }
  } catch (error) {
    if (isAway(error)) throw error;
    return { id: null, step, tail: `${tail}\nIt took longer than ${MOST.minutes} minutes.` };
  }
  return { id, step, tail };
}

function lineOf({ step }: Built, instructions: readonly Instruction[]): string {
  // FROM and LABEL are steps of their own.
  const at = instructions[step - 3];
  return at === undefined ? DOCKERFILE_PATH : `${DOCKERFILE_PATH} line ${at.line}: ${at.text.slice(0, 120)}`;
}
