import { describe, expect, test } from 'vitest';
import { overage, refusal, windows } from '../../src/demo/provider.ts';
import { opensAt } from '../../src/boundary/resets.ts';
import { told } from '../../src/boundary/told.ts';
import type { Told } from '../../src/boundary/told.ts';
import type { Account } from '../../src/boundary/files.ts';

const now = Date.UTC(2026, 10, 20, 12);
const hour = 3_600_000;
const inAnHour = now / 1_000 + 3_600;
/** A reset in an hour, with slack. */
const opens = opensAt(now + hour, now);

type Provider = Account['provider'];
const u = 'anthropic-ratelimit-unified-';

function tell(
  provider: Provider,
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body: unknown = {},
  kind: Account['kind'] = 'subscription',
): Told {
  const served = status >= 200 && status <= 299;
  const bytes = typeof body === 'string' ? body : JSON.stringify(body);
  return told({ provider, kind }, { status, headers, body: served ? null : Buffer.from(bytes) }, now);
}

const failure = (type: string, message = '', more: object = {}): unknown => ({ error: { type, message, ...more } });

/** What Anthropic answered for a model whose own week was spent. */
const modelSpent = {
  [`${u}status`]: 'rejected',
  [`${u}reset`]: String(inAnHour + 86_400),
  [`${u}representative-claim`]: 'seven_day_overage_included',
  [`${u}5h-status`]: 'allowed',
  [`${u}5h-utilization`]: '0.0',
  [`${u}5h-reset`]: String(inAnHour),
  [`${u}7d-status`]: 'allowed',
  [`${u}7d-utilization`]: '0.69',
  [`${u}7d_oi-status`]: 'rejected',
  [`${u}7d_oi-utilization`]: '1.02',
  [`${u}7d_oi-reset`]: String(inAnHour),
};

describe('what shuts an account', () => {
  const spent = refusal('anthropic', '429', inAnHour);
  test.each([
    ['a spent window', 429, spent.headers, { why: 'quota', window: '5-hour window', until: opens }],
    [
      'two spent windows: the one that opens last',
      429,
      { ...spent.headers, [`${u}7d-status`]: 'rejected', [`${u}7d-reset`]: String(inAnHour + 7_200) },
      { why: 'quota', window: 'weekly window', until: opensAt(now + 3 * hour, now) },
    ],
    ['the week of one model', 429, modelSpent, { why: 'quota', window: 'weekly window of this model', until: opens }],
    [
      'no window by name',
      429,
      { [`${u}status`]: 'rejected', [`${u}reset`]: String(inAnHour), [`${u}representative-claim`]: 'seven_day' },
      { why: 'quota', window: 'weekly window', until: opens },
    ],
    [
      'a window unheard of',
      429,
      { [`${u}status`]: 'rejected', [`${u}representative-claim`]: 'a_month', 'retry-after': '3600' },
      { why: 'quota', window: null, until: opens },
    ],
    [
      'no time at all: a quarter of an hour',
      429,
      { [`${u}status`]: 'rejected' },
      { why: 'quota', window: null, until: now + hour / 4 },
    ],
    [
      'rejected and yet answered, by nobody knows whom',
      200,
      { [`${u}status`]: 'rejected', [`${u}reset`]: String(inAnHour) },
      { why: 'quota', window: null, until: opens },
    ],
    [
      'paid extra usage in use',
      200,
      overage('anthropic', inAnHour),
      { why: 'overage', window: '5-hour window', until: opens },
    ],
    [
      'rejected, and extra usage allowed',
      200,
      { ...spent.headers, [`${u}overage-status`]: 'allowed_warning' },
      { why: 'overage', window: '5-hour window', until: opens },
    ],
    [
      'extra usage without a time',
      200,
      { [`${u}overage-in-use`]: 'true' },
      { why: 'overage', window: null, until: null },
    ],
  ])('Anthropic: %s', (_, status, headers, shut) => {
    expect(tell('anthropic', status, headers).shut).toEqual(shut);
  });

  test.each([
    [401, failure('authentication_error'), 'login'],
    [403, failure('permission_error', 'OAuth token has been revoked. Please obtain a new token.'), 'login'],
    [400, failure('invalid_request_error', 'Your credit balance is too low to access the Anthropic API.'), 'billing'],
  ])('Anthropic: %i %j, for a subscription and for a key', (status, body, why) => {
    for (const kind of ['subscription', 'key'] as const) {
      expect(tell('anthropic', status, {}, body, kind).shut).toEqual({ why, window: null, until: null });
    }
  });

  test.each([
    [
      'a spent window',
      429,
      windows('openai', 1, inAnHour),
      failure('usage_limit_reached', '', { resets_at: inAnHour }),
      { why: 'quota', window: '5-hour window', until: opens },
    ],
    [
      'the body has the last word',
      429,
      windows('openai', 1, inAnHour + 7_200),
      failure('usage_limit_reached', '', { resets_in_seconds: 3_600 }),
      { why: 'quota', window: '5-hour window', until: opens },
    ],
    [
      'no time in the body',
      429,
      {
        'x-codex-primary-used-percent': '40',
        'x-codex-primary-window-minutes': '300',
        'x-codex-secondary-used-percent': '100',
        'x-codex-secondary-window-minutes': '10080',
        'x-codex-secondary-reset-after-seconds': '3600',
      },
      failure('usage_limit_reached'),
      { why: 'quota', window: 'weekly window', until: opens },
    ],
    [
      'no time anywhere',
      429,
      {},
      failure('usage_limit_reached', '', { resets_at: 'soon' }),
      { why: 'quota', window: null, until: now + hour / 4 },
    ],
    ['no such plan', 429, {}, failure('usage_not_included'), { why: 'billing', window: null, until: null }],
    [
      'no credit',
      429,
      {},
      { error: { type: null, code: 'insufficient_quota' } },
      { why: 'billing', window: null, until: null },
    ],
    ['an expired login', 401, {}, 'no JSON', { why: 'login', window: null, until: null }],
    [
      'a full window and bought credits',
      200,
      overage('openai', inAnHour),
      {},
      { why: 'overage', window: '5-hour window', until: opens },
    ],
  ])('OpenAI: %s', (_, status, headers, body, shut) => {
    expect(tell('openai', status, headers, body).shut).toEqual(shut);
  });
});

