/**
 * The text of the sample project, postbox: small enough to read on a phone, real enough to install, test and review.
 * Its README says "recieve", and no test looks at that word: the tests are green before and after it is put right.
 */
type Files = Readonly<Record<string, string>>;

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** The project's only dependency, packed into the repository so that `npm ci --offline` needs neither network nor cache. */
export const plural: {
  readonly name: string;
  readonly version: string;
  readonly tarball: string;
  readonly files: Files;
} = {
  name: '@postbox/plural',
  version: '1.0.0',
  tarball: 'vendor/postbox-plural-1.0.0.tgz',
  files: {
    'package/package.json': json({
      name: '@postbox/plural',
      version: '1.0.0',
      license: 'MIT',
      type: 'module',
      exports: './index.js',
    }),
    'package/index.js': `/** "1 letter", "2 letters". */
export const plural = (count, one, many = \`\${one}s\`) => \`\${count} \${count === 1 ? one : many}\`;
`,
  },
};

const manifest = {
  name: 'postbox',
  version: '1.0.0',
  private: true,
  license: 'MIT',
  type: 'module',
  scripts: { test: 'node --test' },
  dependencies: { [plural.name]: `file:${plural.tarball}` },
};

const lockfile = (integrity: string): unknown => ({
  name: manifest.name,
  version: manifest.version,
  lockfileVersion: 3,
  requires: true,
  packages: {
    '': {
      name: manifest.name,
      version: manifest.version,
      license: manifest.license,
      dependencies: manifest.dependencies,
    },
    [`node_modules/${plural.name}`]: {
      version: plural.version,
      resolved: `file:${plural.tarball}`,
      integrity,
      license: 'MIT',
    },
  },
});

const announce = `import { plural } from '${plural.name}';

/** What the letter box says about \`count\` letters. */
export function announce(count) {
  if (!Number.isInteger(count) || count < 0) throw new RangeError(\`a number of letters, not \${count}\`);
  return count === 0 ? 'Your letter box is empty.' : \`You have \${plural(count, 'letter')}.\`;
}
`;

const announceTest = `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { announce } from '../src/announce.js';

test('an empty box is called empty', () => assert.equal(announce(0), 'Your letter box is empty.'));
test('one letter is singular', () => assert.equal(announce(1), 'You have 1 letter.'));
test('more letters are plural', () => assert.equal(announce(3), 'You have 3 letters.'));
test('half a letter is refused', () => assert.throws(() => announce(0.5), RangeError));
`;

const readmeTest = `import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { announce } from '../src/announce.js';

test('the example in the README is true', () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  assert.ok(readme.includes(\`announce(2); // \${announce(2)}\`));
});
`;

const readme = `# postbox

Says in words how many letters you recieve.

\`\`\`js
import { announce } from './src/announce.js';

announce(2); // You have 2 letters.
\`\`\`

Call \`announce\` each time that you recieve the post. A number that is not a whole number of letters is refused.

\`npm ci --offline\` installs it, \`npm test\` tests it.
`;

const agents = `# For agents

- Plain JavaScript, no build. Install with \`npm ci --offline\`, test with \`npm test\`.
- Keep a change small, and leave the tests green.
- \`vendor/\` holds a packed dependency: never edit it.
`;

const policy = `# Read by Signalbox from the base branch.
setup:
  - npm ci --offline
test: npm test
approvePlan: never
`;

/** The project's files by commit. `integrity` is the packed dependency's, as npm writes it: `sha512-` and base64. */
export function postbox(integrity: string): { readonly code: Files; readonly tests: Files; readonly words: Files } {
  return {
    code: {
      '.gitignore': 'node_modules/\n',
      'package.json': json(manifest),
      'package-lock.json': json(lockfile(integrity)),
      'src/announce.js': announce,
    },
    tests: { 'test/announce.test.js': announceTest, 'test/readme.test.js': readmeTest },
    words: { 'README.md': readme, 'AGENTS.md': agents, '.signalbox/policy.yaml': policy },
  };
}
