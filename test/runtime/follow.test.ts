import { describe, expect, it } from 'vitest';
import { claude } from '../../src/runtime/agents/claude.ts';
import { codex } from '../../src/runtime/agents/codex.ts';
import type { SessionEvent } from '../../src/chain/ports.ts';
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

  it.each([51, 3_000, 100_000])('one that is nested %i deep is left out, and never journaled', (depth) => {
    const end = endOf(said(`{"next":${'['.repeat(depth)}${']'.repeat(depth)}}`), ...over);
    expect(end).toEqual({ kind: 'ended', handoff: null, text: '(its handoff was nested too deep)' });
  });

  it('one that is nested as deep as may be is whole', () => {
    const handoff = { next: JSON.parse(`${'['.repeat(49)}${']'.repeat(49)}`) as unknown };
    expect(endOf(said(JSON.stringify(handoff)), ...over)).toMatchObject({ kind: 'ended', handoff });
  });

  it('an error that is nested deep ends nobody who reads it', () => {
    const line = `{"type":"assistant","message":{"content":[]},"error":"e","api_error":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    const progress = followRecord(claude, () => undefined);
    progress.fold({ n: 1, t: 1, src: 'cli', line });
    progress.fold({ n: 2, t: 2, src: 'cli', line: JSON.stringify({ type: 'result', is_error: true, result: 'no' }) });
    progress.fold({ n: 3, t: 3, src: 'worker', line: JSON.stringify({ note: 'idle' }) });
    expect(progress.end()).toEqual({ kind: 'crashed', text: 'no' });
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

describe('what an agent is writing', () => {
  type Line = readonly ['cli' | 'partial' | 'worker', object];
  const piece = (text: string, first = false): Line => ['partial', { first, text }];
  const whole: Line = [
    'cli',
    { type: 'assistant', message: { content: [{ type: 'text', text: 'One thing first.' }] } },
  ];
  /** What is heard of it when the record is looked at after each of these. */
  const heard = (...looks: readonly (readonly Line[])[]): readonly string[] => {
    const events: SessionEvent[] = [];
    const cover = (text: string): string => text.replaceAll('secret-1234', '(covered)');
    const progress = followRecord(claude, (event) => void events.push(event), 0, [], cover);
    let n = 0;
    for (const look of looks) {
      for (const [src, line] of look) progress.fold({ n: (n += 1), t: n, src, line: JSON.stringify(line) });
      progress.tell();
    }
    return events.flatMap((event) =>
      event.kind === 'writes' ? [event.text] : event.kind === 'spoke' ? [`whole: ${event.text}`] : [],
    );
  };

  it.each<readonly [what: string, looks: readonly (readonly Line[])[], heard: readonly string[]]>([
    ['grows, a word late', [[piece('One ', true)], [piece('thing ')], [piece('first.')]], ['One', 'One thing']],
    ['is told once a look', [[piece('One ', true), piece('thing '), piece('first. ')]], ['One thing first.']],
    ['is said whole', [[piece('One ', true)], [whole]], ['One', 'whole: One thing first.']],
    ['is not told when it was whole by then', [[piece('One ', true), whole]], ['whole: One thing first.']],
    [
      'is the same words again',
      [[piece('One ', true)], [whole], [piece('One ', true)]],
      ['One', 'whole: One thing first.', 'One'],
    ],
    ['begins anew', [[piece('One ', true)], [piece('Two ', true)]], ['One', 'Two']],
    ['is covered over two pieces', [[piece('Its secret-', true)], [piece('1234 and ')]], ['Its', 'Its (covered) and']],
    ['is gone with its turn', [[piece('One ', true)], [['worker', { note: 'interrupted' }]]], ['One', '']],
    [
      'is gone with its process',
      [[piece('One ', true)], [['worker', { note: 'started', resumed: true }]]],
      ['One', ''],
    ],
    [
      'is nothing that cannot be read',
      [
        [
          ['partial', { text: 7 }],
          ['partial', [] as object],
        ],
      ],
      [],
    ],
  ])('%s', (_what, looks, expected) => {
    expect(heard(...looks)).toEqual(expected);
  });

  it('is 20,000 characters at most, whatever the record says', () => {
    const [shown] = heard([piece('word '.repeat(1_000_000), true), piece('word '.repeat(1_000_000))]);
    expect(shown!.length).toBeLessThanOrEqual(20_000);
    expect(shown!.length).toBeGreaterThan(19_900);
  });
});
