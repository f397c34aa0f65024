import { expect, it } from 'vitest';
import type { Extra } from '../../src/chain/extras.ts';
import { ProjectId } from '../../src/chain/ids.ts';
import type { Role } from '../../src/chain/roles.ts';
import { extrasOf, mountsOf, serversIn, unfitExtras } from '../../src/runtime/extras.ts';

const url = 'https://tracker.example/mcp';
const all: readonly Extra[] = [
  { kind: 'mcp-url', name: 'everywhere', url },
  { kind: 'mcp-url', name: 'coders', url, roles: ['coder'] },
  { kind: 'mcp-url', name: 'shop', url, projects: ['shop'] },
  { kind: 'mcp', name: 'words', folder: '/srv/words', command: ['node'], env: {} },
];
const of = (role: Role, project: string): readonly Extra[] =>
  extrasOf(all, {
    role,
    project: ProjectId.parse(project),
    settings: { cli: 'codex' },
  } as Parameters<typeof extrasOf>[1]);

it.each([
  ['coder', 'site', ['everywhere', 'coders']],
  ['reviewer', 'site', ['everywhere']],
  ['coder', 'shop', ['everywhere', 'coders', 'shop']],
  ['planner', 'shop', ['everywhere', 'shop']],
] as const)('the %s in %s may call %j', (role, project, servers) => {
  expect(serversIn(of(role, project))).toEqual(servers);
});

it('a server by URL brings no folder into a session, and needs none here', async () => {
  expect(mountsOf('claude', of('coder', 'site'))).toEqual([
    { from: '/srv/words', to: '/extras/words', access: 'read' },
  ]);
  expect(await unfitExtras(all.slice(0, 3))).toEqual([]);
});
