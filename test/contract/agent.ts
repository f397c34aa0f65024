import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Agent, Launch, Said } from '../../src/runtime/agents/agent.ts';
import type { RecordLine } from '../../src/worker/files.ts';

/** A recording of the CLI's output, and what the turns in it came to. */
export type Recorded = readonly [file: string, ends: readonly Partial<Said>[]];

const folder = join(import.meta.dirname, '../fixtures/agent-cli');

/** Feeds a recording to a new reader, as a record would have it. */
export function read(agent: Agent, file: string): readonly Said[] {
  const lines = readFileSync(join(folder, file), 'utf8').split('\n').filter(Boolean);
  const reader = agent.reader();
  return lines.flatMap((line, n) => reader({ n: n + 1, t: n, src: 'cli', line }));
}

const launchOf = (agent: Agent, access: Launch['access']) =>
  agent.launch({
    conversation: '11111111-2222-8333-a444-555555555555',
    role: access === 'write' ? 'coder' : 'reviewer',
    access,
    asks: false,
    settings: {
      cli: 'claude',
      account: 'a',
      model: 'a-full-model-id',
      effort: 'high',
      memoryGiB: 2,
      cpus: 2,
      minutes: 5,
    },
    handoff: { type: 'object', properties: { only: { type: 'string' } } },
    extras: [],
  });

/** What every CLI owes: docs in src/runtime/agents/agent.ts. */
export function agentContract(name: string, agent: Agent, recorded: readonly Recorded[]): void {
  describe(`agent: ${name}`, () => {
    it.each(recorded)('reads %s', (file, ends) => {
      expect(read(agent, file).filter((said) => said.kind !== 'remark' && said.kind !== 'spoke')).toMatchObject(ends);
    });

    it('remarks are one line of at most 200 characters', () => {
      for (const [file] of recorded) {
        for (const said of read(agent, file)) if (said.kind === 'remark') expect(said.text).toMatch(/^[^\n]{1,200}$/);
      }
    });

    it('makes nothing of what is no line of the CLI', () => {
      const reader = agent.reader();
      const lines: readonly Omit<RecordLine, 'n' | 't'>[] = [
        { src: 'cli', line: '' },
        { src: 'cli', line: '{"type":"result"' },
        { src: 'cli', line: 'null' },
        { src: 'cli', line: '[]' },
        { src: 'stderr', line: '{"type":"result","is_error":false,"result":"x"}' },
        { src: 'person', line: '{"type":"turn.completed"}' },
        { src: 'mail', line: 'u1' },
      ];
      expect(lines.flatMap((line, n) => reader({ n: n + 1, t: 0, ...line }))).toEqual([]);
    });

    it('launches the same conversation twice, with the model, the effort and the schema, and no secret', () => {
      const { start, resume, env, files } = launchOf(agent, 'write');
      for (const argv of [start, resume]) {
        expect(argv).toContain('a-full-model-id');
        expect(argv.join(' ')).toContain('high');
        expect([...argv, ...Object.values(files)].some((word) => word.includes('"only"'))).toBe(true);
      }
      expect(resume).not.toEqual(start);
      expect(Object.keys(env).filter((key) => /API_KEY|SECRET/.test(key))).toEqual([]);
      expect(
        Object.entries(env).filter(([key, value]) => /TOKEN/.test(key) && value !== 'the-boundary-adds-it'),
      ).toEqual([]);
      expect(`${start.join(' ')} ${Object.values(env).join(' ')}`).toContain('http://127.0.0.1:3128/');
    });
  });
}
