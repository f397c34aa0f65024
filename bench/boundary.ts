import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench, Measured } from './figure.ts';
import { startProvider } from './provider.ts';
import type { Wanted } from './provider.ts';
import { middle, spread } from './statistics.ts';

const SESSIONS = 50;
const PAIRS = 300;
const WARM_UP = 20;
const STREAMS = 5;
const BYTES = 16 * 1024;
const EVENTS = 2_048;
const PAUSE_MS = 200;
const MODEL = 'claude-opus-5-5';
/** The launcher brings nothing here: the boundary alone, as the controller starts it. */
const PATIENCE_MS = 60_000;

type To = { readonly socketPath: string } | { readonly port: number; readonly host: string };
type Seen = { readonly first: number; readonly whole: number; readonly bytes: number };

/** The boundary beside the same requests straight to the service, in pairs, so that both meet the same machine. */
export async function passing({ root, place, say, signal }: Bench): Promise<Measured> {
  const [data, run] = [await mkdtemp(join(place, 'boundary-')), await mkdtemp(join(tmpdir(), 'sb-'))];
  const provider = await startProvider();
  let pid: number | undefined;
  try {
    const sockets = await grantAll(data, run, provider.port);
    const child = spawn(process.execPath, [join(root, 'src', 'cli.ts'), 'boundary', '--data', data], {
      stdio: 'ignore',
    });
    pid = child.pid;
    for (const socket of sockets) await served(socket, signal);
    const idle = await memory(pid);
    const direct: To = { port: provider.port, host: '127.0.0.1' };
    const through = (n: number): To => ({ socketPath: sockets[n % SESSIONS] ?? '' });
    const short = await pairs(direct, through, PAIRS, { events: 1, bytes: 20, pauseMs: 0 }, signal);
    say(`${STREAMS} streams of ${(EVENTS * BYTES) / 2 ** 20} MiB each way, then ${SESSIONS} at once`);
    const long = await pairs(direct, through, STREAMS, { events: EVENTS, bytes: BYTES, pauseMs: PAUSE_MS }, signal);
    const all = sockets.map(async (socketPath) =>
      timed({ socketPath }, { events: 64, bytes: BYTES, pauseMs: PAUSE_MS }),
    );
    await Promise.all(all);
    const rate = ({ bytes, whole, first }: Seen): number => bytes / 2 ** 20 / ((whole - first - PAUSE_MS) / 1000);
    return {
      how: `the boundary in a process of its own, asked at its sockets without a container; the service is a program on loopback. ${PAIRS} short answers, each straight and then through, spread over ${SESSIONS} sessions; ${STREAMS} streams of ${EVENTS} events of ${BYTES / 1024} KiB, whose second event comes ${PAUSE_MS} ms after the first, counted from there on. Each request is durable in usage.jsonl before it leaves.`,
      rows: [
        { what: 'straight: an answer', unit: 'ms', values: spread(short.direct.map(({ whole }) => whole)) },
        { what: 'through: an answer', unit: 'ms', values: spread(short.through.map(({ whole }) => whole)) },
        { what: 'added, pair by pair', unit: 'ms', values: spread(added(short)) },
        { what: 'straight: first byte of a stream', unit: 'ms', values: middle(long.direct.map(({ first }) => first)) },
        { what: 'through: first byte of a stream', unit: 'ms', values: middle(long.through.map(({ first }) => first)) },
        { what: 'straight: a stream', unit: 'MB/s', values: middle(long.direct.map(rate)) },
        { what: 'through: a stream', unit: 'MB/s', values: middle(long.through.map(rate)) },
        {
          what: `memory with ${SESSIONS} sessions`,
          unit: 'MB',
          values: { idle, 'after all asked at once': await memory(pid) },
        },
      ],
    };
  } finally {
    if (pid !== undefined) await end(pid);
    await provider.close();
    for (const folder of [data, run]) await rm(folder, { recursive: true, force: true });
  }
}

