import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { usageReader } from '../../src/boundary/usage.ts';
import { anthropicStream, openaiStream } from '../fakes/model.ts';

function usageOf(provider: 'anthropic' | 'openai', contentType: string | undefined, ...chunks: (Buffer | string)[]) {
  const reader = usageReader(provider, contentType);
  chunks.forEach((chunk) => reader.see(Buffer.from(chunk)));
  return reader.usage();
}

const sse = 'text/event-stream; charset=utf-8';

function data(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

describe('a stream', () => {
  test.each([
    ['anthropic', anthropicStream, { input: 112, cached: 5, written: 7, output: 20 }],
    ['openai', openaiStream, { input: 1000, cached: 400, written: 0, output: 50 }],
  ] as const)('of %s, cut into chunks anywhere', (provider, stream, usage) => {
    const bytes = Buffer.from(stream);
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(bytes.length)), (cuts) => {
        const at = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
        const chunks = at.slice(1).map((end, n) => bytes.subarray(at[n], end));
        expect(usageOf(provider, sse, ...chunks)).toEqual(usage);
      }),
    );
  });

  test.each([
    ['anthropic', anthropicStream, 'event: message_delta'],
    ['openai', openaiStream, 'event: response.completed'],
  ] as const)('of %s without its end has no usage, whatever came before', (provider, stream, last) => {
    expect(usageOf(provider, sse, stream.slice(0, stream.lastIndexOf(last)))).toBe(null);
    expect(usageOf(provider, sse, stream.slice(0, stream.lastIndexOf(last) + last.length + 60))).toBe(null);
  });

  test('with lines that end in CR LF, without blanks, with comments', () => {
    const stream = `: ping\r\n\r\n${openaiStream.replaceAll('\n', '\r\n').replaceAll('data: ', 'data:')}`;
    expect(usageOf('openai', sse, stream)).toEqual({ input: 1000, cached: 400, written: 0, output: 50 });
  });

  test('the last count of Anthropic corrects the first', () => {
    const usage = {
      input_tokens: 5,
      cache_read_input_tokens: 1000,
      cache_creation_input_tokens: null,
      output_tokens: 7,
    };
    expect(usageOf('anthropic', sse, anthropicStream, data({ type: 'message_delta', usage }))).toEqual({
      input: 1012,
      cached: 1000,
      written: 7,
      output: 7,
    });
  });

  test.each(['response.incomplete', 'response.failed'])('%s counts too, when it has a count', (type) => {
    const usage = { input_tokens: 9, output_tokens: 1 };
    expect(usageOf('openai', sse, data({ type, response: { usage } }))).toEqual({
      input: 9,
      cached: 0,
      written: 0,
      output: 1,
    });
    expect(usageOf('openai', sse, data({ type, response: { usage: null } }))).toBe(null);
  });

  test.each([
    ['negative', { input_tokens: -1, output_tokens: 1 }],
    ['text', { input_tokens: '1', output_tokens: 1 }],
    ['missing', { output_tokens: 1 }],
  ])('a count that is %s is none', (_, usage) => {
    expect(usageOf('openai', sse, data({ type: 'response.completed', response: { usage } }))).toBe(null);
  });

  test('a line longer than anyone needs is let go, and the next one is read', () => {
    const reader = usageReader('openai', sse);
    reader.see(Buffer.from('data: {"type":"response.output_text.done","usage":"'));
    for (let n = 0; n < 20; n += 1) {
      reader.see(Buffer.alloc(2 ** 20, 'x'));
    }
    reader.see(Buffer.from(`"}\n\n${openaiStream}`));
    expect(reader.usage()).toEqual({ input: 1000, cached: 400, written: 0, output: 50 });
  });
});

describe('one object', () => {
  test('of each provider, in pieces', () => {
    const message = JSON.stringify(
      { type: 'message', usage: { input_tokens: 1, cache_read_input_tokens: 2, output_tokens: 3 } },
      null,
      2,
    );
    expect(usageOf('anthropic', 'application/json', message.slice(0, 20), message.slice(20))).toEqual({
      input: 3,
      cached: 2,
      written: 0,
      output: 3,
    });
    const response = JSON.stringify({
      object: 'response',
      usage: { input_tokens: 9, input_tokens_details: { cached_tokens: 4 }, output_tokens: 1 },
    });
    expect(usageOf('openai', undefined, response)).toEqual({ input: 9, cached: 4, written: 0, output: 1 });
  });

  test.each(['', 'x', '{}', '{"usage":1}', 'null'])('%j has no usage', (body) => {
    expect(usageOf('openai', 'application/json', body)).toBe(null);
    expect(usageOf('anthropic', 'application/json', body)).toBe(null);
  });
});
