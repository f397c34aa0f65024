import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { imageTag } from '../../src/runtime/image.ts';
import { hitsInContainer, hitsInFolder, hitsInText } from './canary.ts';

const canaries = { key: 'canary+/="7f3a9c1e5b'.repeat(2) };
const { key } = canaries;

describe('the search for canaries', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'signalbox-canary-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it.each([
    ['as it is', `key=${key}`],
    ['JSON', JSON.stringify({ key })],
    ['URL', `?key=${encodeURIComponent(key)}`],
    ['hex', Buffer.from(key).toString('hex')],
    ['HEX', Buffer.from(key).toString('hex').toUpperCase()],
    ['base64 +0', Buffer.from(key).toString('base64')],
    ['base64 +1', Buffer.from(`x${key}yz`).toString('base64')],
    ['base64 +2', Buffer.from(`xy${key}z`).toString('base64')],
    [
      'base64 +0',
      Buffer.from(key)
        .toString('base64')
        .replaceAll(/(.{20})/g, '$1\n'),
    ],
  ])('finds one %s', (as, text) => {
    expect(hitsInText('here', `before ${text} after`, canaries)).toContainEqual({ where: 'here', canary: 'key', as });
  });

  it('finds them in files across the borders of what is read at once, in names, and in what git packed', async () => {
    await writeFile(join(folder, 'large'), `${'x'.repeat(65_530)}${key}`);
    await mkdir(join(folder, Buffer.from(key).toString('hex')));
    const repository = join(folder, 'mirror.git');
    await execa('git', ['init', '-q', '--bare', repository]);
    await execa('git', ['--git-dir', repository, 'hash-object', '-w', '--stdin'], { input: key });
    const where = (await hitsInFolder(folder, canaries)).map((hit) => hit.where.slice(0, 9 + folder.length));
    expect(where.some((at) => at.startsWith(join(folder, 'large')))).toBe(true);
    expect(where.some((at) => at.startsWith('the name'))).toBe(true);
    expect(where.some((at) => at.startsWith('the objec'))).toBe(true);
  });

  it('looks into a container at both uids, and says when it could not', async () => {
    const run = ['run', '--detach', '--network', 'none', '--env', `KEY=${key}`, '--tmpfs', '/work', imageTag()];
    const script = 'printenv KEY > /work/left; sleep 600; true';
    const { stdout: id } = await execa('docker', [...run, 'bash', '-c', script, key]);
    try {
      const where = (await hitsInContainer(id, canaries)).map((hit) => hit.where);
      for (const user of ['10001', '0'])
        for (const what of ['environment', 'command lines', 'files'])
          expect(where).toContain(`${what} of ${id} at uid ${user}`);
      expect(where).toContain(`docker inspect ${id}`);
    } finally {
      await execa('docker', ['rm', '--force', id]);
    }
    await expect(hitsInContainer(id, canaries)).rejects.toThrow('could not be looked at to the end');
  }, 60_000);

  it('leaves out what may hold them, and finds nothing where nothing is', async () => {
    await writeFile(join(folder, 'credential'), key);
    await writeFile(join(folder, 'other'), key.slice(1));
    expect(await hitsInFolder(folder, canaries, [join(folder, 'credential')])).toEqual([]);
  });
});
