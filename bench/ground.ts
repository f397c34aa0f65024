import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { untilUp } from '../src/demo/controller.ts';
import { freePort } from '../src/demo/demo.ts';
import { person } from '../src/demo/person.ts';
import type { ConsolePerson } from '../src/demo/person.ts';
import { makeWorld } from '../src/demo/world.ts';
import type { World } from '../src/demo/world.ts';
import { controllerOn } from './controller.ts';
import type { Controller } from './controller.ts';
import type { Bench } from './figure.ts';

/** A demo's world with a controller of its own process that answers. */
export type Ground = {
  readonly world: World;
  readonly controller: Controller;
  readonly url: string;
  readonly you: ConsolePerson;
  /** The folders of the repositories, by channel. */
  readonly repositories: Readonly<Record<string, string>>;
};

export type Wanted = {
  /** How long the rehearsed model thinks about an answer, in ms. */
  readonly latencyMs?: number;
  /** How many more projects with a copy of the sample repository, in channels `copy-1` and so on. */
  readonly copies?: number;
  /** Whether agents will work: then their containers are removed at the end. */
  readonly containers: boolean;
};

/** The channel of a project whose repository is not there: its tasks are held as soon as they are open, without git or a container. */
export const HELD = 'away';

/** Makes a world, uses it, and removes it with all that runs in it. */
export async function withGround<T>(bench: Bench, wanted: Wanted, use: (ground: Ground) => Promise<T>): Promise<T> {
  const data = await mkdtemp(join(bench.place, 'world-'));
  try {
    const world = await makeWorld(data, await freePort(), { latencyMs: wanted.latencyMs ?? 0 });
    const controller = controllerOn(bench.root, data);
    try {
      const repositories = await addProjects(world, wanted.copies ?? 0);
      const url = `http://127.0.0.1:${world.port}`;
      await controller.start();
      await untilUp(data, url, bench.signal);
      return await use({ world, controller, url, you: person({ url, key: world.keys.you }), repositories });
    } finally {
      await controller.stop();
      await world.rehearsal.close();
      if (wanted.containers) await bench.sweep(data);
    }
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}

const Settings = z.looseObject({ projects: z.array(z.looseObject({})) });

async function addProjects(world: World, copies: number): Promise<Record<string, string>> {
  const file = join(world.data, 'signalbox.yaml');
  const settings = Settings.parse(parse(await readFile(file, 'utf8')));
  const repositories: Record<string, string> = { [world.channel]: world.repository };
  for (let n = 1; n <= copies; n += 1) {
    const copy = join(world.data, 'sample', `copy-${n}.git`);
    await cp(world.repository, copy, { recursive: true });
    repositories[`copy-${n}`] = copy;
  }
  const added = Object.entries({ ...repositories, [HELD]: join(world.data, 'sample', 'away.git') })
    .filter(([channel]) => channel !== world.channel)
    .map(([id, repository]) => ({ id, repository, channels: [`console:${id}`], merges: true }));
  await writeFile(file, stringify({ ...settings, projects: [...settings.projects, ...added] }));
  return repositories;
}

/** The parts of the console's list of threads that are looked at. */
const Threads = z.object({
  threads: z.array(
    z.object({ thread: z.string(), task: z.string(), channel: z.string(), state: z.object({ phase: z.string() }) }),
  ),
});
export type Row = z.infer<typeof Threads>['threads'][number];

export async function threads({ url, world }: Ground): Promise<readonly Row[]> {
  const answer = await fetch(`${url}/api/threads`, { headers: { Authorization: `Bearer ${world.keys.you}` } });
  return Threads.parse(await answer.json()).threads;
}

const AT_ONCE = 10;

/** Opens tasks through the console until so many are held, and answers their threads. */
export async function openHeld(ground: Ground, count: number, bench: Bench): Promise<readonly Row[]> {
  const held = async (): Promise<readonly Row[]> =>
    (await threads(ground)).filter(({ channel, state }) => channel === HELD && state.phase === 'held');
  const before = (await threads(ground)).filter(({ channel }) => channel === HELD).length;
  for (let n = before; n < count; n += AT_ONCE) {
    bench.signal.throwIfAborted();
    if (n % 100 === 0) bench.say(`${n} of ${count} tasks are open`);
    const ideas = Array.from({ length: Math.min(AT_ONCE, count - n) }, (_, i) => `measure number ${n + i}`);
    const answers = await Promise.all(ideas.map((idea) => ground.you.say(`/task ${idea}`, { channel: HELD })));
    const refused = answers.find(({ ok }) => !ok);
    if (refused) throw new Error(`the controller took no task: ${refused.text}`);
  }
  for (let tries = 0; tries < 600; tries += 1) {
    const now = await held();
    if (now.length >= count) return now;
    await sleep(200, undefined, { signal: bench.signal });
  }
  throw new Error(`of ${count} tasks only ${(await held()).length} were held after two minutes`);
}
