import { expect, test } from 'vitest';
import type { Account } from '../../src/boundary/files.ts';
import { route } from '../../src/boundary/routes.ts';

function account(provider: Account['provider'], kind: Account['kind'], upstream?: string): Account {
  return { provider, kind, credentialFile: '/x', ...(upstream === undefined ? {} : { upstream }) };
}

test.each([
  [account('anthropic', 'subscription'), '/anthropic/v1/messages', 'https://api.anthropic.com/v1/messages'],
  [account('anthropic', 'key'), '/anthropic/v1/messages?beta=true', 'https://api.anthropic.com/v1/messages?beta=true'],
  [account('openai', 'key'), '/openai/v1/responses', 'https://api.openai.com/v1/responses'],
  [account('openai', 'subscription'), '/openai/v1/responses', 'https://chatgpt.com/backend-api/codex/responses'],
  [
    account('openai', 'subscription', 'http://127.0.0.1:1/a/'),
    '/openai/v1/responses',
    'http://127.0.0.1:1/a/v1/responses',
  ],
  [
    account('anthropic', 'key', 'https://relay.example//'),
    '/anthropic/v1/messages',
    'https://relay.example/v1/messages',
  ],
])('%o %s', (account, target, url) => {
  expect(route(account, 'POST', target)?.href).toBe(url);
  expect(route(account, 'GET', target)).toBe(null);
  expect(route(account, 'post', target)).toBe(null);
  expect(route(account, undefined, undefined)).toBe(null);
});

test.each(['constructor', '__proto__', '', '/'])('%j is no route', (target) => {
  expect(route(account('anthropic', 'key'), 'POST', target)).toBe(null);
});