describe('what shuts nothing', () => {
  test.each([
    ['anthropic', 429, {}, failure('rate_limit_error')],
    ['anthropic', 429, { 'retry-after': '7200' }, failure('rate_limit_error')],
    ['anthropic', 529, {}, failure('overloaded_error')],
    ['anthropic', 500, { [`${u}status`]: 'rejected' }, failure('api_error')],
    ['anthropic', 400, { [`${u}status`]: 'rejected' }, failure('invalid_request_error', 'prompt is too long')],
    ['anthropic', 403, {}, failure('permission_error', 'no such model')],
    ['anthropic', 429, {}, 'credit balance is too low'],
    // The provider repeats what the session asked for.
    ['anthropic', 400, {}, failure('invalid_request_error', "Input tag 'Your credit balance is too low' found")],
    ['anthropic', 403, {}, failure('permission_error', "no such model: 'OAuth token has been revoked'")],
    ['anthropic', 200, windows('anthropic', 0.99, inAnHour), {}],
    // Served out of the general windows although this one is spent.
    ['anthropic', 200, { ...modelSpent, [`${u}status`]: 'allowed' }, {}],
    ['anthropic', 200, { ...windows('anthropic', 0.5, inAnHour), [`${u}overage-status`]: 'allowed' }, {}],
    ['openai', 429, windows('openai', 1, inAnHour), failure('rate_limit_exceeded')],
    ['openai', 429, {}, 'usage_limit_reached'],
    ['openai', 503, {}, failure('usage_limit_reached')],
    ['openai', 200, windows('openai', 1, inAnHour), {}],
    ['openai', 200, { ...windows('openai', 0.5, inAnHour), 'x-codex-credits-has-credits': 'true' }, {}],
    ['openai', 500, overage('openai', inAnHour), {}],
  ] as const)('%s %i %j %j', (provider, status, headers, body) => {
    expect(tell(provider, status, headers, body).shut).toBeNull();
  });

  test('of a paid key: no 429, whatever it says of windows', () => {
    const { headers } = refusal('anthropic', '429', inAnHour);
    expect(tell('anthropic', 429, headers, {}, 'key')).toEqual({ shut: null, windows: [] });
    const body = failure('usage_limit_reached', '', { resets_at: inAnHour });
    expect(tell('openai', 429, windows('openai', 1, inAnHour), body, 'key')).toEqual({ shut: null, windows: [] });
    expect(tell('anthropic', 200, overage('anthropic', inAnHour), {}, 'key').shut).toBeNull();
  });
});

describe('windows', () => {
  test('of Anthropic', () => {
    expect(tell('anthropic', 200, modelSpent).windows).toEqual([
      { name: '5-hour window', used: 0, until: inAnHour * 1_000, status: 'allowed' },
      { name: 'weekly window', used: 0.69, until: null, status: 'allowed' },
      { name: 'weekly window of this model', used: 1, until: inAnHour * 1_000, status: 'rejected' },
    ]);
  });

  test('of ChatGPT, named by their length', () => {
    const named = (minutes: string): unknown =>
      tell('openai', 200, { 'x-codex-primary-used-percent': '12.5', 'x-codex-primary-window-minutes': minutes })
        .windows;
    expect(named('300')).toEqual([{ name: '5-hour window', used: 0.125, until: null, status: '' }]);
    expect(named('299')).toMatchObject([{ name: '5-hour window' }]);
    expect(named('10080')).toMatchObject([{ name: 'weekly window' }]);
    expect(named('43200')).toMatchObject([{ name: '30-day window' }]);
    expect(named('0')).toEqual([]);
  });

  test('what is no number is no window', () => {
    expect(tell('anthropic', 200, { [`${u}5h-utilization`]: 'much', [`${u}7d-utilization`]: '-1' }).windows).toEqual(
      [],
    );
    expect(tell('openai', 200, { 'x-codex-primary-used-percent': '' }).windows).toEqual([]);
  });
});

describe('when it opens', () => {
  test.each([
    ['a reset soon: two seconds later, and a little', now + 1_000, now + 3_010],
    ['a reset in a week: a minute later', now + 168 * hour, now + 168 * hour + 60_000],
    ['a reset that has passed: in a minute', now - 1, now + 60_000],
    ['a reset in a year, or told in other units: in eight days', now * 1_000, now + 192 * hour + 60_000],
    ['none told: in a quarter of an hour', null, now + hour / 4],
  ])('%s', (_, reset, until) => {
    expect(opensAt(reset, now)).toBe(until);
  });
});
