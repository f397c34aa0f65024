import type { Account } from './files.ts';

type Provider = Account['provider'];

/** The only requests there are: request target, byte for byte → path below the upstream. All are POST. */
const routes: Readonly<Record<Provider, ReadonlyMap<string, string>>> = {
  anthropic: new Map([
    ['/anthropic/v1/messages', '/v1/messages'],
    ['/anthropic/v1/messages?beta=true', '/v1/messages?beta=true'],
  ]),
  openai: new Map([['/openai/v1/responses', '/v1/responses']]),
};

const ownUpstream: Readonly<Record<Provider, string>> = {
  anthropic: 'https://api.anthropic.com',
  openai: 'https://api.openai.com',
};

/** A ChatGPT subscription is served here alone; api.openai.com would bill. */
const chatgpt = 'https://chatgpt.com/backend-api/codex/responses';

/** Where a request goes; null when there is no such route for this account. `target` is what stood in the request line. */
export function route(account: Account, method: string | undefined, target: string | undefined): URL | null {
  const path = method === 'POST' ? routes[account.provider].get(target ?? '') : undefined;
  if (path === undefined) {
    return null;
  }
  if (account.upstream === undefined && account.provider === 'openai' && account.kind === 'subscription') {
    return new URL(chatgpt);
  }
  return new URL((account.upstream ?? ownUpstream[account.provider]).replace(/\/+$/, '') + path);
}

/** Whether a request is for an MCP server, whatever stands behind that. */
export const isCall = (target: string | undefined): boolean => /^\/mcp(?:[/?#]|$)/.test(target ?? '');

/** Which of the session's MCP servers a request is for; null when there is no such route. */
export function calledServer(
  servers: readonly string[],
  method: string | undefined,
  target: string | undefined,
): string | null {
  const isMethod = method === 'POST' || method === 'GET' || method === 'DELETE';
  return (isMethod && servers.find((name) => target === `/mcp/${name}`)) || null;
}
