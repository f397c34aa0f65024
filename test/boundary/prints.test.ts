import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Account, Server } from '../../src/boundary/files.ts';
import type { Prints } from '../../src/boundary/files.ts';
import { keepPrints, readPrints } from '../../src/boundary/keep-prints.ts';
import { coverPrints, printsOf } from '../../src/boundary/prints.ts';
import { hitsInText } from '../canary/canary.ts';
import { spellingsOf } from '../canary/spellings.ts';

const salt = '0123456789abcdef0123456789abcdef';
const known = (...secrets: string[]): Prints => ({
  v: 1,
  salt,
  accounts: { one: secrets.map((secret) => [...printsOf(secret, salt)]) },
});
const quiet = { info: () => undefined, error: () => undefined };

/** What a credential may be made of: see credentials.ts. */
const secret = fc.string({
  unit: fc.integer({ min: 33, max: 126 }).map((code) => String.fromCharCode(code)),
  minLength: 12,
  maxLength: 120,
});
/** What a text may say besides. White space is judged on its own. */
const around = fc.string({ unit: 'grapheme', maxLength: 40 });

describe('a secret that is known by its prints alone', () => {
  it('is covered in every spelling, whatever stands around it', () => {
    const spelled = fc.tuple(secret, fc.nat()).map(([of, n]) => {
      const all = [...spellingsOf(of)].filter(([as]) => as !== 'UTF-16' && as !== 'JSON in JSON');
      return { of, text: all[n % all.length]![1].toString() };
    });
    fc.assert(
      fc.property(spelled, around, around, ({ of, text }, before, after) => {
        const out = coverPrints(known('another-one-of-them', of), '#')(`${before}${text}${after}`);
        expect(hitsInText('out', out, { of })).toEqual([]);
        expect(out).toContain('#');
      }),
      { numRuns: 400 },
    );
  });

  it('is covered where it is broken into lines', () => {
    const of = 'sk-ant-oat01-abcdefghijklmnopqrstuvwxyz0123456789';
    const broken = Buffer.from(`user:${of}\n`)
      .toString('base64')
      .replaceAll(/(.{16})/g, '$1\n');
    expect(hitsInText('out', coverPrints(known(of), '#')(`$ base64\n${broken}done`), { of })).toEqual([]);
  });

  it('is not found in what is only like it, and what is covered stays as it is', () => {
    const of = 'sk-ant-oat01-abcdefghijklmnopqrstuvwxyz';
    const cover = coverPrints(known(of), '(covered)');
    const almost = `${of.slice(0, -1)} ${of.slice(1)} ${of.replace('k', 'K')}`;
    expect(cover(almost)).toBe(almost);
    expect(cover(cover(`a ${of} b ${of}`))).toBe('a (covered) b (covered)');
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => cover(text) === text));
  });

  it('does not stand in its prints', () => {
    fc.assert(
      fc.property(secret, (of) => hitsInText('prints', JSON.stringify(known(of)), { of }).length === 0),
      { numRuns: 50 },
    );
  });
});

describe('the prints of a boundary', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'signalbox-prints-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const file = (): string => join(folder, 'credential');
  const account = (): Account => Account.parse({ provider: 'anthropic', kind: 'subscription', credentialFile: file() });
  const of = (accounts: Record<string, Account>) => ({ accounts, servers: {} });
  const put = (of: string): Promise<void> => writeFile(file(), of, { mode: 0o600 });
  const covers = async (of: string): Promise<boolean> => {
    const prints = await readPrints(folder);
    return prints !== null && coverPrints(prints, '#')(of) === '#';
  };

  it('follow a login that is renewed, keep the ones before it, and outlive the boundary', async () => {
    const tokens = [1, 2, 3, 4].map((n) => `sk-ant-oat01-${String(n).repeat(40)}`);
    const prints = await keepPrints(folder, of({ claude: account() }), quiet);
    for (const token of tokens) {
      await put(token);
      await prints.look();
      expect(await covers(token)).toBe(true);
    }
    await (await keepPrints(folder, of({ claude: account() }), quiet)).look();
    expect(await Promise.all(tokens.map(covers))).toEqual([false, true, true, true]);
    expect((await readFile(join(folder, 'prints.json'), 'utf8')).includes(tokens[3]!)).toBe(false);
  });

  it('cover what a server is told, too', async () => {
    await put('a-token-of-the-tracker-0123456789');
    const tracker = Server.parse({ url: 'https://tracker.example/mcp', credentialFile: file() });
    await (await keepPrints(folder, { accounts: {}, servers: { tracker } }, quiet)).look();
    expect(await covers('a-token-of-the-tracker-0123456789')).toBe(true);
  });

  it('are none of a file that must not be read', async () => {
    await put('sk-ant-oat01-abcdefghijklmnop');
    await chmod(file(), 0o644);
    await (await keepPrints(folder, of({ claude: account() }), quiet)).look();
    expect(await covers('sk-ant-oat01-abcdefghijklmnop')).toBe(false);
  });
});
