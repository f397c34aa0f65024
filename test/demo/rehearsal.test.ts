import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, describe, expect, it } from 'vitest';
import { roles, type Role } from '../../src/chain/roles.ts';
import type { Fault } from '../../src/demo/faults.ts';
import { startRehearsal, type Rehearsal, type RehearsalOptions } from '../../src/demo/rehearsal.ts';
import { makeSample } from '../../src/demo/sample.ts';
import { claude, codex, play } from './conversations.ts';

const open: Rehearsal[] = [];
const folders: string[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.close()));
  await Promise.all(folders.splice(0).map((each) => rm(each, { recursive: true, force: true })));
});

async function rehearse(options: RehearsalOptions = {}): Promise<Rehearsal> {
  const rehearsal = await startRehearsal(options);
  open.push(rehearsal);
  return rehearsal;
}

/** The lines of a session's first message that the rehearsal reads. */
const promptOf = (role: Role, more = ''): string =>
  `Role: ${role}\n\nYou work alone.\n\n# The task\n\nAna asked for:\n> fix the typo in the README\n\n# Files\n\n- /session/in/files/idea.md\n- /session/in/files/change.diff\n${more}`;

const planner = (url: string, more = '') => claude(url, promptOf('planner', more));
const coder = (url: string, more = '') => codex(url, promptOf('coder', more));

describe('the rehearsed roles', () => {
  it.each(['brainstormer', 'planner'] as const)(
    '%s reads the README of its checkout, then hands over by its schema',
    async (role) => {
      const { url } = await rehearse();
      const read: unknown[] = [];
      const { calls, handoff } = await play(claude(url, promptOf(role)), (name, input) => {
        read.push([name, input]);
        return Promise.resolve('# postbox');
      });
      expect(calls).toEqual(['readme']);
      expect(read).toEqual([['Read', { file_path: '/work/README.md' }]]);
      expect(roles[role].handoff.safeParse(handoff).error).toBeUndefined();
    },
  );

  it('reviewer reads the diff that its prompt names, then hands over', async () => {
    const { url } = await rehearse();
    const read: unknown[] = [];
    const { handoff } = await play(claude(url, promptOf('reviewer')), (_, input) => {
      read.push(input['file_path']);
      return Promise.resolve('diff');
    });
    expect(read).toEqual(['/session/in/files/change.diff']);
    expect(roles.reviewer.handoff.parse(handoff)).toEqual({ severity: 'none', scope: 'implemented', findings: [] });
  });

  it.each([
    ['Codex', (url: string) => coder(url), 'exec_command', 'cmd'],
    ['Claude Code', (url: string) => claude(url, promptOf('coder'), ['Bash', 'Edit', 'Write']), 'Bash', 'command'],
  ] as const)(
    'coder in %s looks, fixes, tests, commits and tells the counts that it saw',
    async (_, begin, tool, field) => {
      const { url } = await rehearse();
      const { calls, handoff } = await play(begin(url), (name, input, id) => {
        expect(name).toBe(tool);
        expect(input[field]).toEqual(expect.any(String));
        return Promise.resolve(id.startsWith('test') ? 'ℹ tests 5\nℹ suites 0\nℹ pass 5\nℹ fail 0\n' : 'ok');
      });
      expect(calls).toEqual(['look', 'fix', 'test', 'commit']);
      expect(roles.coder.handoff.parse(handoff)).toMatchObject({
        status: 'done',
        tests: [{ command: 'npm test', result: 'tests 5, pass 5, fail 0' }],
      });
    },
  );

  it('answers with plain words when no role is named, and counts nobody', async () => {
    const { url, requests } = await rehearse();
    const { call, say } = await claude(url, 'Role: emperor\nhello').ask();
    expect(call).toBeNull();
    expect(say).toContain('rehearsed');
    expect(requests()).toEqual({ brainstormer: 0, planner: 0, coder: 0, reviewer: 0, answerer: 0 });
  });

  it('counts requests by role', async () => {
    const { url, requests } = await rehearse();
    await Promise.all([play(planner(url)), play(coder(url))]);
    expect(requests()).toEqual({ brainstormer: 0, planner: 2, coder: 5, reviewer: 0, answerer: 0 });
  });
});

