import { expect, test } from 'vitest';
import { isPublic } from '../../src/boundary/addresses.ts';

test('a public address of this very machine is none: what listens here is not the internet', () => {
  expect(isPublic('93.184.215.14', [])).toBe(true);
  expect(isPublic('93.184.215.14', ['10.0.0.2', '93.184.215.14'])).toBe(false);
});
