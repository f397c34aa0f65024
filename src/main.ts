import { spawn } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { flushCompileCache } from 'node:module';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { taskRow } from './bots/cards.ts';
import { hostRows } from './bots/hosts.ts';
import { openConsole } from './bots/console/console.ts';
import { unfitServers } from './boundary/credentials.ts';
import { serveBoundary } from './boundary/server.ts';
import { coveredChat, coveredDesk, coveredLog } from './chain/covered.ts';
import { createDesk } from './chain/desk.ts';
import { ProjectId } from './chain/ids.ts';
import type { Chat, Clock, Files } from './chain/ports.ts';
import { Role } from './chain/roles.ts';
import { slotsOf } from './chain/schedule.ts';
import { readProjects, readTasks } from './chain/reading.ts';
import { createSupervisor } from './chain/supervisor.ts';
import type { Means, Supervisor } from './chain/supervisor.ts';
import { besideOf, hostsIn, linksOf, rulesOf } from './config.ts';
import type { Config } from './config.ts';
import { openCovers } from './covers.ts';
import { Exit } from './exit.ts';
import { stderr } from './log.ts';
import { gitForge } from './forge/git.ts';
import { attachCommand, isUp } from './runtime/attach.ts';
import { keepBoundary } from './runtime/boundary.ts';
import { boxId } from './runtime/box.ts';
import { dockerEngine } from './runtime/docker.ts';
import type { Engine } from './runtime/docker.ts';
import { egressRoot } from './runtime/layout.ts';
import { imageTag } from './runtime/image.ts';
import { unready } from './runtime/ready.ts';
import { diskRoom } from './runtime/room.ts';
import { boundaryRecords } from './runtime/records.ts';
import { mirrorFolder, mirrorsOf } from './runtime/mirror.ts';
import type { Installation } from './runtime/installation.ts';
import { dockerSessions } from './runtime/sessions.ts';
import { spaceLimits } from './runtime/space.ts';
import type { Room } from './runtime/space.ts';
import { containerValidator } from './runtime/validator.ts';
import { gitWorkspace } from './runtime/workspace.ts';
import { fileFiles } from './store/files.ts';
import { lookingDisk } from './store/look.ts';
import { askForLock, fileMachine } from './store/machine.ts';
import { fileStore } from './store/store.ts';

/** The composition root: the only file that imports every room. */

const clock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    await sleep(ms, undefined, signal ? { signal } : {}).catch(() => undefined);
  },
};

const covers = openCovers();

const log = coveredLog(stderr, covers);

