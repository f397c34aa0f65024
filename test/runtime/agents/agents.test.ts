import { describe, expect, it } from 'vitest';
import type { Extra } from '../../../src/chain/extras.ts';
import { claude } from '../../../src/runtime/agents/claude.ts';
import { codex } from '../../../src/runtime/agents/codex.ts';
import { agentContract } from '../../contract/agent.ts';

const ended = (text: string, handoff: unknown = null) => ({ kind: 'ended', text, handoff }) as const;
const refused = (why: 'login' | 'quota' | 'billing' | 'overloaded' | 'model', text: RegExp) =>
  ({ kind: 'refused', why, text: expect.stringMatching(text) as string }) as const;
const failed = (text: RegExp) => ({ kind: 'failed', text: expect.stringMatching(text) as string }) as const;

agentContract('claude', claude, [
  ['claude-a1.stream.jsonl', [{ kind: 'ended', handoff: null }]],
  ['claude-d6_schema.stream.jsonl', [{ kind: 'ended', handoff: expect.any(Object) as object }]],
  ['claude-d2_maxturns.stream.jsonl', [failed(/./)]],
  ['claude-e1_sub429.stream.jsonl', [{ ...refused('quota', /5-hour limit/), until: 1_795_223_545_000 }]],
  ['claude-e13_7d.stream.jsonl', [{ ...refused('quota', /weekly limit/), until: expect.any(Number) as number }]],
  ['claude-e22_mid429.stream.jsonl', [refused('quota', /limit/)]],
  ['claude-e2_key429.stream.jsonl', [{ ...refused('overloaded', /429/), until: null }]],
  ['claude-e3_sub429_plain.stream.jsonl', [{ ...refused('overloaded', /not your usage limit/), until: null }]],
  ['claude-e6_529_max2.stream.jsonl', [refused('overloaded', /529/)]],
  ['claude-e15_401.stream.jsonl', [refused('login', /401/)]],
  ['claude-e21_noauth.stream.jsonl', [refused('login', /Not logged in/)]],
  ['claude-e16_credit.stream.jsonl', [refused('billing', /Credit balance/)]],
  ['claude-e20_404model.stream.jsonl', [refused('model', /model/)]],
  ['claude-e18_midstream.stream.jsonl', [failed(/mid-response/)]],
]);

agentContract('codex', codex, [
  ['codex-x1.jsonl', [{ kind: 'ended' }]],
  ['codex-xk_resume.jsonl', [{ kind: 'ended' }]],
  ['codex-xq1_usage.jsonl', [{ ...refused('quota', /usage limit/), until: null }]],
  ['codex-xq3_failed_quota.jsonl', [refused('quota', /Quota exceeded/)]],
  ['codex-xq2_429plain.jsonl', [refused('overloaded', /429/)]],
  ['codex-xq5_500.jsonl', [refused('overloaded', /high demand/)]],
  ['codex-xq6_503.jsonl', [refused('overloaded', /at capacity/)]],
  ['codex-xq7_401.jsonl', [refused('login', /401/)]],
  ['codex-xq4_failed_rl.jsonl', [{ kind: 'ended' }]],
]);

const launch = (agent: typeof claude, access: 'read' | 'write', extras: readonly Extra[] = [], asks = false) =>
  agent.launch({
    conversation: '11111111-2222-8333-a444-555555555555',
    role: 'reviewer',
    access,
    asks,
    settings: { cli: 'codex', account: 'a', model: 'm', effort: 'low', memoryGiB: 1, cpus: 1, minutes: 1 },
    handoff: {},
    extras,
  });