/** A data folder with its settings and a grant for each session; answers the sockets. */
async function grantAll(data: string, run: string, port: number): Promise<readonly string[]> {
  const credentialFile = join(data, 'credential');
  await writeFile(credentialFile, 'made-up', { mode: 0o600 });
  const account = { kind: 'subscription', credentialFile, upstream: `http://127.0.0.1:${port}` };
  const settings = {
    people: [{ id: 'bench', name: 'Bench', may: 'admin' }],
    projects: [{ id: 'bench', repository: join(data, 'none.git'), channels: ['console:bench'] }],
    accounts: { claude: { ...account, provider: 'anthropic' }, codex: { ...account, provider: 'openai' } },
  };
  await writeFile(join(data, 'signalbox.yaml'), JSON.stringify(settings));
  const grants = join(data, 'boundary', 'sessions');
  await mkdir(grants, { recursive: true });
  const names = Array.from({ length: SESSIONS }, (_, n) => `t${String(n).padStart(10, '0')}-coder-1`);
  return Promise.all(
    names.map(async (session, n) => {
      const socket = join(run, String(n), 'b.sock');
      await mkdir(join(run, String(n)));
      const grant = {
        v: 1,
        session,
        task: session.slice(0, 11),
        role: 'coder',
        account: 'claude',
        models: [MODEL],
        // More than is spent here; each request is counted as in a real session.
        budget: { task: 1_000_000, day: 1_000_000, raised: null },
        socket,
      };
      await writeFile(join(grants, `${session}.json`), JSON.stringify(grant));
      return socket;
    }),
  );
}

type Pairs = { readonly direct: readonly Seen[]; readonly through: readonly Seen[] };

async function pairs(
  direct: To,
  through: (n: number) => To,
  count: number,
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Pairs> {
  const seen: { direct: Seen[]; through: Seen[] } = { direct: [], through: [] };
  const warm = Math.min(WARM_UP, count);
  for (let n = 0; n < warm + count; n += 1) {
    signal.throwIfAborted();
    const pair = [await timed(direct, wanted), await timed(through(n), wanted)] as const;
    if (n < warm) continue;
    seen.direct.push(pair[0]);
    seen.through.push(pair[1]);
  }
  return seen;
}

const added = ({ direct, through }: Pairs): readonly number[] =>
  through.map(({ whole }, n) => whole - (direct[n]?.whole ?? 0));

/** One request from its beginning: when the first byte of the answer came, and the last. */
async function timed(to: To, wanted: Wanted): Promise<Seen> {
  const body = JSON.stringify({
    model: MODEL,
    max_tokens: 1_000,
    stream: true,
    metadata: { user_id: JSON.stringify(wanted) },
    messages: [{ role: 'user', content: 'Go on.' }],
  });
  const headers = {
    authorization: 'Bearer dummy',
    'content-type': 'application/json',
    'anthropic-version': '2023-06-01',
  };
  const began = performance.now();
  const asking = request({
    ...to,
    method: 'POST',
    path: `${'port' in to ? '' : '/anthropic'}/v1/messages`,
    headers,
    agent: false,
  });
  const [answer] = (await once(asking.end(body), 'response')) as [IncomingMessage];
  let [first, bytes] = [0, 0];
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    if (bytes === 0) first = performance.now() - began;
    bytes += chunk.length;
  }
  if (answer.statusCode !== 200) throw new Error(`a request was answered with ${answer.statusCode}`);
  return { first, whole: performance.now() - began, bytes };
}

async function served(path: string, signal: AbortSignal): Promise<void> {
  for (let waited = 0; waited < PATIENCE_MS; waited += 50) {
    signal.throwIfAborted();
    const trial = connect(path);
    const is = await once(trial, 'connect').then(
      () => true,
      () => false,
    );
    trial.destroy();
    if (is) return;
    await sleep(50);
  }
  throw new Error(`the boundary did not serve ${path} within ${PATIENCE_MS / 1000} s`);
}

/** Resident, in MB. */
async function memory(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
}

async function end(pid: number): Promise<void> {
  const is = (signal: NodeJS.Signals | 0): boolean => {
    try {
      return process.kill(pid, signal);
    } catch {
      return false;
    }
  };
  is('SIGTERM');
  for (let waited = 0; waited < 10_000 && is(0); waited += 50) await sleep(50);
  is('SIGKILL');
}
