import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeBody } from '../../src/boundary/body.ts';
import { costOf, worstOf } from '../../src/boundary/cost.ts';
import type { Price } from '../../src/boundary/prices.ts';
import { listPrices } from '../../src/boundary/prices.ts';

const price: Price = {
  input: 4,
  cacheWrite: 5,
  cacheWriteLong: 8,
  cacheRead: 0.2,
  output: 20,
  maxInput: 1_000_000,
  maxOutput: 128_000,
};
const long: Price = { ...price, long: { above: 1_000, input: 2, output: 1.5 } };
const usage = { input: 1_000, cached: 400, written: 100, output: 50 };

describe('what a request cost, USD', () => {
  test.each([
    ['nothing cached', price, { input: 1_000_000, cached: 0, written: 0, output: 1_000_000 }, false, 24],
    ['each part at its own price', price, usage, false, (500 * 4 + 400 * 0.2 + 100 * 5 + 50 * 20) / 1e6],
    ['what is kept for longer, as the provider says', price, { ...usage, writtenLong: 60 }, false, 0.00376],
    ['what is kept for longer, as the request asked', price, usage, true, 0.00388],
    ['a price without one for longer', { ...price, cacheWriteLong: undefined }, usage, true, 0.00358],
    ['up to the border', long, usage, false, 0.00358],
    ['beyond it, all of it', long, { ...usage, input: 1_001 }, false, ((501 * 4 + 580) * 2 + 1000 * 1.5) / 1e6],
    ['a count that cannot be', price, { input: 0, cached: 400, written: 0, output: 0 }, false, 0.00008],
  ])('%s', (_name, of, counted, keeps, usd) => {
    expect(costOf(of, counted, keeps)).toBeCloseTo(usd, 6);
  });
});

const size = (body: object, of = JSON.stringify({ model: 'm', ...body })) => {
  const bytes = Buffer.from(of);
  const judged = judgeBody(bytes, ['m'], 'max_output_tokens' in body || 'input' in body ? 'openai' : 'anthropic');
  if (!judged.ok) throw new Error(judged.why);
  return judged.size;
};

describe("a request's size", () => {
  test.each([
    ['its bytes', { messages: [] }, { bytes: 27, output: null, images: 0, documents: false, keeps: false }],
    ['what Anthropic may write', { max_tokens: 9 }, { output: 9 }],
    ['what OpenAI may write', { max_output_tokens: 9 }, { output: 9 }],
    ['a bound that is none', { max_tokens: '9' }, { output: null }],
    ['a bound below nothing', { max_tokens: -9 }, { output: null }],
    [
      'pictures, also in what a tool gave',
      {
        messages: [
          {
            content: [
              { type: 'tool_result', content: [{ type: 'image', source: { type: 'base64' } }] },
              { type: 'image', source: { type: 'base64' } },
            ],
          },
        ],
      },
      { images: 2 },
    ],
    [
      'a picture of OpenAI',
      { input: [{ role: 'user', content: [{ type: 'input_image', image_url: 'data:x' }] }] },
      { images: 1 },
    ],
    [
      'a document',
      { messages: [{ content: [{ type: 'document', source: { type: 'base64' } }] }] },
      { documents: true },
    ],
    [
      'a cache of an hour',
      { system: [{ type: 'text', cache_control: { type: 'ephemeral', ttl: '1h' } }] },
      { keeps: true },
    ],
    ['a cache of many hours', { input: [], prompt_cache_retention: '24h' }, { keeps: true }],
  ])('%s', (_name, body, expected) => {
    expect(size(body)).toMatchObject(expected);
  });
});

test.each(['max_tokens', 'max_output_tokens'])('a bound of more than any number is none: %s', (bound) => {
  const of = `{"model":"m","${bound}":1e400}`;
  expect(size({ [bound]: 0 }, of)).toMatchObject({ output: null });
});

describe('the worst that a request can cost', () => {
  const plain = { bytes: 1_000, output: 100, images: 0, documents: false, keeps: false };

  test.each([
    ['each byte a token that is written to the cache', plain, (5_000 * 5 + 100 * 20) / 1e6],
    ['kept for longer', { ...plain, keeps: true }, (5_000 * 8 + 100 * 20) / 1e6],
    ["the model's own bound of output", { ...plain, output: null }, (5_000 * 5 + 128_000 * 20) / 1e6],
    ['no more than the model writes', { ...plain, output: 1e300 }, (5_000 * 5 + 128_000 * 20) / 1e6],
    ['a picture', { ...plain, images: 1 }, (25_000 * 5 + 100 * 20) / 1e6],
    ['a document, or more bytes than the model takes', { ...plain, documents: true }, (1e6 * 5 + 2000) / 1e6],
  ])('%s', (_name, of, usd) => {
    expect(worstOf(price, of)).toBeCloseTo(usd, 6);
  });

  test('is never less than what it cost, for every model of the list', () => {
    const counts = fc.record({
      input: fc.nat(900_000),
      output: fc.nat(128_000),
      cached: fc.nat(100),
      written: fc.nat(100),
      keeps: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(listPrices)),
        counts,
        (of, { input, cached, written, output, keeps }) => {
          const read = Math.min(input, of.maxInput);
          const most = worstOf(of, { bytes: read, output: null, images: 0, documents: false, keeps });
          const parts = { cached: Math.floor((read * cached) / 200), written: Math.floor((read * written) / 200) };
          const cost = costOf(of, { input: read, output: Math.min(output, of.maxOutput), ...parts }, keeps);
          expect(most).toBeGreaterThanOrEqual(cost);
        },
      ),
    );
  });
});
