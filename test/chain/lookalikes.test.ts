import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coverLookalikes } from '../../src/chain/lookalikes.ts';

const word = (length: number, from = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'): string =>
  Array.from({ length }, (_, n) => from[(n * 7 + 3) % from.length]).join('');

const keys: readonly (readonly [string, string])[] = [
  ['an Anthropic key', `sk-ant-oat01-${word(80)}-${word(12)}AA`],
  ['an OpenAI key', `sk-proj-${word(90)}`],
  ['an OpenAI key', `sk-${word(48)}`],
  ['a GitHub token', `ghp_${word(36)}`],
  ['a GitHub token', `github_pat_${word(22)}_${word(59)}`],
  ['a GitLab token', `glpat-${word(20)}`],
  ['a Slack token', `xoxb-1234567890-${word(24)}`],
  ['an AWS key', `AKIA${word(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`],
  ['a Google key', `AIza${word(35)}`],
  ['a Stripe key', `sk_live_${word(24)}`],
  ['an npm token', `npm_${word(36)}`],
  ['a Hugging Face token', `hf_${word(34)}`],
  ["a bot's token", `1234567890:AA${word(33)}`],
  ["a bot's token", `M${word(23)}.${word(6)}.${word(30)}`],
  ['a signed token', `eyJ${word(20)}.eyJ${word(60)}.${word(43)}`],
];
const body = [word(64), word(64), word(20)].join('\n');
const pem = (kind: string): string => `-----BEGIN ${kind}PRIVATE KEY-----\n${body}\n-----END ${kind}PRIVATE KEY-----`;

describe('what looks like a key', () => {
  it.each(keys)('%s is covered and named: %s', (what, key) => {
    expect(coverLookalikes(`use "${key}", please`)).toBe(`use "(covered: ${what})", please`);
    expect(coverLookalikes(JSON.stringify(`first\n${key}\nlast`))).toBe(
      JSON.stringify(`first\n(covered: ${what})\nlast`),
    );
    expect(coverLookalikes(`https://ana:${key}@example.org/?token=${key}&x`)).not.toContain(key.slice(-12));
  });

  it.each(['', 'RSA ', 'OPENSSH ', 'ENCRYPTED ', 'EC '])('a private key is covered whole: %s', (kind) => {
    const covered = 'mine:\n(covered: a private key)\nthanks';
    expect(coverLookalikes(`mine:\n${pem(kind)}\nthanks`)).toBe(covered);
    expect(coverLookalikes(JSON.stringify(`mine:\n${pem(kind)}\nthanks`))).toBe(JSON.stringify(covered));
    expect(coverLookalikes(pem(kind).slice(0, -40))).not.toContain(word(64).slice(0, 30));
  });

  it('is covered wherever it stands in a text', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 60 });
    fc.assert(
      fc.property(text, fc.constantFrom(...keys), text, (before, [, key], after) => {
        const out = coverLookalikes(`${before} ${key} ${after}`);
        expect(out).not.toContain(key);
        expect(coverLookalikes(out)).toBe(out);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    'the sk-learn-compatible-estimator-base-class-with-a-long-name',
    'commit 3f786850e387550fdab836ed7e6dc881de23001b',
    'docs/plans/2026-11-27-001-feat-task-plan.md',
    'ask-ant-colonies-about-their-tunnels',
    'e2e/checkout.spec.ts and npm_config_registry=https://registry.npmjs.org',
    '-----BEGIN CERTIFICATE-----',
    '550e8400-e29b-41d4-a716-446655440000',
  ])('is not found in: %s', (text) => expect(coverLookalikes(text)).toBe(text));
});
