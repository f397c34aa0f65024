import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SessionId } from '../../src/chain/ids.ts';
import { layoutOf } from '../../src/runtime/layout.ts';
import type { Layout } from '../../src/runtime/layout.ts';
import { readOutbox, takeOutbox } from '../../src/runtime/outbox.ts';
import { fakeFiles } from '../fakes/files.ts';
import type { FakeFiles } from '../fakes/files.ts';
import { ground, task } from './ground.ts';
import type { Ground } from './ground.ts';

/** One container that waits, and an agent in it that leaves what no agent should. */
let here: Ground;
let container: string;
let at: Layout;
let files: FakeFiles;
let leg = 0;
const session = SessionId.parse(`${task}-coder-1`);
beforeAll(async () => {
  here = await ground();
  const { engine, image } = here.site;
  at = layoutOf({ data: here.data, egress: '/tmp', box: engine.box }, session);
  await mkdir(at.folder, { recursive: true });
  await engine.start(session, {
    image,
    user: '0:0',
    command: ['sleep', 'infinity'],
    env: {},
    folder: '/',
    mounts: [],
    capabilities: ['SETUID', 'SETGID', 'KILL'],
    memoryGiB: 0.5,
    cpus: 1,
    runtime: null,
    log: 'none',
  });
  container = engine.nameOf(session);
});
afterAll(() => here.leave());
beforeEach(async () => {
  files = fakeFiles();
  leg += 1;
  await inside('find /outbox -mindepth 1 -delete');
});

const inside = (script: string): Promise<unknown> =>
  execa('docker', ['exec', '-u', '10001', container, 'bash', '-c', script], { reject: false });
const take = async (): Promise<Awaited<ReturnType<typeof readOutbox>>> => {
  await takeOutbox(here.site.engine, files, container, at, leg);
  return readOutbox(at, leg);
};
const textOf = async (id: string): Promise<string> => Buffer.from((await files.get(id))!).toString();

describe('an outbox', () => {
  it('that is empty leaves nothing', async () => {
    expect(await take()).toBe(null);
  });

  it('gives its files, the same when it is taken again', async () => {
    await inside(`cd /outbox; echo one > a.txt; mkdir -p deep; echo two > 'deep/my chart.csv'`);
    const first = await take();
    expect(first).toMatchObject({
      files: [
        { name: 'a.txt', size: 4 },
        { name: 'deep-my-chart.csv', size: 4 },
      ],
      left: [],
    });
    expect(await textOf(first!.files[1]!.id)).toBe('two\n');
    expect(await take()).toEqual(first);
    expect(files.kept.size).toBe(2);
  });

  it('gives nothing that a link, a FIFO or a socket leads to, and says so', async () => {
    await inside(
      `cd /outbox; echo fine > z.txt; ln -s /etc/passwd passwd; ln -s /session/out/record.jsonl record; mkfifo pipe; ln -s .. up; ln z.txt hard`,
    );
    const { files: found, left } = (await take())!;
    expect(found.map(({ name }) => name)).toEqual(['hard', 'z.txt']);
    expect(left.toSorted()).toEqual(
      ['passwd', 'pipe', 'record', 'up'].map((name) => `\`${name}\` is no plain file and was left out.`),
    );
    expect([...files.kept.values()].some((bytes) => Buffer.from(bytes).includes('root:'))).toBe(false);
  });

  it('is bounded: a file of 2 GB, 100,000 files, one that is too large', async () => {
    await inside(`cd /outbox; echo fine > a.txt; truncate -s 2G b.bin`);
    expect(await take()).toMatchObject({
      files: [{ name: 'a.txt' }],
      left: [
        '`b.bin` did not come out whole and was left out.',
        'The outbox is larger than 32 MiB: what came after was left out.',
      ],
    });
    await inside(
      `rm /outbox/*; cd /outbox; for ((n = 0; n < 100000; n++)); do : > f$n || break; done 2>/dev/null; ls | wc -l`,
    );
    const many = (await take())!;
    expect(many.files).toHaveLength(20);
    expect(many.left).toEqual([expect.stringMatching(/^At most 20 files come out: \d+ more were left out\.$/)]);
    await inside(`find /outbox -mindepth 1 -delete; truncate -s 11M /outbox/big.bin`);
    expect((await take())!.left).toEqual(['`big.bin` is larger than 10 MiB and was left out.']);
  });

  it('has names that are clean, whatever they are', async () => {
    await inside(
      String.raw`cd /outbox; touch $'gnp\u202e.exe' $'a\nb' $'\033]0;x\007' -- --checkpoint=1 '<img src=x>'`,
    );
    const { files: found } = (await take())!;
    for (const { name } of found) expect(name).toMatch(/^[\w.-]+$/);
    expect(found).toHaveLength(5);
  });

  it('that does not answer holds nobody up', async () => {
    // The agent stops whatever is started at its uid.
    await inside(
      `echo x > /outbox/a.txt; (for ((n = 0; n < 4000; n++)); do pkill -STOP -x tar; done) >/dev/null 2>&1 & sleep 0.2`,
    );
    const began = await take();
    expect(began === null || began.files.length <= 1).toBe(true);
    await inside('pkill -KILL -x tar; pkill -KILL bash');
  }, 180_000);

  it('of a container that is gone is none', async () => {
    await here.site.engine.remove(container);
    expect(await take()).toBe(null);
  });

  it('is not on the disk of the host', async () => {
    const names = await readdir(at.folder);
    expect(names.every((name) => /^outbox-\d+\.json$/.test(name))).toBe(true);
    expect(await readFile(join(at.folder, names[0]!), 'utf8')).not.toContain('fine');
  });
});
