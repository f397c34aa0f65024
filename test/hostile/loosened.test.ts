import { edited, textOf } from './before.ts';
import type { Files } from './ground.ts';
import { alone, beyond, hostile, low } from './rows.ts';
import type { Row } from './rows.ts';

const test = 'test/a.test.ts';
const whole = textOf(test);
const spec = (path: string, text: string) => ({ [path]: text });

hostile('tests that are removed', [
  [
    'a file',
    { [test]: null },
    'a tap',
    "Needs a person's tap: `test/a.test.ts`.",
    'Medium risk: 1 test file removed, 1 file beyond what merges unattended.',
  ],
  [
    'a file of Python',
    { 'tests/test_a.py': null },
    'a tap',
    "Needs a person's tap: `tests/test_a.py`.",
    'Medium risk: 1 test file removed, 1 file beyond what merges unattended.',
  ],
  [
    'all of it in a new form',
    { [test]: "it('is one', () => {});\n" },
    'a tap',
    "Needs a person's tap: `test/a.test.ts`.",
    'Medium risk: 1 test file with fewer checks, 1 file beyond what merges unattended.',
  ],
  [
    'an expectation',
    edited(test, '  expect(a).toBe(1);\n', ''),
    'a tap',
    "Needs a person's tap: `test/a.test.ts`.",
    'Medium risk: 1 test file with fewer checks, 1 file beyond what merges unattended.',
  ],
  [
    'an expectation that is commented out',
    edited(test, '  expect(a).toBe(1)', '  // expect(a).toBe(1)'),
    'a tap',
    "Needs a person's tap: `test/a.test.ts`.",
    'Medium risk: 1 test file with fewer checks, 1 file beyond what merges unattended.',
  ],
  [
    'an assertion of Python',
    edited('tests/test_a.py', 'assert a == 1', '# assert a == 1\n    pass'),
    'a tap',
    "Needs a person's tap: `tests/test_a.py`.",
    'Medium risk: 1 test file with fewer checks, 1 file beyond what merges unattended.',
  ],
  [
    'a test beside what merges',
    { [test]: null, 'docs/guide.md': '# Guide\n' },
    'a tap',
    "Needs a person's tap: `test/a.test.ts`.",
    'Medium risk: 1 test file removed, 1 file beyond what merges unattended.',
  ],
  ['a test among the documents', { 'docs/x_test.md': 'x\n' }, 'itself', alone, low],
  [
    'an expectation that says less',
    edited(test, 'toBe(1)', 'toBeDefined()'),
    'a tap',
    "Needs a person's tap: `test/a.test.ts`.",
    'Medium risk: 1 test file with other checks, 1 file beyond what merges unattended.',
  ],
  [
    'an expectation that is always right',
    edited(test, 'expect(a).toBe(1)', 'expect(1).toBe(1)'),
    'a tap',
    "Needs a person's tap: `test/a.test.ts`.",
    'Medium risk: 1 test file with other checks, 1 file beyond what merges unattended.',
  ],
  [
    'what the tests load first',
    { 'test/setup.ts': 'globalThis.expect = () => ({});\n' },
    'a tap',
    "Needs a person's tap: `test/setup.ts`.",
    'Medium risk: test configuration changed, 1 file beyond what merges unattended.',
  ],
  [
    'a snapshot',
    edited('src/__snapshots__/a.snap', '= `1`', '= `2`'),
    'a tap',
    "Needs a person's tap: `src/__snapshots__/a.snap`.",
    'Medium risk: 1 test file with other checks, 1 file beyond what merges unattended.',
  ],
] satisfies Row[]);

