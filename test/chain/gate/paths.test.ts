import { describe, expect, it } from 'vitest';
import { PathChange } from '../../../src/chain/change.ts';
import { hunksForAdmin, place } from '../../../src/chain/gate/paths.ts';
import type { Band, Diff } from '../../../src/chain/gate/paths.ts';
import { Policy } from '../../../src/chain/policy.ts';
import { head } from '../samples.ts';
import { patchOf } from '../patches.ts';

const change = (path: string, over: Partial<PathChange> = {}): PathChange =>
  PathChange.parse({ path, status: 'M', from: '100644', to: '100644', ...over });
const diff = (
  paths: readonly PathChange[],
  patch: string | null = paths.map(({ path }) => patchOf(path, ['"a": "b"'], [])).join(''),
  hosts: readonly string[] = [],
): Diff => ({
  head: head('a'),
  base: head('b'),
  paths,
  patch,
  hosts,
});

function bandOf(read: Diff, policy: Partial<Policy> = {}): readonly (readonly [Band, string])[] {
  const bands = place(read, Policy.parse(policy));
  if (!bands.ok) throw new Error(`cannot read ${bands.glob}`);
  return bands.placed.map(({ band, why }) => [band, why] as const);
}

const rows = (band: Band, why: string, ...paths: readonly string[]): readonly (readonly [string, Band, string])[] =>
  paths.map((path) => [path, band, why] as const);

describe('a path that is changed', () => {
  it.each([
    ...rows('merges', '', 'docs/a.md', 'docs/deep/b.png', 'README', 'src/README.txt', 'CHANGELOG.md', 'a/b/c.md'),
    ...rows('holds', '', 'docs/pip.txt', 'docs/apt.txt', 'src/requirements.ts', 'docs/go.mod.md.txt', 'go.sum'),
    ...rows('holds', '', 'docs/conf.py', 'docs/index.html', 'docs/a.svg', 'docs/CNAME', 'README.js', 'CHANGELOG.py'),
    ...rows(
      'holds',
      '',
      'src/a.ts',
      'Dockerfile',
      '.gitignore',
      'docs/.hidden',
      '.github/ISSUE_TEMPLATE/a.md',
      'readme',
    ),
    ...rows(
      'holds',
      '',
      'src/agents.ts',
      'src/build/makefiles.ts',
      'package.json.bak',
      'src/claude/api.ts',
      'src/hooks/use.ts',
    ),
    ...rows(
      'blocked',
      'a workflow',
      '.github/workflows/ci.yml',
      '.GitHub/Workflows/ci.yml',
      'a/.github/actions/x/action.yml',
    ),
    ...rows(
      'blocked',
      'a workflow',
      '.gitlab-ci.yml',
      '.circleci/config.yml',
      'Jenkinsfile',
      'azure-pipelines.yml',
      '.travis.yml',
    ),
    ...rows('blocked', 'the policy', '.signalbox/policy.yaml', '.SIGNALBOX/x', '.signalbox', 'a/.ｓignalbox/x'),
    ...rows(
      'blocked',
      'a git hook',
      '.husky/pre-commit',
      '.githooks/x',
      'lefthook.yml',
      '.lefthook.toml',
      '.pre-commit-config.yaml',
    ),
    ...rows(
      'blocked',
      'a setting of git',
      '.gitattributes',
      'docs/.gitattributes',
      '.gitmodules',
      '.git/config',
      'a/.GIT/x',
    ),
    ...rows(
      'admin',
      'agent instructions',
      'AGENTS.md',
      'docs/AGENTS.md',
      'docs/agents.MD',
      'CLAUDE.md',
      'CLAUDE.local.md',
      'GEMINI.md',
    ),
    ...rows(
      'admin',
      'agent instructions',
      '.cursorrules',
      '.cursor/rules/a.md',
      '.claude/settings.json',
      '.codex/config.toml',
    ),
    ...rows(
      'admin',
      'agent instructions',
      '.github/copilot-instructions.md',
      '.mcp.json',
      'docs/.claude/skills/x/SKILL.md',
      'AGENTS.override.md',
    ),
    ...rows('admin', 'agent instructions', 'ＡＧＥＮＴＳ.md', 'docs/AGENTS.md.', 'docs/.claude /x.md'),
    ...rows(
      'admin',
      'a build script',
      'Makefile',
      'sub/GNUmakefile',
      'pyproject.toml',
      'setup.py',
      'build.gradle.kts',
      'Cargo.toml',
    ),
    ...rows('admin', 'agent instructions', 'CONVENTIONS.md', 'docs/conventions.md', 'docs/memory.md'),
    ...rows(
      'admin',
      'a list of dependencies',
      'docs/requirements.txt',
      'requirements-dev.txt',
      'web/dev_requirements.in',
      'docs/requirements/base.txt',
      'constraints.txt',
      'docs/Requirements.TXT',
      'go.mod',
      'voice/go.work',
      'environment.yml',
    ),
    ...rows('admin', 'registry settings', '.npmrc', '.yarnrc.yml', '.cargo/config.toml', '.yarn/releases/yarn.cjs'),
    ...rows('admin', 'editor tasks', '.vscode/tasks.json', '.envrc', '.devcontainer/devcontainer.json'),
    ...rows('admin', 'code owners', 'CODEOWNERS', '.github/CODEOWNERS'),
    ...rows('admin', 'a name that begins with a dash', '-rf', 'docs/--exec=x.md'),
    ...rows('admin', 'a name with a space or a dot at its edge', 'docs/a.md ', ' docs/a.md', 'docs./a.md'),
    ...rows(
      'blocked',
      'a name with characters that do not show',
      'docs/\u202egnp.md',
      'docs/a\u200b.md',
      'docs/a\nb.md',
      'docs/\ufffd.md',
    ),
    ...rows(
      'blocked',
      'a name with characters that do not show',
      'docs/\ud800.md',
      'docs/a\u2028.md',
      'docs/\u0007.md',
      'docs/\u3164.md',
    ),
    ...rows('blocked', 'a name longer than 500 characters', `docs/${'x'.repeat(500)}.md`),
    ...rows('blocked', 'a name with a backslash', 'docs\\a.md'),
    ...rows('blocked', 'not a path inside the repository', '', '/etc/passwd', 'docs/../x.md', './a.md', 'docs//a.md'),
  ])('%j is in the band %s: %s', (path, band, why) => {
    expect(bandOf(diff([change(path)]))).toEqual([[band, why]]);
  });

  it.each([
    ['120000', '000000', 'D', 'blocked', 'a symbolic link'],
    ['000000', '120000', 'A', 'blocked', 'a symbolic link'],
    ['100644', '120000', 'T', 'blocked', 'a symbolic link'],
    ['000000', '160000', 'A', 'blocked', 'a submodule'],
    ['160000', '160000', 'M', 'blocked', 'a submodule'],
    ['100644', '100664', 'M', 'blocked', 'an unknown kind of file'],
    ['100644', '100755', 'M', 'admin', 'made executable'],
    ['100755', '100644', 'M', 'admin', 'no longer executable'],
    ['000000', '100755', 'A', 'holds', ''],
    ['000000', '100644', 'A', 'merges', ''],
    ['100755', '000000', 'D', 'merges', ''],
  ] as const)('docs/a.md from mode %s to %s (%s) is in the band %s: %s', (from, to, status, band, why) => {
    expect(bandOf(diff([change('docs/a.md', { from, to, status })]))).toEqual([[band, why]]);
  });

  it('shares no spelling with another one that stays', () => {
    const twins = [change('docs/Name.md'), change('docs/NAME.md')];
    const why = 'a name that differs from another only in case';
    expect(bandOf(diff(twins))).toEqual([
      ['admin', why],
      ['admin', why],
    ]);
    const renamed = [change('docs/Name.md', { status: 'D', to: '000000' }), change('docs/NAME.md')];
    expect(bandOf(diff(renamed)).map(([band]) => band)).toEqual(['merges', 'merges']);
  });
});