describe('nothing is remembered between requests', () => {
  it('says the same again to the same request', async () => {
    const { url } = await rehearse();
    const body = JSON.stringify(coder(url).body());
    const headers = { 'content-type': 'application/json' };
    const said = async (): Promise<unknown> => {
      const { output } = (await (await fetch(`${url}/v1/responses`, { method: 'POST', headers, body })).json()) as {
        output: { call_id?: string; arguments?: string }[];
      };
      return output.map((item) => [item.call_id, item.arguments]);
    };
    expect(await said()).toEqual(await said());
  });

  it('goes on with a conversation that another rehearsal began', async () => {
    const first = await rehearse();
    const later = await rehearse();
    const before = coder(first.url);
    await before.ask();
    before.result('ok');
    const after = coder(later.url);
    (after.body()['input'] as unknown[]).splice(0, Infinity, ...(before.body()['input'] as unknown[]));
    expect((await play(after)).calls).toEqual(['fix', 'test', 'commit']);
  });

  it('looks again when a lost session goes on, whatever became of the open call', async () => {
    const { url } = await rehearse();
    const conversation = coder(url);
    await conversation.ask();
    conversation.result('ok');
    await conversation.ask();
    conversation.result('aborted');
    conversation.prompt('The session was lost and goes on here.');
    expect((await play(conversation)).calls).toEqual(['look', 'fix', 'test', 'commit']);
  });

  it('hands over again when it is told to, without beginning anew', async () => {
    const { url } = await rehearse();
    const conversation = planner(url);
    await play(conversation);
    conversation.prompt(
      '[structured-output-enforce] You MUST call the StructuredOutput tool to complete this request.',
    );
    expect((await conversation.ask()).call?.name).toBe('StructuredOutput');
  });

  it('waits for a command that Codex let run on', async () => {
    const { url } = await rehearse();
    const conversation = coder(url);
    await conversation.ask();
    conversation.result('Wall time: 30.0 seconds\nProcess running with session ID 4711\nOutput:\n');
    expect((await conversation.ask()).call).toMatchObject({ name: 'write_stdin', input: { session_id: 4711 } });
    conversation.result('Process exited with code 0');
    expect((await conversation.ask()).call?.id).toMatch(/^fix_/);
  });
});

/** `npm` alone is not run: its part is told by the fault. */
async function run(url: string, tree: string, more = ''): Promise<unknown> {
  const env = {
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@b',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a@b',
    GIT_CONFIG_GLOBAL: '/dev/null',
  };
  const { handoff } = await play(coder(url, more), async (_, input, id) => {
    if (id.startsWith('test')) return 'tests 5\npass 5\nfail 0';
    const { exitCode, all } = await execa('bash', ['-c', String(input['cmd'])], {
      cwd: tree,
      env,
      all: true,
      reject: false,
    });
    expect(`${id} ${exitCode} ${all}`).toMatch(/^\w+ 0 /);
    return all;
  });
  return handoff;
}

async function checkout(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'signalbox-rehearsal-'));
  folders.push(dir);
  const { repository } = await makeSample(dir);
  const tree = join(dir, 'tree');
  await execa('git', ['clone', '--quiet', repository, tree]);
  await execa('git', ['checkout', '--quiet', '-b', 'signalbox/t0123456789'], { cwd: tree });
  return tree;
}

/** Commits on the task's branch and on main since the sample, changed paths of the last, and what is not committed. */
async function facts(tree: string): Promise<unknown> {
  const git = async (...args: string[]): Promise<string> =>
    (await execa('git', args, { cwd: tree, stripFinalNewline: true })).stdout;
  return {
    branch: Number(await git('rev-list', '--count', 'origin/main..signalbox/t0123456789')),
    main: Number(await git('rev-list', '--count', 'origin/main..main')),
    changed: await git('diff', '--name-only', 'origin/main', 'signalbox/t0123456789'),
    left: await git('status', '--short'),
  };
}

