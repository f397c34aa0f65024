import { chmod, mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { Extra } from '../chain/extras.ts';
import type { SessionSpec } from '../chain/ports.ts';
import type { Cli } from '../chain/roles.ts';
import { STATE } from '../worker/files.ts';
import type { Definition } from './container.ts';
import { claimDurably, readIfThere } from './durable.ts';
import type { Layout } from './layout.ts';

/** Those of a session. A plugin is Claude Code's alone. */
export function extrasOf(all: readonly Extra[], { role, project, settings }: SessionSpec): readonly Extra[] {
  return all.filter(
    ({ kind, roles, projects }) =>
      (roles?.includes(role) ?? true) &&
      (projects?.includes(project) ?? true) &&
      (kind !== 'plugin' || settings.cli === 'claude'),
  );
}

/** Where a session sees them. Claude Code takes a skill as part of a plugin, Codex below its home. */
export function mountsOf(cli: Cli, extras: readonly Extra[]): Definition['mounts'] {
  return extras.flatMap((extra) => {
    if (extra.kind === 'mcp-url') return [];
    const { kind, name, folder } = extra;
    const to =
      kind === 'skill'
        ? cli === 'claude'
          ? `/extras/${name}/skills/${name}`
          : `${STATE}/skills/${name}`
        : `/extras/${name}`;
    return [{ from: folder, to, access: 'read' }];
  });
}

/** Before the first container, while nobody else has written there: what the engine would make on the way to a mount would be root's. */
export async function makeRoom(at: Layout, cli: Cli, extras: readonly Extra[]): Promise<void> {
  const skills = cli === 'codex' ? extras.filter(({ kind }) => kind === 'skill') : [];
  for (const folder of ['skills', ...skills.map(({ name }) => `skills/${name}`)].slice(
    0,
    skills.length === 0 ? 0 : undefined,
  )) {
    await mkdir(join(at.state, folder), { recursive: true });
    await chmod(join(at.state, folder), 0o777);
  }
}

const Kept = z.array(Extra);
const fileOf = (at: Layout): string => join(at.folder, 'extras.json');

/** What a session was laid out with stays so, whatever the config says later. */
export async function keepExtras(at: Layout, extras: readonly Extra[]): Promise<readonly Extra[]> {
  await claimDurably(fileOf(at), JSON.stringify(extras));
  return keptExtras(at);
}

export async function keptExtras(at: Layout): Promise<readonly Extra[]> {
  return Kept.parse(JSON.parse((await readIfThere(fileOf(at))) ?? '[]'));
}

/** The servers that the boundary lets a session call. */
export const serversIn = (extras: readonly Extra[]): string[] =>
  extras.flatMap(({ kind, name }) => (kind === 'mcp-url' ? [name] : []));

/** Why an extra cannot be given to anybody, in a sentence each: its folder is not what it must be. */
export async function unfitExtras(extras: readonly Extra[]): Promise<readonly string[]> {
  const looked = await Promise.all(
    extras.map(async (extra) => {
      if (extra.kind === 'mcp-url') return null;
      const { kind, name, folder } = extra;
      const isFolder = await stat(folder).then(
        (found) => found.isDirectory(),
        () => false,
      );
      if (!isFolder) return `extras.${name}: ${folder} is no folder on this machine.`;
      const text = kind === 'skill' ? await readIfThere(join(folder, 'SKILL.md')) : '';
      return text === null ? `extras.${name}: ${folder} has no SKILL.md.` : null;
    }),
  );
  return looked.filter((why) => why !== null);
}
