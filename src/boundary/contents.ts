import type { Account } from './files.ts';

type Json = Readonly<Record<string, unknown>>;

type Rules = {
  /** What a body may have at its top. All else is refused: what a provider adds tomorrow is no way out today. */
  readonly keys: readonly string[];
  /** Tools that the CLI runs itself. A server's tool would be a way out past the boundary. */
  readonly tool: (tool: Json) => boolean;
  /** The types that a conversation's items may have; null where they have none. */
  readonly items: readonly string[] | null;
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
    tool: ({ type }) =>
      type === undefined ||
      type === 'custom' ||
      (typeof type === 'string' && /^(bash|text_editor|memory)_\d{8}$/.test(type)),
    items: null,
    // `auto`, their default, takes priority capacity where the account has some.
    tiers: ['standard_only'],
  },
  openai: {
    keys: (
      'model input instructions max_output_tokens metadata stream stream_options temperature top_p text ' +
      'tool_choice tools parallel_tool_calls reasoning include store truncation prompt_cache_key ' +
      'prompt_cache_retention safety_identifier client_metadata service_tier'
    ).split(' '),
    // Codex searches among the tools of a server in the session itself; without a word the provider would.
    tool: ({ type, execution }) =>
      isOne(['function', 'custom', 'local_shell', 'apply_patch', 'namespace'], type) ||
      (type === 'tool_search' && execution === 'client'),
    // Of what OpenAI documents: said, thought, and called and answered in the session. Not what a provider's tool did, nor what lies there.
    items: (
      'message reasoning compaction configuration_update function_call function_call_output custom_tool_call ' +
      'custom_tool_call_output local_shell_call local_shell_call_output apply_patch_call apply_patch_call_output ' +
      'tool_search_call tool_search_output additional_tools'
    ).split(' '),
    tiers: ['default', 'auto'],
  },
};

const isOne = (list: readonly unknown[], value: unknown): boolean => list.includes(value);

/** Something else than a list is no tool. */
const inside = (tools: unknown): readonly unknown[] =>
  Array.isArray(tools)
    ? tools.map((one: unknown) => (isObject(one) && one['type'] === 'namespace' ? null : one))
    : [null];

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Why a body that names one of the session's models may not leave all the same; null when it may. */
export function unfitContents(provider: Account['provider'], body: Json): string | null {
  const { keys, tool, items, tiers } = rules[provider];
  const other = Object.keys(body).find((key) => !keys.includes(key));
  if (other !== undefined) return `${quoted(other)} is not among what a session may ask for`;
  if ('service_tier' in body && !isOne(tiers, body['service_tier']))
    return `the service tier ${quoted(body['service_tier'])} is not among a session's`;
  return (
    unfitTools(body['tools'], tool) ??
    unfitItems(body['input'], items) ??
    wayOut(body['messages'] ?? body['input'], tool) ??
    wayOut(body['system'] ?? body['instructions'], tool)
  );
}

/** Tools stand at the top, and in items of a conversation that bring more of them. */
function unfitTools(tools: unknown, tool: Rules['tool']): string | null {
  if (tools === undefined || tools === null) return null;
  if (!Array.isArray(tools)) return 'the tools are no list';
  // Codex puts what a server in the session offers under the server's name.
  const all = tools.flatMap((one: unknown): unknown[] =>
    isObject(one) && one['type'] === 'namespace' ? [one, ...inside(one['tools'])] : [one],
  );
  const server = all.find((one) => !isObject(one) || !tool(one));
  if (server === undefined) return null;
  return `the tool ${quoted(isObject(server) ? server['type'] : server)} is run by the provider, not by the session`;
}

function unfitItems(input: unknown, items: Rules['items']): string | null {
  if (items === null || input === undefined || typeof input === 'string') return null;
  if (!Array.isArray(input)) return 'the input is no list';
  for (const item of input as readonly unknown[]) {
    if (!isObject(item)) return `the input has ${quoted(item)} where an item belongs`;
    const { type, role, content, execution } = item;
    // Only a message may leave its type out; what is left out elsewhere may be a reference to what lies there.
    const isKnown = type === undefined ? typeof role === 'string' && content !== undefined : isOne(items, type);
    if (!isKnown) return `an item of type ${quoted(type)} is not among what a session may send`;
    if (isOne(['tool_search_call', 'tool_search_output'], type) && execution !== 'client')
      return `a ${quoted(type)} of the provider's is nothing of the session's own`;
  }
  return null;
}

/** What the provider would fetch, run, or read of what lies there already: a way out past the boundary. */
function wayOut(value: unknown, tool: Rules['tool']): string | null {
  if (Array.isArray(value)) return firstOf(value.map((one) => wayOut(one, tool)));
  if (!isObject(value)) return null;
  const { type, source, tools, ...rest } = value;
  // A tool call's input is the agent's own text, whatever it looks like.
  if (isOne(['tool_use', 'tool_search_call'], type)) return null;
  if (isObject(source) && (source['type'] === 'url' || source['type'] === 'file'))
    return `a ${quoted(type)} by ${source['type']} would be fetched by the provider`;
  if (isOne(notOurs, type)) return `a ${quoted(type)} is nothing of the session's own`;
  const link = ['image_url', 'file_url', 'file_id'].find((key) => {
    const at = value[key];
    return at !== undefined && at !== null && !(typeof at === 'string' && at.startsWith('data:'));
  });
  if (link !== undefined) return `${quoted(link)} would be fetched by the provider`;
  // A tool that comes later in a conversation of Anthropic's, or the name of one that was there.
  if (type === 'tool_addition') return unfitAddition(rest['tool'], tool);
  // What a tool takes is told as a schema: its names, however they look, are no links.
  return (
    unfitTools(tools, tool) ?? wayOut(source, tool) ?? firstOf(Object.values(rest).map((one) => wayOut(one, tool)))
  );
}

const notOurs = ['container_upload', 'item_reference', 'mcp_tool_use', 'mcp_tool_listing', 'server_tool_use'];

function unfitAddition(added: unknown, tool: Rules['tool']): string | null {
  if (isObject(added) && added['type'] === 'tool_reference') return null;
  if (isObject(added) && added['type'] === 'tool_definition') return unfitTools([added['definition']], tool);
  return `the tool ${quoted(isObject(added) ? added['type'] : added)} is run by the provider, not by the session`;
}

const firstOf = (found: readonly (string | null)[]): string | null => found.find((why) => why !== null) ?? null;

const quoted = (value: unknown): string => {
  const text: string | undefined = typeof value === 'string' ? value : JSON.stringify(value);
  return JSON.stringify((text ?? 'undefined').slice(0, 60));
};

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
