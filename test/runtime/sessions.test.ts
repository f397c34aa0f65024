import { copyFile, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Grant } from '../../src/boundary/files.ts';
import { serveBoundary } from '../../src/boundary/server.ts';
import { bare } from '../../src/chain/covered.ts';
import { Head, SessionId } from '../../src/chain/ids.ts';
import type { SessionSpec, Sessions } from '../../src/chain/ports.ts';
import { roles } from '../../src/chain/roles.ts';
import { dockerEngine } from '../../src/runtime/docker.ts';
import { imageTag } from '../../src/runtime/image.ts';
import { grantsFolder } from '../../src/runtime/layout.ts';
import { dockerSessions } from '../../src/runtime/sessions.ts';
import type { Cramped, Room, Size } from '../../src/runtime/space.ts';
import { roomy } from '../fakes/room.ts';
import { QUESTION, sessionsContract } from '../contract/sessions.ts';
import type { SessionsWorld } from '../contract/sessions.ts';
import { fakeFiles } from '../fakes/files.ts';
import { ground, project, task } from './ground.ts';
import type { Ground } from './ground.ts';

const root = resolve(import.meta.dirname, '../..');
/** The worker image with a CLI that does what the test says. */
const image = `signalbox-test-sessions:${process.pid}`;

beforeAll(async () => {
  const context = await mkdtemp(join(tmpdir(), 'signalbox-image-'));
  await copyFile(join(root, 'test/fixtures/cli/waiting-claude.mjs'), join(context, 'claude'));
  await writeFile(
    join(context, 'Dockerfile'),
    `FROM ${imageTag()}\nRUN rm /usr/local/bin/claude\nCOPY claude /usr/local/bin/claude\nRUN chmod 755 /usr/local/bin/claude\n`,
  );
  await execa('docker', ['build', '-q', '-t', image, context]);
  await rm(context, { recursive: true });
});
afterAll(async () => {
  await execa('docker', ['rmi', '-f', image]);
});

const clock = { now: () => Date.now(), sleep: (ms: number) => new Promise<void>((done) => setTimeout(done, ms)) };
const log = { info: () => undefined, error: () => undefined };
const files = fakeFiles();

type World = SessionsWorld & {
  readonly here: Ground;
  readonly egress: string;
  sessions(over?: object): Sessions;
  state(session: SessionId, name: string): string;
};

async function enter(): Promise<World> {
  const here = await ground();
  const egress = await mkdtemp(join(tmpdir(), 'sb-'));
  const fetched = await here.site.mirror(project).fetch();
  if (!fetched.ok) throw new Error(fetched.reason);
  const stopping = new AbortController();
  const account = { provider: 'anthropic', kind: 'subscription', credentialFile: join(here.folder, 'none') } as const;
  const boundary = await serveBoundary({
    folder: join(here.data, 'boundary'),
    accounts: { claude: account },
    signal: stopping.signal,
    log,
  });
  const state = (session: SessionId, name: string) => join(here.data, 'sessions', session, 'state', name);
  const lines = async (path: string) => (await readFile(path, 'utf8').catch(() => '')).split('\n').filter(Boolean);
  const ends = async (session: SessionId, how: object): Promise<void> => {
    const file = state(session, 'finish.json');
    await writeFile(`${file}.tmp`, JSON.stringify(how));
    await rename(`${file}.tmp`, file);
  };
  const container = (session: SessionId) => here.site.engine.nameOf(session);
  const made: Sessions[] = [];
  let hosts: readonly string[] = [];
  const controller = (over: object = {}): Sessions => {
    const sessions = dockerSessions({
      site: { ...here.site, image, egress, hosts: () => hosts, extras: [], known: bare, files, root, ...over },
      clock,
      log,
    });
    made.push(sessions);
    return sessions;
  };
  return {
    here,
    egress,
    state,
    sessions: controller,
    controller,
    spec: (n) => specOf(n, fetched.base),
    allow: (now) => void (hosts = now),
    async reaches(session) {
      const grant = await readFile(join(here.data, 'boundary', 'sessions', `${session}.json`), 'utf8').catch(
        () => null,
      );
      return grant === null ? null : (JSON.parse(grant) as { hosts: readonly string[] }).hosts;
    },
    async works(session) {
      while ((await lines(state(session, 'heard.jsonl'))).length === 0) await clock.sleep(50);
    },
    finish: (session, handoff) => ends(session, { handoff }),
    refuse: (session) => ends(session, { refused: true }),
    lose: async (session) => void (await execa('docker', ['kill', container(session)])),
    async ask(session) {
      const { multi, ...one } = QUESTION;
      const text = JSON.stringify({ questions: [{ ...one, multiSelect: multi }] });
      await writeFile(`${state(session, 'ask.json')}.new`, text);
      await rename(`${state(session, 'ask.json')}.new`, state(session, 'ask.json'));
    },
    async type(session, text) {
      const keys = `TMUX_TMPDIR=/run/agent tmux send-keys -t agent -l ${JSON.stringify(text)} && TMUX_TMPDIR=/run/agent tmux send-keys -t agent Enter`;
      await execa('docker', ['exec', container(session), 'bash', '-c', keys]);
    },
    conversations: async (session) => (await lines(state(session, 'begun'))).length,
    heard: async (session) =>
      (await lines(state(session, 'heard.jsonl')))
        .map((line) => JSON.parse(line) as string)
        .map((text) => text.replace(/^Your container was lost[^\n]*\n*/, ''))
        .filter((text) => text !== ''),
    isRunning: async (session) => (await here.site.engine.look(container(session)))?.running ?? false,
    async leaves(session, name, text) {
      const script = `printf %s '${text}' > /outbox/${name}`;
      await execa('docker', ['exec', '-u', '10001', container(session), 'bash', '-c', script]);
    },
    keep: (text) => files.put(Buffer.from(text)),
    async reads(session, name) {
      const path = `/session/in/files/sent/${name}`;
      const read = await execa('docker', ['exec', '-u', '10001', container(session), 'cat', path], { reject: false });
      return read.exitCode === 0 ? read.stdout : null;
    },
    budget: async (session) =>
      Grant.parse(JSON.parse(await readFile(join(grantsFolder(here.site.data), `${session}.json`), 'utf8'))).budget,
    async leave() {
      // Those whose engine is away have nothing to sweep.
      await Promise.all([...made, controller()].map((sessions) => sessions.sweep([]).catch(() => undefined)));
      stopping.abort();
      await boundary.ended;
      await here.leave();
      await rm(egress, { recursive: true, force: true });
    },
  };
}

