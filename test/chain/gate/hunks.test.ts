import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { filePatches } from '../../../src/chain/gate/hunks.ts';

/** What git 2.39 printed for files with odd names, a file that became a link, a binary one and one that talks like a patch. */
const odd = readFileSync('test/fixtures/patches/odd.patch', 'utf8');

describe('the parts of a patch', () => {
  it('are those of git, by the names that the raw diff has', () => {
    expect(filePatches(odd).map(({ path }) => path)).toEqual([
      'empty.txt',
      'gone.txt',
      'image.bin',
      'long.txt',
      'naïve.txt',
      'plain file.txt',
      'run.sh',
      'spoof.txt',
      'tab\t"quote".txt',
      'turns',
      'turns',
    ]);
  });

  it('put together are the patch', () => {
    const parts = filePatches(odd).map(({ text }) => text);
    expect(parts.join('\n')).toBe(odd);
  });

  it('have the lines of every hunk', () => {
    const [long] = filePatches(odd).filter(({ path }) => path === 'long.txt');
    expect(long).toMatchObject({ added: ['three', 'thirty-eight'], removed: ['3', '38'], whole: true });
    const [plain] = filePatches(odd).filter(({ path }) => path === 'plain file.txt');
    expect(plain).toMatchObject({ added: ['2', 'three'], removed: ['two', 'three'], context: ['one'], whole: true });
  });

  it('are not begun by what a file says', () => {
    const [spoof] = filePatches(odd).filter(({ path }) => path === 'spoof.txt');
    expect(spoof?.added).toHaveLength(4);
    expect(filePatches(odd).some(({ path }) => path === 'forged')).toBe(false);
  });

  it('are whole but for a binary one', () => {
    expect(
      filePatches(odd)
        .filter(({ whole }) => !whole)
        .map(({ path }) => path),
    ).toEqual(['image.bin']);
  });

  it('are not whole where the patch was cut, wherever that was', () => {
    const [long] = filePatches(odd).filter(({ path }) => path === 'long.txt');
    const text = long?.text ?? '';
    const note = '\n… cut here: the patch is longer than 10 characters\n';
    for (let length = text.indexOf('@@'); length < text.length; length++) {
      expect(filePatches(text.slice(0, length) + note).map(({ whole }) => whole)).toEqual([false]);
    }
    expect(filePatches(text.slice(0, -1)).map(({ whole }) => whole)).toEqual([false]);
    expect(filePatches(`${text}\n`).map(({ whole }) => whole)).toEqual([true]);
  });
});
