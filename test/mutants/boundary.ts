import type { Mutant } from './mutant.ts';

const outside = ['test/boundary'];
/** What keeps a session inside. */
export const boundary: readonly Mutant[] = [
  {
    guard: 'only the models of the grant',
    file: 'src/boundary/body.ts',
    find: 'if (!models.includes(model)) {',
    put: 'if (models.length === 0) {',
    tests: outside,
  },
  {
    guard: 'only tools that the CLI runs itself',
    file: 'src/boundary/contents.ts',
    find: "const server = tools.find((one) => !isObject(one) || !tool(one['type']));",
    put: 'const server = tools.find((one) => !isObject(one));',
    tests: outside,
  },
  {
    guard: 'nothing that the provider would fetch',
    file: 'src/boundary/contents.ts',
    find: "if (isObject(source) && (source['type'] === 'url' || source['type'] === 'file'))",
    put: "if (isObject(source) && source['type'] === 'file')",
    tests: outside,
  },
  {
    guard: 'only settings that are on the list',
    file: 'src/boundary/contents.ts',
    find: 'if (other !== undefined) return',
    put: "if (other === '') return",
    tests: outside,
  },
  {
    guard: 'a credential in an answer is covered',
    file: 'src/boundary/forward.ts',
    find: 'answer.write(covered.pass(chunk as Buffer))',
    put: 'answer.write(chunk)',
    tests: outside,
  },
  {
    guard: 'an account that is shut lets nothing out',
    file: 'src/boundary/exchange.ts',
    find: 'return shut === null ? null : shutAnswer(account.provider, shut);',
    put: 'return null;',
    tests: outside,
  },
  {
    guard: 'no API key in a session that runs on a subscription',
    file: 'src/boundary/exchange.ts',
    find: "if (account.kind === 'subscription' && headers['x-api-key'] !== undefined) {",
    put: "if (account.kind === 'key' && headers['x-api-key'] === '') {",
    tests: outside,
  },
];
