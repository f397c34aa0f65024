import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PathChange } from '../../../src/chain/change.ts';
import { judge } from '../../../src/chain/gate/gate.ts';
import type { GateFacts } from '../../../src/chain/gate/gate.ts';
import type { Diff } from '../../../src/chain/gate/paths.ts';
import type { Person } from '../../../src/chain/person.ts';
import { Policy } from '../../../src/chain/policy.ts';
import type { Answer, Verdict } from '../../../src/chain/verdict.ts';
import { patchOf } from '../patches.ts';
import { ana, ben, head, watcher } from '../samples.ts';

const [a, b, c] = [head('a'), head('b'), head('c')];
const policy = Policy.parse({ test: 'npm test' });

const at = (path: string, over: Partial<PathChange> = {}): PathChange => ({
  path,
  status: 'M',
  from: '100644',
  to: '100644',
  ...over,
});
const touching = (...paths: readonly (string | PathChange)[]): Diff => ({
  head: a,
  base: b,
  paths: paths.map((path) => (typeof path === 'string' ? at(path) : path)),
  patch: paths.map((path) => patchOf(typeof path === 'string' ? path : path.path, [], [])).join(''),
  hosts: [],
});
const tapped = (by: Person, second = false, on = a): GateFacts['approval'] => ({ by, head: on, second });

/** Docs only, green, reviewed, soak over: the one thing in the way is that no judge is set up. */
const facts: GateFacts = {
  project: { merges: true, soak: false },
  change: { number: 7, head: a, base: b },
  now: { state: 'open', head: a, base: b, mergeable: true },
  policyAt: b,
  check: { head: a, base: b, outcome: 'green', what: 'npm test', tail: '' },
  diff: touching('docs/a.md'),
  review: { head: a, severity: 'none', scope: 'implemented' },
  budget: null,
  approval: null,
};
const now = (over: object): Partial<GateFacts> => ({
  now: { state: 'open', head: a, base: b, mergeable: true, ...over },
});
const check = (over: object): Partial<GateFacts> => ({
  check: { head: a, base: b, outcome: 'green', what: 'npm test', tail: '', ...over },
});
const review = (over: object): Partial<GateFacts> => ({
  review: { head: a, severity: 'none', scope: 'implemented', ...over },
});
const files = (count: number): readonly string[] => Array.from({ length: count }, (_, n) => `docs/${n}.md`);

const ask = (gate: Answer['gate'], over: Partial<GateFacts>, rules = policy): Answer => {
  const found = judge({ ...facts, ...over }, rules).answers.filter((answer) => answer.gate === gate);
  expect(found).toHaveLength(1);
  return found[0]!;
};
const said = ({ gate, says, yields, sentence }: Answer): string =>
  `${gate.padEnd(8)}${(says === 'hold' ? `hold/${yields}` : says).padEnd(12)}${sentence}`;

