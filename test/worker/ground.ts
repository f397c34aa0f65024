import { spawn } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  constants,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Mail, RecordLine, Spec } from '../../src/worker/files.ts';

const main = resolve(import.meta.dirname, '../../src/worker/main.ts');
const programs = resolve(import.meta.dirname, '../fixtures/cli');

/** A session's folders in a temporary root, with one of the small programs as its CLI. */
export type Ground = {
  readonly prompt: string;
  /** Starts the worker; its exit code comes when it ends. */
  start(): {
    readonly exit: Promise<number | null>;
    kill(signal: NodeJS.Signals): void;
    type(line: string): void;
    screen(): string;
  };
  post(mail: Mail): void;
  record(): readonly RecordLine[];
  /** Raw bytes at the record's end, as a kill leaves them. */
  tear(bytes: string): void;
  /** Waits until the record says it. */
  until(is: (record: readonly RecordLine[]) => boolean): Promise<void>;
  leave(): void;
};

/** The node and the program must be within reach of the agent's uid, wherever this checkout lies. */
export function ground(cli: Spec['cli'], text: string): Ground {
  const root = mkdtempSync(join(tmpdir(), 'signalbox-worker-'));
  chmodSync(root, 0o755);
  const [node, program] = [join(root, 'node'), join(root, `${cli}.mjs`)];
  copyFileSync(process.execPath, node, constants.COPYFILE_FICLONE);
  copyFileSync(join(programs, `${cli}.mjs`), program);
  for (const folder of ['session/in', 'session/out', 'session/egress', 'work', 'home/agent'])
    mkdirSync(join(root, folder), { recursive: true });
  const [mail, record] = [join(root, 'session/in/mail.jsonl'), join(root, 'session/out/record.jsonl')];
  writeFileSync(record, '');
  const prompt = '11111111-2222-4333-8444-555555555555';
  const spec: Spec = {
    v: 1,
    session: 't0123456789-coder-1',
    cli,
    start: [node, program, 'start'],
    resume: cli === 'claude' ? [node, program, '--resume', 'x'] : [node, program, 'resume', '{thread}'],
    env: {},
    prompt: { uuid: prompt, text },
    again: 'go on',
  };
  writeFileSync(join(root, 'session/in/spec.json'), JSON.stringify(spec));
  const running = new Set<ReturnType<typeof spawn>>();
  const read = (): readonly RecordLine[] =>
    readFileSync(record, 'utf8')
      .split('\n')
      .flatMap((line) => {
        try {
          return line === '' ? [] : [JSON.parse(line) as RecordLine];
        } catch {
          return [];
        }
      });
  return {
    prompt,
    start() {
      const worker = spawn(process.execPath, [main, root], { stdio: ['pipe', 'pipe', 'inherit'] });
      running.add(worker);
      let screen = '';
      worker.stdout.on('data', (bytes: Buffer) => (screen += bytes.toString()));
      const exit = new Promise<number | null>((done) => worker.once('exit', (code) => done(code)));
      return {
        exit,
        kill: (signal) => void worker.kill(signal),
        type: (line) => void worker.stdin.write(`${line}\n`),
        screen: () => screen,
      };
    },
    post: (letter) => appendFileSync(mail, `${JSON.stringify(letter)}\n`),
    record: read,
    tear: (bytes) => appendFileSync(record, bytes),
    async until(is) {
      while (!is(read())) await new Promise((done) => setTimeout(done, 20));
    },
    leave() {
      for (const worker of running) worker.kill('SIGKILL');
      rmSync(root, { recursive: true, force: true });
    },
  };
}

export const notes = (record: readonly RecordLine[]): readonly string[] =>
  record.flatMap(({ src, line }) => (src === 'worker' ? [(JSON.parse(line) as { note: string }).note] : []));

/** What the agent was heard to say. */
export const said = (record: readonly RecordLine[]): readonly string[] =>
  record.flatMap(({ src, line }) => {
    if (src !== 'cli' || line.startsWith('x')) return [];
    const { type, message, item } = JSON.parse(line) as {
      type: string;
      message?: { content: { text: string }[] };
      item?: { text: string };
    };
    if (type === 'assistant') return [message!.content[0]!.text];
    return type === 'item.completed' ? [item!.text] : [];
  });
