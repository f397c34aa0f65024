import { mkdir, mkdtemp, rm, symlink, writeFile, link } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { unpack } from '../../src/runtime/tar.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-tar-'));
});
afterEach(() => rm(folder, { recursive: true }));

const tar = async (...more: string[]): Promise<Buffer> => {
  const argv = ['--create', '--sort=name', ...more, `--directory=${folder}`, '.'];
  return Buffer.from((await execa('tar', argv, { encoding: 'buffer', reject: false })).stdout);
};
const ustar = ['--format=ustar', '--hard-dereference'];

describe('an archive', () => {
  it('gives its plain files, and names what is none', async () => {
    await mkdir(join(folder, 'deep'));
    await writeFile(join(folder, 'a.txt'), 'hello');
    await writeFile(join(folder, 'empty'), '');
    await writeFile(join(folder, 'deep', 'größe.bin'), Buffer.alloc(1025, 7));
    await link(join(folder, 'a.txt'), join(folder, 'hard'));
    await symlink('/etc/passwd', join(folder, 'soft'));
    await execa('mkfifo', [join(folder, 'fifo')]);
    const { files, others, cut } = unpack(await tar(...ustar));
    expect(files.map(({ name, bytes }) => [name, bytes.length])).toEqual([
      ['./a.txt', 5],
      ['./deep/größe.bin', 1025],
      ['./empty', 0],
      ['./hard', 5],
    ]);
    expect(others).toEqual(['./fifo', './soft']);
    expect(cut).toBe(false);
  });

  it('that was cut gives what came whole', async () => {
    await writeFile(join(folder, 'a.txt'), 'hello');
    await writeFile(join(folder, 'b.bin'), Buffer.alloc(2000, 1));
    const whole = await tar(...ustar);
    expect(unpack(whole.subarray(0, 512 * 4 + 300))).toEqual({
      files: [{ name: './a.txt', bytes: Buffer.from('hello') }],
      others: [],
      half: './b.bin',
      cut: true,
    });
    expect(unpack(Buffer.alloc(0))).toEqual({ files: [], others: [], half: null, cut: true });
  });

  it.each(['--format=pax', '--format=gnu'])(
    'of another format gives no file under a name that is not its own: %s',
    async (format) => {
      await writeFile(join(folder, 'x'.repeat(200)), 'hello');
      const { files } = unpack(await tar(format));
      expect(files.filter(({ name }) => !name.startsWith('./xx'))).toEqual([]);
    },
  );

  it('whose sum or size is wrong ends there', async () => {
    await writeFile(join(folder, 'a.txt'), 'hello');
    const wrong = await tar(...ustar);
    wrong[512] = 0x2f;
    expect(unpack(wrong)).toEqual({ files: [], others: [], half: null, cut: true });
    const large = await tar(...ustar);
    large.write('77777777777', 512 + 124);
    expect(unpack(large).files).toEqual([]);
  });

  it('may be any bytes: it ends, and gives no more than there is', async () => {
    await writeFile(join(folder, 'a.txt'), 'hello');
    await mkdir(join(folder, 'b'));
    const real = await tar(...ustar);
    const flipped = fc
      .array(fc.tuple(fc.nat(real.length - 1), fc.nat(255)), { maxLength: 6 })
      .map((flips) => flips.reduce((bytes, [at, to]) => bytes.fill(to, at, at + 1), Buffer.from(real)));
    const any = fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.oneof(flipped, any), (bytes) => {
        const { files } = unpack(bytes);
        return files.reduce((sum, file) => sum + file.bytes.length, 0) <= bytes.length;
      }),
      { numRuns: 500 },
    );
  });
});
