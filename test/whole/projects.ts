import { createReadStream, existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import type { CoderHandoff, PlanHandoff } from '../../src/chain/handoff.ts';
import type { Far } from '../boundary/far.ts';
import { root } from './ground.ts';
import { part, shell } from './hostile.ts';
import { goModule, wheel } from './packages.ts';

/** Two projects that need Debian's packages and a package of their own, and what their roles do in a task. */

type Files = Readonly<Record<string, string>>;
export type Sort = 'python' | 'go';

/** What is fetched once for each: the package that the project depends on. */
export const dependency: Readonly<Record<Sort, string>> = {
  python: '/files/greeting-1.0-py3-none-any.whl',
  go: '/go/example.org/greeting/@v/v1.0.0.zip',
};

const module = 'module example.org/greeting\n\ngo 1.19\n';
const made = goModule('example.org/greeting', 'v1.0.0', {
  'go.mod': module,
  'greeting.go': 'package greeting\n\nfunc Greet() string { return "hello" }\n',
});
const pages: Readonly<Record<string, string | Buffer>> = {
  '/simple/greeting/': '<a href="/files/greeting-1.0-py3-none-any.whl">greeting-1.0-py3-none-any.whl</a>',
  [dependency.python]: wheel('greeting', '1.0', 'def greet():\n    return "hello"\n'),
  '/go/example.org/greeting/@v/v1.0.0.info': '{"Version":"v1.0.0"}',
  '/go/example.org/greeting/@v/v1.0.0.mod': module,
  [dependency.go]: made.zip,
};

/** Lets the far server be Debian's mirror and the registries of Python and Go, and answers what was asked of it, in order. */
export function serve(far: Far): readonly string[] {
  const asked: string[] = [];
  const server = createServer((request, answer) => {
    const path = decodeURIComponent(request.url ?? '');
    asked.push(path);
    const file = join(root, '.cache', path);
    // pip takes an index for none that does not say it is HTML.
    if (pages[path] !== undefined) return answer.writeHead(200, { 'content-type': 'text/html' }).end(pages[path]);
    if (path.startsWith('/debian/') && existsSync(file)) return createReadStream(file).pipe(answer);
    return answer.writeHead(404).end();
  });
  far.answer = (socket) => void server.emit('connection', socket);
  return asked;
}

const environment = (certificate: string, set: Sort, packages: string, ...env: string[]): Files => ({
  '.signalbox/ca.crt': certificate,
  '.signalbox/Dockerfile': [
    'FROM signalbox-worker',
    'COPY ca.crt /usr/local/share/ca-certificates/',
    'RUN update-ca-certificates && rm -rf /etc/apt/sources.list.d && echo force-unsafe-io >/etc/dpkg/dpkg.cfg.d/unsafe-io \\',
    `    && echo "deb [trusted=yes] https://example.org/debian/${set} ./" >/etc/apt/sources.list \\`,
    `    && apt-get update && apt-get install -y --no-install-recommends ${packages} && rm -rf /var/lib/apt/lists/*`,
    ...env.map((one) => `ENV ${one}`),
    '',
  ].join('\n'),
});

const policy = (setup: readonly string[], test: string): Files => ({
  '.signalbox/policy.yaml': JSON.stringify({ setup, test, approvePlan: 'never' }),
});

const command: Readonly<Record<Sort, string>> = { python: '.venv/bin/python -m pytest -v', go: 'go test -v ./...' };

/** What a project's base branch has. */
export const filesOf: Readonly<Record<Sort, (certificate: string) => Files>> = {
  python: (certificate) => ({
    ...environment(
      certificate,
      'python',
      'python3-venv python3-pytest',
      'PIP_INDEX_URL=https://example.org/simple/',
      'PIP_CERT=/etc/ssl/certs/ca-certificates.crt',
    ),
    ...policy(
      [
        'test -d /cache/wheels || (python3 -m venv /tmp/v && /tmp/v/bin/pip wheel -r requirements.txt)',
        'python3 -m venv --system-site-packages .venv && .venv/bin/pip install -r requirements.txt',
      ],
      command.python,
    ),
    '.gitignore': '.venv/\n__pycache__/\n',
    'requirements.txt': 'greeting==1.0\n',
    'voice.py': 'import greeting\n\n\ndef shout():\n    return greeting.greet().upper()\n',
    'test_voice.py': 'import voice\n\n\ndef test_shout():\n    assert voice.shout() == "HELLO"\n',
  }),
  go: (certificate) => ({
    ...environment(
      certificate,
      'go',
      'golang-1.19-go',
      'PATH=/usr/lib/go-1.19/bin:$PATH',
      'GOPROXY=https://example.org/go',
      'GOSUMDB=off',
      'CGO_ENABLED=0',
    ),
    ...policy(['go mod download'], command.go),
    'go.mod': 'module example.org/voice\n\ngo 1.19\n\nrequire example.org/greeting v1.0.0\n',
    'go.sum': made.sum,
    'voice.go': go(
      '"strings"\n\n\t"example.org/greeting"',
      'func Shout() string { return strings.ToUpper(greeting.Greet()) }',
    ),
    'voice_test.go': goTest('Shout', 'HELLO'),
  }),
};

function go(imports: string, body: string): string {
  return `package voice\n\nimport (\n\t${imports}\n)\n\n${body}\n`;
}

function goTest(name: string, wanted: string): string {
  return go(
    '"testing"',
    `func Test${name}(t *testing.T) {\n\tif ${name}() != "${wanted}" {\n\t\tt.Fatal(${name}())\n\t}\n}`,
  );
}

/** What a task adds: a function that uses the dependency, and its test. `name` begins with a capital letter. */
const added: Readonly<Record<Sort, (name: string) => Files>> = {
  python: (name) => ({
    [`${name.toLowerCase()}.py`]: `import greeting\n\n\ndef ${name.toLowerCase()}():\n    return greeting.greet() + " ${name}"\n`,
    [`test_${name.toLowerCase()}.py`]: `import ${name.toLowerCase()} as it\n\n\ndef test_${name.toLowerCase()}():\n    assert it.${name.toLowerCase()}() == "hello ${name}"\n`,
  }),
  go: (name) => ({
    [`${name.toLowerCase()}.go`]: go(
      '"example.org/greeting"',
      `func ${name}() string { return greeting.Greet() + " ${name}" }`,
    ),
    [`${name.toLowerCase()}_test.go`]: goTest(name, `hello ${name}`),
  }),
};

const handoff: CoderHandoff = {
  status: 'done',
  summary: 'Added the function and its test.',
  defect: null,
  tests: [],
  risks: [],
  next: 'Review the change.',
};

/** The parts of a task that adds a function. The coder runs the project's tests with what setup left in its checkout. */
export function parts(sort: Sort, name: string) {
  const files = added[sort](name);
  const requirements = {
    title: `Add ${name}`,
    requirements: `# Add ${name}\n\nA function with that name, and a test.\n`,
  };
  const plan: PlanHandoff = {
    type: 'feat',
    plan: `# Add ${name}\n\n## Units\n### U1. The function\n`,
    units: [{ name: 'U1. The function', files: Object.keys(files) }],
    acceptance: Object.keys(files).map((file) => `test -s ${file}`),
  };
  const write = Object.entries(files)
    .map(([path, text]) => `echo ${Buffer.from(text).toString('base64')} | base64 -d >${path}`)
    .join(' && ');
  const commit = `git add -A && { git diff --cached --quiet || git commit -q -m 'feat: add ${name}'; }; git status --short`;
  return {
    brainstormer: part([], requirements),
    planner: part([], plan),
    coder: part([shell('write', write), shell('test', command[sort]), shell('commit', commit)], handoff),
  };
}

/** A bare repository with one commit on `main`. */
export async function repository(folder: string, files: Files): Promise<string> {
  const [seed, bare] = [join(folder, 'seed'), join(folder, 'bare.git')];
  const env = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
  const author = ['-c', 'user.name=Ana', '-c', 'user.email=ana@example.invalid'];
  await execa('git', ['init', '-q', '-b', 'main', seed], { env });
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(seed, path)), { recursive: true });
    await writeFile(join(seed, path), text);
  }
  await execa('git', ['-C', seed, 'add', '-A'], { env });
  await execa('git', ['-C', seed, ...author, 'commit', '-q', '-m', 'feat: a voice'], { env });
  await execa('git', ['clone', '-q', '--bare', seed, bare], { env });
  return bare;
}
