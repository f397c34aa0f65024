import { randomUUID } from 'node:crypto';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, follow, untilPhase, whole } from './ground.ts';
import type { Told, Whole } from './ground.ts';

type Files = { readonly files?: readonly { readonly id: string; readonly name: string }[] };

let at: Whole;
beforeAll(async () => {
  at = await whole({ latencyMs: 700 });
});
afterAll(() => at.leave());

const key = (): { Authorization: string } => ({ Authorization: `Bearer ${at.world.keys.you}` });
const upload = async (name: string, text: string): Promise<{ id: string; name: string }> => {
  const headers = { ...key(), 'Content-Type': 'application/octet-stream' };
  const url = `${at.url}/api/files?name=${encodeURIComponent(name)}`;
  const { id } = (await (await fetch(url, { method: 'POST', headers, body: text })).json()) as { id: string };
  return { id, name };
};
const input = async (body: object): Promise<{ task: string; thread: string | null }> => {
  const headers = { ...key(), 'Content-Type': 'application/json' };
  const sent = JSON.stringify({ source: randomUUID(), channel: at.world.channel, ...body });
  return (await (await fetch(`${at.url}/api/inputs`, { method: 'POST', headers, body: sent })).json()) as {
    task: string;
    thread: string | null;
  };
};
const container = async (session: string): Promise<string> =>
  (await execa('docker', ['ps', '-q', '--filter', `label=signalbox.session=${session}`])).stdout;
const inside = async (session: string, script: string): Promise<string> => {
  const argv = ['exec', '-u', '10001', await container(session), 'bash', '-c', script];
  return (await execa('docker', argv, { reject: false })).stdout;
};

describe('files', () => {
  it('that a person sends reach the agent, also while it works and after the controller was killed; those that it leaves come back', async () => {
    const files = [await upload('what I mean.txt', 'this word')];
    const { task } = await input({ text: '/task --quick fix the typo in the README', files });
    const session = `${task}-coder-1`;
    await eventually(async () => (await container(session)) !== '');
    expect(await inside(session, 'cat /session/in/files/sent/what-I-mean.txt')).toBe('this word');
    let thread = '';
    await follow(at.you, task, ({ phase }) => phase === 'working');
    await eventually(async () => {
      const { threads } = (await (await fetch(`${at.url}/api/threads`, { headers: key() })).json()) as {
        threads: { task: string; thread: string }[];
      };
      thread = threads.find((one) => one.task === task)?.thread ?? '';
      return thread !== '';
    });
    await input({ thread, text: '', files: [await upload('more.txt', 'and this')] });
    await inside(
      session,
      `cd /outbox; echo chart > chart.txt; ln -s /etc/passwd passwd; mkfifo pipe; truncate -s 2G z`,
    );
    process.kill(await at.pid(), 'SIGKILL');
    const seen = await untilPhase(at.you, task, 'review');
    const told = seen.messages.filter(({ text }) => text.startsWith('📎')) as (Told & Files)[];
    expect(told.map(({ text }) => text.split('\n'))).toEqual([
      [
        '📎 From the coder: `chart.txt` (6 B)',
        '`passwd` is no plain file and was left out.',
        '`pipe` is no plain file and was left out.',
        '`z` did not come out whole and was left out.',
        'The outbox is larger than 32 MiB: what came after was left out.',
      ].toSorted((a, b) => told[0]!.text.indexOf(a) - told[0]!.text.indexOf(b)),
    ]);
    const [chart] = told[0]!.files!;
    const fetched = await fetch(`${at.url}/api/files/${chart!.id}?name=${chart!.name}`, { headers: key() });
    expect(await fetched.text()).toBe('chart\n');
    expect(fetched.headers.get('content-disposition')).toContain('attachment; filename="chart.txt"');
    const spec = JSON.stringify(seen.messages);
    expect(spec).not.toContain('root:x:0');
    expect(seen.messages.filter(({ text }) => text.includes('hears it')).length).toBeGreaterThan(0);
  }, 600_000);
});
