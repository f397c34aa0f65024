import { describe, expect, it } from 'vitest';
import { betasOf, unfitContents } from '../../src/boundary/contents.ts';

const claude = { model: 'claude-opus-5-5', max_tokens: 8, messages: [], stream: true };
const codex = { model: 'gpt-6.1-sol', input: [], stream: true, store: false };
const image = (source: object): object => ({ messages: [{ role: 'user', content: [{ type: 'image', source }] }] });

const more = (tools: unknown): object => ({ type: 'additional_tools', role: 'developer', tools });
const found = (tools: unknown, execution = 'client'): object => ({ type: 'tool_search_output', execution, tools });
const named = (tools: unknown): object => ({ type: 'namespace', name: 'functions', tools });
const added = (tool: unknown): object => ({
  messages: [{ role: 'system', content: [{ type: 'tool_addition', tool }] }],
});

describe('a way out through the provider', () => {
  it.each([
    ['web search', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }, 'web_search_20250305'],
    ['web fetch', { tools: [{ type: 'web_fetch_20250910', name: 'web_fetch' }] }, 'web_fetch_20250910'],
    ['code execution', { tools: [{ type: 'code_execution_20250825', name: 'x' }] }, 'code_execution'],
    ['a set of MCP tools', { tools: [{ type: 'mcp_toolset', mcp_server_name: 'x' }] }, 'mcp_toolset'],
    ['a server tool behind a good one', { tools: [{ name: 'Read' }, { type: 'web_search_20260209' }] }, 'web_search'],
    ['tools that are no objects', { tools: ['web_search'] }, 'web_search'],
    ['tools that are no list', { tools: { type: 'web_search' } }, 'no list'],
    ['MCP servers', { mcp_servers: [{ type: 'url', url: 'https://example.org', name: 'x' }] }, 'mcp_servers'],
    ['a container', { container: 'c1' }, 'container'],
    ['a fast tier', { speed: 'fast' }, 'speed'],
    ['a priority tier', { service_tier: 'auto' }, 'tier'],
    ['a tier that is no word', { service_tier: { toString: 1, valueOf: 1 } }, 'tier'],
    ['a list with a tier', { service_tier: ['standard_only'] }, 'tier'],
    ['a tool whose type is no word', { tools: [{ type: { toString: 1, valueOf: 1 } }] }, 'run by the provider'],
    ['an image by URL', image({ type: 'url', url: 'https://example.org/?secret' }), 'fetched'],
    ['a file of the account', image({ type: 'file', file_id: 'f1' }), 'fetched'],
    [
      'an upload to a container',
      { messages: [{ content: [{ type: 'container_upload', file_id: 'f' }] }] },
      'container_upload',
    ],
    [
      'a URL deep in a tool result',
      {
        messages: [
          { content: [{ type: 'tool_result', content: [{ type: 'document', source: { type: 'url', url: 'x' } }] }] },
        ],
      },
      'fetched',
    ],
    ['a URL in the system prompt', { system: [{ type: 'document', source: { type: 'url', url: 'x' } }] }, 'fetched'],
    ['what nobody knows yet', { teleport: true }, 'teleport'],
    [
      'a tool that comes later',
      added({ type: 'tool_definition', definition: { type: 'web_fetch_20250910' } }),
      'fetch',
    ],
    ['a toolset that comes later', added({ type: 'mcp_toolset_reference', server_name: 'x' }), 'mcp_toolset'],
    ['a tool that comes later, bare', added({ type: 'web_search_20250305', name: 'web_search' }), 'web_search'],
    ['nothing that comes later', added(null), 'null'],
    ['tools in a message', { messages: [{ content: [{ tools: [{ type: 'web_search_20250305' }] }] }] }, 'web_search'],
  ])('Anthropic, %s: refused, and named', (_name, more, says) => {
    expect(unfitContents('anthropic', { ...claude, ...more })).toContain(says);
  });

  it.each([
    ['web search', { tools: [{ type: 'web_search' }] }, 'web_search'],
    ['files', { tools: [{ type: 'file_search', vector_store_ids: ['v'] }] }, 'file_search'],
    ['an interpreter', { tools: [{ type: 'code_interpreter', container: { type: 'auto' } }] }, 'code_interpreter'],
    ['MCP', { tools: [{ type: 'mcp', server_url: 'https://example.org' }] }, 'mcp'],
    ['a tool without a type', { tools: [{ name: 'x' }] }, 'run by the provider'],
    ['work in the background', { background: true }, 'background'],
    ['a priority tier', { service_tier: 'priority' }, 'tier'],
    ['an earlier answer', { previous_response_id: 'r1' }, 'previous_response_id'],
    ['a stored prompt', { prompt: { id: 'p1' } }, 'prompt'],
    ['a stored conversation', { conversation: 'c1' }, 'conversation'],
    [
      'an image by URL',
      { input: [{ role: 'user', content: [{ type: 'input_image', image_url: 'https://example.org' }] }] },
      'image_url',
    ],
    [
      'a file by URL',
      { input: [{ role: 'user', content: [{ type: 'input_file', file_url: 'https://example.org' }] }] },
      'file_url',
    ],
    ['a file by id', { input: [{ role: 'user', content: [{ type: 'input_file', file_id: 'f1' }] }] }, 'file_id'],
    ['an item that lies there', { input: [{ type: 'item_reference', id: 'i1' }] }, 'item_reference'],
    ['an item without a type', { input: [{ id: 'i1' }] }, 'undefined'],
    ['an item without a type that has a role', { input: [{ id: 'i1', role: 'user' }] }, 'undefined'],
    ['an item whose type is null', { input: [{ type: null, id: 'i1' }] }, 'null'],
    ['an item whose type is a list', { input: [{ type: ['message'], id: 'i1' }] }, 'message'],
    ['an item that is no object', { input: ['i1'] }, 'i1'],
    ['an input that is an object', { input: { type: 'item_reference', id: 'i1' } }, 'no list'],
    ['what a tool of the provider did', { input: [{ type: 'web_search_call', id: 'w' }] }, 'web_search_call'],
    ['a program that the provider runs', { input: [{ type: 'program', code: 'fetch()' }] }, 'program'],
    ['an approval for a server', { input: [{ type: 'mcp_approval_response', approve: true }] }, 'mcp_approval'],
    ["a search of the provider's", { tools: [{ type: 'tool_search' }] }, 'tool_search'],
    ["a search of the provider's, called", { input: [{ type: 'tool_search_call', arguments: {} }] }, 'tool_search'],
    ["a search of the provider's, answered", { input: [found([{ type: 'function' }], 'server')] }, 'tool_search'],
    ['MCP among more tools', { input: [more([{ type: 'mcp', server_url: 'https://example.org' }])] }, '"mcp"'],
    ['web search among more tools', { input: [more([{ type: 'function' }, { type: 'web_search' }])] }, 'web_search'],
    ['web search under a name', { input: [more([named([{ type: 'web_search' }])])] }, 'run by the provider'],
    ['more tools that are no list', { input: [more({ type: 'mcp' })] }, 'no list'],
    ['MCP among tools that were found', { input: [found([{ type: 'mcp', server_url: 'x' }])] }, '"mcp"'],
    ['tools in a message', { input: [{ role: 'user', content: [{ tools: [{ type: 'mcp' }] }] }] }, '"mcp"'],
  ])('OpenAI, %s: refused, and named', (_name, more, says) => {
    expect(unfitContents('openai', { ...codex, ...more })).toContain(says);
  });
});