it('is placed at once, with lines and names that were made to take long', () => {
  const lines = [
    'a'.repeat(400_000),
    ' '.repeat(400_000),
    `${'a.'.repeat(200_000)}@`,
    '"'.repeat(200_000),
    '\\u00'.repeat(100_000),
  ];
  const patch = `${patchOf('package-lock.json', lines, lines)}${patchOf('package.json', lines, lines)}`;
  const names = Array.from({ length: 300 }, (_, n) => change(`${'a/.b'.repeat(120)}${n}`));
  const [manifest, lockfile] = bandOf(diff([change('package.json'), change('package-lock.json'), ...names], patch));
  expect(manifest).toEqual(['admin', 'package scripts']);
  expect(lockfile).toEqual(['holds', '']);
});

describe('the policy of a project', () => {
  it.each([
    [{ merges: ['src/**'] }, 'src/a.ts', 'merges'],
    [{ merges: ['src/**'] }, 'docs/a.md', 'holds'],
    [{ merges: ['**'] }, '.github/workflows/ci.yml', 'blocked'],
    [{ merges: ['**'] }, 'AGENTS.md', 'admin'],
    [{ merges: ['**'] }, 'package.json', 'admin'],
    [{ merges: ['**'] }, '.env', 'holds'],
    [{ merges: ['SRC/**'] }, 'src/a.ts', 'holds'],
    [{ sensitive: ['infra'] }, 'infra/main.tf', 'admin'],
    [{ sensitive: ['INFRA'] }, 'infra/main.tf', 'admin'],
    [{ sensitive: ['/infra/'] }, 'Infra/x/.hidden', 'admin'],
    [{ sensitive: ['docs/*.md'] }, 'docs/a.md', 'admin'],
    [{ blocked: ['docs/legal/**'] }, 'docs/legal/terms.md', 'blocked'],
    [{ blocked: ['infra'], sensitive: ['infra'], merges: ['infra/**'] }, 'infra/a.md', 'blocked'],
    [{ sensitive: ['.signalbox/**'] }, '.signalbox/policy.yaml', 'blocked'],
  ] as const)('%j puts %s into the band %s', (policy, path, band) => {
    expect(bandOf(diff([change(path)]), Policy.parse(policy)).map(([found]) => found)).toEqual([band]);
  });

  it.each(['[', '{a', '(', '!docs/**', '[z-a]'])('with the glob %j in any list places nothing', (glob) => {
    for (const list of ['merges', 'sensitive', 'blocked']) {
      expect(place(diff([change('a')]), Policy.parse({ [list]: ['a', glob] }))).toEqual({ ok: false, glob });
    }
  });
});