/** Every situation that has a sentence of its own, in the gate's order. */
const situations: readonly (readonly [Answer['gate'], Partial<GateFacts>, Policy?])[] = [
  ['project', {}],
  ['project', { project: { merges: false, soak: false } }],
  ['change', {}],
  ['change', { now: null }],
  ['change', now({ state: 'merged' })],
  ['change', now({ state: 'closed' })],
  ['change', now({ state: 'draft' })],
  ['change', now({ head: c })],
  ['change', now({ mergeable: null })],
  ['change', now({ mergeable: false })],
  ['checks', {}],
  ['checks', {}, Policy.parse({})],
  ['checks', { check: null }],
  ['checks', check({ head: c })],
  ['checks', check({ outcome: 'red' })],
  ['checks', check({ outcome: 'conflict', what: 'src/a.ts' })],
  ['checks', check({ outcome: 'missing', what: 'the policy names no test command' })],
  ['checks', check({ outcome: 'red', what: `npm test \u202e -- ${'x'.repeat(80)}` })],
  ['base', {}],
  ['base', { now: null }],
  ['base', check({ base: c })],
  ['base', { change: { number: 7, head: a, base: c } }],
  ['base', { policyAt: null }],
  ['base', { policyAt: c }],
  ['bots', {}],
  ['paths', {}],
  ['paths', { diff: touching('docs/a.md', 'README.md') }],
  ['paths', { diff: null }],
  ['paths', { diff: { ...touching('docs/a.md'), head: c } }],
  ['paths', { diff: { ...touching('docs/a.md'), base: c } }],
  ['paths', { diff: touching() }],
  ['paths', {}, Policy.parse({ test: 'npm test', blocked: ['{a'] })],
  ['paths', { diff: touching('src/a.ts') }],
  ['paths', { diff: touching('src/a.ts', 'src/b.ts', 'src/c.ts', 'src/d.ts', 'src/e.ts', 'docs/a.md') }],
  ['paths', { diff: touching(`src/${'deep/'.repeat(20)}a.ts`) }],
  ['paths', { diff: touching(...files(301)) }],
  ['paths', { diff: { ...touching('src/a.ts', 'AGENTS.md', 'package.json'), patch: '' } }],
  [
    'paths',
    { diff: touching('src/a.ts', 'AGENTS.md', '.github/workflows/ci.yml', at('link', { to: '120000', status: 'T' })) },
  ],
  ['paths', { diff: touching('docs/\u202egnp.md') }],
  ['risk', {}],
  ['risk', { diff: null }],
  ['risk', { diff: touching('src/a.ts') }],
  ['risk', { diff: touching(at('docs/test/a.md', { status: 'D', to: '000000' })) }],
  ['risk', { diff: touching('src/a.ts', 'vitest.config.ts', ...files(300)) }],
  [
    'risk',
    {
      diff: {
        ...touching('test/a.test.ts'),
        patch: patchOf('test/a.test.ts', ["it('works', () => {"], ["it.skip('works', () => {"]),
      },
    },
  ],
  [
    'risk',
    { diff: { ...touching('test/a.test.ts'), patch: patchOf('test/a.test.ts', ['expect(1).toBe(1);'], ['void 1;']) } },
  ],
  ['risk', { diff: touching('.signalbox/policy.yaml') }],
  ['judge', {}],
  ['budget', { budget: { spent: 3.2, ceiling: 20 } }],
  ['budget', { budget: { spent: 20.5, ceiling: 20 } }],
  ['budget', { budget: { spent: null, ceiling: 20 } }],
  ['review', {}],
  ['review', { review: null }],
  ['review', review({ head: c })],
  ['review', review({ scope: 'design-only' })],
  ['review', review({ severity: 'high' })],
  ['review', review({ severity: 'medium' })],
  ['budget', {}],
  ['soak', {}],
  ['soak', { project: { merges: true, soak: true } }],
  ['soak', { project: { merges: true, soak: true }, approval: tapped(ben) }],
  ['paths', { diff: touching('AGENTS.md'), approval: tapped(ana, true) }],
];