describe('what the CLIs send', () => {
  it('Claude Code: its own tools, thinking, images as data, and whatever a tool is called with', () => {
    const body = {
      ...claude,
      system: [{ type: 'text', text: 'You are' }],
      metadata: { user_id: 'u' },
      thinking: { type: 'adaptive', display: 'updates' },
      context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
      output_config: { effort: 'medium' },
      tools: [
        { name: 'Read', input_schema: {} },
        { type: 'custom', name: 'Edit' },
        { type: 'bash_20250124', name: 'bash' },
      ],
      messages: [
        {
          role: 'assistant',
          content: [{ type: 'tool_use', input: { image_url: 'https://example.org', source: { type: 'url' } } }],
        },
        {
          role: 'user',
          content: [{ type: 'tool_result', content: [{ type: 'image', source: { type: 'base64', data: '' } }] }],
        },
        {
          role: 'system',
          content: [
            { type: 'tool_addition', tool: { type: 'tool_definition', definition: { name: 'mcp__words__count' } } },
            { type: 'tool_addition', tool: { type: 'tool_reference', name: 'Read' } },
          ],
        },
      ],
    };
    expect(unfitContents('anthropic', body)).toBeNull();
  });

  it('Codex: functions, reasoning that is encrypted, a schema, images as data', () => {
    const body = {
      ...codex,
      tools: [
        { type: 'function', name: 'exec_command' },
        { type: 'custom', name: 'apply_patch' },
        { type: 'namespace', name: 'mcp__words', tools: [{ type: 'function', name: 'count' }] },
      ],
      tool_choice: 'auto',
      parallel_tool_calls: true,
      reasoning: { effort: 'high', summary: 'auto' },
      include: ['reasoning.encrypted_content'],
      prompt_cache_key: 'k',
      text: { format: { type: 'json_schema' } },
      client_metadata: { thread_id: 't' },
      input: [{ type: 'function_call_output', output: [{ type: 'input_image', image_url: 'data:image/png;base64,' }] }],
    };
    expect(unfitContents('openai', body)).toBeNull();
  });
});

