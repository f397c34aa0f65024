import { appendFileSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import type { Page } from 'playwright-core';
import { openConsole } from '../src/bots/console/console.ts';
import { ProjectId, TaskId } from '../src/chain/ids.ts';
import type { Task } from '../src/chain/task.ts';
import { transition } from '../src/chain/transition.ts';
import { claude } from '../src/runtime/agents/claude.ts';
import { followRecord } from '../src/runtime/follow.ts';
import { recordReader } from '../src/runtime/record.ts';
import { fileStore } from '../src/store/store.ts';
import type { RecordLine } from '../src/worker/files.ts';
import { growth } from '../src/worker/growth.ts';
import type { Bench, Measured } from './figure.ts';
import { spread } from './statistics.ts';

const CHROMIUM = '/usr/bin/chromium';
const THREADS = 50;
/** An agent's text of three seconds grows by one word at a time. */
const WORDS = 30;
const BETWEEN_MS = 100;
/** How often the controller looks at a session's record. */
const LOOK_MS = 60;
const ROUNDS = 10;

/** How long it takes from an agent's word to the page, alone and with fifty threads streaming at once. */
export async function streaming(bench: Bench): Promise<Measured | null> {
  const found = await access(CHROMIUM).then(
    () => true,
    () => false,
  );
  if (!found) return null;
  const key = randomBytes(32).toString('base64url');
  const served = await serve(bench, key);
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
    await page.goto(`${served.url}/t/${served.threads[0]}#key=${key}`);
    await page.locator('#composer').waitFor();
    await page.evaluate(WATCH);
    const times = `${bench.repeats ?? ROUNDS} times`;
    bench.say(`a text of three seconds, ${times} alone and ${times} in ${THREADS} threads at once`);
    const before = process.memoryUsage().rss;
    const alone = await rounds(page, served, 1, bench);
    const together = await rounds(page, served, THREADS, bench);
    const aim = 'p95 ≤ 300 ms';
    return {
      how: `A text grows by a word each ${BETWEEN_MS} ms for ${(WORDS * BETWEEN_MS) / 1000} s, from the line in which the CLI prints it: through the worker's pieces, the record on the disk, the controller's look at it each ${LOOK_MS} ms and a console, all in this process, to Chromium at 390 px with one thread open; the page notes when its element says each word. ${times} with one thread, ${times} with ${THREADS} at once.`,
      rows: [
        { what: 'first word → page', unit: 'ms', values: spread(alone.first), aim },
        { what: 'each word → page', unit: 'ms', values: spread(alone.each), aim },
        { what: `first word → page, ${THREADS} threads at once`, unit: 'ms', values: spread(together.first), aim },
        { what: `each word → page, ${THREADS} threads at once`, unit: 'ms', values: spread(together.each), aim },
        { what: 'states of one text that were seen, of 30', unit: 'in all', values: spread(alone.seen) },
        {
          what: 'memory of this process',
          unit: 'MB',
          values: { before: before / 2 ** 20, after: process.memoryUsage().rss / 2 ** 20 },
        },
      ],
    };
  } finally {
    await browser.close();
    await served.close();
  }
}

/** A word that says when it was said, in letters: what is no word waits for the next one that is. */
const wordNow = (): string =>
  String(Math.round(performance.timeOrigin + performance.now())).replace(
    /\d/g,
    (digit) => 'abcdefghij'[Number(digit)] ?? '',
  );
const saidAt = (word: string): number => Number(word.replace(/./g, (letter) => String('abcdefghij'.indexOf(letter))));

/** Notes, for each last word of the text that grows, when it stood there. */
const WATCH = `globalThis.noted = [];
new MutationObserver(() => {
  const said = document.querySelector('.writing .typed')?.textContent.trim().split(' ').at(-1);
  const last = globalThis.noted.at(-1);
  if (said && (!last || last.said !== said)) globalThis.noted.push({ said, ms: performance.timeOrigin + performance.now() });
}).observe(document.body, { subtree: true, childList: true, characterData: true });`;

type Noted = readonly { readonly said: string; readonly ms: number }[];
type Rounds = { readonly first: number[]; readonly each: number[]; readonly seen: number[] };