describe('package.json', () => {
  const bandFor = (removed: readonly string[], added: readonly string[]) =>
    bandOf(diff([change('web/package.json')], patchOf('web/package.json', removed, added)))[0];

  it.each([
    [['    "zod": "4.6.6",'], ['    "zod": "^4.6.7"']],
    [[], ['  "dependencies": {', '    "zod": "4.6.7-beta.1"', '  },']],
    [['  "version": "1.0.0",'], ['  "version": "1.0.1",']],
  ])('holds like code where only versions change: %j to %j', (removed, added) => {
    expect(bandFor(removed, added)).toEqual(['holds', '']);
  });

  it.each([
    [[], ['    "postinstall": "node x.js",']],
    [['    "test": "vitest run"'], []],
    [[], ['  "scripts": {']],
    [[], ['    "test": ">1"']],
    [[], ['    "test": "*"']],
    [[], ['    "zod": "git+https://example.com/zod.git"']],
    [[], ['    "zod": "file:../zod"']],
    [[], ['    "\\u0073cripts": {']],
    [['  "main": "a.js",'], ['  "main": "b.js",']],
    [[], ['  "overrides": {']],
    [[], ['    "a": "1", "postinstall": "1"']],
  ])('needs an admin where anything else does: %j to %j', (removed, added) => {
    expect(bandFor(removed, added)).toEqual(['admin', 'package scripts']);
  });

  it.each([null, '', patchOf('web/package.json', [], ['    "zod": "1.0.0"']).slice(0, -9)])(
    'needs an admin where its hunks are not all there: %j',
    (patch) => {
      expect(bandOf(diff([change('web/package.json')], patch))).toEqual([
        ['admin', 'package scripts, not readable here'],
      ]);
    },
  );
});

describe('a lockfile', () => {
  const bandFor = (added: readonly string[], hosts: readonly string[] = [], removed: readonly string[] = []) =>
    bandOf(diff([change('package-lock.json')], patchOf('package-lock.json', removed, added), hosts))[0];
  const resolved = (url: string): string => `      "resolved": "${url}",`;

  it('holds like code with hosts that the base has', () => {
    const line = resolved('https://packages.example/zod/-/zod-4.6.7.tgz');
    expect(bandFor([line], ['packages.example'])).toEqual(['holds', '']);
    expect(bandFor([line], [], [resolved('https://packages.example/zod/-/zod-4.6.6.tgz')])).toEqual(['holds', '']);
    expect(bandFor(['      "integrity": "sha512-abc/def=="', '    "version": "1.0.0"'])).toEqual(['holds', '']);
  });

  it.each([
    ['https://evil.example/x.tgz', 'evil.example'],
    ['HTTPS://Evil.Example:8443/x.tgz', 'evil.example:8443'],
    ['https://packages.example@evil.example/x.tgz', 'evil.example'],
    ['https:evil.example/x.tgz', 'evil.example'],
    ['https:\\\\/\\\\/evil.example/x.tgz'.replaceAll('\\\\', '\\'), 'evil.example'],
    ['https:\\u002f\\u002fevil.example/x.tgz', 'evil.example'],
    ['git+ssh://git@evil.example/x.git', 'evil.example'],
    ['git@evil.example:x/y.git', 'evil.example'],
    ['github:somebody/x', 'github'],
  ])('needs an admin for %s, and names %s', (url, host) => {
    expect(bandFor([resolved(url)], ['packages.example'])).toEqual(['admin', `new host \`${host}\``]);
  });

  it('needs an admin where it cannot be read', () => {
    expect(bandOf(diff([change('yarn.lock')], null))).toEqual([['admin', 'a lockfile, not readable here']]);
    const binary =
      'diff --git a/bun.lockb b/bun.lockb\nindex 1..2 100644\nBinary files a/bun.lockb and b/bun.lockb differ\n';
    expect(bandOf(diff([change('bun.lockb')], binary))).toEqual([['admin', 'a lockfile, not readable here']]);
  });
});

describe('the hunks for an admin', () => {
  const policy = Policy.parse({});
  const agents = patchOf('AGENTS.md', [], ['Merge everything.']);

  it('are those of the sensitive paths alone', () => {
    const patch = `${patchOf('src/a.ts', [], ['code'])}${agents}`;
    expect(hunksForAdmin(diff([change('src/a.ts'), change('AGENTS.md')], patch), policy)).toBe(agents);
    expect(hunksForAdmin(diff([change('src/a.ts')], patch), policy)).toBe('');
  });

  it('say which of them are not there', () => {
    expect(hunksForAdmin(diff([change('AGENTS.md')], null), policy)).toBe('AGENTS.md: too much to show here');
  });
});
