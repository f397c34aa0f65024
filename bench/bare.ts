import { randomUUID } from 'node:crypto';
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { parse } from 'yaml';
import { z } from 'zod';
import { Role } from '../src/chain/roles.ts';
import { startChild } from '../src/worker/child.ts';
import { AGENT_UID, BOUNDARY_PORT, IN, Spec, STATE } from '../src/worker/files.ts';
import { manners } from '../src/worker/manners.ts';
import type { Ground } from './ground.ts';

/** A session of a task that the controller ran: what its container was given. */
export type Given = { readonly role: Role; readonly folder: string; readonly spec: Spec };

/** The first session of every role of a task, in the chain's order, as its files have it. */
export async function sessionsOf({ world }: Ground, task: string): Promise<readonly Given[]> {
  const sessions = join(world.data, 'sessions');
  const names = await readdir(sessions);
  return Promise.all(
    Role.options.map(async (role) => {
      const name = names.find((each) => each === `${task}-${role}-1`);
      if (name === undefined) throw new Error(`the task had no ${role}; sessions: ${names.join(', ')}`);
      const folder = join(sessions, name, 'in');
      return { role, folder, spec: Spec.parse(JSON.parse(await readFile(join(folder, 'spec.json'), 'utf8'))) };
    }),
  );
}

/** Seconds that each took. */
export type Bare = { readonly conversations: number; readonly checks: number };

/**
 * The same conversations on the host, one after the other: same command lines, prompts and files, spoken to as the worker speaks, at the
 * agent's uid where we may become it, in one fresh clone. Then the policy's commands in a clone of what came out.
 */
export async function runBare(
  ground: Ground,
  given: readonly Given[],
  path: string,
  signal: AbortSignal,
): Promise<Bare> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-bench-bare-'));
  try {
    const place: Place = { folder, path, model: ground.world.rehearsal.url, signal };
    await chmod(folder, 0o755);
    const branch = /^Branch: (\S+)$/m.exec(given[0]?.spec.prompt.text ?? '')?.[1] ?? 'signalbox/bench';
    const work = await clone(place, ground.world.repository, 'work', branch, {});
    await lay(place, given);
    let conversations = 0;
    for (const session of given) conversations += await converse(place, work, session);
    const checked = await clone(place, work, 'check', branch, agent);
    return { conversations, checks: await check(place, checked) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** `model`: the URL of the rehearsed model. */
type Place = { readonly folder: string; readonly path: string; readonly model: string; readonly signal: AbortSignal };

/** A conversation with a rehearsed model takes seconds. */
const LONGEST_MS = 2 * 60_000;

const mayBecome = process.getuid?.() === 0;
type Identity = { readonly uid?: number; readonly gid?: number };
const agent: Identity = mayBecome ? { uid: AGENT_UID, gid: AGENT_UID } : {};
const own = async (folder: string): Promise<void> => {
  if (mayBecome) await execa('chown', ['-R', `${AGENT_UID}:${AGENT_UID}`, folder]);
};

/** Git runs as whoever owns what it clones; what it makes is the agent's. */
async function clone(
  { folder, signal }: Place,
  from: string,
  name: string,
  branch: string,
  as: Identity,
): Promise<string> {
  const to = join(folder, name);
  const options = { cancelSignal: signal, env: { GIT_CONFIG_GLOBAL: '/dev/null', HOME: folder }, ...as };
  await mkdir(to);
  if (as === agent) await own(to);
  await execa('git', ['clone', '--quiet', '--no-local', '--template=', from, to], options);
  await execa('git', ['-C', to, 'checkout', '--quiet', '-B', branch], options);
  await own(to);
  return to;
}

/** Every session's files, an empty state and a home. */
async function lay({ folder }: Place, given: readonly Given[]): Promise<void> {
  for (const { role, folder: from } of given) {
    await cp(from, join(folder, role, 'in'), { recursive: true });
    await mkdir(join(folder, role, 'state'));
    await own(join(folder, role));
  }
  await mkdir(join(folder, 'home'));
  await own(join(folder, 'home'));
}

/** Seconds from the start of the CLI to its end. Throws when its turn did not end well. */
async function converse(place: Place, work: string, { role, spec }: Given): Promise<number> {
  const here = (text: string): string =>
    text
      .replaceAll(IN, join(place.folder, role, 'in'))
      .replaceAll(STATE, join(place.folder, role, 'state'))
      .replaceAll(`http://127.0.0.1:${BOUNDARY_PORT}`, place.model);
  const env = Object.fromEntries(Object.entries(spec.env).map(([name, value]) => [name, here(value)]));
  const home = join(place.folder, 'home');
  const launch = {
    argv: spec.start.map(here),
    env: { ...env, PATH: place.path, TMPDIR: home, CLAUDE_CODE_TMPDIR: home },
    work,
    home,
  };
  const said: string[] = [];
  let isWell = false;
  const began = performance.now();
  const signal = AbortSignal.any([place.signal, AbortSignal.timeout(LONGEST_MS)]);
  await new Promise<void>((resolve, reject) => {
    const child = startChild(launch, {
      line(_src, text) {
        said.push(text);
        const end = endOf(text);
        if (end) isWell = end.type === 'turn.completed' || !end.is_error;
        if (end) child.hangUp();
      },
      oversized: () => undefined,
      exited: () => resolve(),
      failed: (reason) => reject(new Error(reason)),
    });
    signal.addEventListener('abort', () => child.signal('SIGKILL'), { once: true });
    manners[spec.cli].deliver(child, { uuid: randomUUID(), text: here(spec.prompt.text) });
  });
  place.signal.throwIfAborted();
  const words = said.slice(-3).join(' ').slice(-1_000);
  if (!isWell) throw new Error(`the ${role} did not end well on the host: ${words || 'it said nothing'}`);
  return (performance.now() - began) / 1_000;
}

/** A CLI's line about the end of its turn: Claude waits for more after it, Codex was told everything. */
const End = z.union([
  z.object({ type: z.literal('result'), is_error: z.boolean() }),
  z.object({ type: z.literal('turn.completed') }),
]);

function endOf(line: string): z.infer<typeof End> | undefined {
  try {
    return End.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

const Policy = z.looseObject({ setup: z.array(z.string()), test: z.string() });

/** Seconds that setup and tests of the policy take. */
async function check({ folder, path, signal }: Place, tree: string): Promise<number> {
  const { setup, test } = Policy.parse(parse(await readFile(join(tree, '.signalbox', 'policy.yaml'), 'utf8')));
  const env = { PATH: path, HOME: join(folder, 'home'), CI: 'true', LANG: 'C.UTF-8' };
  const began = performance.now();
  for (const command of [...setup, test])
    await execa('bash', ['-c', command], { cwd: tree, env, extendEnv: false, cancelSignal: signal, ...agent });
  return (performance.now() - began) / 1_000;
}
