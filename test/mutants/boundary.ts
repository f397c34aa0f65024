import type { Mutant } from './mutant.ts';

const tunnels = [
  'test/boundary/tunnel.test.ts',
  'test/boundary/hello.test.ts',
  'test/boundary/tally.test.ts',
  'test/runtime/hosts.test.ts',
];

const outside: readonly Mutant[] = [
  {
    guard: "a host that is not on the project's list",
    file: 'src/boundary/tunnel.ts',
    find: 'if (!isListed(grant().hosts, place)) {\n    tally',
    put: 'if (place === null) {\n    tally',
    tests: tunnels,
  },
  {
    guard: 'one private address closes the whole name',
    file: 'src/boundary/outside.ts',
    find: 'addresses.find((address)',
    put: 'addresses.slice(0, 1).find((address)',
    tests: tunnels,
  },
  {
    guard: 'TLS for that very name',
    file: 'src/boundary/tunnel.ts',
    find: 'hello.name === name ? bytes',
    put: "hello.name !== '' ? bytes",
    tests: tunnels,
  },
  {
    guard: 'a tunnel whose name is hidden',
    file: 'src/boundary/hello.ts',
    find: 'if (hiding.has(type)) {',
    put: 'if (type < 0) {',
    tests: tunnels,
  },
  {
    guard: 'a tunnel that tells two names',
    file: 'src/boundary/hello.ts',
    find: 'if (seen.has(type)) {',
    put: 'if (type < 0) {',
    tests: tunnels,
  },
  {
    guard: "a tunnel's ClientHello is one record",
    file: 'src/boundary/hello.ts',
    find: 'message.readUIntBE(1, 3) !== message.length - 4',
    put: 'message.length < 0',
    tests: tunnels,
  },
  {
    guard: 'bytes before a tunnel is open',
    file: 'src/boundary/tunnel.ts',
    find: 'if (head.length > 0 || ',
    put: 'if (',
    tests: tunnels,
  },
  {
    guard: "a tunnel's Host is the one asked for",
    file: 'src/boundary/tunnel.ts',
    find: 'if (hosts.length > 1 || ',
    put: 'if (',
    tests: tunnels,
  },
  {
    guard: 'tunnels at once',
    file: 'src/boundary/tunnel.ts',
    find: 'if (used.open.size >= limits.tunnels) {',
    put: 'if (used.open.size < 0) {',
    tests: tunnels,
  },
  {
    guard: 'a tunnel ends with its host',
    file: 'src/boundary/session.ts',
    find: '      endUnlisted(tunnels);\n',
    put: '',
    tests: tunnels,
  },
  {
    guard: 'sessions that only read have no hosts',
    file: 'src/runtime/hosts.ts',
    find: "checkout.access === 'write' ? [...hosts(project)] : []",
    put: '[...hosts(project)]',
    tests: tunnels,
  },
  {
    guard: 'a place that a tunnel was refused is told once',
    file: 'src/chain/transition.ts',
    find: "if (task.refused.includes(place)) return ignored('that place was told');",
    put: '',
    tests: ['test/chain/supervisor.test.ts'],
  },
];

const budgets = ['test/boundary/spending.test.ts', 'test/boundary/ledger.test.ts', 'test/boundary/budget.test.ts'];

const money: readonly Mutant[] = [
  {
    guard: 'the worst of a request is counted first',
    file: 'src/boundary/spending.ts',
    find: 'round(spent + worst) <= cap',
    put: 'spent <= cap',
    tests: budgets,
  },
  {
    guard: 'requests at once do not get past a cap together',
    file: 'src/boundary/spending.ts',
    find: 'const spent = round(ended + sum(open.map((one) => one.worst)));',
    put: 'const spent = round(ended);',
    tests: budgets,
  },
  {
    guard: 'the cap of a day holds all tasks',
    file: 'src/boundary/spending.ts',
    find: "against('day', dayCap, days.get(day) ?? 0, ofDay)",
    put: "against('day', dayCap, 0, [])",
    tests: budgets,
  },
  {
    guard: 'an end that tells no cost counts in full',
    file: 'src/boundary/spending.ts',
    find: 'cost ?? one.worst',
    put: 'cost ?? 0',
    tests: budgets,
  },
  {
    guard: 'a request that a killed boundary had under way counts in full',
    file: 'src/boundary/spending.ts',
    find: 'for (const { task, account, day, worst } of open.values()) {',
    put: 'for (const { task, account, day, worst } of [...open.values()].slice(0, 0)) {',
    tests: budgets,
  },
  {
    guard: 'sums that were kept are believed only beside the bytes that they are of',
    file: 'src/boundary/ledger.ts',
    find: 'if (kept !== null && (await tailOf(file, kept.bytes)) === kept.tail) {',
    put: 'if (kept !== null) {',
    tests: budgets,
  },
  {
    guard: 'no model without a price leaves under a budget',
    file: 'src/boundary/admit.ts',
    find: 'const isPriced = price !== null || grant.budget === null;',
    put: 'const isPriced = true;',
    tests: budgets,
  },
  {
    guard: 'a refusal for the budget is written before it is told',
    file: 'src/boundary/exchange.ts',
    find: '    await spent.over(task, over);\n',
    put: '    setTimeout(() => void spent.over(task, over), 500);\n',
    tests: budgets,
  },
];

const inside = ['test/boundary'];
/** What keeps a session inside. */
export const boundary: readonly Mutant[] = [
  {
    guard: 'only the models of the grant',
    file: 'src/boundary/body.ts',
    find: 'if (!models.includes(model)) {',
    put: 'if (models.length === 0) {',
    tests: inside,
  },
  {
    guard: 'only tools that the CLI runs itself',
    file: 'src/boundary/contents.ts',
    find: "const server = tools.find((one) => !isObject(one) || !tool(one['type']));",
    put: 'const server = tools.find((one) => !isObject(one));',
    tests: inside,
  },
  {
    guard: 'nothing that the provider would fetch',
    file: 'src/boundary/contents.ts',
    find: "if (isObject(source) && (source['type'] === 'url' || source['type'] === 'file'))",
    put: "if (isObject(source) && source['type'] === 'file')",
    tests: inside,
  },
  {
    guard: 'only settings that are on the list',
    file: 'src/boundary/contents.ts',
    find: 'if (other !== undefined) return',
    put: "if (other === '') return",
    tests: inside,
  },
  {
    guard: 'a credential in an answer is covered',
    file: 'src/boundary/forward.ts',
    find: 'answer.write(covered.pass(chunk as Buffer))',
    put: 'answer.write(chunk)',
    tests: inside,
  },
  {
    guard: 'an account that is shut lets nothing out',
    file: 'src/boundary/admit.ts',
    find: 'return shut === null ? null : shutAnswer(account.provider, shut);',
    put: 'return null;',
    tests: inside,
  },
  {
    guard: 'no API key in a session that runs on a subscription',
    file: 'src/boundary/admit.ts',
    find: "if (account.kind === 'subscription' && headers['x-api-key'] !== undefined) {",
    put: "if (account.kind === 'key' && headers['x-api-key'] === '') {",
    tests: inside,
  },
  ...outside,
  ...money,
];
