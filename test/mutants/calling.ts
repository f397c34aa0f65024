import type { Mutant } from './mutant.ts';

const called = ['test/boundary/call.test.ts'];

/** MCP servers that are reached through the boundary. */
export const calling: readonly Mutant[] = [
  {
    guard: "an MCP server that the session's grant names",
    file: 'src/boundary/call.ts',
    find: 'calledServer(grant.servers, method, request.url)',
    put: 'calledServer(Object.keys(servers), method, request.url)',
    tests: called,
  },
  {
    guard: "an MCP server's own address and no other",
    file: 'src/boundary/routes.ts',
    find: 'target === `/mcp/${name}`',
    put: 'target?.startsWith(`/mcp/${name}`)',
    tests: called,
  },
  {
    guard: 'the methods of the MCP transport',
    file: 'src/boundary/routes.ts',
    find: '(isMethod && servers',
    put: '(servers',
    tests: called,
  },
  {
    guard: 'what a session says of itself does not reach an MCP server',
    file: 'src/boundary/headers.ts',
    find: '...kept(from, toServer),',
    put: "...kept(from, [...toServer, 'cookie']),",
    tests: called,
  },
  {
    guard: "an MCP server's token in its answer is covered",
    file: 'src/boundary/call.ts',
    find: 'answer.write(covered.pass(chunk as Buffer))',
    put: 'answer.write(chunk)',
    tests: called,
  },
  {
    guard: "an MCP server's token in a header of its answer",
    file: 'src/boundary/call.ts',
    find: "answerHeaders(incoming.headers, secret, 'server')",
    put: "answerHeaders(incoming.headers, '', 'server')",
    tests: called,
  },
  {
    guard: 'a call is written down before it leaves',
    file: 'src/boundary/call.ts',
    find: 'const failed = await meter.write(',
    put: "const failed = name !== '' ? null : await meter.write(",
    tests: called,
  },
  {
    guard: "an MCP server's 401 is no login for a session",
    file: 'src/boundary/call.ts',
    find: 'if (status === 401) {',
    put: 'if (status === 0) {',
    tests: called,
  },
  {
    guard: 'an MCP server sends nobody elsewhere',
    file: 'src/boundary/call.ts',
    find: 'return status >= 300 && status <= 399',
    put: 'return status >= 390 && status <= 399',
    tests: called,
  },
  {
    guard: 'calls in a minute',
    file: 'src/boundary/call.ts',
    find: 'if (!terms.mayCall()) {',
    put: "if (!terms.mayCall() && name === '') {",
    tests: called,
  },
  {
    guard: 'a call with a body where none belongs',
    file: 'src/boundary/call.ts',
    find: '!(isEmpty && read.bytes.length > 0)',
    put: 'name.length > 0',
    tests: called,
  },
  {
    guard: 'a token goes over TLS, or nowhere else than this machine',
    file: 'src/boundary/servers.ts',
    find: "url.protocol === 'http:' && isHere",
    put: "url.protocol === 'http:'",
    tests: called,
  },
  {
    guard: 'no secret in the URL of an MCP server',
    file: 'src/boundary/servers.ts',
    find: " || url.password !== ''",
    put: '',
    tests: called,
  },
  {
    guard: "an MCP server's token is known again",
    file: 'src/boundary/keep-prints.ts',
    find: 'server.credentialFile === undefined',
    put: "server.url !== ''",
    tests: ['test/boundary/prints.test.ts'],
  },
  {
    guard: 'an extra is for the roles that it names',
    file: 'src/runtime/extras.ts',
    find: '(roles?.includes(role) ?? true) &&',
    put: '',
    tests: ['test/runtime/extras.test.ts'],
  },
  {
    guard: 'an extra is for the projects that it names',
    file: 'src/runtime/extras.ts',
    find: '(projects?.includes(project) ?? true) &&',
    put: '',
    tests: ['test/runtime/extras.test.ts'],
  },
];
