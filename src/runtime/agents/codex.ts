import { z } from 'zod';
import type { Extra } from '../../chain/extras.ts';
import type { Refusal } from '../../chain/ports.ts';
import type { RecordLine } from '../../worker/files.ts';
import { BOUNDARY_PORT, IN, STATE, WorkerNote } from '../../worker/files.ts';
import { HOOK } from './agent.ts';
import type { Agent, Launch, Said } from './agent.ts';
import { calm, identity, isServer, json, remark, serverOf, serverUrl } from './identity.ts';
import type { Server } from './identity.ts';

/** Codex (0.169.0): one `exec` process a turn, so that a message waits for the turn's end. */
export const codex: Agent = { hears: 'turn-end', launch, reader, lacks };

const SCHEMA = 'handoff.json';

/** What its owner's machine requires of Codex: nothing in the agent's own folder, where it keeps its settings, takes this away. */
const REQUIREMENTS = 'requirements.toml';
const requirements = `[features]
hooks = true

[hooks]
managed_dir = "/opt/signalbox"

[[hooks.PreToolUse]]
[[hooks.PreToolUse.hooks]]
type = "command"
command = ${JSON.stringify(HOOK.command)}
timeout = ${HOOK.seconds}
`;

/** On the command line, since the file that has them otherwise would lie where the agent can write. */
const config = (effort: string): readonly string[] =>
  [
    'model_provider="boundary"',
    `model_providers.boundary={name="boundary",base_url="http://127.0.0.1:${BOUNDARY_PORT}/openai/v1",wire_api="responses"}`,
    `model_reasoning_effort="${effort}"`,
    'check_for_update_on_startup=false',
    'web_search="disabled"',
    // What the base branch tells agents comes as a file; a branch's own AGENTS.md never does.
    'project_doc_max_bytes=0',
    'features.plugins=false',
    'features.goals=false',
    'agents.enabled=false',
    'analytics.enabled=false',
  ].flatMap((setting) => ['-c', setting]);

/** Its own sandbox must be off: in a container without privileges every command of it fails, and the turn still ends well. */
function launch({ settings, handoff, extras }: Launch): ReturnType<Agent['launch']> {
  const flags = ['--json', '--dangerously-bypass-approvals-and-sandbox'].concat(
    ['--output-schema', `${IN}/${SCHEMA}`],
    ['-m', settings.model],
    config(settings.effort),
    extras.flatMap((extra) => (isServer(extra) ? ['-c', `mcp_servers.${extra.name}=${toml(extra)}`] : [])),
  );
  return {
    start: ['codex', 'exec', ...flags, '-'],
    resume: ['codex', 'exec', 'resume', ...flags, '{thread}', '-'],
    env: { ...identity, ...calm, CODEX_HOME: STATE },
    files: { [SCHEMA]: JSON.stringify(handoff), [REQUIREMENTS]: requirements },
    mounts: { [REQUIREMENTS]: '/etc/codex/requirements.toml' },
  };
}

/** An inline table of TOML, whose strings are written as JSON's. `required`: Codex does not begin without it, and says so. */
const toml = (server: Server): string =>
  `{${server.kind === 'mcp' ? started(server) : `url=${JSON.stringify(serverUrl(server.name))}`},required=true}`;

function started(server: Extract<Server, { kind: 'mcp' }>): string {
  const { command, args, env } = serverOf(server);
  const table = Object.entries(env).map(([key, value]) => `${JSON.stringify(key)}=${JSON.stringify(value)}`);
  return `command=${JSON.stringify(command)},args=${JSON.stringify(args)},env={${table.join(',')}}`;
}

/** It tells on stderr what it could not load, and nothing of what it could. */
function lacks(extras: readonly Extra[], { src, line }: RecordLine): string | null {
  if (src !== 'stderr' || extras.length === 0) return null;
  const [, skill, why] = /failed to load skill \S+\/skills\/([\w-]+)\/SKILL\.md: (.{1,300})/.exec(line) ?? [];
  if (skill !== undefined && extras.some(({ kind, name }) => kind === 'skill' && name === skill))
    return `skill ${skill}: ${why}`;
  const [, servers] = /required MCP servers failed to initialize: (.{1,300})/.exec(line) ?? [];
  return servers === undefined ? null : `mcp ${servers}`;
}

const Line = z.discriminatedUnion('type', [
  z.object({ type: z.literal('turn.started') }),
  z.object({ type: z.literal('turn.completed') }),
  z.object({ type: z.literal('turn.failed'), error: z.object({ message: z.string() }) }),
  z.object({
    type: z.enum(['item.started', 'item.completed']),
    item: z.looseObject({ type: z.string(), text: z.string().optional(), command: z.string().optional() }),
  }),
]);

function reader(): ReturnType<Agent['reader']> {
  let last = '';
  let open = false;
  return ({ src, line }) => {
    if (src === 'worker') {
      const note = WorkerNote.safeParse(json(line)).data;
      if (note?.note !== 'exited' || !open) return [];
      open = false;
      return [{ kind: 'failed', text: `Codex ended in mid-turn (${note.signal ?? `exit code ${note.code}`})` }];
    }
    const read = src === 'cli' ? Line.safeParse(json(line)) : null;
    if (!read?.success) return [];
    const said = read.data;
    switch (said.type) {
      case 'turn.started':
        [last, open] = ['', true];
        return [];
      case 'turn.completed':
        open = false;
        return [{ kind: 'ended', handoff: json(last), text: last }];
      case 'turn.failed':
        open = false;
        return [failed(said.error.message)];
      case 'item.started':
        return said.item.type === 'command_execution' ? remark(said.item.command ?? '') : [];
      case 'item.completed': {
        if (said.item.type !== 'agent_message') return [];
        last = said.item.text ?? '';
        return json(last) === null ? remark(last) : [];
      }
    }
  };
}

/** Its output has no codes, only sentences (seen in 0.169.0). A reset time in them has no zone, so it is not taken. */
const refusals: readonly (readonly [RegExp, Refusal])[] = [
  [/usage limit|upgrade to Plus|Quota exceeded/i, 'quota'],
  [/last status: 401|\b401 Unauthorized|unauthorized/i, 'login'],
  [/at capacity|high demand|overloaded|last status: (429|5\d\d)|\b(429|50[0234])\b/i, 'overloaded'],
  [/model.*(not found|does not exist|not supported)/i, 'model'],
  [/\b40[03]\b/, 'unknown'],
];

function failed(text: string): Said {
  const why = refusals.find(([pattern]) => pattern.test(text))?.[1];
  return why === undefined ? { kind: 'failed', text } : { kind: 'refused', why, text, until: null };
}