/** Runs until `signal`. Sessions and the boundary go on after it. */
export async function serveController(config: Config, root: string, signal: AbortSignal): Promise<number> {
  const who = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
  const not = (await unready(await engineOf(config), who, config.extras)) ?? (await unfitServers(config.servers));
  if (not !== null) throw new Exit(78, not);
  await writeFile(join(config.data, 'pid'), `${process.pid}\n`).catch((error: Error) =>
    log.error('the pid is not written: a second controller cannot name this one', { reason: error.message }),
  );
  // Before anything is kept or begun: a full disk gives the reserve back.
  const engine = await engineOf(config);
  const room = roomOf(config, engine);
  await room.begin(signal);
  const store = fileStore({ folder: config.data });
  const channels = config.projects.flatMap((project) => channelsOf(project.channels, 'console'));
  const { people, accounts } = config;
  const argv = [join(root, 'src', 'cli.ts'), 'boundary', '--data', config.data];
  await keepBoundary({ folder: join(config.data, 'boundary'), argv, log, signal });
  if (!(await covers.follow(join(config.data, 'boundary'), people, signal)))
    log.error('the boundary has not said which credentials to cover; see boundary/log', { data: config.data });
  const { port } = config.console;
  const files = fileFiles({ folder: config.data });
  const show = { people, channels, beside: besideOf(accounts), cover: covers.all, files };
  const web = await openConsole({ port, ...show, store, clock, log });
  const said: Said = (project) => supervisor.project(project)?.hosts.map(({ host }) => host) ?? [];
  const supervisor: Supervisor = createSupervisor({
    store,
    room,
    acts: await actsOf(config, root, coveredChat(web.chat, covers), { said, room, engine, files }),
    covers,
    ...boundaryRecords({ folder: join(config.data, 'boundary'), kindOf: (name) => accounts[name]?.kind ?? 'key' }),
    machine: fileMachine({ folder: config.data }),
    linked: config.projects.map(({ id }) => ({ project: id, places: linksOf(config).placesOf(id) })),
    slots: config.slots ?? slotsOf(availableParallelism(), totalmem() / 2 ** 30),
  });
  for (const damage of await supervisor.load()) log.error('a stream is damaged and stays shut', { ...damage });
  const served = await web.serve(coveredDesk(createDesk(supervisor, linksOf(config)), covers));
  supervisor.goOn();
  log.info('Signalbox is up', { url: served.url, data: config.data });
  // Node does this at its end, and one that is killed has none.
  flushCompileCache();
  await aborted(signal);
  await served.close();
  await supervisor.close();
  await rm(join(config.data, 'pid'), { force: true });
  // Effects that still wait (a session's end, a sleeping retry) are pending in the journal: nothing has to wait for them here.
  setImmediate(() => process.exit(0));
  return 0;
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/** What the site knows of the controller while it runs. */
type Now = { readonly said: Said; readonly room: Room; readonly engine: Engine; readonly files: Files };

type Said = (project: ProjectId) => readonly string[];

async function actsOf(config: Config, root: string, chat: Chat, now: Now): Promise<Means['acts']> {
  const site = await siteOf(config, root, now);
  const repositories = new Map(config.projects.map((project) => [project.id, project]));
  const repository = (id: ProjectId): { path: string; base: string } => {
    const project = repositories.get(id);
    if (!project)
      throw new Error(
        `${id} is not under projects in signalbox.yaml any more: put it back, or stop its tasks that are not being merged.`,
      );
    return { path: project.repository, base: project.base };
  };
  return {
    chat,
    sessions: dockerSessions({ site, clock, log }),
    workspace: gitWorkspace(site),
    validator: containerValidator(site),
    forge: gitForge({ repository, mirror: (project) => mirrorFolder(config.data, project), clock }),
    clock,
    log,
    settings: config.roles,
    instructions: await instructionsIn(join(root, 'roles')),
    caps: config.budget,
    project: rulesOf(config),
    person: (id) => config.people.find((person) => person.id === id) ?? null,
  };
}

async function engineOf({ container: { socket, runtime }, data }: Config): Promise<Engine> {
  return dockerEngine({ socket, runtime, box: await boxId(data) });
}

const roomOf = ({ data, disk, container }: Config, engine: Engine): Room =>
  diskRoom({ data, engine, image: container.image ?? imageTag(), limits: spaceLimits(disk), log });

async function siteOf(config: Config, root: string, now?: Now): Promise<Installation> {
  const { image } = config.container;
  // One for all: a sweep leaves alone what the same engine runs just now.
  const engine = now?.engine ?? (await engineOf(config));
  const egress = egressRoot(process.getuid?.() ?? 0, process.env['XDG_RUNTIME_DIR']);
  return {
    engine,
    data: config.data,
    image: image ?? imageTag(),
    room: now?.room ?? roomOf(config, engine),
    mirror: mirrorsOf(config.data, config.projects),
    egress,
    known: covers.known,
    extras: config.extras,
    files: now?.files ?? fileFiles({ folder: config.data }),
    hosts: (project) => [...hostsIn(config, project), ...(now?.said(project) ?? [])],
    root,
  };
}

async function instructionsIn(folder: string): Promise<Record<Role, string>> {
  const texts = await Promise.all(
    Role.options.map(async (role) => [role, await readFile(join(folder, role, 'instructions.md'), 'utf8')] as const),
  );
  return Object.fromEntries(texts) as Record<Role, string>;
}

const channelsOf = (channels: readonly string[], platform: string): string[] =>
  channels.filter((channel) => channel.startsWith(`${platform}:`)).map((channel) => channel.slice(platform.length + 1));

export async function serveSessionsBoundary(config: Config, signal: AbortSignal): Promise<number> {
  const boundary = await serveBoundary({
    folder: join(config.data, 'boundary'),
    accounts: config.accounts,
    servers: config.servers,
    prices: config.prices,
    signal,
    log,
  });
  await covers.follow(join(config.data, 'boundary'), config.people, signal);
  log.info('the boundary serves', { data: config.data });
  await boundary.ended;
  return 0;
}

/** Reads the journals without touching them, so it works beside the controller and without one. */
export async function showStatus(config: Config): Promise<number> {
  const store = fileStore({ folder: config.data, disk: lookingDisk() });
  const { tasks, damage } = await readTasks(store);
  const projects = await readProjects(store);
  const open = tasks.filter(({ phase }) => phase.at !== 'merged' && phase.at !== 'stopped');
  for (const { stream, line, reason } of damage) console.log(`${stream} is damaged at line ${line}: ${reason}`);
  for (const task of open) console.log(taskRow(task));
  if (open.length === 0) console.log('Nothing in flight.');
  for (const { id } of config.projects) {
    const said = projects.find(({ project }) => project === id) ?? { hosts: [], kept: [] };
    for (const row of hostRows(hostsIn(config, id), said)) console.log(`${id} ⋅ ${row}`);
  }
  return damage.length === 0 ? 0 : 1;
}

export async function askOnMachine(config: Config, what: 'lock' | 'unlock'): Promise<number> {
  console.log(await askForLock(config.data, what, clock));
  return 0;
}

/** Opens the pane of the session at work; `wanted` is a task's id or slug. Detaching leaves it running. */
export async function attachTo(config: Config, root: string, wanted: string): Promise<number> {
  const { tasks } = await readTasks(fileStore({ folder: config.data, disk: lookingDisk() }));
  const task = tasks.find(({ id, slug }) => id === wanted || slug === wanted);
  if (!task) throw new Exit(66, `there is no task ${wanted}; ./signalbox status names those in flight`);
  if (task.phase.at !== 'working')
    throw new Exit(69, `${task.slug} has no session at work now: it is ${task.phase.at}`);
  const { engine } = await siteOf(config, root);
  const { session } = task.phase;
  if (!(await isUp(engine, session))) throw new Exit(69, `the container of ${session} is not up yet; try again`);
  const [program = 'docker', ...argv] = attachCommand(engine, session);
  const child = spawn(program, argv, { stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/** Removes every container, grant and socket folder that sessions of this data folder left. */
export async function sweepSessions(config: Config, root: string): Promise<void> {
  await dockerSessions({ site: await siteOf(config, root), clock, log }).sweep([]);
}

/** A stream's entries as its journal has them, for who judges what happened. */
export async function readEntries(config: Config, stream: string): Promise<readonly unknown[]> {
  const read = await fileStore({ folder: config.data, disk: lookingDisk() }).read(stream);
  if (!read.ok) throw new Error(`${stream} is damaged at line ${read.line}: ${read.reason}`);
  return read.entries;
}