describe('claude', () => {
  it('reads with three tools and asks nobody; writes without asking; never runs a repository settings file', () => {
    const [reads, writes] = [launch(claude, 'read').start, launch(claude, 'write').start];
    expect(reads[reads.indexOf('--tools') + 1]).toBe('Read,Grep,Glob');
    expect(reads[reads.indexOf('--permission-mode') + 1]).toBe('dontAsk');
    expect(reads).not.toContain('--dangerously-skip-permissions');
    expect(writes).toContain('--dangerously-skip-permissions');
    expect(writes[writes.indexOf('--disallowedTools') + 1]).toBe('AskUserQuestion');
    for (const argv of [reads, writes]) expect(argv[argv.indexOf('--setting-sources') + 1]).toBe('user');
    expect(reads).not.toContain('--fallback-model');
  });

  it('asks people by the worker, which gives no leave for anything else', () => {
    const asks = launch(claude, 'read', [], true).start;
    expect(asks[asks.indexOf('--tools') + 1]).toBe('Read,Grep,Glob,AskUserQuestion');
    expect(asks[asks.indexOf('--permission-prompt-tool') + 1]).toBe('stdio');
    expect(asks).not.toContain('--dangerously-skip-permissions');
    for (const access of ['read', 'write'] as const)
      expect(launch(claude, access).start).not.toContain('--permission-prompt-tool');
  });

  it('resumes the conversation that it started', () => {
    const { start, resume } = launch(claude, 'read');
    expect(start.slice(-2)).toEqual(['--session-id', '11111111-2222-8333-a444-555555555555']);
    expect(resume.slice(-2)).toEqual(['--resume', '11111111-2222-8333-a444-555555555555']);
  });
});

describe('codex', () => {
  it('has no web search, no instructions of the branch, and the prompt on stdin', () => {
    const { start, resume } = launch(codex, 'write');
    for (const argv of [start, resume]) {
      expect(argv).toEqual(
        expect.arrayContaining(['web_search="disabled"', 'project_doc_max_bytes=0', 'features.plugins=false']),
      );
      expect(argv.at(-1)).toBe('-');
    }
    expect(resume.slice(0, 3)).toEqual(['codex', 'exec', 'resume']);
    expect(resume.at(-2)).toBe('{thread}');
  });

  it('takes the last message as the handoff when it is JSON, and none when it is words', () => {
    const say = (text: string) =>
      JSON.stringify({ type: 'item.completed', item: { id: '1', type: 'agent_message', text } });
    const turn = (...texts: string[]) => {
      const reader = codex.reader();
      const lines = ['{"type":"turn.started"}', ...texts.map(say), '{"type":"turn.completed","usage":{}}'];
      return lines.flatMap((line, n) => reader({ n: n + 1, t: 0, src: 'cli', line })).at(-1);
    };
    expect(turn('looking', '{"status":"done"}')).toEqual(ended('{"status":"done"}', { status: 'done' }));
    expect(turn('{"status":"done"}', 'sorry')).toEqual(ended('sorry'));
    expect(turn()).toEqual(ended(''));
  });

  it('says so when its process ends in mid-turn', () => {
    const reader = codex.reader();
    reader({ n: 1, t: 0, src: 'cli', line: '{"type":"turn.started"}' });
    const exited = reader({ n: 2, t: 0, src: 'worker', line: '{"note":"exited","code":1,"signal":null}' });
    expect(exited).toEqual([{ kind: 'failed', text: 'Codex ended in mid-turn (exit code 1)' }]);
  });
});

