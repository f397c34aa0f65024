import { z } from 'zod';
import type { Extra } from '../../chain/extras.ts';
import type { Refusal } from '../../chain/ports.ts';
import type { RecordLine } from '../../worker/files.ts';
import { BOUNDARY_PORT, IN, STATE } from '../../worker/files.ts';
import { HOOK } from './agent.ts';
import type { Agent, Launch, Said } from './agent.ts';
import { calm, identity, isDeeper, isServer, json, remark, serverOf, serverUrl } from './identity.ts';

/** Claude Code (2.1.329) in its two-way print mode: one process a conversation, heard in mid-turn. */
export const claude: Agent = { hears: 'now', launch, reader, lacks };

/** Every tool, also those of agents that the agent starts. */
const hooks = JSON.stringify({
  // What a session writes into its own settings counts less than this.
  disableAllHooks: false,
  hooks: {
    PreToolUse: [{ matcher: '*', hooks: [{ type: 'command', command: HOOK.command, timeout: HOOK.seconds }] }],
  },
});

function launch({ conversation, access, asks, settings, handoff, extras }: Launch): ReturnType<Agent['launch']> {
  const servers = extras.filter(isServer);
  const plugins = extras.filter((extra) => !isServer(extra));
  const reached = servers.map((server) =>
    server.kind === 'mcp'
      ? [server.name, serverOf(server)]
      : [server.name, { type: 'http', url: serverUrl(server.name) }],
  );
  const skill = plugins.length === 0 ? [] : ['Skill'];
  const allowed = [...skill, ...servers.map(({ name }) => `mcp__${name}`)];
  const reads = ['Read,Grep,Glob', ...(asks ? ['AskUserQuestion'] : []), ...skill].join(',');
  // Where people are asked, what may not be done without leave is asked of the worker, which gives none: only questions go on to them.
  const otherwise = asks ? ['--permission-prompt-tool', 'stdio'] : ['--permission-mode', 'dontAsk'];
  const rights =
    access === 'write'
      ? ['--dangerously-skip-permissions', '--disallowedTools', 'AskUserQuestion', '--settings', hooks]
      : ['--tools', reads, ...otherwise].concat(allowed.length === 0 ? [] : ['--allowedTools', allowed.join(',')]);
  const argv = ['claude', '-p', '--input-format', 'stream-json', '--output-format', 'stream-json', '--verbose'].concat(
    // Whoever talks with it sees it write.
    asks ? ['--include-partial-messages'] : [],
    // Reading outside the checkout is denied otherwise.
    ['--add-dir', `${IN}/files`],
    rights,
    // A repository's own settings never run: a committed hook rewrote a reviewer's verdict.
    ['--setting-sources', 'user'],
    // Nor do the servers that it names.
    ['--strict-mcp-config', '--mcp-config', JSON.stringify({ mcpServers: Object.fromEntries(reached) })],
    plugins.flatMap(({ name }) => ['--plugin-dir', `/extras/${name}`]),
    ['--json-schema', JSON.stringify(handoff)],
    ['--model', settings.model, '--effort', settings.effort],
  );
  const env = {
    ...identity,
    ...calm,
    ANTHROPIC_BASE_URL: `http://127.0.0.1:${BOUNDARY_PORT}/anthropic`,
    CLAUDE_CODE_OAUTH_TOKEN: 'the-boundary-adds-it',
    CLAUDE_CONFIG_DIR: `${STATE}/claude`,
    // Any side request is for the one model that the boundary lets through.
    ANTHROPIC_DEFAULT_HAIKU_MODEL: settings.model,
    CLAUDE_CODE_MAX_RETRIES: '3',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    DISABLE_TELEMETRY: '1',
  };
  return {
    start: [...argv, '--session-id', conversation],
    resume: [...argv, '--resume', conversation],
    env,
    files: {},
    mounts: {},
  };
}

const Block = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  name: z.string().optional(),
  input: z.unknown().optional(),
});

