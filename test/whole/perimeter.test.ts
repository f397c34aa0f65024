import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, follow, root, whole } from './ground.ts';
import type { Whole } from './ground.ts';

/** One session that waits for its model for as long as the tests look at it. */
let at: Whole;
let task: string;
let container: string;
beforeAll(async () => {
  at = await whole();
  at.world.rehearsal.fail({ role: 'coder', kind: 'silent', times: 99 });
  const asked = await at.you.say('/task --quick fix the typo in the README', { channel: at.world.channel });
  task = asked.task!;
  await follow(at.you, task, ({ phase }) => phase === 'working');
  const usage = join(at.world.data, 'boundary', 'usage.jsonl');
  await eventually(async () => (await readFile(usage, 'utf8').catch(() => '')).includes('started'));
  const { stdout } = await execa('docker', ['ps', '-q', '--filter', `label=signalbox.session=${task}-coder-1`]);
  container = stdout;
});
afterAll(() => at.leave());

const inside = async (user: string, script: string): Promise<string> => {
  const { all } = await execa('docker', ['exec', '-u', user, container, 'bash', '-c', script], {
    reject: false,
    all: true,
  });
  return all ?? '';
};

describe('inside a session', () => {
  it('no credential in environment, /proc, files or git config', async () => {
    const secrets = await Promise.all(
      ['credential-claude', 'credential-codex', 'key-you', 'key-guest'].map((name) =>
        readFile(join(at.world.data, name), 'utf8'),
      ),
    );
    const look = `env; cat /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n'; git -C /work config --list; git -C /work remote -v;
      grep -rasoE '[A-Za-z0-9_-]{43}' /session /work /home /tmp /run /role /opt/signalbox 2>/dev/null`;
    for (const user of ['10001', '0']) {
      const seen = await inside(user, look);
      expect(seen).toContain('PATH=');
      for (const secret of secrets) expect(seen.includes(secret)).toBe(false);
    }
  });

  it("the boundary's routes answer, and nothing else", async () => {
    const ask = (words: string): Promise<string> =>
      inside('10001', `curl -s -m 5 -o /dev/null -w '%{http_code}' ${words} || echo " no"`);
    expect(await ask('http://127.0.0.1:3128/openai/v1/models')).toBe('403');
    expect(await ask('-X POST http://127.0.0.1:3128/anthropic/v1/messages')).toBe('403');
    expect(await ask('-X POST -d {} http://127.0.0.1:3128/openai/v1/responses')).toBe('403');
    expect(
      await ask(
        `-X POST -H 'content-type: application/json' -d '{"model":"gpt-6.1-sol"}' http://127.0.0.1:3128/openai/v1/responses`,
      ),
    ).toBe('403');
    expect(await ask('-x http://127.0.0.1:3128 https://example.org')).toContain('no');
    expect(await ask('http://198.51.100.1')).toContain('no');
    expect(await inside('10001', 'cat /proc/net/route | wc -l')).toBe('1');
  });

  it('the agent reaches neither the record, nor the mail, nor tmux, nor the socket, and has no capability', async () => {
    const tries = [
      'echo forged >> /session/out/record.jsonl',
      'ls /session/out',
      'echo {} >> /session/in/mail.jsonl',
      'echo {} > /session/in/spec.json',
      'TMUX_TMPDIR=/run/agent tmux send-keys -t agent hello Enter',
      'curl -s --unix-socket /session/egress/boundary.sock http://x/',
      'touch /etc/here /opt/signalbox/here /role/here',
      'kill -9 1',
    ];
    for (const attempt of tries)
      expect(`${attempt}: ${await inside('10001', `(${attempt}) >/dev/null 2>&1 && echo done || echo refused`)}`).toBe(
        `${attempt}: refused`,
      );
    expect(await inside('10001', 'grep -E "CapEff|NoNewPrivs" /proc/self/status | tr -d "\\t\\n"')).toBe(
      'CapEff:0000000000000000NoNewPrivs:1',
    );
  });
});

describe('signalbox attach', () => {
  it('shows the live pane; typing is heard in the thread; detaching leaves it running', async () => {
    const launcher = join(root, 'signalbox');
    const command = `stty rows 40 cols 120; ${launcher} attach ${task} --data ${at.world.data}`;
    const terminal = spawn('script', ['-qfec', command, '/dev/null'], { env: { ...process.env, TERM: 'xterm' } });
    let screen = '';
    terminal.stdout.on('data', (bytes: Buffer) => (screen += bytes.toString()));
    const ended = new Promise<number | null>((resolve) => terminal.once('exit', resolve));
    await expect.poll(() => screen).toContain('a conversation begins');
    terminal.stdin.write('use British spelling\r');
    const heard = await follow(at.you, task, ({ messages }) => messages.some(({ text }) => text.includes('terminal')));
    expect(JSON.stringify(heard.messages)).toContain('use British spelling');
    terminal.stdin.write('\u0002d');
    expect(await ended).toBe(0);
    const { stdout } = await execa('docker', ['inspect', '-f', '{{.State.Running}}', container]);
    expect(stdout).toBe('true');
  });

  it('says what is not there', async () => {
    const attach = (name: string) =>
      execa(join(root, 'signalbox'), ['attach', name, '--data', at.world.data], { reject: false });
    const none = await attach('nothing');
    expect([none.exitCode, none.stderr]).toEqual([66, expect.stringContaining('there is no task nothing')]);
  });

  it('stop ends the session and leaves no container', async () => {
    expect((await at.you.press(`stop:${task}`)).ok).toBe(true);
    await expect
      .poll(
        async () =>
          (await execa('docker', ['ps', '-aq', '--filter', `label=signalbox.session=${task}-coder-1`])).stdout,
      )
      .toBe('');
  });
});
