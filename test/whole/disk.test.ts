import { randomUUID } from 'node:crypto';
import { mkdtemp, open, readdir, readFile, rm, rmdir, stat, statfs, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { untilUp } from '../../src/demo/controller.ts';
import { claimDurably } from '../../src/runtime/durable.ts';
import { eventually, follow, untilPhase, whole } from './ground.ts';
import type { Whole } from './ground.ts';

/** A data folder on a small file system of its own, which root alone may mount. */
let at: Whole;
let data: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'signalbox-disk-'));
  await execa('mount', ['-t', 'tmpfs', '-o', 'size=64m,mode=0700', 'signalbox-test', data]);
  // The disk itself: what stops sessions before it is full is looked at elsewhere.
  at = await whole({ data, latencyMs: 400, settings: { disk: { keepFreePercent: 0, reserveMiB: 0 } } });
});
afterEach(async () => {
  // Clearing up takes room too.
  await rm(ballast(), { force: true });
  await at.leave();
  await execa('umount', [data]);
  await rmdir(data);
});

const PAGE = 4096;
const ballast = (): string => join(data, 'ballast');

/** Takes all the room that there is, to the last page. */
async function fill(): Promise<void> {
  const file = await open(ballast(), 'a');
  const put = (bytes: number): Promise<boolean> =>
    file.write(Buffer.alloc(bytes)).then(
      ({ bytesWritten }) => bytesWritten === bytes,
      () => false,
    );
  for (const bytes of [2 ** 20, PAGE]) while (await put(bytes)) continue;
  await file.close();
}

/** Gives a page back, so that one thing can be kept and the next not. */
async function give(): Promise<void> {
  const { size } = await stat(ballast());
  await truncate(ballast(), Math.max(0, size - (size % PAGE || PAGE)));
}

type Input = { readonly text: string; readonly channel: string; readonly thread?: string };
type Kept = { readonly source: string; readonly task: string };

/** Says something under a source of its own: null when it was refused, which must say why and what to do. */
async function say({ text, ...place }: Input): Promise<Kept | null> {
  const source = randomUUID();
  const { ok, text: answer, task } = await at.you.say(text, { ...place, source });
  if (ok) return { source, task: task! };
  expect(answer).toMatch(/^Nothing was taken\. .*\(ENOSPC\).* Look at the disk of .*, send it again\.$/);
  return null;
}

const journalOf = (task: string): Promise<string> =>
  readFile(join(data, 'streams', `task-${task}`, 'journal.jsonl'), 'utf8');

const threadOf = async (task: string): Promise<string> => {
  const answer = await fetch(`${at.url}/api/threads`, { headers: { Authorization: `Bearer ${at.world.keys.you}` } });
  const { threads } = (await answer.json()) as { threads: { task: string; thread: string }[] };
  return threads.find((one) => one.task === task)!.thread;
};

describe.skipIf(process.getuid?.() !== 0)('a full disk under tasks at work', () => {
  it('what was acknowledged is kept over a SIGKILL, what was refused says so, and all goes on by itself when there is room', async () => {
    const { channel } = at.world;
    const before = await at.onMain();
    const ask = (slug: string): Input => ({ text: `/task --quick --slug ${slug} fix the typo (${slug})`, channel });
    const begun = [(await say(ask('one')))!, (await say(ask('two')))!];
    const kept: Kept[] = [...begun];
    for (const { task } of begun) await follow(at.you, task, ({ phase }) => phase === 'working');
    await eventually(async () => at.world.rehearsal.requests().coder >= 4);
    const threads = await Promise.all(begun.map(({ task }) => threadOf(task)));

    await fill();
    let refused = 0;
    for (let n = 0; n < 40 && (refused < 5 || kept.length < 6); n += 1) {
      if (n % 6 === 5) await give();
      const words: Input = { text: `word ${n}`, channel, thread: threads[n % 2]! };
      const answer = await say(n % 10 === 9 ? ask(`more-${n}`) : words);
      if (answer === null) refused += 1;
      else kept.push(answer);
      await fill();
    }
    expect(refused).toBeGreaterThanOrEqual(5);
    expect(kept.length).toBeGreaterThan(begun.length);

    process.kill(await at.pid(), 'SIGKILL');
    await untilUp(data, at.url, new AbortController().signal);
    await fill();
    expect((await statfs(data)).bavail).toBe(0);
    for (const { task, source } of kept) expect(await journalOf(task)).toContain(source);
    expect(await say(ask('refused'))).toBeNull();
    // What it does not take leaves nothing behind either.
    await expect(claimDurably(join(data, 'claimed'), 'mine')).rejects.toThrow('ENOSPC');
    expect((await readdir(data)).filter((name) => name.startsWith('claimed'))).toEqual([]);

    await rm(ballast());
    for (const task of new Set(kept.map((one) => one.task))) {
      const seen = await untilPhase(at.you, task, 'review', 'failed');
      expect(seen.phase).toBe('review');
      const words = kept.filter((one) => one.task === task).length - 1;
      expect(seen.messages.filter(({ text }) => text.startsWith('👀 You:'))).toHaveLength(words);
    }
    const [{ task } = { task: '' }] = begun;
    const { messages } = await untilPhase(at.you, task, 'review');
    await at.you.press(messages.at(-1)!.buttons.find(({ id }) => id.startsWith('merge:'))!.id);
    await untilPhase(at.you, task, 'merged');
    expect(await at.onMain()).toHaveLength(before.length + 1);
    for (const one of kept) expect(await journalOf(one.task)).toContain(one.source);
  }, 600_000);
});
