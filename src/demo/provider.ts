/** Which of the two model APIs a request is for. */
export type Api = 'anthropic' | 'openai';

/** An answer of the service that is no model's. */
export type Refusal = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
};

const HOUR = 3600;

/**
 * The headers by which a subscription tells its windows: `used` of the five hours from 0 to 1, `resetsAt` in seconds since the epoch.
 * Names and values as Claude Code 2.1.329 and Codex 0.169.0 read them.
 */
export function windows(api: Api, used: number, resetsAt: number): Readonly<Record<string, string>> {
  const week = resetsAt + 72 * HOUR;
  if (api === 'openai') {
    return {
      'x-codex-primary-used-percent': String(used * 100),
      'x-codex-primary-window-minutes': '300',
      'x-codex-primary-reset-at': String(resetsAt),
      'x-codex-secondary-used-percent': '5',
      'x-codex-secondary-window-minutes': '10080',
      'x-codex-secondary-reset-at': String(week),
    };
  }
  const status = used >= 1 ? 'rejected' : 'allowed';
  return {
    'anthropic-ratelimit-unified-status': status,
    'anthropic-ratelimit-unified-reset': String(resetsAt),
    'anthropic-ratelimit-unified-representative-claim': 'five_hour',
    'anthropic-ratelimit-unified-5h-status': status,
    'anthropic-ratelimit-unified-5h-reset': String(resetsAt),
    'anthropic-ratelimit-unified-5h-utilization': String(used),
    'anthropic-ratelimit-unified-7d-status': 'allowed',
    'anthropic-ratelimit-unified-7d-reset': String(week),
    'anthropic-ratelimit-unified-7d-utilization': '0.05',
  };
}

/** The headers of an answer that somebody pays for: the window is spent, and extra usage is bought. */
export function overage(api: Api, resetsAt: number): Readonly<Record<string, string>> {
  if (api === 'openai')
    return {
      ...windows(api, 1, resetsAt),
      'x-codex-credits-has-credits': 'True',
      'x-codex-credits-unlimited': 'False',
      'x-codex-credits-balance': '100',
    };
  return {
    ...windows(api, 1, resetsAt),
    'anthropic-ratelimit-unified-status': 'allowed_warning',
    'anthropic-ratelimit-unified-overage-status': 'allowed',
    'anthropic-ratelimit-unified-overage-in-use': 'true',
    'anthropic-ratelimit-unified-overage-reset': String(resetsAt + 240 * HOUR),
  };
}

/** How the service refuses. `resetsAt`, in seconds since the epoch, is for 429. */
export function refusal(api: Api, kind: '401' | '429' | '529', resetsAt: number): Refusal {
  if (kind === '429') {
    const closed: Readonly<Record<string, string>> =
      api === 'openai'
        ? {}
        : {
            'anthropic-ratelimit-unified-overage-status': 'rejected',
            'anthropic-ratelimit-unified-overage-disabled-reason': 'org_level_disabled',
            'retry-after': String(Math.max(0, resetsAt - Math.floor(Date.now() / 1000))),
          };
    return { status: 429, headers: { ...windows(api, 1, resetsAt), ...closed }, body: spent(api, resetsAt) };
  }
  return { ...refusals[api][kind], headers: {} };
}

/** OpenAI has no 529: it says the same with a 503. */
const refusals: Readonly<Record<Api, Readonly<Record<'401' | '529', Omit<Refusal, 'headers'>>>>> = {
  anthropic: {
    '401': {
      status: 401,
      body: anthropicError('authentication_error', 'OAuth token has expired. Please obtain a new token.'),
    },
    '529': { status: 529, body: anthropicError('overloaded_error', 'Overloaded') },
  },
  openai: {
    '401': {
      status: 401,
      body: {
        error: { message: 'Your authentication token has expired. Please sign in again.', code: 'token_expired' },
      },
    },
    '529': {
      status: 503,
      body: {
        error: {
          message: 'Our servers are currently overloaded. Please try again later.',
          code: 'server_is_overloaded',
        },
      },
    },
  },
};

function spent(api: Api, resetsAt: number): unknown {
  return api === 'anthropic'
    ? anthropicError('rate_limit_error', "This request would exceed your account's rate limit. Please try again later.")
    : {
        error: {
          type: 'usage_limit_reached',
          message: 'The usage limit has been reached',
          plan_type: 'plus',
          resets_at: resetsAt,
          resets_in_seconds: Math.max(0, resetsAt - Math.floor(Date.now() / 1000)),
        },
      };
}

function anthropicError(type: string, message: string): unknown {
  return { type: 'error', error: { type, message } };
}
