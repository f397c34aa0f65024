import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { growth } from '../../src/worker/growth.ts';

type Piece = { readonly first: boolean; readonly text: string };
let written: Piece[] = [];
let grows = growth((piece) => void written.push(piece));
beforeEach(() => {
  vi.useFakeTimers();
  written = [];
  grows = growth((piece) => void written.push(piece));
});
afterEach(() => vi.useRealTimers());

const line = (event: object, within: string | null = null): string =>
  JSON.stringify({ type: 'stream_event', event, session_id: 's', parent_tool_use_id: within });
const begin = (): boolean => grows.take(line({ type: 'message_start', message: { content: [] } }));
const text = (more: string, within: string | null = null): boolean =>
  grows.take(line({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: more } }, within));

describe('what the model is writing', () => {
  it('goes on at once with its first word, then at most every 100 ms', () => {
    begin();
    for (const word of ['One', ' thing', ' first']) text(word);
    expect(written).toEqual([{ first: true, text: 'One' }]);
    vi.advanceTimersByTime(100);
    expect(written.slice(1)).toEqual([{ first: false, text: ' thing first' }]);
    vi.advanceTimersByTime(1_000);
    expect(written).toHaveLength(2);
  });

  it('is bounded: ten pieces a second, and 20,000 characters of one text the most', () => {
    begin();
    for (let ms = 0; ms < 60_000; ms += 10) {
      text('x'.repeat(10));
      vi.advanceTimersByTime(10);
    }
    expect(written.length).toBeLessThanOrEqual(201);
    expect(written.map((piece) => piece.text).join('')).toHaveLength(20_000);
    begin();
    text('afresh');
    vi.advanceTimersByTime(100);
    expect(written.at(-1)).toEqual({ first: true, text: 'afresh' });
  });

  it('is its words alone: nothing that it thinks, calls or has others do', () => {
    begin();
    text('within', 'toolu_1');
    grows.take(line({ type: 'content_block_delta', delta: { type: 'thinking_delta', thinking: 'unsaid' } }));
    grows.take(line({ type: 'content_block_delta', delta: { type: 'input_json_delta', partial_json: '{' } }));
    vi.advanceTimersByTime(100);
    expect(written).toEqual([]);
  });

  it.each(['x', '{}', '{"type":"assistant","note":"\\"stream_event\\""}', '["stream_event"]'])(
    'any other line is not its own: %s',
    (other) => {
      expect(grows.take(other)).toBe(false);
    },
  );

  it('is written before what follows it, and not after its process', () => {
    begin();
    text('One');
    text(' thing');
    grows.flush();
    expect(written.map((piece) => piece.text)).toEqual(['One', ' thing']);
    text(' lost');
    grows.drop();
    vi.advanceTimersByTime(1_000);
    expect(written).toHaveLength(2);
  });
});
