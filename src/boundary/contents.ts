import type { Account } from './files.ts';

type Rules = {
  /** What a body may have at its top. All else is refused: what a provider adds tomorrow is no way out today. */
  readonly keys: readonly string[];
  /** Tools that the CLI runs itself. A server's tool would be a way out past the boundary. */
  readonly tool: (type: unknown) => boolean;
  /** Values that cost more or leave the provider's ordinary service. */
  readonly tiers: readonly string[];
};

/** As Claude Code 2.1.329 and Codex 0.169.0 send them, with the harmless rest of what their providers document. */
const rules: Readonly<Record<Account['provider'], Rules>> = {
  anthropic: {
    keys: (
      'model messages system max_tokens metadata stream stop_sequences temperature top_k top_p ' +
      'thinking tool_choice tools context_management output_config output_format cache_control ' +
      'service_tier'
    ).split(' '),
    tool: (type) =>
      type === undefined ||
      type === 'custom' ||
      (typeof type === 'string' && /^(bash|text_editor|memory)_\d{8}$/.test(type)),
    // `auto`, their default, takes priority capacity where the account has some.
    tiers: ['standard_only'],
  },
  openai: {
    keys: (
      'model input instructions max_output_tokens metadata stream stream_options temperature top_p text ' +
      'tool_choice tools parallel_tool_calls reasoning include store truncation prompt_cache_key ' +
      'prompt_cache_retention safety_identifier client_metadata service_tier'
    ).split(' '),
    tool: (type) => ['function', 'custom', 'local_shell', 'apply_patch', 'namespace'].includes(String(type)),
    tiers: ['default', 'auto'],
  },
};

/** Something else than a list is no tool. */
const inside = (tools: unknown): readonly unknown[] =>
  Array.isArray(tools)
    ? tools.map((one: unknown) => (isObject(one) && one['type'] === 'namespace' ? null : one))
    : [null];

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Why a body that names one of the session's models may not leave all the same; null when it may. */
export function unfitContents(provider: Account['provider'], body: Readonly<Record<string, unknown>>): string | null {
  const { keys, tool, tiers } = rules[provider];
  const other = Object.keys(body).find((key) => !keys.includes(key));
  if (other !== undefined) return `${quoted(other)} is not among what a session may ask for`;
  if ('service_tier' in body && !tiers.includes(String(body['service_tier'])))
    return `the service tier ${quoted(body['service_tier'])} is not among a session's`;
  const tools: unknown = body['tools'] ?? [];
  if (!Array.isArray(tools)) return 'the tools are no list';
  // Codex puts what a server in the session offers under the server's name.
  const all = tools.flatMap((one: unknown): unknown[] =>
    isObject(one) && one['type'] === 'namespace' ? [one, ...inside(one['tools'])] : [one],
  );
  const server = all.find((one) => !isObject(one) || !tool(one['type']));
  if (server !== undefined)
    return `the tool ${quoted(isObject(server) ? server['type'] : server)} is run by the provider, not by the session`;
  return fetched(body['messages'] ?? body['input']) ?? fetched(body['system'] ?? body['instructions']);
}

/** What the provider would fetch, or read of what lies there already: a way out past the boundary. */
function fetched(value: unknown): string | null {
  if (Array.isArray(value)) return firstOf(value.map(fetched));
  if (!isObject(value)) return null;
  const { type, source } = value;
  // A tool call's input is the agent's own text, whatever it looks like.
  if (type === 'tool_use') return null;
  if (isObject(source) && (source['type'] === 'url' || source['type'] === 'file'))
    return `a ${quoted(type)} by ${source['type']} would be fetched by the provider`;
  if (['container_upload', 'item_reference', 'mcp_tool_use', 'server_tool_use'].includes(String(type)))
    return `a ${quoted(type)} is nothing of the session's own`;
  const link = ['image_url', 'file_url', 'file_id'].find((key) => {
    const at = value[key];
    return at !== undefined && at !== null && !(typeof at === 'string' && at.startsWith('data:'));
  });
  if (link !== undefined) return `${quoted(link)} would be fetched by the provider`;
  return firstOf(Object.values(value).map(fetched));
}

const firstOf = (found: readonly (string | null)[]): string | null => found.find((why) => why !== null) ?? null;

const quoted = (value: unknown): string => JSON.stringify(String(value).slice(0, 60));

/** What of `anthropic-beta` may leave: changes to how an answer is told, none to what the provider does for it. */
const betas: readonly string[] = [
  'claude-code-',
  'oauth-',
  'interleaved-thinking-',
  'context-management-',
  'per-turn-control-',
  'mid-conversation-tool-changes-',
  'thinking-token-count-',
  'effort-',
  'thinking-display-updates-',
  'extended-cache-ttl-',
  'prompt-caching-',
  'fine-grained-tool-streaming-',
  'structured-outputs-',
  'token-efficient-tools-',
];

/** The betas of a header that may leave; null when none is left. */
export function betasOf(header: string): string | null {
  const kept = header
    .split(',')
    .map((beta) => beta.trim())
    .filter((beta) =>
      betas.some((name) => beta.startsWith(name) && /^\d{4}-?\d{2}-?\d{2}$/.test(beta.slice(name.length))),
    );
  return kept.length === 0 ? null : kept.join(',');
}
