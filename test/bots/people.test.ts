import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { consoleKeys } from '../../src/bots/people.ts';

const hash = (key: string): string => createHash('sha256').update(key).digest('hex');
const ana = { id: 'ana', name: 'Ana', may: 'admin' } as const;
const ben = { id: 'ben', name: 'Ben', may: 'watch' } as const;

describe('a key', () => {
  const keys = consoleKeys([
    { ...ana, consoleKeyHash: hash('one') },
    ben,
    { ...ben, id: 'eve', consoleKeyHash: hash('two') },
  ]);

  it('is a person, with what they may do and nothing of the key', () => {
    expect(keys('one')).toEqual(ana);
    expect(keys('two')).toEqual({ ...ben, id: 'eve' });
  });

  it.each(['', 'three', hash('one'), 'ana', 'one '])('%j is nobody', (key) => {
    expect(keys(key)).toBeNull();
  });
});

describe('people without a way in', () => {
  it('are refused at the start', () => {
    expect(() => consoleKeys([])).toThrow('Nobody has a key');
    expect(() => consoleKeys([ben])).toThrow('Give at least one of people in signalbox.yaml a consoleKeyHash.');
  });

  it('and so is one key for two', () => {
    const consoleKeyHash = hash('one');
    expect(() =>
      consoleKeys([
        { ...ana, consoleKeyHash },
        { ...ben, consoleKeyHash },
      ]),
    ).toThrow('ben has the same consoleKeyHash as somebody else');
  });
});
