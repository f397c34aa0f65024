import type { IncomingHttpHeaders } from 'node:http';
import { betasOf } from './contents.ts';
import { isIn } from './mask.ts';

/** What Claude Code 2.1 and Codex 0.169 send that a provider may see. A name that ends in `-` stands for all that begin with it. */
const toProvider = [
  'accept',
  'anthropic-beta',
  'anthropic-dangerous-direct-browser-access',
  'anthropic-version',
  'conversation_id',
  'originator',
  'session_id',
  'session-id',
  'thread-id',
  'user-agent',
  'version',
  'x-app',
  'x-claude-code-',
  'x-client-request-id',
  'x-codex-',
  'x-openai-subagent',
  'x-stainless-',
];

/** What a session may see of an answer. Rate limits tell the CLI when its window opens again. */
const toSession = [
  'anthropic-ratelimit-',
  'cache-control',
  'cf-ray',
  'content-encoding',
  'content-length',
  'content-type',
  'date',
  'openai-model',
  'openai-processing-ms',
  'openai-version',
  'request-id',
  'retry-after',
  'retry-after-ms',
  'x-codex-',
  'x-models-etag',
  'x-oai-request-id',
  'x-ratelimit-',
  'x-reasoning-included',
  'x-request-id',
  'x-should-retry',
];

/** What of the MCP transport over HTTP goes either way, as Claude Code 2.1 and Codex 0.169 speak it. Of `authorization`, `cookie` and `origin` nothing does. */
const toServer = [
  'accept',
  'last-event-id',
  'mcp-method',
  'mcp-name',
  'mcp-protocol-version',
  'mcp-session-id',
  'user-agent',
];
const fromServer = [
  'allow',
  'cache-control',
  'content-length',
  'content-type',
  'date',
  'mcp-protocol-version',
  'mcp-session-id',
  'retry-after',
];

/** The headers of the request that leaves. Its body is JSON because the boundary read it as JSON, and comes back unpacked to be metered. */
export function requestHeaders(
  from: IncomingHttpHeaders,
  credential: Readonly<Record<string, string>>,
  length: number,
): Record<string, string> {
  const { 'anthropic-beta': asked = '', ...rest } = kept(from, toProvider);
  const { 'anthropic-beta': own = '', ...secret } = credential;
  // What its credential takes is not the session's to leave out: the provider would call the login itself bad.
  const betas = new Set([own, betasOf(asked) ?? ''].flatMap((one) => one.split(',')).filter(Boolean));
  return {
    ...rest,
    ...(betas.size === 0 ? {} : { 'anthropic-beta': [...betas].join(',') }),
    'content-type': 'application/json',
    'content-length': String(length),
    'accept-encoding': 'identity',
    connection: 'close',
    ...secret,
  };
}

/** The headers of a call to an MCP server that leaves. */
export function callHeaders(
  from: IncomingHttpHeaders,
  credential: Readonly<Record<string, string>>,
  body: Buffer | null,
): Record<string, string> {
  return {
    ...kept(from, toServer),
    ...(body === null ? {} : { 'content-type': 'application/json', 'content-length': String(body.length) }),
    'accept-encoding': 'identity',
    connection: 'close',
    ...credential,
  };
}

/** The headers of the answer that a session gets; one that holds the secret is left out. */
export function answerHeaders(
  from: IncomingHttpHeaders,
  secret: string,
  who: 'provider' | 'server' = 'provider',
): Record<string, string> {
  const names = who === 'provider' ? toSession : fromServer;
  return Object.fromEntries(Object.entries(kept(from, names)).filter(([, value]) => !isIn(Buffer.from(value), secret)));
}

function kept(from: IncomingHttpHeaders, names: readonly string[]): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(from)) {
    const named = names.some((one) => (one.endsWith('-') ? name.startsWith(one) && name !== one : name === one));
    if (named && typeof value === 'string' && /^[\t\x20-\x7e]*$/.test(value)) {
      found[name] = value;
    }
  }
  return found;
}