describe('the commands of the coder, really run on the sample', () => {
  const done = { branch: 1, main: 0, changed: 'README.md', left: '' };

  it('leave one commit on the task branch, also when they are run again', async () => {
    const { url } = await rehearse();
    const tree = await checkout();
    await run(url, tree);
    expect(await facts(tree)).toEqual(done);
    expect((await execa('git', ['grep', '-c', 'recieve'], { cwd: tree, reject: false })).stdout).toBe('');
    await run(url, tree);
    expect(await facts(tree)).toEqual(done);
  });

  it.each([
    ['red-test', { ...done, changed: 'README.md\ntest/spelling.test.js' }, { ...done, branch: 2 }],
    ['commit-on-base', { ...done, branch: 0, main: 1, changed: '' }, { ...done, main: 1 }],
    ['rewritten', done, done],
    ['uncommitted', { ...done, branch: 0, changed: '', left: ' M README.md' }, done],
    ['nothing', { ...done, branch: 0, changed: '' }, done],
  ] as const)('%s goes wrong once, and the next session works as it should', async (kind, wrong, right) => {
    const { url } = await rehearse({ faults: [{ role: 'coder', kind }] });
    const tree = await checkout();
    await run(url, tree);
    expect(await facts(tree)).toEqual(wrong);
    const kept = await execa('git', ['merge-base', '--is-ancestor', 'origin/main', 'signalbox/t0123456789'], {
      cwd: tree,
      reject: false,
    });
    expect(kept.exitCode).toBe(kind === 'rewritten' ? 1 : 0);
    await run(url, tree, 'Put it right.');
    expect(await facts(tree)).toEqual(right);
  });

  it('red-test leaves a test that is red', async () => {
    const { url } = await rehearse({ faults: [{ role: 'coder', kind: 'red-test' }] });
    const tree = await checkout();
    await run(url, tree);
    const { exitCode } = await execa('node', ['--test', 'test/spelling.test.js'], {
      cwd: tree,
      reject: false,
      env: { NODE_OPTIONS: '' },
    });
    expect(exitCode).toBe(1);
  });

  it.each(['plan-violation', 'blocked'] as const)('%s changes nothing and says why', async (kind) => {
    const { url } = await rehearse({ faults: [{ role: 'coder', kind }] });
    const tree = await checkout();
    expect(roles.coder.handoff.parse(await run(url, tree))).toMatchObject({ status: kind });
    expect(await facts(tree)).toMatchObject({ branch: 0, left: '' });
  });
});

describe('faults in what a role does', () => {
  it('exit kills the CLI once, and a resumed conversation goes on to its end', async () => {
    const { url } = await rehearse({ faults: [{ role: 'coder', kind: 'exit' }] });
    const conversation = coder(url);
    let killed = 0;
    const shell = (_: string, input: Record<string, unknown>): Promise<string> => {
      const kills = String(input['cmd']).includes('kill -KILL $PPID');
      killed += kills ? 1 : 0;
      return kills ? Promise.reject(new Error('gone')) : Promise.resolve('ok');
    };
    await expect(play(conversation, shell)).rejects.toThrow('gone');
    conversation.result('aborted');
    conversation.prompt('The session was lost and goes on here.');
    expect((await play(conversation, shell)).calls).toEqual(['look', 'fix', 'test', 'commit']);
    expect(killed).toBe(1);
  });

  it.each(['high', 'design-only'] as const)('a reviewer can be asked for %s', async (kind) => {
    const { url } = await rehearse({ faults: [{ role: 'reviewer', kind }] });
    const { handoff } = await play(claude(url, promptOf('reviewer')));
    const said = roles.reviewer.handoff.parse(handoff);
    expect(said).toMatchObject(kind === 'high' ? { severity: 'high', findings: [{}] } : { scope: 'design-only' });
  });

  it('any role can end without a handoff, also when it is reminded', async () => {
    const { url } = await rehearse({ faults: [{ role: 'planner', kind: 'no-handoff' }] });
    const conversation = planner(url);
    expect((await play(conversation)).handoff).toBeNull();
    conversation.prompt(
      '[structured-output-enforce] You MUST call the StructuredOutput tool to complete this request.',
    );
    expect((await play(conversation)).handoff).toBeNull();
    expect((await play(planner(url))).handoff).not.toBeNull();
  });

  it('bends the nth conversation from beginning to end, and no other', async () => {
    const { url } = await rehearse({ faults: [{ role: 'coder', kind: 'nothing', nth: 2 }] });
    const [first, second, third] = [1, 2, 3].map(() => coder(url));
    await first!.ask();
    await second!.ask();
    first!.result('ok');
    second!.result('ok');
    expect((await play(second!)).calls).toEqual([]);
    expect((await play(first!)).calls).toEqual(['fix', 'test', 'commit']);
    expect((await play(third!)).calls).toEqual(['look', 'fix', 'test', 'commit']);
  });
});

