import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepController, untilUp } from './controller.ts';
import type { RehearsalOptions } from './rehearsal.ts';
import { makeWorld } from './world.ts';
import type { World } from './world.ts';

export type StageOptions = {
  /** Kept afterwards when it is named; else a temporary folder. */
  readonly data: string | undefined;
  /** 0 takes any free one. */
  readonly port: number;
  /** Where the launcher is. */
  readonly root: string;
  /** Removes what sessions of this data folder left on the engine. */
  readonly sweep: (data: string) => Promise<void>;
};

export type Stage = {
  readonly world: World;
  readonly url: string;
  /** Leaves a temporary folder where it is, to be looked at. */
  keep(): void;
};

/** A whole Signalbox around `act`: it is up before, and nothing of it is left afterwards. */
export async function onStage<T>(
  { data: named, port, root, sweep }: StageOptions,
  rehearse: RehearsalOptions,
  signal: AbortSignal,
  act: (stage: Stage) => Promise<T>,
): Promise<T> {
  const data = named ?? (await mkdtemp(join(tmpdir(), 'signalbox-demo-')));
  const world = await makeWorld(data, port || (await freePort()), rehearse);
  const controller = keepController(root, data);
  let kept = named !== undefined;
  try {
    const url = `http://127.0.0.1:${world.port}`;
    await untilUp(data, url, signal);
    return await act({ world, url, keep: () => void (kept = true) });
  } finally {
    await controller.stop();
    await world.rehearsal.close();
    await sweep(data);
    if (!kept) await rm(data, { recursive: true, force: true });
  }
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
