import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { LLMock, type ChatCompletionRequest, type FixtureResponse } from '@copilotkit/aimock';
import type { Role } from '../chain/roles.ts';
import { callerOf } from './conversation.ts';
import { createFaults, type Fault, type Faults, type Turn } from './faults.ts';
import type { Part } from './parts.ts';
import { answer } from './script.ts';
import { overage, refusal, windows, type Api, type Refusal } from './provider.ts';

/** `latencyMs`: how long each answer is thought about; then its words come one after the other. `port`: 0, any free one, by default. */
export type RehearsalOptions = {
  readonly faults?: readonly Fault[];
  readonly latencyMs?: number;
  readonly port?: number;
  /** Hears each request's body, as it came. */
  readonly hear?: (role: Role | null, body: string) => void;
};

/** A request as it came: when (ms since the epoch), whose, in which conversation, and how often somebody had spoken in it by then. */
export type Asked = {
  readonly at: number;
  readonly api: Api;
  readonly role: Role | null;
  readonly conversation: string;
  readonly turns: number;
  /** The `authorization` that it came with: the boundary puts it in. */
  readonly credential: string | null;
  /** For one that was turned away with a 429: when the window opens again, ms since the epoch. */
  readonly resetsAt: number | null;
};

export type Rehearsal = {
  /** `http://127.0.0.1:PORT`: the upstream of an anthropic account, and with or without `/v1` of an openai one. */
  readonly url: string;
  /** Requests so far, refused ones included. */
  requests(): Readonly<Record<Role, number>>;
  /** Every one of them, in order. */
  asked(): readonly Asked[];
  /** One more thing to go wrong; it counts from now on. */
  fail(fault: Fault): void;
  /** Nothing goes wrong any more. */
  heal(): void;
  close(): Promise<void>;
};

/** Characters that come at once, and how long the next ones take where the model takes its time. */
const PIECE = 8;
const WORD_MS = 100;

type Stage = {
  readonly model: string;
  readonly faults: Faults;
  /** Parts that were struck so far. */
  readonly played: Part[];
  readonly counts: Record<Role, number>;
  readonly hear: (role: Role | null, body: string) => void;
  readonly asked: Asked[];
  readonly latencyMs: number;
  readonly closing: AbortSignal;
};

/**
 * A model service on loopback whose answers are rehearsed, so that the real agent CLIs play a whole task: aimock speaks the two APIs and
 * script.ts says what; this server stands in front for what aimock has not, the service's own headers and its bad days.
 */
export async function startRehearsal(options: RehearsalOptions = {}): Promise<Rehearsal> {
  const mock = new LLMock({ port: 0, host: '127.0.0.1', chunkSize: PIECE });
  const played: Part[] = [];
  mock.on({}, (request) => respond(request, played));
  const closing = new AbortController();
  const counts: Record<Role, number> = { brainstormer: 0, planner: 0, coder: 0, reviewer: 0, answerer: 0 };
  const faults = createFaults(options.faults ?? []);
  const stage: Stage = {
    model: await mock.start(),
    faults,
    played,
    counts,
    asked: [],
    hear: options.hear ?? (() => undefined),
    latencyMs: options.latencyMs ?? 0,
    closing: closing.signal,
  };
  const server = createServer((request, response) => {
    play(stage, request, response).catch(() => response.destroy());
  });
  const port = await listen(server, options.port ?? 0).catch(async (cause: unknown) => {
    await mock.stop();
    throw new Error(`the rehearsal cannot listen on 127.0.0.1:${options.port}: free that port or name another`, {
      cause,
    });
  });
  return {
    url: `http://127.0.0.1:${port}`,
    requests: () => ({ ...counts }),
    asked: () => [...stage.asked],
    fail: (fault) => faults.add(fault),
    heal: () => faults.clear(),
    async close() {
      closing.abort();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      await mock.stop();
    },
  };
}

/** aimock's side: its request in, its response out. The bend of the part came along as aimock's context header. */
function respond(request: ChatCompletionRequest, played: readonly Part[]): FixtureResponse {
  const bend = request._context;
  const { say, call } = answer(request, played[Number(bend ?? 'none')] ?? (bend as Turn | undefined) ?? null);
  const usage = {
    input_tokens: Math.ceil(JSON.stringify(request).length / 4),
    output_tokens: Math.ceil(JSON.stringify({ say, call }).length / 4),
  };
  if (call === null) return { content: say, usage };
  const toolCalls = [{ id: call.id, name: call.name, arguments: JSON.stringify(call.input) }];
  return say === '' ? { toolCalls, usage } : { content: say, toolCalls, usage };
}