describe('the sentences of the gate', () => {
  it('read calmly aloud', () => {
    expect(situations.map(([gate, over, rules]) => said(ask(gate, over, rules)))).toMatchInlineSnapshot(`
      [
        "project pass        This project may merge.",
        "project block       Merging is off for this project: set \`merges: true\` for it in signalbox.yaml.",
        "change  pass        Change #7 is open at aaaaaaa and merges cleanly.",
        "change  hold/nobody The forge could not be asked about change #7.",
        "change  block       Change #7 is merged already.",
        "change  block       Change #7 is closed.",
        "change  hold/nobody Change #7 is a draft.",
        "change  hold/nobody Change #7 moved to ccccccc; aaaaaaa was judged.",
        "change  hold/nobody The forge does not know yet whether change #7 merges cleanly.",
        "change  hold/nobody Change #7 conflicts with the base branch.",
        "checks  pass        Green on aaaaaaa: npm test",
        "checks  hold/nobody The policy names no test command, and nothing is green without one.",
        "checks  hold/nobody The tests did not run on aaaaaaa yet.",
        "checks  hold/nobody The tests ran on ccccccc, not on aaaaaaa.",
        "checks  hold/nobody Red on aaaaaaa: npm test",
        "checks  hold/nobody No tests on aaaaaaa: it does not merge onto bbbbbbb.",
        "checks  hold/nobody No tests on aaaaaaa: the policy names no test command",
        "checks  hold/nobody Red on aaaaaaa: npm test \\u{202e} -- xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…",
        "base    pass        The base branch is still at bbbbbbb.",
        "base    hold/nobody Where the base branch stands is unknown.",
        "base    hold/nobody The base branch moved from ccccccc to bbbbbbb since the tests ran.",
        "base    hold/nobody The base branch moved from ccccccc to bbbbbbb.",
        "base    hold/nobody The policy of the base branch could not be read.",
        "base    hold/nobody The policy was read at ccccccc; the base branch is at bbbbbbb.",
        "bots    unset       No review bots are set up.",
        "paths   pass        The one file may merge unattended.",
        "paths   pass        All 2 files may merge unattended.",
        "paths   hold/nobody What the change touches could not be read.",
        "paths   hold/nobody The diff is of ccccccc, not of aaaaaaa.",
        "paths   hold/nobody The diff is against ccccccc, not against bbbbbbb.",
        "paths   hold/nobody The change touches no file.",
        "paths   hold/nobody The policy has a glob that cannot be read: {a",
        "paths   hold/merge  Needs a person's tap: \`src/a.ts\`.",
        "paths   hold/merge  Needs a person's tap: \`src/a.ts\`, \`src/b.ts\`, \`src/c.ts\` and 2 more.",
        "paths   hold/merge  Needs a person's tap: \`…deep/deep/deep/deep/deep/deep/deep/deep/deep/deep/deep/a.ts\`.",
        "paths   hold/merge  301 files are too many to merge unseen; the limit is 300.",
        "paths   hold/admin  Needs an admin's second tap: \`AGENTS.md\` (agent instructions, not readable here), \`package.json\` (package scripts, not readable here).",
        "paths   block       Only by hand, never from chat: \`.github/workflows/ci.yml\` (a workflow), \`link\` (a symbolic link).",
        "paths   block       Only by hand, never from chat: \`docs/\\u{202e}gnp.md\` (a name with characters that do not show).",
        "risk    pass        Low risk.",
        "risk    hold/nobody The risk is unknown without a diff that can be judged.",
        "risk    hold/merge  Medium risk: 1 file beyond what merges unattended.",
        "risk    hold/merge  Medium risk: 1 test file removed.",
        "risk    hold/merge  Medium risk: test configuration changed, 2 files beyond what merges unattended, 302 files.",
        "risk    hold/merge  Medium risk: 1 test file with skipped tests, 1 file beyond what merges unattended.",
        "risk    hold/merge  Medium risk: 1 test file with fewer checks, 1 file beyond what merges unattended.",
        "risk    block       High risk: it touches what merges only by hand.",
        "judge   hold/merge  No judge is set up, so a person decides.",
        "budget  pass        It has spent $3.20 of $20.",
        "budget  hold/merge  It has spent $20.50, more than its $20.",
        "budget  hold/merge  What it has spent is unknown.",
        "review  pass        The reviewer found nothing.",
        "review  hold/nobody aaaaaaa was not reviewed yet.",
        "review  hold/nobody The review is of ccccccc, not of aaaaaaa.",
        "review  hold/merge  The reviewer says that it describes the work instead of doing it.",
        "review  hold/merge  The reviewer found something of high severity.",
        "review  pass        The reviewer's highest severity is medium.",
        "budget  unset       No budget is set up.",
        "soak    pass        Soak is over.",
        "soak    hold/merge  Soak: every merge of this project waits for a tap.",
        "soak    pass        Soak: every merge of this project waits for a tap. Ben let it through.",
        "paths   pass        Needs an admin's second tap: \`AGENTS.md\` (agent instructions). Ana let it through.",
      ]
    `);
  });

  it('fit on a phone', () => {
    for (const [gate, over, rules] of situations) {
      const { sentence } = ask(gate, over, rules);
      expect(sentence.length).toBeLessThan(280);
      expect(sentence).not.toMatch(/[\p{C}]/u);
    }
  });
});