const skips: readonly (readonly [string, string, string])[] = [
  ['it.skip', test, "it.skip('is one', () => {});"],
  ['describe.only', test, "describe.only('a', () => {});"],
  ['it.concurrent.skip', test, "it.concurrent.skip('is one', () => {});"],
  ['a skip in brackets', test, "it['skip']('is one', () => {});"],
  ['skipIf', test, "it.skipIf(true)('is one', () => {});"],
  ['xit', test, "xit('is one', () => {});"],
  ['this.skip', test, '  this.skip();'],
  ['test.todo', test, "test.todo('is one');"],
  ['unittest', 'tests/test_b.py', '@unittest.skip("later")'],
  ['a failure that is expected', 'tests/test_b.py', '@unittest.expectedFailure'],
  ['pytest.mark', 'tests/test_b.py', 'pytestmark = pytest.mark.skip'],
  ['Go', 'a_test.go', '\tt.Skip("later")'],
  ['Rust', 'tests/a.rs', '#[ignore]'],
  ['Java', 'src/ATest.java', '@Disabled'],
  ['C#', 'src/ATests.cs', '[Fact(Skip = "later")]'],
  ['PHP', 'tests/ATest.php', '$this->markTestSkipped();'],
  ['Ruby', 'spec/a_spec.rb', "  xit 'is one' do"],
  ['Elixir', 'test/a_test.exs', '@tag :skip'],
];

hostile(
  'tests that are skipped',
  skips.map(([name, path, line]): Row => [
    name,
    { [path]: path === test ? `${whole}${line}\n` : `${line}\n` },
    'a tap',
    `Needs a person's tap: \`${path}\`.`,
    'Medium risk: 1 test file with skipped tests, 1 file beyond what merges unattended.',
  ]),
);

const stopped: readonly (readonly [string, Files])[] = [
  ['an end of the run', { [test]: `process.exit(0);\n${whole}` }],
  ['a return before the checks', edited(test, '  expect(a).toBe(1);', '  return;\n  expect(a).toBe(1);')],
  ['a condition around them', edited(test, "it('is one'", "if (process.env.NEVER)\nit('is one'")],
  ['a comment around them', edited(test, whole, `/*\n${whole}*/\n`)],
  ['a check of its own', edited(test, "it('is one'", "const expect = () => new Proxy({}, {});\nit('is one'")],
  ['a double of what is tested', { [test]: `vi.mock('../src/a.ts');\n${whole}` }],
  ['a name that pytest leaves out', edited('tests/test_a.py', 'def test_a', '__test__ = False\ndef test_a')],
  ['an end of Python', edited('tests/test_a.py', 'def test_a', 'sys.exit(0)\ndef test_a')],
  ['a new file of Go that ends them all', { 'main_test.go': 'func TestMain(m *testing.M) { os.Exit(0) }\n' }],
];

hostile('tests that are stopped', [
  ...stopped.map(([name, change]): Row => {
    const path = Object.keys(change)[0] ?? '';
    return [
      name,
      change,
      'a tap',
      `Needs a person's tap: \`${path}\`.`,
      'Medium risk: 1 test file with lines that may stop tests, 1 file beyond what merges unattended.',
    ];
  }),
  [
    'what they import',
    edited(test, '../src/a.ts', './double.ts'),
    'a tap',
    "Needs a person's tap: `test/a.test.ts`.",
    'Medium risk: 1 test file with other lines, 1 file beyond what merges unattended.',
  ],
  [
    'nothing: a test more, which returns in itself',
    { [test]: `${whole}it('is two', () => {\n  if (!a) return;\n  expect(a + 1).toBe(2);\n});\n` },
    'a tap',
    "Needs a person's tap: `test/a.test.ts`.",
    beyond,
  ],
]);

