import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import type { Files } from '../../src/chain/ports.ts';

/** Whatever keeps files keeps this. */
export function filesContract(name: string, enter: () => Promise<Files>): void {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  const idOf = (text: string): string => createHash('sha256').update(text).digest('hex');

  it(`files, ${name}: are kept under their sha256, the same ones once`, async () => {
    const files = await enter();
    expect(await Promise.all([files.put(bytes('one')), files.put(bytes('one')), files.put(bytes(''))])).toEqual(
      ['one', 'one', ''].map(idOf),
    );
    expect(Buffer.from((await files.get(idOf('one')))!).toString()).toBe('one');
    expect(await files.size(idOf('one'))).toBe(3);
    expect(await files.size(idOf(''))).toBe(0);
  });

  it(`files, ${name}: what is not there is null, whatever its name`, async () => {
    const files = await enter();
    for (const id of [idOf('none'), '../journal', '', 'a'.repeat(63)]) {
      expect(await files.get(id)).toBe(null);
      expect(await files.size(id)).toBe(null);
    }
  });
}