describe('a verdict', () => {
  it('answers for every gate, in order, also after a block', () => {
    const { answers } = judge({ ...facts, project: { merges: false, soak: true } }, policy);
    expect(answers.map(({ gate }) => gate)).toEqual([
      'project',
      'change',
      'checks',
      'base',
      'bots',
      'paths',
      'risk',
      'judge',
      'review',
      'budget',
      'soak',
    ]);
  });

  it.each([
    ['holds what is green and low without a tap, for no judge is set up', {}, 'hold'],
    ['merges it with a tap', { approval: tapped(ben) }, 'merge'],
    ['merges code with a tap', { diff: touching('src/a.ts'), approval: tapped(ben) }, 'merge'],
    ['merges in soak with a tap', { project: { merges: true, soak: true }, approval: tapped(ben) }, 'merge'],
    ['merges a high severity with a tap', { ...review({ severity: 'high' }), approval: tapped(ben) }, 'merge'],
    ['merges a design-only change with a tap', { ...review({ scope: 'design-only' }), approval: tapped(ben) }, 'merge'],
    ['merges many files with a tap', { diff: touching(...files(301)), approval: tapped(ben) }, 'merge'],
    ['holds sensitive paths for one tap', { diff: touching('AGENTS.md'), approval: tapped(ana) }, 'hold'],
    [
      "holds sensitive paths for a merger's second tap",
      { diff: touching('AGENTS.md'), approval: tapped(ben, true) },
      'hold',
    ],
    [
      "merges sensitive paths with an admin's second tap",
      { diff: touching('AGENTS.md'), approval: tapped(ana, true) },
      'merge',
    ],
    ["holds at a watcher's tap", { approval: tapped(watcher, true) }, 'hold'],
    ['holds at a tap for another head', { approval: tapped(ana, true, c) }, 'hold'],
  ] as const)('%s', (_, over, says) => {
    expect(judge({ ...facts, ...over }, policy).says).toBe(says);
  });
});

/** How strict a verdict is: a larger number lets less through. */
const strictness = ({ says }: Verdict): number => ['merge', 'hold', 'block'].indexOf(says);

