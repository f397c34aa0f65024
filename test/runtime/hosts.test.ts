import { expect, it } from 'vitest';
import { ProjectId } from '../../src/chain/ids.ts';
import type { SessionSpec } from '../../src/chain/ports.ts';
import { hostsOf, tunnelEnv } from '../../src/runtime/hosts.ts';

const site = { hosts: (project: string) => (project === 'site' ? ['example.org', 'Not.a.host', 'example.org'] : []) };
const spec = (project: string, access: 'read' | 'write'): SessionSpec =>
  ({ project: ProjectId.parse(project), checkout: { access } }) as SessionSpec;

it('hosts are for sessions of that project that write', () => {
  expect(hostsOf(site, spec('site', 'write'))).toEqual(['example.org']);
  expect(hostsOf(site, spec('site', 'read'))).toEqual([]);
  expect(hostsOf(site, spec('other', 'write'))).toEqual([]);
});

it('tools are told the way in sessions that write alone, and the model keeps its own', () => {
  expect(tunnelEnv('read')).toEqual({});
  const env = tunnelEnv('write');
  expect(env['HTTPS_PROXY']).toBe('http://127.0.0.1:3128');
  expect(env['https_proxy']).toBe(env['HTTPS_PROXY']);
  expect(env['NO_PROXY']).toContain('127.0.0.1');
  expect(Object.keys(env)).not.toContain('http_proxy');
});