const Line = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('assistant'),
    message: z.object({ content: z.array(Block) }),
    error: z.string().optional(),
    api_error: z.unknown().optional(),
  }),
  z.object({
    type: z.literal('rate_limit_event'),
    rate_limit_info: z.object({ status: z.string(), resetsAt: z.number().optional() }),
  }),
  z.object({
    type: z.literal('result'),
    is_error: z.boolean(),
    api_error_status: z.number().nullish(),
    result: z.string().optional(),
    errors: z.array(z.string()).optional(),
    terminal_reason: z.string().optional(),
    structured_output: z.unknown().optional(),
  }),
]);
type Result = Extract<z.infer<typeof Line>, { type: 'result' }>;

function reader(): ReturnType<Agent['reader']> {
  let until: number | null = null;
  let error = '';
  let limit = false;
  return ({ src, line }) => {
    if (src !== 'cli') return [];
    const read = Line.safeParse(json(line));
    if (!read.success) return [];
    const said = read.data;
    switch (said.type) {
      case 'rate_limit_event': {
        const { status, resetsAt } = said.rate_limit_info;
        if (status === 'rejected') until = resetsAt === undefined ? null : resetsAt * 1000;
        return [];
      }
      case 'assistant':
        if (said.error === undefined) return said.message.content.flatMap(shown);
        error = said.error;
        limit = !isDeeper(said.api_error, 8) && JSON.stringify(said.api_error ?? '').includes('usage_limit_reached');
        return [];
      case 'result': {
        const end = ended(said, error, limit, until);
        [until, error, limit] = [null, '', false];
        return [end];
      }
    }
  };
}

function shown({ type, text, name, input }: z.infer<typeof Block>): readonly Said[] {
  if (type === 'text' && text?.trim()) return [...remark(text), { kind: 'spoke', text }];
  if (type !== 'tool_use' || name === 'StructuredOutput' || name === 'AskUserQuestion') return [];
  const of = z.record(z.string(), z.unknown()).safeParse(input).data ?? {};
  const what = of['file_path'] ?? of['command'] ?? of['pattern'] ?? '';
  return remark(`${name} ${typeof what === 'string' ? what : ''}`);
}

/** `subtype` says success for every failure of the API: judged by is_error and the status alone. */
function ended(said: Result, error: string, limit: boolean, until: number | null): Said {
  const text = said.result ?? said.errors?.join('; ') ?? '';
  if (!said.is_error) return { kind: 'ended', handoff: said.structured_output ?? null, text };
  const why = refusalOf(said.api_error_status ?? null, error, limit || until !== null);
  return why === null
    ? { kind: 'failed', text: text || (said.terminal_reason ?? 'the turn failed') }
    : { kind: 'refused', why, text, until };
}

function refusalOf(status: number | null, error: string, limit: boolean): Refusal | null {
  if (error === 'authentication_failed' || status === 401) return 'login';
  if (error === 'billing_error') return 'billing';
  if (error === 'model_not_found') return 'model';
  if (status === 429) return limit ? 'quota' : 'overloaded';
  if (status !== null && status >= 500) return 'overloaded';
  return status === null ? null : 'unknown';
}

const Init = z.object({
  type: z.literal('system'),
  subtype: z.literal('init'),
  skills: z.array(z.string()).default([]),
  plugins: z.array(z.object({ path: z.string() })).default([]),
  plugin_errors: z.array(z.object({ path: z.string().optional(), message: z.string() })).default([]),
  mcp_servers: z.array(z.object({ name: z.string(), status: z.string() })).default([]),
});

/** Its first line of each turn lists what it has. */
function lacks(extras: readonly Extra[], { src, line }: RecordLine): string | null {
  const init = src === 'cli' && extras.length > 0 ? Init.safeParse(json(line)).data : undefined;
  if (init === undefined) return null;
  const missing = extras.flatMap((extra) => {
    const { kind, name } = extra;
    const path = `/extras/${name}`;
    const error = init.plugin_errors.find((one) => one.path === path)?.message;
    const status = init.mcp_servers.find((server) => server.name === name)?.status ?? 'not there';
    const has = isServer(extra)
      ? status === 'connected'
      : error === undefined &&
        init.plugins.some((plugin) => plugin.path === path) &&
        (kind === 'plugin' || init.skills.some((skill) => skill.startsWith(`${name}:`)));
    return has
      ? []
      : [`${kind} ${name}: ${error ?? (isServer(extra) ? `its server is ${status}` : 'it is not there')}`];
  });
  return missing.length === 0 ? null : missing.join('; ');
}