describe('bad days of the service', () => {
  it.each([
    ['401', 401, 401],
    ['529', 529, 503],
  ] as const)('%s strikes the nth request, as often as asked, and then it is over', async (kind, anthropic, openai) => {
    const faults: Fault[] = [
      { role: 'planner', kind, nth: 2, times: 2 },
      { role: 'coder', kind },
    ];
    const { url } = await rehearse({ faults });
    const statuses: number[] = [];
    for (let n = 0; n < 4; n += 1) statuses.push((await planner(url).ask()).status);
    expect(statuses).toEqual([200, anthropic, anthropic, 200]);
    expect([(await coder(url).ask()).status, (await coder(url).ask()).status]).toEqual([openai, 200]);
  });

  it('429 tells the spent window in the words of each service', async () => {
    const { url } = await rehearse({
      faults: [
        { role: 'planner', kind: '429', resetIn: 60 },
        { role: 'coder', kind: '429', resetIn: 60 },
      ],
    });
    const before = Math.floor(Date.now() / 1000);
    const refused = await planner(url).ask();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('anthropic-ratelimit-unified-status')).toBe('rejected');
    expect(refused.headers.get('anthropic-ratelimit-unified-representative-claim')).toBe('five_hour');
    expect(Number(refused.headers.get('anthropic-ratelimit-unified-reset'))).toBeGreaterThanOrEqual(before + 60);
    const response = await fetch(`${url}/v1/responses`, { method: 'POST', body: JSON.stringify(coder(url).body()) });
    expect(response.status).toBe(429);
    expect(response.headers.get('x-codex-primary-used-percent')).toBe('100');
    const { error } = (await response.json()) as { error: { type: string; resets_at: number } };
    expect(error.type).toBe('usage_limit_reached');
    expect(error.resets_at).toBeGreaterThanOrEqual(before + 60);
  });

  it('overage answers, and tells that it is paid for', async () => {
    const faults: Fault[] = [
      { role: 'planner', kind: 'overage' },
      { role: 'coder', kind: 'overage' },
    ];
    const { url } = await rehearse({ faults });
    const paid = await planner(url).ask();
    expect(paid.status).toBe(200);
    expect(paid.call).not.toBeNull();
    expect(paid.headers.get('anthropic-ratelimit-unified-overage-in-use')).toBe('true');
    expect((await planner(url).ask()).headers.get('anthropic-ratelimit-unified-overage-in-use')).toBeNull();
    const credits = await coder(url).ask();
    expect(credits.status).toBe(200);
    expect(credits.headers.get('x-codex-primary-used-percent')).toBe('100');
    expect(credits.headers.get('x-codex-credits-has-credits')).toBe('True');
  });

  it('ordinary answers tell windows that are open', async () => {
    const { url } = await rehearse();
    expect((await planner(url).ask()).headers.get('anthropic-ratelimit-unified-5h-status')).toBe('allowed');
    expect((await coder(url).ask()).headers.get('x-codex-primary-used-percent')).toBe('12');
  });

  it.each([
    ['/v1/messages', 'planner', 'message_start', 'message_stop', planner],
    ['/v1/responses', 'coder', 'response.created', 'response.completed', coder],
  ] as const)('cut breaks the stream of %s in the middle', async (path, role, first, last, begin) => {
    const { url } = await rehearse({ faults: [{ role, kind: 'cut' }] });
    const body = JSON.stringify({ ...begin(url).body(), stream: true });
    const stream = async (): Promise<{ said: string; broken: boolean }> => {
      const answered = await fetch(url + path, { method: 'POST', body });
      const decoder = new TextDecoder();
      let said = '';
      try {
        for await (const chunk of answered.body ?? []) said += decoder.decode(chunk, { stream: true });
        return { said, broken: false };
      } catch {
        return { said, broken: true };
      }
    };
    const cut = await stream();
    expect(cut.broken).toBe(true);
    expect(cut.said).toContain(first);
    expect(cut.said).not.toContain(last);
    const whole = await stream();
    expect(whole.broken).toBe(false);
    expect(whole.said).toContain(last);
  });

  it('silent never answers, disturbs nobody else, and ends with the rehearsal', async () => {
    const rehearsal = await rehearse({ faults: [{ role: 'planner', kind: 'silent' }] });
    let silent = 'silent';
    const asked = planner(rehearsal.url).ask();
    const settled = asked.then(
      () => (silent = 'answered'),
      () => (silent = 'broken off'),
    );
    await expect.poll(() => rehearsal.requests().planner).toBe(1);
    expect((await coder(rehearsal.url).ask()).status).toBe(200);
    expect((await planner(rehearsal.url).ask()).status).toBe(200);
    expect(silent).toBe('silent');
    await rehearsal.close();
    open.splice(0);
    expect(await settled).toBe('broken off');
  });

  it('strikes only where the words are said', async () => {
    const { url } = await rehearse({ faults: [{ role: 'planner', kind: '401', about: 'task two', times: 9 }] });
    expect((await planner(url, 'task one').ask()).status).toBe(200);
    expect((await planner(url, 'task two').ask()).status).toBe(401);
  });

  it('takes more faults while it runs, and heals', async () => {
    const { url, fail, heal } = await rehearse();
    expect((await planner(url).ask()).status).toBe(200);
    fail({ role: 'planner', kind: '401', times: 99 });
    expect((await planner(url).ask()).status).toBe(401);
    heal();
    expect((await planner(url).ask()).status).toBe(200);
  });

  it('remembers what came: when, whose, in which conversation, and what was turned away until when', async () => {
    const { url, asked } = await rehearse({ faults: [{ role: 'coder', kind: '429', nth: 2, resetIn: 20 }] });
    await planner(url).ask();
    await coder(url).ask();
    const began = Date.now();
    await coder(url).ask();
    const [plan, first, second] = asked();
    expect(plan).toMatchObject({ api: 'anthropic', role: 'planner', turns: 1, resetsAt: null });
    // Codex says the project's guidance first.
    expect(first).toMatchObject({ api: 'openai', role: 'coder', turns: 2, resetsAt: null });
    expect(second?.at).toBeGreaterThanOrEqual(began);
    expect(second?.resetsAt).toBe((Math.floor(second!.at / 1000) + 20) * 1000);
    expect(asked()).toHaveLength(3);
  });

  it('counts what it refuses', async () => {
    const { url, requests } = await rehearse({ faults: [{ role: 'planner', kind: '529' }] });
    await planner(url).ask();
    expect(requests().planner).toBe(1);
  });
});

