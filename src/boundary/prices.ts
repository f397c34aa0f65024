import { z } from 'zod';

const dollars = z.number().nonnegative();
const tokens = z.number().int().positive();

/** What a model costs, in USD per million tokens, and the most that one request of it can be. */
export const Price = z.strictObject({
  input: dollars,
  /** Input that the provider keeps in its cache, for as long as it does without being asked for longer. */
  cacheWrite: dollars,
  /** Input that it keeps for longer, because the request says so. Without it as `cacheWrite`. */
  cacheWriteLong: dollars.optional(),
  /** Input that comes from its cache. */
  cacheRead: dollars,
  /** All that is written, reasoning included. */
  output: dollars,
  maxInput: tokens.default(1_000_000),
  maxOutput: tokens.default(128_000),
  /** A request with more input than `above` costs so many times as much, all of it. */
  long: z.strictObject({ above: tokens, input: z.number().min(1), output: z.number().min(1) }).optional(),
});
export type Price = z.infer<typeof Price>;

/** By full model id. */
export type Prices = Readonly<Record<string, Price>>;

const claude = (input: number, cacheRead: number, of: Partial<Price> = {}): Price => ({
  input,
  cacheWrite: 1.25 * input,
  cacheWriteLong: 2 * input,
  cacheRead,
  output: 5 * input,
  maxInput: 1_000_000,
  maxOutput: 128_000,
  ...of,
});

const gpt = (input: number, cacheRead: number): Price => ({
  input,
  cacheWrite: 1.25 * input,
  cacheWriteLong: 2.5 * input,
  cacheRead,
  output: 5 * input,
  maxInput: 922_000,
  maxOutput: 128_000,
  long: { above: 272_000, input: 2, output: 1.5 },
});

/**
 * List prices of the providers' ordinary service, from platform.claude.com/docs/en/about-claude/pricing and the pages of the models at
 * developers.openai.com/api/docs/models, as they stood in the last days of November 2026. `prices` in signalbox.yaml adds to them and replaces them.
 */
export const listPrices: Prices = {
  'claude-fable-5-1': claude(10, 0.25),
  'claude-opus-5-5': claude(4, 0.2),
  'claude-opus-5': claude(5, 0.5),
  'claude-opus-4-8': claude(5, 0.5),
  'claude-opus-4-7': claude(5, 0.5),
  'claude-opus-4-6': claude(5, 0.5),
  'claude-sonnet-5-5': claude(2, 0.1),
  'claude-sonnet-5': claude(2, 0.2),
  'claude-sonnet-4-6': claude(3, 0.3),
  'claude-haiku-5-5': claude(0.1, 0.01, { long: { above: 100_000, input: 5, output: 5 } }),
  'claude-haiku-4-5-20251001': claude(1, 0.1, { maxInput: 200_000, maxOutput: 64_000 }),
  'gpt-6-astra': gpt(10, 1),
  'gpt-6.2-sol': gpt(2, 0.1),
  'gpt-6.1-sol': gpt(2, 0.1),
  'gpt-6-sol': gpt(2, 0.2),
  'gpt-6.1-terra': gpt(1, 0.05),
  'gpt-6-luna': gpt(0.1, 0.01),
};