describe('the ways of Codex 0.169.0 to bring tools', () => {
  const takesLinks = { type: 'function', name: 'count', parameters: { properties: { image_url: { type: 'string' } } } };

  it('a model that it knows: more tools in the input, one of which runs code in the session', () => {
    const input = [
      more([named([{ type: 'custom', name: 'exec' }, takesLinks]), named([{ type: 'function', name: 'sleep' }])]),
      { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'You are' }] },
      { role: 'user', content: 'Mend it' },
      { type: 'reasoning', summary: [], content: null, encrypted_content: 'x' },
      { type: 'custom_tool_call', call_id: 'c', name: 'exec', input: 'https://example.org' },
      { type: 'custom_tool_call_output', call_id: 'c', output: [{ type: 'input_text', text: '' }] },
      { type: 'function_call', call_id: 'd', name: 'wait', arguments: '{}' },
      { type: 'compaction', encrypted_content: 'x' },
    ];
    expect(unfitContents('openai', { ...codex, input })).toBeNull();
  });

  it('a search of its own among the tools of a server in the session', () => {
    const call = { type: 'tool_search_call', call_id: 'c', execution: 'client', arguments: { image_url: 'x' } };
    const input = [call, found([named([takesLinks])])];
    const tools = [{ type: 'tool_search', execution: 'client', parameters: {} }];
    expect(unfitContents('openai', { ...codex, tools, input })).toBeNull();
  });

  it('words alone', () => {
    expect(unfitContents('openai', { ...codex, input: 'Mend it' })).toBeNull();
  });
});

describe('betas', () => {
  it('lets those through that change how an answer is told', () => {
    const sent = 'claude-code-20250219,oauth-2025-04-20,effort-2025-11-24,thinking-token-count-2026-05-13';
    expect(betasOf(sent)).toBe(sent);
  });

  it.each([
    ['code-execution-2025-08-25,effort-2025-11-24', 'effort-2025-11-24'],
    ['mcp-client-2025-11-20, files-api-2025-04-14', null],
    ['fast-mode-2026-02-01', null],
    ['effort-2025-11-24-and-more', null],
    ['', null],
  ])('%s → %s', (sent, kept) => {
    expect(betasOf(sent)).toBe(kept);
  });
});

it.each([
  ['a server tool', [{ type: 'web_search' }], 'web_search'],
  [
    'a server tool beside a function',
    [
      { type: 'function', name: 'f' },
      { type: 'mcp', server_url: 'https://x' },
    ],
    'mcp',
  ],
  ['another namespace', [{ type: 'namespace', name: 'n', tools: [{ type: 'web_search' }] }], 'null'],
  ['no list', { type: 'web_search' }, 'null'],
  ['nothing', undefined, 'null'],
])('a namespace with %s in it is refused', (_name, inner, says) => {
  const tools = [{ type: 'namespace', name: 'mcp__words', tools: inner }];
  expect(unfitContents('openai', { ...codex, tools })).toContain(`the tool "${says}" is run by the provider`);
});