async function rounds(page: Page, { texts }: Served, count: number, { signal, repeats }: Bench): Promise<Rounds> {
  const all: Rounds = { first: [], each: [], seen: [] };
  for (let round = 0; round < (repeats ?? ROUNDS); round += 1) {
    await page.evaluate('globalThis.noted.length = 0');
    for (const text of texts.slice(0, count)) text.begin();
    for (let word = 0; word < WORDS; word += 1) {
      for (const text of texts.slice(0, count)) text.add(`${wordNow()} `);
      await sleep(BETWEEN_MS, undefined, { signal });
    }
    await sleep(300, undefined, { signal });
    const noted = await page.evaluate<Noted>('globalThis.noted');
    const took = noted.map(({ said, ms }) => ms - saidAt(said));
    const [first] = took;
    if (first === undefined) throw new Error('the page showed no word of it');
    all.first.push(first);
    all.each.push(...took);
    all.seen.push(noted.length);
  }
  return all;
}

type Served = {
  readonly url: string;
  readonly threads: readonly string[];
  readonly texts: readonly Text[];
  close(): Promise<void>;
};

async function serve({ place }: Bench, key: string): Promise<Served> {
  const consoleKeyHash = createHash('sha256').update(key).digest('hex');
  const clock = {
    now: () => Date.now(),
    sleep: (ms: number, signal?: AbortSignal) => sleep(ms, undefined, signal ? { signal } : {}).catch(() => undefined),
  };
  const web = await openConsole({
    port: 0,
    people: [{ id: 'you', name: 'You', may: 'admin', consoleKeyHash }],
    channels: ['site'],
    beside: () => [],
    cover: (text) => text,
    files: { put: async () => '', size: async () => null, get: async () => null },
    store: fileStore({ folder: join(place, 'page') }),
    clock,
    log: { info: () => undefined, error: () => undefined },
  });
  const { url, close } = await web.serve({ accept: async () => ({ kind: 'refused', why: { code: 'no-task-here' } }) });
  const at = { platform: 'console', channel: 'site' };
  const opened = await Promise.all(
    Array.from({ length: THREADS }, (_, n) => web.chat.open(`open-${n}`, at, sample(n))),
  ).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  const texts = opened.map((thread, n) =>
    textOf(join(place, `record-${n}.jsonl`), (writes) => web.chat.show(thread, { writes })),
  );
  return {
    url,
    threads: opened.map(({ thread }) => thread),
    texts,
    async close() {
      for (const text of texts) text.end();
      await close();
    },
  };
}

/** What one session writes: as its worker takes it from the CLI, and as the controller reads it. */
type Text = { begin(): void; add(more: string): void; end(): void };

function textOf(file: string, shown: (text: string) => void): Text {
  let n = 0;
  const append = (piece: object): void => {
    const line: RecordLine = { n: (n += 1), t: Date.now(), src: 'partial', line: JSON.stringify(piece) };
    appendFileSync(file, `${JSON.stringify(line)}\n`);
  };
  appendFileSync(file, '');
  const grows = growth(append);
  const progress = followRecord(claude, (said) => said.kind === 'writes' && shown(said.text));
  const record = recordReader(file, (text) => text);
  const look = setInterval(() => {
    void record.read().then((lines) => {
      for (const line of lines) progress.fold(line);
      progress.tell();
    });
  }, LOOK_MS);
  const take = (event: object): void =>
    void grows.take(JSON.stringify({ type: 'stream_event', event, session_id: 's', parent_tool_use_id: null }));
  return {
    begin: () => take({ type: 'message_start', message: { content: [] } }),
    add: (text) => take({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }),
    end() {
      clearInterval(look);
      grows.drop();
    },
  };
}

/** A task as one is when it was just asked for. */
function sample(n: number): Task {
  const moved = transition(
    null,
    {
      is: 'asked',
      task: TaskId.parse(`t${String(n).padStart(10, '0')}`),
      project: ProjectId.parse('site'),
      slug: `measure-${n}`,
      idea: `measure number ${n}`,
      mode: 'headless',
      by: { id: 'you', name: 'You', may: 'admin' },
      places: [{ platform: 'console', channel: 'site' }],
    },
    { at: Date.now() },
  );
  if (moved.kind !== 'moved') throw new Error('a task that was asked for does not begin');
  return moved.state;
}