hostile('tests that cannot be read', [
  [
    'a NUL',
    { [test]: `${whole}// \0\n` },
    'a tap',
    "Needs a person's tap: `test/a.test.ts`.",
    'Medium risk: 1 test file that cannot be read here, 1 file beyond what merges unattended.',
  ],
  [
    'a patch that is cut before it',
    { 'docs/pad.rst': 'pad\n'.repeat(80_000), [test]: "it.skip('is one')\n" },
    'a tap',
    "Needs a person's tap: `test/a.test.ts`.",
    'Medium risk: 1 test file that cannot be read here, 1 file that cannot be read here, 1 file beyond what merges unattended.',
  ],
  [
    'attributes on the base that hide them',
    { [test]: `${whole}it.skip('x');\n` },
    'a tap',
    "Needs a person's tap: `test/a.test.ts`.",
    'Medium risk: 1 test file with skipped tests, 1 file beyond what merges unattended.',
  ],
] satisfies Row[]);

hostile('tests that are set up anew', [
  [
    'a configuration',
    edited('vitest.config.ts', 'lines: 90', 'lines: 10'),
    'a tap',
    "Needs a person's tap: `vitest.config.ts`.",
    'Medium risk: test configuration changed, 1 file beyond what merges unattended.',
  ],
  [
    'a new one of Vite',
    spec('vite.config.ts', 'export default { test: { exclude: ["**"] } };\n'),
    'a tap',
    "Needs a person's tap: `vite.config.ts`.",
    'Medium risk: test configuration changed, 1 file beyond what merges unattended.',
  ],
  [
    'a new one of Jest',
    spec('jest.config.json', '{"testMatch":[]}\n'),
    'a tap',
    "Needs a person's tap: `jest.config.json`.",
    'Medium risk: test configuration changed, 1 file beyond what merges unattended.',
  ],
  [
    'pytest.ini',
    spec('pytest.ini', '[pytest]\naddopts = --co\n'),
    'a tap',
    "Needs a person's tap: `pytest.ini`.",
    'Medium risk: test configuration changed, 1 file beyond what merges unattended.',
  ],
  [
    'conftest.py',
    spec('conftest.py', 'collect_ignore_glob = ["*"]\n'),
    'a tap',
    "Needs a person's tap: `conftest.py`.",
    'Medium risk: test configuration changed, 1 file beyond what merges unattended.',
  ],
  [
    'options in pyproject.toml',
    edited('pyproject.toml', 'addopts = "--strict-markers"', 'addopts = "--co"'),
    'an admin',
    "Needs an admin's second tap: `pyproject.toml` (a build script).",
    'Medium risk: test configuration changed, 1 file beyond what merges unattended.',
  ],
  [
    'a threshold in pyproject.toml',
    edited('pyproject.toml', 'fail_under = 90', 'fail_under = 0'),
    'an admin',
    "Needs an admin's second tap: `pyproject.toml` (a build script).",
    'Medium risk: test configuration changed, 1 file beyond what merges unattended.',
  ],
  [
    'a threshold in package.json',
    edited('package.json', '"branches": 90', '"branches": 0'),
    'an admin',
    "Needs an admin's second tap: `package.json` (package scripts).",
    'Medium risk: test configuration changed, 1 file beyond what merges unattended.',
  ],
  [
    'the command in package.json',
    edited('package.json', 'vitest run', 'true'),
    'an admin',
    "Needs an admin's second tap: `package.json` (package scripts).",
    'Medium risk: test configuration changed, 1 file beyond what merges unattended.',
  ],
  [
    'a command before it',
    edited('package.json', '"test": "vitest run"', '"pretest": "id", "test": "vitest run"'),
    'an admin',
    "Needs an admin's second tap: `package.json` (package scripts).",
    'Medium risk: test configuration changed, 1 file beyond what merges unattended.',
  ],
  [
    'the coverage service',
    spec('codecov.yml', 'coverage: {}\n'),
    'a tap',
    "Needs a person's tap: `codecov.yml`.",
    'Medium risk: test configuration changed, 1 file beyond what merges unattended.',
  ],
  [
    'what coverage leaves out',
    spec('.coveragerc', '[run]\nomit = *\n'),
    'a tap',
    "Needs a person's tap: `.coveragerc`.",
    'Medium risk: test configuration changed, 1 file beyond what merges unattended.',
  ],
] satisfies Row[]);