function specOf(n: number, base: string): SessionSpec {
  return {
    session: SessionId.parse(`${task}-reviewer-${n}`),
    task,
    project,
    role: 'reviewer',
    settings: { ...roles.reviewer.settings, memoryGiB: 0.5, cpus: 1 },
    leg: 1,
    prompt: 'Do it.',
    files: { 'idea.md': 'do it' },
    transcripts: [],
    allowed: [],
    asks: false,
    tools: {},
    handoff: {},
    budget: null,
    checkout: { tree: `tree-${n}`, branch: 'signalbox/it', head: Head.parse(base), access: 'read' },
  };
}

sessionsContract('docker', async () => enter());

describe('a session in a container', () => {
  let world: World;
  afterEach(() => world.leave());

  it('goes on in another container when its own is lost, with the same conversation', async () => {
    world = await enter();
    const spec = world.spec(1);
    const end = world.controller().run(spec, () => undefined);
    await world.works(spec.session);
    await execa('docker', ['kill', world.here.site.engine.nameOf(spec.session)]);
    await expect
      .poll(() => readFile(world.state(spec.session, 'heard.jsonl'), 'utf8'))
      .toContain('Your container was lost');
    await world.finish(spec.session, { title: 'after all' });
    expect(await end).toMatchObject({ kind: 'ended', handoff: { title: 'after all' } });
    expect(await world.conversations(spec.session)).toBe(1);
  });

  it('is left alone by a sweep of the controller that runs it, whose list may be older than the session', async () => {
    world = await enter();
    const spec = world.spec(1);
    const sessions = world.controller();
    const end = sessions.run(spec, () => undefined);
    await world.works(spec.session);
    await sessions.sweep([]);
    expect(await world.isRunning(spec.session)).toBe(true);
    await world.finish(spec.session, { title: 'undisturbed' });
    expect(await end).toMatchObject({ kind: 'ended', handoff: { title: 'undisturbed' } });
    expect(await world.conversations(spec.session)).toBe(1);
  });

  it('leaves no checkout that it could only read, once it ended', async () => {
    world = await enter();
    const sessions = world.sessions();
    const spec = world.spec(1);
    const end = sessions.run(spec, () => undefined);
    await world.works(spec.session);
    expect(await readdir(join(world.here.data, 'work', task))).toContain('tree-1');
    await world.finish(spec.session, {});
    expect(await end).toMatchObject({ kind: 'ended' });
    await sessions.sweep([]);
    expect(await readdir(join(world.here.data, 'work', task))).toEqual([]);
  });

  it('does not go on without what the host gives it, and says what', async () => {
    world = await enter();
    const folder = join(root, 'test/fixtures/extras/spelling');
    const extras = [{ kind: 'skill', name: 'spelling', folder }];
    const spec = world.spec(1);
    const end = await world.sessions({ extras }).run(spec, () => undefined);
    expect(end).toEqual({ kind: 'unequipped', text: 'skill spelling: it is not there' });
    expect(await world.isRunning(spec.session)).toBe(false);
    // What it was laid out with stays, whatever the settings say later.
    expect(await world.sessions().run(spec, () => undefined)).toEqual(end);
  });

  it('refuses a name that somebody else holds, and touches nothing of theirs', async () => {
    world = await enter();
    const spec = world.spec(1);
    const name = world.here.site.engine.nameOf(spec.session);
    const { stdout: id } = await execa('docker', ['create', '--name', name, image, 'true']);
    await expect(world.controller().run(spec, () => undefined)).rejects.toThrow(
      `The container ${name} belongs to somebody else.`,
    );
    expect((await execa('docker', ['inspect', '-f', '{{.Id}}', name])).stdout).toBe(id);
    await execa('docker', ['rm', id]);
  });

  it('says what is missing: the engine, the image, the boundary', async () => {
    world = await enter();
    const { site } = world.here;
    const away = dockerEngine({ socket: '/nowhere/docker.sock', box: site.engine.box });
    const run = (over: object) => world.sessions(over).run(world.spec(1), () => undefined);
    await expect(run({ engine: away })).rejects.toThrow('Docker does not answer at /nowhere/docker.sock');
    await expect(run({ image: 'signalbox-none:1' })).rejects.toThrow(
      'The image signalbox-none:1 is missing: run ./signalbox image.',
    );
  });

  it('overruns its time, counted from its first line', async () => {
    world = await enter();
    const spec = world.spec(1);
    const late = { ...clock, now: () => Date.now() + 31 * 60_000 };
    const end = dockerSessions({
      site: { ...world.here.site, image, egress: world.egress, hosts: () => [], extras: [], known: bare, files, root },
      clock: late,
      log,
    }).run(spec, () => undefined);
    expect(await end).toEqual({ kind: 'overran', minutes: 30 });
    expect(await world.isRunning(spec.session)).toBe(false);
  });

  it('ends when its files are too much, and may keep in the next leg what it had', async () => {
    world = await enter();
    const spec = world.spec(1);
    const why: Cramped = { kind: 'outgrew', text: 'its files take 12 GiB' };
    let cramped: Cramped | null = null;
    const begun: Size[] = [];
    const room: Room = {
      ...roomy,
      watch({ folders, begun: had }) {
        // The clone has a container, too.
        if (folders.length > 1) begun.push(had);
        return { cramped: () => cramped, stop: () => undefined };
      },
      measure: async () => ({ bytes: 12, files: 3 }),
    };
    const first = world.sessions({ room }).run(spec, () => undefined);
    await world.works(spec.session);
    cramped = why;
    expect(await first).toEqual(why);
    expect(await world.isRunning(spec.session)).toBe(false);
    cramped = null;
    const next = { ...spec, leg: 2, prompt: 'Tidy up.' };
    const second = world.sessions({ room }).run(next, () => undefined);
    await expect.poll(() => world.heard(spec.session)).toEqual(['Do it.', 'Tidy up.']);
    // The next controller means the same, whatever is there by then.
    const adopted = world.sessions({ room: { ...room, measure: async () => ({ bytes: 99, files: 9 }) } });
    const again = adopted.run(next, () => undefined);
    await world.finish(spec.session, { title: 'tidy' });
    expect(await second).toMatchObject({ kind: 'ended' });
    expect(await again).toMatchObject({ kind: 'ended' });
    expect(begun).toEqual([
      { bytes: 0, files: 0 },
      { bytes: 12, files: 3 },
      { bytes: 12, files: 3 },
    ]);
  });

  it('does not begin on a full disk, and ends one that a controller before left running', async () => {
    world = await enter();
    const spec = world.spec(1);
    const left = world.controller().run(spec, () => undefined);
    await world.works(spec.session);
    const full: Room = {
      ...roomy,
      watch: () => ({ cramped: () => ({ kind: 'full', text: 'The disk is full.' }), stop: () => undefined }),
    };
    const end = { kind: 'cramped', text: 'The disk is full.' };
    expect(await world.sessions({ room: full }).run(spec, () => undefined)).toEqual(end);
    expect(await left).toEqual(end);
    expect(await world.isRunning(spec.session)).toBe(false);
    // One that is not even laid out must not be thought to have begun: it is tried again.
    await expect(world.sessions({ room: full }).run(world.spec(2), () => undefined)).rejects.toThrow(
      'The disk is full.',
    );
  });

  it('has its whole time again in a later leg', async () => {
    world = await enter();
    const spec = world.spec(1);
    const first = world.controller().run(spec, () => undefined);
    await world.works(spec.session);
    await world.refuse(spec.session);
    expect(await first).toMatchObject({ kind: 'refused' });
    // As if the first leg had begun an hour ago.
    const record = join(world.here.data, 'sessions', spec.session, 'out', 'record.jsonl');
    const long = (await readFile(record, 'utf8')).replace(/"t":(\d+)/g, (_, t) => `"t":${Number(t) - 3_600_000}`);
    await writeFile(record, long);
    const second = world.controller().run({ ...spec, leg: 2, prompt: 'Go on.' }, () => undefined);
    await expect.poll(() => world.heard(spec.session)).toEqual(['Do it.', 'Go on.']);
    await world.finish(spec.session, { title: 'in time' });
    expect(await second).toMatchObject({ kind: 'ended', handoff: { title: 'in time' } });
  });
});

it('an engine that answers nothing useful is named', async () => {
  const server = createServer((connection) => connection.destroy());
  const path = join(await mkdtemp(join(tmpdir(), 'sb-')), 'docker.sock');
  await new Promise<void>((done) => server.listen(path, done));
  await expect(dockerEngine({ socket: path, box: '00000000' }).list()).rejects.toThrow(
    `Docker does not answer at ${path}`,
  );
  await new Promise((done) => server.close(done));
  await rm(join(path, '..'), { recursive: true });
});
