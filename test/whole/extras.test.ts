import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Step } from '../../src/demo/parts.ts';
import { hitsInContainer, hitsInFolder, hitsInText } from '../canary/canary.ts';
import { honest, part, recordOf, reportOf, shell } from './hostile.ts';
import { eventually, follow, root, untilPhase, whole } from './ground.ts';
import type { Whole } from './ground.ts';
import { openTracker } from './tracker.ts';
import type { Tracker } from './tracker.ts';

/** Real CLIs with what the host gives them; the reviewer's server and the brainstormer's skill are broken. */
const folder = (name: string): string => join(root, 'test', 'fixtures', 'extras', name);
const token = randomBytes(24).toString('base64url');
const heard: string[] = [];
let at: Whole;
let tracker: Tracker;
let credentialFile: string;
beforeAll(async () => {
  const model = 'signalbox-rehearsal';
  const data = await mkdtemp(join(tmpdir(), 'signalbox-whole-'));
  credentialFile = join(data, 'credential-tracker');
  await writeFile(credentialFile, token, { mode: 0o600 });
  tracker = await openTracker(token);
  const both = ['coder', 'answerer'];
  at = await whole({
    data,
    hear: (role, body) => void (role === 'answerer' && heard.push(body)),
    settings: {
      roles: {
        brainstormer: { cli: 'codex', account: 'codex', model },
        coder: { cli: 'claude', account: 'claude', model: 'claude-opus-5-5' },
        answerer: { cli: 'codex', account: 'codex', model },
      },
      extras: [
        { kind: 'plugin', name: 'house', folder: folder('house'), roles: ['coder'] },
        { kind: 'skill', name: 'spelling', folder: folder('spelling'), roles: ['coder'] },
        { kind: 'mcp', name: 'words', folder: folder('words'), command: ['node', 'server.mjs'], roles: both },
        { kind: 'mcp-url', name: 'tracker', url: tracker.url, credentialFile, roles: both },
        { kind: 'mcp', name: 'broken', folder: folder('words'), command: ['node', 'none.mjs'], roles: ['reviewer'] },
        { kind: 'skill', name: 'torn', folder: folder('broken-skill'), roles: ['brainstormer'] },
      ],
    },
  });
});
afterAll(async () => {
  await at.leave();
  await tracker.close();
  await rm(at.world.data, { recursive: true, force: true });
});

const call = (name: string, tool: string, input: object): Step => ({
  name,
  say: `Asking ${name}`,
  does: 'call',
  once: true,
  tool,
  input,
});
const textOf = async (session: string): Promise<string> =>
  (await recordOf(at.world.data, session)).map(({ line }) => line).join('\n');
const ABOUT = 'Issue 7 is about a misspelt README; you came with ';

it('a plugin, a skill and servers are used; one that does not load holds the session, and says which', async () => {
  const tries = ['mcp/other', 'mcp/tracker?team=all', 'mcp/tracker/..'].map(
    (path) => `curl -s --path-as-is -o /dev/null -w '\\n@@ ${path} = %{http_code}\\n' http://127.0.0.1:3128/${path}`,
  );
  at.world.rehearsal.fail({
    role: 'coder',
    kind: 'played',
    part: part([
      call('greet', 'Skill', { skill: 'house:greet' }),
      call('spelling', 'Skill', { skill: 'spelling:spelling' }),
      call('words', 'mcp__words__count', { text: 'one two three four' }),
      call('tracker', 'mcp__tracker__issue', { number: 7 }),
      shell('elsewhere', tries.join('; ')),
      // Looking takes longer than a command may by itself, on a busy machine.
      call('wait', 'Bash', { command: 'until [ -e /tmp/looked ]; do sleep 0.2; done', timeout: 600_000 }),
      ...honest,
    ]),
  });
  const { channel } = at.world;
  const { task } = await at.you.say('/task --quick fix the typo in the README', { channel });
  const session = `${task}-coder-1`;
  await eventually(async () => 'mcp/tracker/..' in (await reportOf(at.world.data, session).catch(() => ({}))));
  const { stdout } = await execa('docker', ['ps', '-q', '--filter', `label=signalbox.session=${session}`]);
  expect(await hitsInContainer(stdout, { token })).toEqual([]);
  await execa('docker', ['exec', '-u', '10001', stdout, 'touch', '/tmp/looked']);
  const { messages } = await untilPhase(at.you, task!, 'held', 'failed');
  const record = await textOf(session);
  const used = ['The house greets with', 'The house writes', '4 words', `${ABOUT}${'*'.repeat(token.length)}`];
  for (const text of used) expect(record).toContain(text);
  expect(await reportOf(at.world.data, session)).toMatchObject({
    'mcp/other': '403',
    'mcp/tracker?team=all': '403',
    'mcp/tracker/..': '403',
  });
  expect(messages.at(-1)?.text).toContain(
    'The reviewer did not get what signalbox.yaml gives it: mcp broken: its server is failed.',
  );
  expect(messages.map(({ text }) => text).join('\n')).toContain('asked its MCP servers 3 times for more');
}, 600_000);

