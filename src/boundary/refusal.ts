import type { Account } from './files.ts';

/** Why the boundary itself answers, and with which status. `why` is for the journal, `message` for whoever asked. */
export type Refusal = {
  readonly ok: false;
  readonly status: number;
  readonly why: string;
  readonly message: string;
  /** It asked for what no session may have, whatever it says in its place. */
  readonly forbidden?: true;
  /** Beside the usual ones. */
  readonly headers?: Readonly<Record<string, string>>;
  /** In place of the usual error. */
  readonly body?: unknown;
};

export function refusal(status: number, why: string, message: string = why): Refusal {
  return { ok: false, status, why, message: `Signalbox's boundary answers, not the model's provider: ${message}.` };
}

/** As an MCP client shows it. */
export function callRefusal(status: number, why: string, message: string = why): Refusal {
  const text = `Signalbox's boundary answers, not the MCP server: ${message}.`;
  return {
    ok: false,
    status,
    why,
    message: text,
    body: { jsonrpc: '2.0', id: null, error: { code: -32000, message: text } },
  };
}

/** Another model or path, a tool of the provider's, a faster tier. */
export const forbidden = (why: string, message?: string): Refusal => ({
  ...refusal(403, why, message),
  forbidden: true,
});

const anthropicTypes: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  408: 'timeout_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  431: 'request_too_large',
};

/** The error in the provider's own shape, so that its CLI shows the message. */
export function errorBody(provider: Account['provider'], { status, message, body }: Refusal): Buffer {
  return Buffer.from(
    JSON.stringify(
      body ??
        (provider === 'anthropic'
          ? { type: 'error', error: { type: anthropicTypes[status] ?? 'api_error', message } }
          : {
              error: {
                message,
                type: status < 500 ? 'invalid_request_error' : 'server_error',
                param: null,
                code: `boundary_${status}`,
              },
            }),
    ),
  );
}
