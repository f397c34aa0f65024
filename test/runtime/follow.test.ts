import { describe, expect, it } from 'vitest';
import { codex } from '../../src/runtime/agents/codex.ts';
import { followRecord } from '../../src/runtime/follow.ts';

/** What a record of these lines comes to. */
function endOf(...lines: readonly (readonly ['cli' | 'stderr' | 'worker', object | string])[]) {
  const progress = followRecord(codex, () => undefined);
  lines.forEach(([src, line], n) =>
    progress.fold({ n: n + 1, t: n, src, line: typeof line === 'string' ? line : JSON.stringify(line) }),
  );
  return progress.end();
}
const said = (text: string) => ['cli', { type: 'item.completed', item: { type: 'agent_message', text } }] as const;
const over = [['cli', { type: 'turn.completed' }] as const, ['worker', { note: 'idle' }] as const];

describe('how a session ends, by its record', () => {
  it('a handoff as its schema allows it is whole', () => {
    const handoff = { plan: 'x'.repeat(120_000) };
    expect(endOf(said(JSON.stringify(handoff)), ...over)).toMatchObject({ kind: 'ended', handoff });
  });

  it('one that is longer than any schema allows is left out, and never journaled', () => {
    const end = endOf(said(JSON.stringify({ next: 'x'.repeat(5_000_000) })), ...over);
    expect(end).toEqual({ kind: 'ended', handoff: null, text: '(its handoff of 5000011 characters was left out)' });
  });

  it('last words are cut', () => {
    const end = endOf(said(`not JSON ${'x'.repeat(5_000_000)}`), ...over);
    expect(JSON.stringify(end).length).toBeLessThan(11_000);
    const failed = endOf(['cli', { type: 'turn.failed', error: { message: 'y'.repeat(5_000_000) } }], ...over.slice(1));
    expect(JSON.stringify(failed).length).toBeLessThan(11_000);
    const words = Array.from({ length: 20 }, () => ['stderr', 'z'.repeat(1_000_000)] as const);
    const gone = endOf(...words, ['worker', { note: 'exited', code: 1, signal: null }]);
    expect(gone?.kind).toBe('crashed');
    expect(JSON.stringify(gone).length).toBeLessThan(11_000);
  });
});