describe('extras', () => {
  const plugin: Extra = { kind: 'plugin', name: 'house', folder: '/srv/house' };
  const skill: Extra = { kind: 'skill', name: 'spelling', folder: '/srv/spelling' };
  const server: Extra = {
    kind: 'mcp',
    name: 'words',
    folder: '/srv/words',
    command: ['node', 'it.mjs'],
    env: { A: '"b"' },
  };
  const all = [plugin, skill, server];
  const tracker: Extra = {
    kind: 'mcp-url',
    name: 'tracker',
    url: 'https://tracker.example/?a',
    credentialFile: '/etc/token',
  };
  const started = ['-c', 'cd /extras/words && exec "$@"', 'sh', 'node', 'it.mjs'];

  it('claude: plugin folders, and servers of the host alone, also where there are none', () => {
    for (const access of ['read', 'write'] as const) {
      const none = launch(claude, access).start;
      expect(none).toContain('--strict-mcp-config');
      expect(none[none.indexOf('--mcp-config') + 1]).toBe('{"mcpServers":{}}');
      const argv = launch(claude, access, all).start;
      const config = JSON.parse(argv[argv.indexOf('--mcp-config') + 1] ?? '') as { mcpServers: object };
      expect(config.mcpServers).toEqual({ words: { command: 'sh', args: started, env: { A: '"b"' } } });
      expect(argv.filter((_, n) => argv[n - 1] === '--plugin-dir')).toEqual(['/extras/house', '/extras/spelling']);
    }
    const reads = launch(claude, 'read', all).start;
    expect(reads[reads.indexOf('--tools') + 1]).toBe('Read,Grep,Glob,Skill');
    expect(reads[reads.indexOf('--allowedTools') + 1]).toBe('Skill,mcp__words');
  });

  it('codex: a server that it does not begin without', () => {
    const { start } = launch(codex, 'write', all);
    expect(start).toContain(
      `mcp_servers.words={command="sh",args=${JSON.stringify(started)},env={"A"="\\"b\\""},required=true}`,
    );
  });

  it('a server by URL: both CLIs know the boundary alone', () => {
    const reads = launch(claude, 'read', [tracker]).start;
    const url = 'http://127.0.0.1:3128/mcp/tracker';
    expect(reads[reads.indexOf('--mcp-config') + 1]).toBe(
      JSON.stringify({ mcpServers: { tracker: { type: 'http', url } } }),
    );
    expect(reads[reads.indexOf('--allowedTools') + 1]).toBe('mcp__tracker');
    expect(launch(codex, 'write', [tracker]).start).toContain(`mcp_servers.tracker={url="${url}",required=true}`);
    for (const agent of [claude, codex])
      expect(JSON.stringify(launch(agent, 'write', [tracker]))).not.toMatch(/tracker\.example|\/etc\/token/);
    const line = cli(init({ mcp_servers: [{ name: 'tracker', status: 'needs-auth' }] }));
    expect(claude.lacks([tracker], line)).toBe('mcp-url tracker: its server is needs-auth');
  });

  const init = (of: object): string =>
    JSON.stringify({
      type: 'system',
      subtype: 'init',
      skills: ['house:greet', 'spelling:spelling'],
      plugins: [
        { name: 'house', path: '/extras/house' },
        { name: 'spelling', path: '/extras/spelling' },
      ],
      mcp_servers: [{ name: 'words', status: 'connected' }],
      ...of,
    });
  const cli = (line: string) => ({ n: 1, t: 0, src: 'cli', line }) as const;
  it.each([
    ['all of it', {}, null],
    ['a server that failed', { mcp_servers: [{ name: 'words', status: 'failed' }] }, 'mcp words: its server is failed'],
    ['a server that is not named', { mcp_servers: [] }, 'mcp words: its server is not there'],
    [
      'a plugin that is not there',
      { plugins: [{ name: 'spelling', path: '/extras/spelling' }] },
      'plugin house: it is not there',
    ],
    [
      'a plugin with an error',
      { plugin_errors: [{ path: '/extras/house', message: 'corrupt manifest' }] },
      'plugin house: corrupt manifest',
    ],
    ['a skill that is not there', { skills: ['house:greet'] }, 'skill spelling: it is not there'],
    [
      'an old CLI that tells nothing',
      { skills: undefined, plugins: undefined, mcp_servers: undefined },
      'plugin house: it is not there; skill spelling: it is not there; mcp words: its server is not there',
    ],
  ])('claude says %s', (_name, of, sentence) => {
    expect(claude.lacks(all, cli(init(of)))).toBe(sentence);
    expect(claude.lacks([], cli(init(of)))).toBeNull();
    expect(claude.lacks(all, { ...cli(init(of)), src: 'stderr' })).toBeNull();
  });

  // As codex 0.169.0 wrote them.
  const skillLine =
    '2026-11-27T20:58:22.341739Z ERROR codex_core::session::session: failed to load skill /session/state/skills/spelling/SKILL.md: missing YAML frontmatter delimited by ---';
  const serverLine =
    'Error: thread/start: thread/start failed: error creating thread: Fatal error: Failed to initialize session: required MCP servers failed to initialize: words: handshaking with MCP server failed: connection closed';
  it.each([
    [skillLine, 'skill spelling: missing YAML frontmatter delimited by ---'],
    [serverLine, 'mcp words: handshaking with MCP server failed: connection closed'],
    [skillLine.replace('skills/spelling', 'skills/other'), null],
    ['some warning', null],
  ])('codex says %s', (line, sentence) => {
    expect(codex.lacks(all, { ...cli(line), src: 'stderr' })).toBe(sentence);
    expect(codex.lacks([], { ...cli(line), src: 'stderr' })).toBeNull();
    expect(codex.lacks(all, cli(line))).toBeNull();
  });
});
