import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MeterLine } from '../../src/boundary/files.ts';
import type { Account, Grant, Server } from '../../src/boundary/files.ts';
import type { Limits } from '../../src/boundary/limits.ts';
import type { Outside } from '../../src/boundary/outside.ts';
import { listPrices } from '../../src/boundary/prices.ts';
import type { Prices } from '../../src/boundary/prices.ts';
import { serveBoundary } from '../../src/boundary/server.ts';
import type { Boundary } from '../../src/boundary/server.ts';
import { fakeModel } from '../fakes/model.ts';
import type { FakeModel } from '../fakes/model.ts';

/** The real credentials: nothing but the model API may ever see one. */
export const canary = {
  claude: 'sk-ant-oat01-CANARY-claude',
  'claude-key': 'sk-ant-api03-CANARY-claude-key',
  chatgpt: 'eyJCANARY.chatgpt.token',
  'openai-key': 'sk-CANARY-openai-key',
} as const;
export type AccountName = keyof typeof canary;

/** A data folder with four accounts, a model API, and the boundary of it. */
export type Ground = {
  readonly folder: string;
  readonly accounts: Record<string, Account>;
  /** MCP servers of the boundary that is served next; none to begin with. */
  readonly servers: Record<string, Server>;
  readonly model: FakeModel;
  readonly logged: string[];
  serve(limits?: Partial<Limits>, outside?: Outside, prices?: Prices): Promise<Boundary>;
  /** Writes the grant of a session and gives the path of its socket, which need not be served yet. */
  grant(session: string, changes?: Partial<Grant> & { account?: string }): Promise<string>;
  revoke(session: string): Promise<void>;
  /** The lines of usage.jsonl, once there are as many as told. */
  metered(count: number): Promise<MeterLine[]>;
  /** Everything that was written below the data folder but the credentials, and everything that was logged. */
  everything(): Promise<string>;
  close(): Promise<void>;
};

/** No test reaches beyond loopback. */
const nowhere: Outside = {
  lookup: (name) => Promise.reject(new Error(`a test looked up ${name}`)),
  connect: (address) => {
    throw new Error(`a test connects to ${address}`);
  },
};

export async function makeGround(): Promise<Ground> {
  const root = await mkdtemp(join(tmpdir(), 'boundary-'));
  const folder = join(root, 'boundary');
  const model = await fakeModel();
  const accounts: Record<string, Account> = {};
  const servers: Record<string, Server> = {};
  await mkdir(join(root, 'secrets'));
  for (const [name, secret] of Object.entries(canary)) {
    const credentialFile = join(root, 'secrets', name);
    await writeFile(credentialFile, `${secret}\n`, { mode: 0o600 });
    accounts[name] = {
      provider: name.startsWith('claude') ? 'anthropic' : 'openai',
      kind: name.endsWith('-key') ? 'key' : 'subscription',
      upstream: model.url,
      credentialFile,
      ...(name === 'chatgpt' ? { accountId: 'acct_1' } : {}),
    };
  }
  const logged: string[] = [];
  const note = (message: string, facts?: object): void => void logged.push(`${message} ${JSON.stringify(facts ?? {})}`);
  const running: Boundary[] = [];
  const sessions = join(folder, 'sessions');
  await mkdir(sessions, { recursive: true });

  return {
    folder,
    accounts,
    servers,
    model,
    logged,
    serve: async (limits = {}, outside = nowhere, prices = listPrices) => {
      const signal = new AbortController().signal;
      const log = { info: note, error: note };
      const boundary = await serveBoundary({ folder, accounts, servers, signal, log, limits, outside, prices });
      running.push(boundary);
      return boundary;
    },
    grant: async (session, changes = {}) => {
      const socket = join(root, 'run', session, 'b.sock');
      await mkdir(join(root, 'run', session), { recursive: true });
      const grant: Grant = {
        v: 1,
        session,
        task: 't0000000001',
        role: 'coder',
        account: 'claude',
        models: ['claude-opus-5-5', 'gpt-6.1-sol'],
        hosts: [],
        servers: [],
        budget: null,
        socket,
        ...changes,
      };
      await writeFile(join(sessions, `${session}.tmp`), JSON.stringify(grant));
      await rename(join(sessions, `${session}.tmp`), join(sessions, `${session}.json`));
      return grant.socket;
    },
    revoke: (session) => rm(join(sessions, `${session}.json`)),
    metered: (count) =>
      eventually(async () => {
        const text = await readFile(join(folder, 'usage.jsonl'), 'utf8');
        const lines = text.split('\n').slice(0, -1);
        return lines.length >= count ? lines.map((line) => MeterLine.parse(JSON.parse(line))) : null;
      }),
    everything: async () => {
      const files = (await readdir(root, { recursive: true, withFileTypes: true })).filter(
        (file) => file.isFile() && !file.parentPath.endsWith('secrets'),
      );
      const texts = await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), 'latin1')));
      return [...texts, ...logged].join('\n');
    },
    close: async () => {
      await Promise.all(running.map((boundary) => boundary.close()));
      await model.close();
      await rm(root, { recursive: true });
    },
  };
}

/** What `look` gives once it is not null. The test's own time limit ends the wait. */
export async function eventually<T>(look: () => Promise<T | null>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== null) {
      return found;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export type Asking = {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
};

export type Answer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

export const claudeBody = JSON.stringify({
  model: 'claude-opus-5-5',
  stream: true,
  messages: [{ role: 'user', content: 'hi' }],
});
export const codexBody = JSON.stringify({ model: 'gpt-6.1-sol', stream: true, input: [] });

/** As Claude Code asks, unless told otherwise. */
export function begin(socketPath: string, asking: Asking = {}): ClientRequest {
  const { method = 'POST', path = '/anthropic/v1/messages?beta=true', headers = {}, body = claudeBody } = asking;
  return request({
    socketPath,
    method,
    path,
    headers: {
      authorization: 'Bearer dummy',
      'content-type': 'application/json',
      'anthropic-version': '2023-06-01',
      ...headers,
    },
    agent: false,
  }).end(body);
}

export async function ask(socket: string, asking: Asking = {}): Promise<Answer> {
  const [answer] = (await once(begin(socket, asking), 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of answer) {
    chunks.push(chunk as Buffer);
  }
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) };
}

/** Writes bytes as they are and gives all that comes back until the connection ends. */
export async function raw(socketPath: string, bytes: string | Buffer): Promise<string> {
  const socket = connect(socketPath);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.on('error', () => undefined);
  socket.write(bytes);
  await once(socket, 'close');
  return Buffer.concat(chunks).toString('latin1');
}

/** The error that a promise rejects with; null when it does not. */
export function breaks(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (error: unknown) => error,
  );
}

/** Waits until a socket is served. */
export async function served(socket: string): Promise<void> {
  await eventually(async () => ((await connects(socket)) ? true : null));
}

export async function unserved(socket: string): Promise<void> {
  await eventually(async () => ((await connects(socket)) ? null : true));
}

async function connects(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
