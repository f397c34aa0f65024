import { spawn } from 'node:child_process';
import { LONGEST_LINE, lineSplitter } from './lines.ts';
import { AGENT_UID } from './paths.ts';

/** What a CLI's process does, in its order. `exited` comes once, after its last line. */
export type ChildEvents = {
  line(src: 'cli' | 'stderr', text: string): void;
  oversized(src: 'cli' | 'stderr', bytes: number): void;
  exited(code: number | null, signal: NodeJS.Signals | null): void;
  /** It could not be started at all; `exited` does not follow. */
  failed(reason: string): void;
};

export type Child = {
  say(text: string): void;
  /** No more will be said: a CLI that waits for more ends now. */
  hangUp(): void;
  signal(name: NodeJS.Signals): void;
};

export type Launch = {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly work: string;
  readonly home: string;
};

/**
 * Starts a CLI at the agent's uid, in a process group of its own: Ctrl-C at the pane must not end it. Of the worker's environment it gets
 * only where programs are.
 */
export function startChild({ argv, env, work, home }: Launch, events: ChildEvents): Child {
  const [program = '', ...rest] = argv;
  // Only uid 0 may become somebody else; in a test by another uid the CLI stays that one.
  const identity = process.getuid?.() === 0 ? { uid: AGENT_UID, gid: AGENT_UID } : {};
  const child = spawn(program, rest, {
    ...identity,
    cwd: work,
    detached: true,
    env: {
      PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
      HOME: home,
      LANG: 'C.UTF-8',
      TERM: 'dumb',
      ...env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const [out, err] = (['cli', 'stderr'] as const).map((src) =>
    lineSplitter(LONGEST_LINE, {
      line: (text) => events.line(src, text),
      oversized: (bytes) => events.oversized(src, bytes),
    }),
  );
  child.stdout.on('data', (chunk: Buffer) => out?.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err?.push(chunk));
  // A CLI that is gone takes nothing more; its exit says so.
  child.stdin.on('error', () => undefined);
  child.once('error', (error) => {
    if (child.pid === undefined) events.failed(`${program} could not be started: ${error.message}.`);
  });
  child.once('close', (code, signal) => {
    if (child.pid === undefined) return;
    out?.end();
    err?.end();
    events.exited(code, signal);
  });
  return {
    say: (text) => void child.stdin.write(text),
    hangUp: () => void child.stdin.end(),
    signal(name) {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      try {
        process.kill(-child.pid, name);
      } catch {
        // It ended between the look and the signal.
      }
    },
  };
}