const paths = fc.oneof(
  fc.constantFrom(
    'docs/a.md',
    'docs/b.md',
    'README.md',
    'src/a.ts',
    'src/b.ts',
    'package.json',
    'package-lock.json',
    'Makefile',
  ),
  fc.constantFrom(
    'AGENTS.md',
    'agents.md',
    '.github/workflows/ci.yml',
    '.signalbox/policy.yaml',
    '-x',
    'test/a.test.ts',
    'DOCS/A.md',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
);
const change: fc.Arbitrary<PathChange> = fc.record({
  path: paths,
  status: fc.constantFrom('A', 'D', 'M', 'T'),
  from: fc.constantFrom('000000', '100644', '100755', '120000', '160000'),
  to: fc.constantFrom('000000', '100644', '100755', '120000', '160000'),
});
const changes = fc.uniqueArray(change, { minLength: 1, maxLength: 6, selector: ({ path }) => path });
const approvals = fc.constantFrom(
  null,
  tapped(ben),
  tapped(ana),
  tapped(ana, true),
  tapped(ana, true, c),
  tapped(watcher, true),
);
const circumstances: fc.Arbitrary<GateFacts> = fc
  .record({
    project: fc.record({ merges: fc.boolean(), soak: fc.boolean() }),
    head: fc.constantFrom(a, c),
    base: fc.constantFrom(b, c),
    state: fc.constantFrom('open' as const, 'draft' as const, 'merged' as const, 'closed' as const),
    mergeable: fc.constantFrom(true, false, null),
    outcome: fc.constantFrom('green' as const, 'red' as const, 'conflict' as const, 'missing' as const),
    severity: fc.constantFrom('none' as const, 'low' as const, 'medium' as const, 'high' as const),
    paths: changes,
    approval: approvals,
  })
  .map(({ project, head, base, state, mergeable, outcome, severity, paths, approval }) => ({
    ...facts,
    project,
    now: { state, head, base, mergeable },
    check: { head: a, base: b, outcome, what: 'npm test', tail: '' },
    review: { head: a, severity, scope: 'implemented' },
    diff: touching(...paths),
    approval,
  }));
/** What merges with an admin's two taps, whatever it touches, as long as that is not blocked. */
const good = fc.record({ paths: changes, approval: fc.constant(tapped(ana, true)) }).map((over) => ({
  ...facts,
  diff: touching(...over.paths),
  approval: over.approval,
}));

describe('always', () => {
  it('one more path makes no verdict and no gate more permissive', () => {
    const yields = ['merge', 'admin', 'nobody'];
    const rank = (answer: Answer): number =>
      answer.says === 'block' ? 9 : answer.says === 'hold' ? 1 + yields.indexOf(answer.yields) : 0;
    fc.assert(
      fc.property(fc.oneof(circumstances, good), change, (given, more) => {
        const before = judge(given, policy);
        const known = given.diff?.paths ?? [];
        fc.pre(!known.some(({ path }) => path === more.path));
        const after = judge({ ...given, diff: touching(...known, more) }, policy);
        expect(strictness(after)).toBeGreaterThanOrEqual(strictness(before));
        after.answers.forEach((answer, n) => expect(rank(answer)).toBeGreaterThanOrEqual(rank(before.answers[n]!)));
      }),
      { numRuns: 500 },
    );
  });

  it('no tap lets a block or a hold that yields to nobody through', () => {
    fc.assert(
      fc.property(fc.oneof(circumstances, good), (given) => {
        const before = judge({ ...given, approval: null }, policy);
        const after = judge(given, policy);
        const firm = before.answers.filter(
          ({ says, yields }) => says === 'block' || (says === 'hold' && yields === 'nobody'),
        );
        expect(after.answers).toEqual(expect.arrayContaining(firm));
        if (firm.length > 0) expect(after.says).not.toBe('merge');
      }),
      { numRuns: 500 },
    );
  });

  it('a fact that is missing or of another head or base never merges', () => {
    const broken: readonly ((given: GateFacts) => Partial<GateFacts>)[] = [
      () => ({ now: null }),
      () => ({ check: null }),
      () => ({ review: null }),
      () => ({ diff: null }),
      () => ({ policyAt: null }),
      () => now({ head: c }),
      () => now({ base: c }),
      () => now({ mergeable: null }),
      () => check({ head: c }),
      () => check({ base: c }),
      () => review({ head: c }),
      () => ({ policyAt: c }),
      (given) => ({ diff: given.diff && { ...given.diff, head: c } }),
      (given) => ({ diff: given.diff && { ...given.diff, base: c } }),
      (given) => ({ diff: given.diff && { ...given.diff, paths: [] } }),
      () => ({ change: { number: 7, head: c, base: b } }),
      () => ({ change: { number: 7, head: a, base: c } }),
    ];
    fc.assert(
      fc.property(good, fc.constantFrom(...broken), (given, breaks) => {
        expect(judge({ ...given, ...breaks(given) }, policy).says).not.toBe('merge');
      }),
      { numRuns: 500 },
    );
    expect(judge({ ...facts, approval: tapped(ben) }, policy).says).toBe('merge');
  });

  it('a tap for another head is no tap', () => {
    fc.assert(
      fc.property(circumstances, (given) => {
        const elsewhere = judge({ ...given, approval: tapped(ana, true, c) }, policy);
        expect(elsewhere).toEqual(judge({ ...given, approval: null }, policy));
        expect(elsewhere.says).not.toBe('merge');
      }),
      { numRuns: 300 },
    );
  });

  it('nothing merges that is not named good here', () => {
    fc.assert(
      fc.property(circumstances, (given) => {
        if (judge(given, policy).says !== 'merge') return;
        expect(given.project.merges).toBe(true);
        expect(given.now).toEqual({ state: 'open', head: a, base: b, mergeable: true });
        expect(given.check?.outcome).toBe('green');
        expect(given.approval?.head).toBe(a);
        for (const { from, to } of given.diff?.paths ?? []) expect(`${from} ${to}`).not.toMatch(/120000|160000/);
      }),
      { numRuns: 500 },
    );
  });
});