async function play(stage: Stage, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const api = apiOf(request);
  const body = await text(request);
  const caller = callerOf(body);
  if (api === null || caller === null) return send(response, missing(request));
  stage.hear(caller.role, body);
  if (caller.role !== null) stage.counts[caller.role] += 1;
  const { wire, turn } = stage.faults.strike(caller);
  const at = Date.now();
  const now = Math.floor(at / 1000);
  const resetsAt = wire?.kind === '429' ? (now + wire.resetIn) * 1000 : null;
  const { role, id: conversation, turns } = caller;
  const credential = request.headers.authorization ?? null;
  stage.asked.push({ at, api, role, conversation, turns, credential, resetsAt });
  await sleep(stage.latencyMs, undefined, { signal: stage.closing });
  if (wire?.kind === 'silent') return;
  if (wire?.kind === '401' || wire?.kind === '429' || wire?.kind === '529')
    return send(response, refusal(api, wire.kind, now + wire.resetIn));
  const path = api === 'anthropic' ? '/v1/messages' : '/v1/responses';
  const headers = {
    'content-type': 'application/json',
    ...(turn === null ? {} : { 'x-aimock-context': nameOf(turn, stage.played) }),
  };
  const answered = await fetch(stage.model + path, { method: 'POST', headers, body, signal: stage.closing });
  const words = await answered.text();
  const said = api === 'openai' ? inNamespaces(words) : words;
  response.writeHead(answered.status, {
    'content-type': answered.headers.get('content-type') ?? 'application/json',
    ...(wire?.kind === 'overage' ? overage(api, now + wire.resetIn) : windows(api, 0.12, nextHour(now) + 2 * 3600)),
  });
  if (wire?.kind !== 'cut') return speak(response, said, stage);
  response.write(said.slice(0, said.length / 2), () => response.destroy());
}

/** Codex knows a server's tool by the namespace that the server has there, and aimock knows none. */
const inNamespaces = (said: string): string =>
  said.replaceAll(/"name":"(mcp__[a-z0-9-]+)__(\w+)"/g, '"namespace":"$1","name":"$2"');

/** The events of an answer; where the model thinks, too, its words come one after the other. */
async function speak(response: ServerResponse, said: string, { latencyMs, closing }: Stage): Promise<void> {
  for (const event of latencyMs === 0 ? [] : said.split(/(?<=\n\n)/)) {
    response.write(event);
    if (event.includes('"text_delta"')) await sleep(WORD_MS, undefined, { signal: closing });
  }
  response.end(latencyMs === 0 ? said : undefined);
}

/** A header is a word: a whole part goes by its number. */
function nameOf(turn: Turn | Part, played: Part[]): string {
  if (typeof turn === 'string') return turn;
  const at = played.indexOf(turn);
  return String(at === -1 ? played.push(turn) - 1 : at);
}

/** On the hour, so that one window is told again and again rather than a new one with each answer. Seconds since the epoch. */
function nextHour(now: number): number {
  return Math.ceil(now / 3600) * 3600;
}

/** Only what the boundary lets through is there: the two POST routes, below whatever base URL. */
function apiOf(request: IncomingMessage): Api | null {
  const path = new URL(request.url ?? '/', 'http://127.0.0.1').pathname;
  if (request.method !== 'POST') return null;
  return path.endsWith('/v1/messages') ? 'anthropic' : path.endsWith('/responses') ? 'openai' : null;
}

function missing(request: IncomingMessage): Refusal {
  const message = `the rehearsal has no ${request.method} ${request.url}, or could not read what was sent there`;
  return { status: 404, headers: {}, body: { type: 'error', error: { type: 'not_found_error', message } } };
}

function send(response: ServerResponse, { status, headers, body }: Refusal): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((done, fail) => {
    server.once('error', fail).listen(port, '127.0.0.1', done);
  });
  return (server.address() as AddressInfo).port;
}
