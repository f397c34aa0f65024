import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import Docker from 'dockerode';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { imageTag, workerImage } from '../../src/runtime/image.ts';

const recipe = resolve('test/fixtures/image');
const tag = imageTag(recipe);
const base = tag.replace('worker', 'base');

/** An engine on a unix socket that knows images by name and answers builds with the lines it is given. */
type Engine = {
  readonly images: Map<string, string>;
  readonly calls: string[];
  registry: boolean;
  buildLines: readonly object[];
  contextBytes: number;
  buildQuery: URLSearchParams;
};

function serveEngine(engine: Engine): Server {
  return createServer((request, response) => {
    void (async () => {
      const body = await buffer(request);
      const url = new URL(request.url ?? '/', 'http://engine');
      const [, name = ''] = /^\/images\/(.+?)(?:\/json|\/tag)?$/.exec(url.pathname) ?? [];
      engine.calls.push(`${request.method} ${decodeURIComponent(url.pathname)}`);
      const answer = (status: number, ...lines: object[]) =>
        response.writeHead(status).end(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      if (url.pathname === '/_ping') return answer(200);
      if (url.pathname.startsWith('/distribution/'))
        return engine.registry ? answer(200, {}) : answer(500, { message: 'no such host' });
      if (url.pathname === '/build') {
        engine.contextBytes = body.length;
        engine.buildQuery = url.searchParams;
        return answer(200, ...engine.buildLines);
      }
      if (url.pathname === '/images/create') {
        const pulled = url.searchParams.get('fromImage');
        if (pulled !== null) engine.images.set(`${pulled}:${url.searchParams.get('tag')}`, 'sha256:pulled');
        return answer(200, { status: pulled ?? 'sha256:imported' });
      }
      if (request.method === 'POST') {
        engine.images.set(`${url.searchParams.get('repo')}:${url.searchParams.get('tag')}`, name);
        return answer(201);
      }
      if (request.method === 'DELETE') return answer(200, []);
      const id = engine.images.get(name);
      return id === undefined ? answer(404, { message: `No such image: ${name}` }) : answer(200, { Id: id });
    })();
  });
}

describe('workerImage, with a small engine', () => {
  let folder: string;
  let engine: Engine;
  let server: Server;
  let progress: string[];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sb-image-'));
    engine = {
      images: new Map(),
      calls: [],
      registry: false,
      buildLines: [{ stream: 'Step 1/3' }, { aux: { ID: 'sha256:built' } }, { stream: 'Successfully built' }],
      contextBytes: 0,
      buildQuery: new URLSearchParams(),
    };
    server = serveEngine(engine);
    progress = [];
    await new Promise<void>((done) => server.listen(join(folder, 'engine.sock'), done));
  });

  afterEach(async () => {
    vi.unstubAllEnvs();
    await new Promise((done) => server.close(done));
    rmSync(folder, { recursive: true });
    expect(existsSync(`.cache/worker-image-${process.pid}`)).toBe(false);
  });

  const make = (rebuild = false, socket = 'engine.sock') =>
    workerImage({
      rebuild,
      recipe,
      docker: new Docker({ socketPath: join(folder, socket) }),
      onProgress: (line) => progress.push(line),
    });

  it('builds nothing when the tag is there', async () => {
    engine.images.set(tag, 'sha256:old');
    expect(await make()).toEqual({ ok: true, tag, built: false });
    expect(engine.calls).toEqual([`GET /images/${tag}/json`]);
    expect(progress).toEqual([]);
  });

  it('builds on a base of its own, without a network, where no registry answers', async () => {
    expect(await make()).toEqual({ ok: true, tag, built: true });
    expect(Object.fromEntries(engine.images)).toEqual({ [base]: 'sha256:imported', [tag]: 'sha256:built' });
    expect(engine.contextBytes).toBeGreaterThan(0);
    expect(JSON.parse(engine.buildQuery.get('buildargs') ?? '')).toEqual({ BASE: base });
    expect(JSON.parse(engine.buildQuery.get('labels') ?? '')).toEqual({ 'signalbox.image': tag.split(':')[1] });
    expect(engine.buildQuery.get('networkmode')).toBe('none');
    expect(progress).toEqual([
      'Worker image: fetching Claude Code and Codex from npm (about 250 MB)',
      'Worker image: no image registry answers, making a Debian base from packages (up to a minute)',
      'Worker image: importing the base',
      `Worker image: building on ${base}`,
    ]);
  });

  it("builds on the registry's image where a registry answers", async () => {
    engine.registry = true;
    expect(await make()).toEqual({ ok: true, tag, built: true });
    expect(JSON.parse(engine.buildQuery.get('buildargs') ?? '')).toEqual({ BASE: 'node:24-bookworm' });
    expect(engine.buildQuery.get('networkmode')).toBe(null);
    expect(engine.images.has(base)).toBe(false);
  });

  it('rebuilds on request, without the cache, and removes what it replaced', async () => {
    engine.images.set(tag, 'sha256:old').set(base, 'sha256:oldbase');
    expect(await make(true)).toEqual({ ok: true, tag, built: true });
    expect(engine.buildQuery.get('nocache')).toBe('true');
    expect(engine.images.get(base)).toBe('sha256:imported');
    const deleted = engine.calls.filter((call) => call.startsWith('DELETE'));
    expect(deleted).toEqual(['DELETE /images/sha256:old', 'DELETE /images/sha256:oldbase']);
    expect(engine.calls.indexOf('POST /images/sha256:built/tag')).toBeLessThan(engine.calls.indexOf(deleted[0] ?? ''));
  });

  it('clears away what a killed build left', async () => {
    const gone = `.cache/worker-image-${2 ** 22 + 1}`; // above the largest pid
    mkdirSync(gone, { recursive: true });
    await make();
    expect(existsSync(gone)).toBe(false);
  });

  it.each([
    [[{ error: 'write /opt/agents: no space left on device' }], /^The disk is full \(write .*free some space/],
    [[{ error: 'pull access denied' }], /^The worker image could not be built \(pull access denied\)/],
    [[{ stream: 'Step 1/3' }], /could not be built \(the engine ended the build without naming an image\)/],
  ])('leaves no tag and a reason when the build ends with %j', async (lines, reason) => {
    engine.buildLines = lines;
    expect(await make()).toEqual({ ok: false, reason: expect.stringMatching(reason) });
    expect(engine.images.has(tag)).toBe(false);
  });

  it('leaves no tag when the context could not be packed, although the engine built what it got', async () => {
    engine.registry = true; // no base is made here, with the same tar
    vi.stubEnv('TAR_OPTIONS', '--no-such-option');
    expect(await make()).toEqual({ ok: false, reason: expect.stringMatching(/no-such-option/) });
    expect(engine.images.has(tag)).toBe(false);
  });

  it.each([
    ['STAGE_FAILS', 'ENOTFOUND', /^npm could not fetch the agent CLIs \(npm error code ENOTFOUND\)/],
    ['STAGE_FAILS', 'ENOSPC', /^The disk is full \(npm error code ENOSPC\)/],
    ['BASE_FAILS', 'mmdebstrap is not installed', /^No image registry answers, and .*\(mmdebstrap is not installed\)/],
    ['BASE_FAILS', 'E: apt failed\nI: done', /\(E: apt failed\)/],
  ])('says what failed: %s=%s', async (name, value, reason) => {
    vi.stubEnv(name, value);
    expect(await make()).toEqual({ ok: false, reason: expect.stringMatching(reason) });
    expect(engine.images.size).toBe(0);
  });

  it('says that Docker is not answering', async () => {
    const reason = expect.stringMatching(/^Docker is not answering \(connect ENOENT .*nobody.sock\)\. Start it/);
    expect(await make(false, 'nobody.sock')).toEqual({ ok: false, reason });
  });
});

describe('the worker image', () => {
  it('runs both agent CLIs as uid 10001 with a read-only root and no network', async () => {
    const docker = new Docker();
    const onProgress = (line: string) => expect.unreachable(`the image is to be there already: ${line}`);
    expect(await workerImage({ rebuild: false, onProgress })).toEqual({ ok: true, tag: imageTag(), built: false });

    const command =
      'id -u; echo $HOME; claude --version; codex --version; node --version; npm --version; tmux -V; rg --version; git --version';
    const printed = new PassThrough();
    const [exit] = await docker.run(imageTag(), ['sh', '-c', command], printed, {
      User: '10001:10001',
      HostConfig: {
        AutoRemove: true,
        ReadonlyRootfs: true,
        NetworkMode: 'none',
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
        Tmpfs: { '/tmp': '', '/home/agent': 'uid=10001,gid=10001' },
      },
      Tty: true,
    });
    const lines = String(printed.read()).split('\r\n');
    expect(exit).toMatchObject({ StatusCode: 0 });
    expect(lines.slice(0, 4)).toEqual(['10001', '/home/agent', '2.1.329 (Claude Code)', 'codex-cli 0.169.0']);
    expect(lines[4]).toMatch(/^v24\./);
  });
});
