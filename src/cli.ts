import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { dataFolder, readConfig } from './config.ts';
import type { Config } from './config.ts';
import { Exit } from './exit.ts';

/** Everything else is loaded by the command that needs it: a wrong word is answered at once. */
const main = (): Promise<typeof import('./main.ts')> => import('./main.ts');

/** The commands that a person types on the machine. The launcher has brought Node and the packages; for `up` it holds the data folder's lock. */
const root = dirname(dirname(fileURLToPath(import.meta.url)));

const usage = `usage: ./signalbox <command> [options]

  demo [--auto] [--quick] [--data DIR] [--port N]   a whole task with real agents and a rehearsed model; demo --help: its bad days
  test                                              everything that CI runs
  check                                             types, lint, format, dead code
  mutants [WORDS]                                   takes each guard out and says which test notices
  up [--data DIR]                                   the controller: takes tasks until it is stopped
  status [--data DIR]                               every task, and what it waits for
  lock, unlock [--data DIR]                         nothing starts or merges, and no tap counts, until it is unlocked here
  attach <task> [--data DIR]                        the live pane of the task's session
  boundary [--data DIR]                             the only way out of the containers; up starts it
  image [--rebuild]                                 builds the worker image
  bench [--only a,b] [--json] [--repeats N]         how fast it is on this machine; passes or fails by no time
  help                                              this text

  --data DIR   the data folder: settings, journals, checkouts (default: SIGNALBOX_DATA, else ./data)
`;

const options = {
  auto: { type: 'boolean' },
  quick: { type: 'boolean' },
  rebuild: { type: 'boolean' },
  json: { type: 'boolean' },
  only: { type: 'string' },
  repeats: { type: 'string' },
  data: { type: 'string' },
  port: { type: 'string' },
  kill: { type: 'string' },
  quota: { type: 'string' },
  seed: { type: 'string' },
  times: { type: 'string' },
  help: { type: 'boolean' },
} as const;
type Flag = keyof typeof options;
type Given = { readonly [F in Flag]?: (typeof options)[F]['type'] extends 'boolean' ? boolean : string };

type Command = {
  readonly flags: readonly Flag[];
  /** Name of the one argument, if it takes one. */
  readonly takes?: string;
  run(given: Given, argument: string, signal: AbortSignal): Promise<number>;
};

const commands: Readonly<Record<string, Command>> = {
  demo: { flags: ['auto', 'quick', 'data', 'port', 'kill', 'quota', 'seed', 'times', 'help'], run: runDemo },
  up: {
    flags: ['data'],
    run: async (given, _argument, signal) => (await main()).serveController(await config(given), root, signal),
  },
  status: { flags: ['data'], run: async (given) => (await main()).showStatus(await config(given)) },
  lock: { flags: ['data'], run: async (given) => (await main()).askOnMachine(await config(given), 'lock') },
  unlock: { flags: ['data'], run: async (given) => (await main()).askOnMachine(await config(given), 'unlock') },
  attach: {
    flags: ['data'],
    takes: 'task',
    run: async (given, task) => (await main()).attachTo(await config(given), root, task),
  },
  boundary: {
    flags: ['data'],
    run: async (given, _argument, signal) => (await main()).serveSessionsBoundary(await config(given), signal),
  },
  image: {
    flags: ['rebuild'],
    async run({ rebuild = false }) {
      await image(rebuild);
      return 0;
    },
  },
  bench: { flags: ['only', 'json', 'repeats', 'data'], run: runBenchmark },
  help: {
    flags: [],
    async run() {
      process.stdout.write(usage);
      return 0;
    },
  },
};

async function config(given: Given): Promise<Config> {
  const read = await readConfig(dataFolder(given.data, process.env, root));
  if (!read.ok) throw new Exit(78, read.reason);
  return read.config;
}

async function image(rebuild: boolean): Promise<void> {
  const { workerImage } = await import('./runtime/image.ts');
  const made = await workerImage({ rebuild, onProgress: (line) => console.error(`signalbox image: ${line}`) });
  if (!made.ok) throw new Exit(69, made.reason);
  console.error(`signalbox image: ${made.tag} ${made.built ? 'built' : 'is there'}`);
}

async function runDemo(given: Given, _argument: string, signal: AbortSignal): Promise<number> {
  const { demoUsage, readWishes } = await import('./demo/flags.ts');
  if (given.help) {
    process.stdout.write(demoUsage);
    return 0;
  }
  const read = readWishes(given);
  if (!read.ok) throw new Exit(64, read.reason);
  await setUp();
  await image(false);
  const { demo } = await import('./demo/demo.ts');
  const data = given.data === undefined ? undefined : dataFolder(given.data, process.env, root);
  return demo({ wishes: read.wishes, data, root, sweep, read: entriesOf }, signal);
}

const sweep = async (folder: string): Promise<void> =>
  (await main()).sweepSessions(await config({ data: folder }), root);

const entriesOf = async (folder: string, stream: string): Promise<readonly unknown[]> =>
  (await main()).readEntries(await config({ data: folder }), stream);

async function runBenchmark(given: Given, _argument: string, signal: AbortSignal): Promise<number> {
  const repeats = given.repeats === undefined ? null : Number(given.repeats);
  if (repeats !== null && !(Number.isInteger(repeats) && repeats >= 1 && repeats <= 100))
    throw new Exit(64, `--repeats ${given.repeats} is no number from 1 to 100`);
  const { runBench } = await import('../bench/bench.ts');
  const { only, json = false } = given;
  const prepare = async (): Promise<void> => {
    await setUp();
    await image(false);
  };
  const data = dataFolder(given.data, process.env, root);
  return runBench({ root, data, only, json, repeats, sweep, setUp: prepare }, signal);
}

/** Docker and what else the machine lacks; says so where it cannot bring it. */
async function setUp(): Promise<void> {
  const child = spawn(join(root, 'deploy', 'setup.sh'), { stdio: ['ignore', 'inherit', 'inherit'] });
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status) => resolve(status ?? 1));
  });
  if (code !== 0) throw new Exit(code, 'the machine lacks something; see above');
}

function parse(words: readonly string[]): {
  readonly command: Command;
  readonly given: Given;
  readonly argument: string;
} {
  const [name = 'help', ...rest] = words;
  const command = commands[name === '--help' || name === '-h' ? 'help' : name];
  if (!command || !Object.hasOwn(commands, name.replace(/^(--help|-h)$/, 'help')))
    throw new Exit(64, `${name} is no command\n\n${usage}`);
  const parsed = read(rest);
  const wrong = (Object.keys(parsed.values) as Flag[]).find((flag) => !command.flags.includes(flag));
  if (wrong) throw new Exit(64, `${name} takes no --${wrong}\n\n${usage}`);
  const wanted = command.takes ? 1 : 0;
  if (parsed.positionals.length > wanted)
    throw new Exit(64, `${name} does not take ${parsed.positionals[wanted]}\n\n${usage}`);
  if (parsed.positionals.length < wanted) throw new Exit(64, `${name} needs a <${command.takes}>\n\n${usage}`);
  return { command, given: parsed.values, argument: parsed.positionals[0] ?? '' };
}

function read(words: readonly string[]): { readonly values: Given; readonly positionals: readonly string[] } {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new Exit(64, `${(error as Error).message}\n\n${usage}`);
  }
}

const stopping = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => stopping.abort());
try {
  const { command, given, argument } = parse(process.argv.slice(2));
  process.exitCode = await command.run(given, argument, stopping.signal);
} catch (error) {
  console.error(`signalbox: ${(error as Error).message}`);
  process.exitCode = error instanceof Exit ? error.code : 1;
}
