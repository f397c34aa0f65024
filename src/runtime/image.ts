import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import { execa, ExecaError } from 'execa';
import { z } from 'zod';

/** What `workerImage` leaves: the image's tag and whether it was built now, or a sentence that says what to do. */
export type ImageResult =
  | { readonly ok: true; readonly tag: string; readonly built: boolean }
  | { readonly ok: false; readonly reason: string };

export type ImageOptions = {
  /** Build again from fresh sources although the image is there. Containers that run keep the image they have. */
  readonly rebuild: boolean;
  /** One line for a person at the start of each step that takes seconds. */
  readonly onProgress: (line: string) => void;
  /** The engine to build on; default: DOCKER_HOST, else this machine's socket. */
  readonly docker?: Docker;
  /** The folder with Dockerfile, stage.sh and base.sh; default: deploy/worker. */
  readonly recipe?: string;
};

type Build = Required<ImageOptions> & { readonly hash: string; readonly stage: string };

const root = resolve(import.meta.dirname, '../..');
const ownRecipe = join(root, 'deploy/worker');
const cache = join(root, '.cache');
const registryBase = 'node:24-bookworm';
const registryPatienceMs = 8_000;

/** One line of the engine's answer to build, pull and import. */
const engineLine = z.object({
  error: z.string().optional(),
  status: z.string().optional(),
  aux: z.object({ ID: z.string().optional() }).optional(),
});

const fault = z.object({ code: z.string().optional(), syscall: z.string().optional() }).catch({});

/**
 * `signalbox-worker:<hash>`, where the hash is over every file in deploy/worker in the order of their names
 * (deploy/setup.sh computes the same): an image with this tag was built from exactly these inputs.
 */
export function imageTag(recipe = ownRecipe): string {
  return `signalbox-worker:${inputHash(recipe)}`;
}

function inputHash(recipe: string): string {
  const names = readdirSync(recipe).filter((name) => !name.startsWith('.'));
  const hash = createHash('sha256');
  for (const name of names.toSorted()) hash.update(readFileSync(join(recipe, name)));
  return hash.digest('hex').slice(0, 16);
}

/**
 * Makes sure that the worker image of this checkout exists on the engine, and builds it (one to three minutes) if not.
 * It is tagged only when complete, so a killed build leaves no half image under the tag. Never throws.
 */
