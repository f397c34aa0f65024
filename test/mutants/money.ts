import type { Mutant } from './mutant.ts';

const rules = [
  'test/chain/budget.test.ts',
  'test/chain/transition.test.ts',
  'test/chain/gate',
  'test/sim/money.test.ts',
];

/** What keeps spending in a person's hand. */
export const money: readonly Mutant[] = [
  {
    guard: 'only a merger raises what a task may spend, and only an admin the day',
    file: 'src/chain/raised.ts',
    find: "if (!may(by, what === 'task' ? 'merge' : 'admin'))",
    put: "if (!may(by, 'watch'))",
    tests: rules,
  },
  {
    guard: 'a raise never lowers',
    file: 'src/chain/raised.ts',
    find: 'if (dollars <= Math.max(',
    put: 'if (dollars <= 0 * Math.max(',
    tests: rules,
  },
  {
    guard: 'a raise is heard by the session at work',
    file: 'src/chain/raised.ts',
    find: "...(phase.at === 'working' ?",
    put: "...(phase.at === 'merging' && phase.at === 'working' ?",
    tests: rules,
  },
  {
    guard: 'a budget that was raised since does not hold',
    file: 'src/chain/raised.ts',
    find: 'if (over.lifted) return go(known, from, stamp);',
    put: '',
    tests: rules,
  },
  {
    guard: 'a refusal that was acted on is not acted on again',
    file: 'src/chain/ended.ts',
    find: 'event.over?.id === task.over ? null : event.over',
    put: 'event.over',
    tests: rules,
  },
  {
    guard: 'what the boundary refused goes before what the CLI claims',
    file: 'src/chain/ended.ts',
    find: "if (over !== null && (end.kind === 'refused' || end.kind === 'crashed'))",
    put: "if (over !== null && end.kind === 'crashed')",
    tests: rules,
  },
  {
    guard: 'Resume does not get past a budget',
    file: 'src/chain/held.ts',
    find: "if (isBudget(task)) return ignored('its budget is used up');",
    put: '',
    tests: rules,
  },
  {
    guard: 'a day that may cost more ends the holds that wait for it',
    file: 'src/chain/schedule.ts',
    find: 'if (cap === null || cap > ends.cap)',
    put: 'if (cap === null)',
    tests: rules,
  },
  {
    guard: 'a task waits for money that the config does not give it',
    file: 'src/chain/schedule.ts',
    find: 'most === null || most > ends.cap',
    put: 'true',
    tests: rules,
  },
  {
    guard: 'a hold for a day ends with it',
    file: 'src/chain/schedule.ts',
    find: 'at: endOfDay(ends.day)',
    put: 'at: Infinity',
    tests: rules,
  },
  {
    guard: "a day's cap is of its day",
    file: 'src/chain/purse.ts',
    find: 'raised?.day === of ? raised.cap : 0',
    put: 'raised ? raised.cap : 0',
    tests: rules,
  },
  {
    guard: 'what was spent and is not known holds',
    file: 'src/chain/gate/gate.ts',
    find: "if (spent === null) return hold('What it has spent is unknown.', 'merge');",
    put: "if (spent === null) return pass('What it has spent is unknown.');",
    tests: rules,
  },
  {
    guard: 'a line that is still being written is not read',
    file: 'src/runtime/accounts.ts',
    find: 'const whole = bytes.subarray(0, bytes.lastIndexOf(10) + 1);',
    put: 'const whole = bytes;',
    tests: ['test/runtime/spending.test.ts'],
  },
  {
    guard: 'what was spent is no sum of nothing where it cannot be read',
    file: 'src/runtime/spending.ts',
    find: 'return Written.parse(JSON.parse(text));',
    put: "return Written.catch({ v: 1, task: '', accounts: {}, over: null }).parse(text);",
    tests: ['test/runtime/spending.test.ts'],
  },
];