describe('the server', () => {
  it('serves the two routes below any base URL, and nothing else', async () => {
    const { url } = await rehearse();
    const body = JSON.stringify(coder(url).body());
    const status = async (method: string, path: string, sent: string | null = body): Promise<number> =>
      (await fetch(url + path, { method, body: sent })).status;
    expect(await status('POST', '/backend-api/codex/responses')).toBe(200);
    expect(await status('POST', '/v1/models')).toBe(404);
    expect(await status('GET', '/v1/messages', null)).toBe(404);
    expect(await status('PUT', '/v1/responses')).toBe(404);
    expect(await status('POST', '/v1/messages', 'not JSON')).toBe(404);
  });

  it('stops thinking when it is closed: nothing keeps its process alive', async () => {
    const program = `
      import { startRehearsal } from './src/demo/rehearsal.ts';
      const rehearsal = await startRehearsal({ latencyMs: 3_600_000 });
      const body = JSON.stringify({ messages: [{ role: 'user', content: 'Role: planner' }] });
      const asked = fetch(rehearsal.url + '/v1/messages', { method: 'POST', body }).catch(() => 'broken off');
      while (rehearsal.requests().planner === 0) await new Promise(setImmediate);
      await rehearsal.close();
      console.log(await asked);
    `;
    const { stdout } = await execa('node', ['--input-type=module', '-e', program], { timeout: 50_000 });
    expect(stdout).toBe('broken off');
  });

  it('says which port is taken', async () => {
    const { url } = await rehearse();
    await expect(startRehearsal({ port: Number(new URL(url).port) })).rejects.toThrow(
      /cannot listen on 127\.0\.0\.1:\d+/,
    );
  });
});