it('Codex calls both servers too, and goes on with what they say', async () => {
  at.world.rehearsal.fail({
    role: 'answerer',
    kind: 'played',
    part: part(
      [
        call('words', 'mcp__words__count', { text: 'one two three four five' }),
        call('tracker', 'mcp__tracker__issue', { number: 7 }),
      ],
      { answer: 'It is about a misspelt README.' },
    ),
  });
  const { task } = await at.you.say('/ask what is issue 7 about?', { channel: at.world.channel });
  const { messages } = await follow(
    at.you,
    task!,
    (seen) => seen.phase === 'held' && seen.messages.some(({ text }) => /^[💬⏸]/u.test(text)),
  );
  expect(messages.at(-1)?.text).toContain('answered');
  // What it sent after each call: the call as Codex knows it, and the tool's own words.
  const last = heard.at(-1) ?? '';
  expect(last).toContain('"namespace":"mcp__words"');
  expect(last).toContain('5 words');
  expect(last).toContain(`${ABOUT}${'*'.repeat(token.length)}`);
}, 600_000);

it('the token arrives at its server, exactly at its address, and is nowhere else; each call is written down', async () => {
  expect(new Set(tracker.reached.map(({ url }) => url))).toEqual(new Set(['/mcp?team=letters']));
  expect(new Set(tracker.reached.map(({ headers }) => headers.authorization))).toEqual(new Set([`Bearer ${token}`]));
  const { data, keys } = at.world;
  const usage = (await readFile(join(data, 'boundary', 'usage.jsonl'), 'utf8')).split('\n').filter(Boolean);
  const lines = usage.map((line) => JSON.parse(line) as { event: string; session: string; server?: string });
  const called = lines.filter(({ event }) => event === 'called');
  expect(called).toHaveLength(tracker.reached.length);
  expect(new Set(called.map(({ session, server }) => `${session.split('-')[1]} ${server}`))).toEqual(
    new Set(['coder tracker', 'answerer tracker']),
  );
  expect(await hitsInFolder(data, { token }, [credentialFile])).toEqual([]);
  const headers = { Authorization: `Bearer ${keys.you}` };
  const read = async (path: string): Promise<string> => (await fetch(at.url + path, { headers })).text();
  const { threads } = JSON.parse(await read('/api/threads')) as { threads: { thread: string }[] };
  for (const { thread } of threads)
    expect(hitsInText('the chat', await read(`/api/threads/${thread}`), { token })).toEqual([]);
}, 600_000);

it('Codex with a skill that it cannot read is not let go on either', async () => {
  const { task } = await at.you.say('/task --headless fix the typo in the README', { channel: at.world.channel });
  const { messages } = await untilPhase(at.you, task!, 'held', 'failed');
  expect(messages.at(-1)?.text).toContain(
    'The brainstormer did not get what signalbox.yaml gives it: skill torn: missing YAML frontmatter',
  );
}, 600_000);
