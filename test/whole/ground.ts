import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { parse, stringify } from 'yaml';
import { readConfig } from '../../src/config.ts';
import { freePort } from '../../src/demo/demo.ts';
import { keepController, untilUp } from '../../src/demo/controller.ts';
import type { Controller } from '../../src/demo/controller.ts';
import { person } from '../../src/demo/person.ts';
import type { ConsolePerson } from '../../src/demo/person.ts';
import type { RehearsalOptions } from '../../src/demo/rehearsal.ts';
import { makeWorld } from '../../src/demo/world.ts';
import type { World } from '../../src/demo/world.ts';
import { sweepSessions } from '../../src/main.ts';

export const root = resolve(import.meta.dirname, '../..');

/** A whole Signalbox on a folder of its own: real controller and boundary processes, containers and CLIs; only the model is rehearsed. */
export type Whole = {
  readonly world: World;
  readonly controller: Controller;
  readonly url: string;
  readonly you: ConsolePerson;
  readonly guest: ConsolePerson;
  /** Pid of the controller that runs now; 0 while there is none. */
  pid(): Promise<number>;
  /** What is on the base branch, the newest first, one line a commit: its subject. */
  onMain(): Promise<readonly string[]>;
  leave(): Promise<void>;
};

/**
 * `data`: a folder that is there already, and is emptied at the end. `spares`: every account has a second subscription beside it, e.g. `claude2`.
 * `settings`: what signalbox.yaml says beside that.
 */
export async function whole(given?: {
  readonly data?: string;
  readonly latencyMs?: number;
  readonly spares?: boolean;
  /** A port on loopback that stands in for all hosts outside, and what their names lead to: each look-up in turn, the last one stays. */
  readonly outside?: number;
  readonly names?: Readonly<Record<string, readonly (readonly string[])[]>>;
  readonly settings?: object;
  /** What the project in signalbox.yaml says beside that. */
  readonly project?: object;
  readonly hear?: RehearsalOptions['hear'];
}): Promise<Whole> {
  const data = given?.data ?? (await mkdtemp(join(tmpdir(), 'signalbox-whole-')));
  const world = await makeWorld(data, await freePort(), {
    latencyMs: given?.latencyMs ?? 0,
    ...(given?.hear ? { hear: given.hear } : {}),
  });
  if (given?.spares) await addSpares(data);
  if (given?.settings || given?.project) await addSettings(data, given.settings ?? {}, given.project ?? {});
  if (given?.outside !== undefined) await standIn(data, given.outside, given.names ?? {});
  const controller = keepController(root, data);
  const url = `http://127.0.0.1:${world.port}`;
  await untilUp(data, url, new AbortController().signal);
  return {
    world,
    controller,
    url,
    you: person({ url, key: world.keys.you }),
    guest: person({ url, key: world.keys.guest }),
    pid: async () => Number(await readFile(join(data, 'pid'), 'utf8').catch(() => '0')),
    async onMain() {
      const { stdout } = await execa('git', ['-C', world.repository, 'log', '--format=%s', 'main']);
      return stdout.split('\n');
    },
    async leave() {
      await controller.stop();
      await world.rehearsal.close();
      const config = await readConfig(data);
      if (config.ok) await sweepSessions(config.config, root);
      // What an agent left may lie deeper than a path can name.
      if (given?.data === undefined) await execa('rm', ['-rf', data]);
    },
  };
}

/** A boundary that reaches nothing but this port; the controller finds it serving, and ends it with its own end. */
async function standIn(data: string, port: number, names: object): Promise<void> {
  const config = await readConfig(data);
  if (!config.ok) throw new Error(config.reason);
  const [folder, accounts, ground] = [join(data, 'boundary'), join(data, 'accounts.json'), join(data, 'outside.json')];
  await writeFile(accounts, JSON.stringify(config.config.accounts));
  await writeFile(ground, JSON.stringify({ port, names, prices: config.config.prices }));
  const program = join(root, 'test', 'fixtures', 'boundary-process.ts');
  const words = join(data, 'boundary-words');
  const said = openSync(words, 'a');
  spawn(process.execPath, [program, folder, accounts, ground], { stdio: ['ignore', said, said] });
  closeSync(said);
  await eventually(async () => (await readFile(words, 'utf8')).includes('serving'));
}

async function addSpares(data: string): Promise<void> {
  const file = join(data, 'signalbox.yaml');
  const settings = parse(await readFile(file, 'utf8')) as { accounts: Record<string, object> };
  for (const [name, account] of Object.entries(settings.accounts)) {
    const credentialFile = join(data, `credential-${name}2`);
    await writeFile(credentialFile, `the-second-subscription-of-${name}`, { mode: 0o600 });
    settings.accounts[`${name}2`] = { ...account, credentialFile };
  }
  await writeFile(file, stringify(settings), { mode: 0o600 });
}

async function addSettings(data: string, more: object, project: object): Promise<void> {
  const file = join(data, 'signalbox.yaml');
  const settings = parse(await readFile(file, 'utf8')) as { projects: object[] };
  const projects = settings.projects.map((one) => ({ ...one, ...project }));
  await writeFile(file, stringify({ ...settings, projects, ...more }), { mode: 0o600 });
}

export type Seen = {
  readonly thread: string;
  readonly phase: string;
  readonly name: string;
  readonly messages: readonly Told[];
  readonly merged: string | null;
};
export type Told = {
  readonly text: string;
  readonly loud: boolean;
  readonly buttons: readonly { readonly id: string; readonly label: string }[];
};

type Card = {
  readonly thread: string;
  readonly task?: string;
  readonly name: string;
  readonly state: { readonly phase: string; readonly merged: string | null };
};

/** Follows one task's thread; `see` is asked after every event and ends it by answering true. */
export async function follow(
  you: ConsolePerson,
  task: string,
  see: (seen: Seen) => boolean | Promise<boolean>,
): Promise<Seen> {
  const ending = new AbortController();
  let thread = '';
  let seen: Seen = { thread, phase: 'opening', name: '', messages: [], merged: null };
  for await (const { kind, data } of you.events(0, ending.signal)) {
    const card = data as Card;
    if (kind === 'thread' && card.task === task) thread = card.thread;
    if (card.thread !== thread) continue;
    if (kind === 'thread' || kind === 'card')
      seen = { ...seen, thread, name: card.name, phase: card.state.phase, merged: card.state.merged };
    if (kind === 'message') seen = { ...seen, messages: [...seen.messages, (data as { message: Told }).message] };
    if (await see(seen)) break;
  }
  ending.abort();
  return seen;
}

/** Waits until the task is in one of these phases and a message has said so. */
export const untilPhase = (you: ConsolePerson, task: string, ...phases: string[]): Promise<Seen> =>
  follow(you, task, ({ phase, messages }) => phases.includes(phase) && messages.at(-1)?.loud === true);

/** Asks again until it is so; the test's own time limit ends it. */
export async function eventually(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 100));
}
