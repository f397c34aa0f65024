import type { Mutant } from './mutant.ts';

/** What a start refuses, and what a session is given. */
export const starting: readonly Mutant[] = [
  {
    guard: 'a plugin that did not load is named',
    file: 'src/runtime/agents/claude.ts',
    find: 'error === undefined &&',
    put: 'true ||',
    tests: ['test/runtime/agents'],
  },
  {
    guard: 'a server that did not connect is named',
    file: 'src/runtime/agents/claude.ts',
    find: "? status === 'connected'",
    put: "? status !== 'not there'",
    tests: ['test/runtime/agents'],
  },
  {
    guard: "a repository's servers never count",
    file: 'src/runtime/agents/claude.ts',
    find: "'--strict-mcp-config',",
    put: '',
    tests: ['test/runtime/agents'],
  },
  {
    guard: 'Codex does not begin without its servers',
    file: 'src/runtime/agents/codex.ts',
    find: ',required=true}',
    put: '}',
    tests: ['test/runtime/agents'],
  },
  {
    guard: "no server tool in a server's name",
    file: 'src/boundary/contents.ts',
    find: "[one, ...inside(one['tools'])]",
    put: '[one]',
    tests: ['test/boundary/contents.test.ts'],
  },
  {
    guard: 'a session without what it was given does not go on',
    file: 'src/runtime/sessions.ts',
    find: "if (lacks !== null) return { kind: 'unequipped', text: lacks };",
    put: '',
    tests: ['test/runtime/sessions.test.ts'],
  },
  {
    guard: 'a role whose account its cli does not speak to',
    file: 'src/chain/fits.ts',
    find: 'provider !== undefined && provider !== wanted',
    put: 'false',
    tests: ['test/config.test.ts'],
  },
  {
    guard: 'an alias is no model',
    file: 'src/chain/fits.ts',
    find: 'ALIAS.test(model)',
    put: 'false',
    tests: ['test/config.test.ts'],
  },
  {
    guard: "the agents' uid is not the controller's",
    file: 'src/runtime/ready.ts',
    find: 'if (uid === AGENT_UID)',
    put: 'if (false)',
    tests: ['test/runtime/ready.test.ts'],
  },
  {
    guard: 'the start looks whether it may run',
    file: 'src/main.ts',
    find: 'if (not !== null) throw new Exit(78, not);',
    put: '',
    tests: ['test/runtime/ready.test.ts'],
  },
];