export async function workerImage(options: ImageOptions): Promise<ImageResult> {
  const { rebuild, recipe = ownRecipe } = options;
  const stage = join(cache, `worker-image-${process.pid}`);
  try {
    const docker = options.docker ?? new Docker();
    const tag = imageTag(recipe);
    if (!rebuild && (await isPresent(docker, tag))) return { ok: true, tag, built: false };
    await docker.ping();
    await removeStages((pid) => pid === process.pid || !isAlive(pid));
    await build({ ...options, docker, recipe, stage, hash: inputHash(recipe) }, tag);
    return { ok: true, tag, built: true };
  } catch (error) {
    return { ok: false, reason: reasonFor(error) };
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

async function build(job: Build, tag: string): Promise<void> {
  job.onProgress('Worker image: fetching Claude Code and Codex from npm (about 250 MB)');
  await mkdir(job.stage, { recursive: true });
  await execa(join(job.recipe, 'stage.sh'), [job.stage], { stdin: 'ignore' });

  const names = [tag, localBase(job)];
  const before = await Promise.all(names.map((name) => imageId(job.docker, name)));
  const base = await chooseBase(job);
  job.onProgress(`Worker image: building on ${base}`);
  const id = await buildOn(base, job);
  await tagImage(job.docker, id, tag);
  for (const [i, name] of names.entries()) await removeReplaced(job.docker, before[i], name);
}

/** The registry's image where a registry answers within a few seconds, else one made here from Debian's packages. */
async function chooseBase(job: Build): Promise<string> {
  const { docker, rebuild, onProgress, stage, recipe } = job;
  const local = localBase(job);
  if (!rebuild && (await isPresent(docker, registryBase))) return registryBase;
  if (await registryAnswers(docker)) {
    onProgress(`Worker image: pulling ${registryBase}`);
    await finish(await docker.pull(registryBase));
    return registryBase;
  }
  if (!rebuild && (await isPresent(docker, local))) return local;

  onProgress('Worker image: no image registry answers, making a Debian base from packages (up to a minute)');
  const tar = join(stage, 'base.tar');
  await execa(join(recipe, 'base.sh'), [stage, tar], { stdin: 'ignore' });
  onProgress('Worker image: importing the base');
  const { status } = await finish(await docker.importImage(tar, { fromSrc: '-' }));
  if (status === undefined) throw new Error('the engine did not say which image it imported');
  await tagImage(docker, status, local);
  return local;
}

const localBase = ({ hash }: Build): string => `signalbox-base:${hash}`;

async function registryAnswers(docker: Docker): Promise<boolean> {
  const patience = new AbortController();
  try {
    const answered = docker
      .getImage(registryBase)
      .distribution()
      .then(
        () => true,
        () => false,
      );
    return await Promise.race([answered, sleep(registryPatienceMs, false, { signal: patience.signal })]);
  } finally {
    patience.abort();
  }
}

/** Builds with the engine's classic builder, which every engine has, and returns the image's id; it has no tag yet. */
async function buildOn(base: string, job: Build): Promise<string> {
  const folder = join(job.stage, 'build');
  const context = execa('tar', ['-C', folder, '-c', '.'], {
    stdin: 'ignore',
    buffer: { stdout: false },
    reject: false,
  });
  try {
    const stream = await job.docker.buildImage(context.stdout, {
      buildargs: { BASE: base },
      labels: { 'signalbox.image': job.hash },
      // A base made here has every tool already, and then nothing in the build needs a network.
      ...(base === registryBase ? {} : { networkmode: 'none' }),
      nocache: job.rebuild,
      forcerm: true,
    });
    const { id } = await finish(stream);
    // A tar that was cut off between two files looks whole to the engine.
    const packed = await context;
    if (packed.failed) throw new Error(`tar: ${packed.stderr}`);
    if (id === undefined) throw new Error('the engine ended the build without naming an image');
    return id;
  } finally {
    context.kill();
  }
}

/** Reads the engine's answer to its end. Throws with the engine's own words when it reports an error. */
async function finish(stream: NodeJS.ReadableStream): Promise<{ id: string | undefined; status: string | undefined }> {
  let id: string | undefined;
  let status: string | undefined;
  for await (const line of createInterface({ input: stream })) {
    if (line.trim() === '') continue;
    const said = engineLine.parse(JSON.parse(line));
    if (said.error !== undefined) throw new Error(said.error);
    id = said.aux?.ID ?? id;
    status = said.status ?? status;
  }
  return { id, status };
}

async function isPresent(docker: Docker, name: string): Promise<boolean> {
  return (await imageId(docker, name)) !== undefined;
}

async function imageId(docker: Docker, name: string): Promise<string | undefined> {
  try {
    return (await docker.getImage(name).inspect()).Id;
  } catch (error) {
    if (statusCode(error) === 404) return undefined;
    throw error;
  }
}

async function tagImage(docker: Docker, id: string, name: string): Promise<void> {
  await docker.getImage(id).tag({ repo: name.slice(0, name.indexOf(':')), tag: name.slice(name.indexOf(':') + 1) });
}

/** The image that had a name before goes when another has it now, unless a container still uses it. */
async function removeReplaced(docker: Docker, before: string | undefined, name: string): Promise<void> {
  if (before === undefined || before === (await imageId(docker, name))) return;
  try {
    await docker.getImage(before).remove();
  } catch (error) {
    if (![404, 409].includes(statusCode(error) ?? 0)) throw error;
  }
}

/** Removes what builds left that were killed: a gigabyte each. */
async function removeStages(isLeft: (pid: number) => boolean): Promise<void> {
  await mkdir(cache, { recursive: true });
  for (const name of await readdir(cache)) {
    const pid = /^worker-image-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && isLeft(Number(pid))) await rm(join(cache, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return z.object({ code: z.literal('EPERM') }).safeParse(error).success;
  }
}

function statusCode(error: unknown): number | undefined {
  return z.object({ statusCode: z.number() }).safeParse(error).data?.statusCode;
}

function reasonFor(error: unknown): string {
  const step = error instanceof ExecaError ? error.command : '';
  const said =
    error instanceof ExecaError ? (firstComplaint(`${error.stderr}`) ?? error.shortMessage) : messageOf(error);
  const { code, syscall } = fault.parse(error);
  if (syscall === 'connect' || code === 'ECONNRESET')
    return `Docker is not answering (${said}). Start it (deploy/setup.sh does, as root on Debian) or set DOCKER_HOST.`;
  if (/no space left|ENOSPC/i.test(`${said} ${code}`))
    return `The disk is full (${said}). The worker image needs about 5 GB while it is built, in ${cache} and where Docker keeps its images: free some space, then run ./signalbox image.`;
  if (step.includes('stage.sh'))
    return `npm could not fetch the agent CLIs (${said}). Check that the npm registry can be reached, then run ./signalbox image.`;
  if (step.includes('base.sh'))
    return `No image registry answers, and no Debian base could be made here instead (${said}). Let Docker reach ${registryBase}, or run deploy/setup.sh as root on Debian.`;
  return `The worker image could not be built (${said}). ./signalbox image tries again.`;
}

/** npm and mmdebstrap say what is wrong first and what follows from it last. */
function firstComplaint(stderr: string): string | undefined {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  return lines.find((line) => /^(E:|npm error)/.test(line)) ?? lines.at(-1);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.trim() : String(error);
}
