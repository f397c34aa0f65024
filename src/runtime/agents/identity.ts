import type { Extra } from '../../chain/extras.ts';
import { BOUNDARY_PORT } from '../../worker/files.ts';

/** Who commits inside a session. The address can never be anybody's. */
export const identity = {
  GIT_AUTHOR_NAME: 'Signalbox coder',
  GIT_AUTHOR_EMAIL: 'coder@signalbox.invalid',
  GIT_COMMITTER_NAME: 'Signalbox coder',
  GIT_COMMITTER_EMAIL: 'coder@signalbox.invalid',
} as const;

/** What tools would ask the world for by themselves: people would be asked whether they may. */
export const calm = { npm_config_update_notifier: 'false', PIP_DISABLE_PIP_VERSION_CHECK: '1' } as const;

const REMARK = 200;

/** A remark: one line of at most 200 characters. */
export function remark(text: string): readonly { readonly kind: 'remark'; readonly text: string }[] {
  const one = text.replace(/\s+/g, ' ').trim();
  return one === '' ? [] : [{ kind: 'remark', text: one.length > REMARK ? `${one.slice(0, REMARK - 1)}…` : one }];
}

/** A JSON value, or null for anything else. */
export function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Whether a JSON value is nested deeper than `most`: it is looked at without recursion, which a claim could exhaust. */
export function isDeeper(value: unknown, most: number): boolean {
  let level: readonly unknown[] = [value];
  for (let depth = 0; depth <= most; depth += 1) {
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
    if (level.length === 0) return false;
  }
  return true;
}

/** An MCP server, however it is reached. */
export type Server = Extract<Extra, { kind: 'mcp' | 'mcp-url' }>;
export const isServer = (extra: Extra): extra is Server => extra.kind === 'mcp' || extra.kind === 'mcp-url';

/** Where a CLI reaches a server that is not in its container: the boundary knows the rest. */
export const serverUrl = (name: string): string => `http://127.0.0.1:${BOUNDARY_PORT}/mcp/${name}`;

/** How a CLI starts a server: in its own folder. */
export function serverOf({ name, command, env }: Extract<Extra, { kind: 'mcp' }>): {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
} {
  return { command: 'sh', args: ['-c', `cd /extras/${name} && exec "$@"`, 'sh', ...command], env };
}
