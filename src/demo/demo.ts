import { execa } from 'execa';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { playPerson } from './auto.ts';
import type { Ending } from './auto.ts';
import { keepController, untilUp } from './controller.ts';
import { person } from './person.ts';
import { makeWorld } from './world.ts';
import type { World } from './world.ts';

export type DemoOptions = {
  /** Plays the person, too, and ends with the task. */
  readonly auto: boolean;
  readonly quick: boolean;
  /** Kept afterwards when it is named; else a temporary folder. */
  readonly data: string | undefined;
  /** 0 takes any free one. */
  readonly port: number;
  /** Where the launcher is. */
  readonly root: string;
  /** Removes what sessions of this data folder left on the engine. */
  readonly sweep: (data: string) => Promise<void>;
};

const IDEA = 'fix the typo in the README';

/** The whole product with real containers, git and agent CLIs; only the model's answers are rehearsed. Answers with an exit code. */
export async function demo(options: DemoOptions, signal: AbortSignal): Promise<number> {
  const began = Date.now();
  const data = options.data ?? (await mkdtemp(join(tmpdir(), 'signalbox-demo-')));
  const world = await makeWorld(data, options.port || (await freePort()), {});
  const controller = keepController(options.root, data);
  try {
    const url = `http://127.0.0.1:${world.port}`;
    await untilUp(data, url, signal);
    if (!options.auto) return await untilInterrupted(world, url, signal);
    const you = person({ url, key: world.keys.you });
    const play = {
      channel: world.channel,
      idea: IDEA,
      quick: options.quick,
      print: (line: string) => console.log(line),
      signal,
    };
    const ending = await playPerson(you, play);
    if (ending.state === 'merged') await showBase(world);
    return report(ending, Date.now() - began);
  } finally {
    await controller.stop();
    await world.rehearsal.close();
    await options.sweep(data);
    if (options.data === undefined) await rm(data, { recursive: true, force: true });
  }
}

/** The last line of stdout is one JSON object; 0 only for a merge. */
function report({ task, state, head, merged }: Ending, ms: number): number {
  console.log(JSON.stringify({ task, state, head, merged, seconds: Number((ms / 1000).toFixed(1)) }));
  return state === 'merged' ? 0 : 1;
}

async function showBase({ repository }: World): Promise<void> {
  const { stdout } = await execa('git', ['-C', repository, 'log', '--oneline', '-3', 'main']);
  console.log(`main now:\n${stdout.replace(/^/gm, '   ')}`);
}

async function untilInterrupted({ keys, channel, data }: World, url: string, signal: AbortSignal): Promise<number> {
  console.log(`Signalbox is up at ${url}; its data is in ${data}.

Ask for something, as the person in the chat would:

  curl -s ${url}/api/inputs -H 'Authorization: Bearer ${keys.you}' -H 'Content-Type: application/json' \\
    -d '{"source":"my-first-task","channel":"${channel}","text":"/task ${IDEA}"}'

Watch the thread:

  curl -sN ${url}/api/events -H 'Authorization: Bearer ${keys.you}'

When the change is held for review, press its button ({"source":"my-first-tap","button":"<id>"}). A second person's key, who may merge: ${keys.guest}
Ctrl-C ends the demo and removes what it made.`);
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  return 0;
}

/** A port that is free now: the controller must have the same one each time it is started. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
