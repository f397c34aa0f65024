import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import type { Mutant } from './mutant.ts';
import { mutants } from './table.ts';

/** Takes out one guard after the other, in a copy of the checkout, and has its tests run: each must turn red. `npm run mutants [words]`. */

type Answer = { readonly mutant: Mutant; readonly red: boolean; readonly by: string };

const root = resolve(import.meta.dirname, '../..');
const COPIED = [
  'src',
  'test',
  'roles',
  'deploy',
  'signalbox',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'vitest.config.ts',
];

async function copyOf(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'signalbox-mutants-'));
  for (const name of COPIED) await cp(join(root, name), join(folder, name), { recursive: true });
  for (const name of ['node_modules', '.node', 'bench']) await symlink(join(root, name), join(folder, name));
  return folder;
}

/** A rule that goes round in circles is red too: some hundred times as long as these tests take. */
const NEVER_ENDS_MS = 600_000;

/** The failed test that vitest names first; null when all are green. Throws when the tests did not run at all. */
async function firstRed(folder: string, tests: readonly string[]): Promise<string | null> {
  const output = join(folder, 'report.json');
  await rm(output, { force: true });
  const args = ['run', '--bail=1', '--maxWorkers=1', '--reporter=json', `--outputFile=${output}`, ...tests];
  const run = await execa(process.execPath, ['node_modules/vitest/vitest.mjs', ...args], {
    cwd: folder,
    reject: false,
    stdin: 'ignore',
    timeout: NEVER_ENDS_MS,
    forceKillAfterDelay: 5_000,
  });
  if (run.timedOut) return 'its tests never end';
  const text = await readFile(output, 'utf8').catch(() => {
    throw new Error(`vitest gave no report: ${run.stderr.slice(-500)}`);
  });
  const report = JSON.parse(text) as Report;
  const failed = report.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .find(({ status }) => status === 'failed');
  if (failed) return failed.fullName;
  if (!report.success)
    throw new Error(
      `no test ran: ${report.testResults
        .map(({ message }) => message)
        .join(' ')
        .slice(0, 500)}`,
    );
  return null;
}
type Report = {
  readonly success: boolean;
  readonly testResults: readonly {
    readonly message?: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
};

async function tryOne(folder: string, mutant: Mutant): Promise<Answer> {
  const { file, find, put, tests } = mutant;
  const path = join(folder, file);
  const source = await readFile(path, 'utf8');
  if (source.split(find).length !== 2) throw new Error(`${file} does not have this once any more: ${find}`);
  await writeFile(
    path,
    source.replace(find, () => put),
  );
  try {
    for (const test of tests) {
      const by = await firstRed(folder, [test]);
      if (by !== null) return { mutant, red: true, by: `${test}: ${by.trim()}` };
    }
    return { mutant, red: false, by: `green in ${tests.join(' and ')}` };
  } finally {
    await writeFile(path, source);
  }
}

async function main(words: readonly string[]): Promise<void> {
  const chosen = mutants.filter(({ guard, file }) => words.every((word) => `${guard} ${file}`.includes(word)));
  const waiting = [...chosen];
  const answers: Answer[] = [];
  const worker = async (): Promise<void> => {
    const folder = await copyOf();
    try {
      for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
        const answer = await tryOne(folder, mutant).catch(({ message }: Error): Answer => ({
          mutant,
          red: false,
          by: message,
        }));
        answers.push(answer);
        process.stderr.write(`${answers.length}/${chosen.length} ${answer.red ? 'red  ' : 'GREEN'} ${mutant.guard}\n`);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism(), chosen.length) }, worker));
  print(chosen.flatMap((mutant) => answers.find((answer) => answer.mutant === mutant) ?? []));
  if (answers.some(({ red }) => !red)) process.exitCode = 1;
}

function print(answers: readonly Answer[]): void {
  console.log('| guard taken out | where | the suite | the first test that says so |');
  console.log('|---|---|---|---|');
  for (const { mutant, red, by } of answers)
    console.log(
      `| ${mutant.guard} | ${mutant.file.slice('src/'.length)} | ${red ? 'red' : '**GREEN**'} | ${by.slice(0, 140)} |`,
    );
  console.log(`\n${answers.filter(({ red }) => red).length} of ${answers.length} turned the suite red.`);
}

await main(process.argv.slice(2));
