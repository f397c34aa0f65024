import type { Files } from './ground.ts';

/** What stands on the base branch before each hostile change. */
export const files: Files = {
  '.signalbox/policy.yaml': 'test: npm test\n',
  '.github/workflows/ci.yml': 'on: push\n',
  '.gitattributes': '*.test.ts -diff\n*.md binary\n',
  '.gitmodules': '[submodule "vendor"]\n\tpath = vendor\n\turl = https://example.invalid/vendor.git\n',
  vendor: { commit: '1'.repeat(40) },
  link: { mode: '120000', text: 'README.md' },
  'AGENTS.md': 'Be careful.\n',
  'README.md': '# Site\n',
  'docs/guide.md': '# Guide\n\nRead me.\n',
  'docs/logo.png': Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2]),
  'run.sh': { mode: '100755', text: '#!/bin/sh\nexec node src/a.ts\n' },
  'src/a.ts': 'export const a = 1;\n',
  Makefile: 'test:\n\tnpm test\n',
  'package.json': [
    '{',
    '  "name": "site",',
    '  "scripts": {',
    '    "test": "vitest run"',
    '  },',
    '  "jest": {',
    '    "coverageThreshold": {',
    '      "global": {',
    '        "branches": 90',
    '      }',
    '    }',
    '  },',
    '  "dependencies": {',
    '    "zod": "4.6.6"',
    '  }',
    '}',
    '',
  ].join('\n'),
  'package-lock.json': [
    '{',
    '  "packages": {',
    '    "node_modules/zod": {',
    '      "version": "4.6.6",',
    '      "resolved": "https://packages.example/zod/-/zod-4.6.6.tgz"',
    '    }',
    '  }',
    '}',
    '',
  ].join('\n'),
  'pyproject.toml':
    '[tool.pytest.ini_options]\naddopts = "--strict-markers"\n\n[tool.coverage.report]\nfail_under = 90\n',
  'vitest.config.ts': 'export default { test: { coverage: { thresholds: { lines: 90 } } } };\n',
  'test/a.test.ts': [
    "import { a } from '../src/a.ts';",
    "it('is one', () => {",
    '  expect(a).toBe(1);',
    '  expect(a).not.toBe(2);',
    '});',
    '',
  ].join('\n'),
  'src/__snapshots__/a.snap': 'exports[`a 1`] = `1`;\n',
  'test/setup.ts': 'process.env.TZ = "UTC";\n',
  'tests/test_a.py': 'def test_a():\n    assert a == 1\n',
};

/** What a file of the base says; throws where it is none. */
export function textOf(path: string): string {
  const text = files[path];
  if (typeof text !== 'string') throw new Error(`${path} is no text of the base`);
  return text;
}

/** A file of the base with some words replaced; throws where they are not there. */
export function edited(path: string, from: string, to: string): Files {
  const text = textOf(path);
  if (!text.includes(from)) throw new Error(`${path} has no ${from}`);
  return { [path]: text.replace(from, to) };
}
