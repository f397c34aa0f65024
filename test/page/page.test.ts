import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ground, keys } from '../bots/console/ground.ts';
import type { Ground } from '../bots/console/ground.ts';
import { TaskId } from '../../src/chain/ids.ts';
import { head, held, tasks } from '../bots/samples.ts';
import { openBrowser } from './ground.ts';
import type { Browser, Visitor } from './ground.ts';

let browser: Browser;
let g: Ground;
let ana: Visitor;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.leave());
beforeEach(async () => {
  g = await ground();
  ana = await browser.person();
});
afterEach(async () => {
  expect(ana.wrong).toEqual([]);
  await ana.context.close();
  await g.leave();
});

const thread = (): string => `${g.url}/t/${g.thread.thread}`;
const enter = (visitor = ana, path = `/t/${g.thread.thread}`, key = keys.ana) =>
  visitor.page.goto(`${g.url}${path}#key=${key}`);
const review = () =>
  g.console.chat.tell('review', g.thread, {
    kind: 'held-for-review',
    number: 3,
    head,
    verdict: held,
    byHand: '',
    holds: 2,
  });

describe('signing in', () => {
  it('takes a key once: typed, or brought by a link that does not keep it', async () => {
    const { page } = ana;
    await page.goto(g.url);
    await page.getByLabel('Your key').fill('key-of-eve');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Nobody has this key.').waitFor();
    await page.getByLabel('Your key').fill(keys.ana);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('link', { name: /Correct the spelling/ }).waitFor();
    await page.reload();
    await page.getByRole('link', { name: /Correct the spelling/ }).waitFor();
    expect(await page.evaluate('document.cookie')).toBe('');

    const other = await browser.person();
    await enter(other);
    await other.page.getByRole('heading', { name: /Correct the spelling/ }).waitFor();
    expect(other.page.url()).toBe(thread());
    await other.context.close();
  });

  it('ends: the page asks for the key again, and says why', async () => {
    const { page } = ana;
    await enter();
    await page.getByRole('heading', { name: /Correct the spelling/ }).waitFor();
    await ana.context.clearCookies();
    await page.getByRole('textbox').fill('hello');
    await page.getByRole('textbox').press('Enter');
    await page
      .getByRole('button', { name: 'Send' })
      .click()
      .catch(() => undefined);
    await page.getByLabel('Your key').waitFor();
    await page.getByText(/A key is missing|Your sign-in has ended/).waitFor();
  });
});

describe('a thread', () => {
  it('shows the card, edited in place, and each message once, as it comes', async () => {
    const { page } = ana;
    await enter();
    await page.locator('.title').getByText('with the coder').waitFor();
    await page.locator('summary').click();
    await page.getByRole('region', { name: 'State of the task' }).getByRole('button', { name: 'Stop' }).waitFor();
    await g.console.chat.card(g.thread, tasks.review);
    await review();
    await page.locator('.title').getByText('held for review').waitFor();
    expect(await page.locator('.card').count()).toBe(1);
    expect(await page.locator('.told').count()).toBe(1);
    g.console.chat.show(g.thread, 'Edits README.md');
    await page.getByText('Edits README.md').waitFor();
    await page.reload();
    await page.locator('.told').waitFor();
    expect(await page.locator('.told').count()).toBe(1);
  });

  it('a press shows at once that it was taken, is sent once, and says afterwards what was pressed by whom', async () => {
    const { page } = ana;
    await review();
    await enter();
    const merge = page.locator('.told').getByRole('button', { name: 'Merge' });
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    await page.route('**/api/inputs*', async (route) => {
      await gate;
      await route.continue();
    });
    await merge.dblclick();
    await page.locator('.told').getByRole('button', { name: 'Merge: taken', disabled: true }).waitFor();
    release();
    await page
      .locator('.told')
      .getByText(/^Merge abc1234, Ana$/)
      .waitFor();
    expect(g.desk.inputs.map(({ command }) => command)).toEqual([{ name: 'merge', head, second: false }]);
  });

  it('a button is there as long as it does something', async () => {
    const { page } = ana;
    await review();
    await enter();
    const labels = () => page.locator('.told').getByRole('button').allInnerTexts();
    await page.locator('.told').getByRole('button', { name: 'Merge' }).waitFor();
    expect(await labels()).toEqual(['Merge', 'Diff', 'Findings', 'Send back', 'Stop']);
    await g.clock.advance(1);
    await g.console.chat.card(g.thread, tasks.merged);
    await page.locator('.title').getByText('merged').waitFor();
    expect(await labels()).toEqual(['Diff', 'Findings']);
    await page.reload();
    await page.locator('.told').waitFor();
    expect(await labels()).toEqual(['Diff', 'Findings']);
  });

  it('what is made a task is gone to, as soon as it has a thread; an older answer goes with the next press', async () => {
    const { page } = ana;
    const made = { ...tasks.opening, id: TaskId.parse('t0000000002') };
    await g.console.chat.tell('offer', g.thread, { kind: 'offer', by: 'Ana', n: 1 });
    await enter();
    await page.getByLabel('Write to the agent').fill('/frob');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.locator('.answer').waitFor();
    g.desk.answer = () => ({ kind: 'accepted', task: made.id, command: 'make' });
    await page.locator('.told').getByRole('button', { name: 'Make this a task' }).click();
    await page.locator('.pressed .receipt', { hasText: 'Its thread opens now' }).waitFor();
    expect(await page.locator('.answer').count()).toBe(0);
    const { thread: opened } = await g.console.chat.open('made', { platform: 'console', channel: 'site' }, made);
    await page.waitForURL(`**/t/${opened}`);
  });

  it('whoever comes second is told', async () => {
    await review();
    await enter();
    g.desk.answer = () => ({ kind: 'refused', why: { code: 'not-now', command: 'merge', phase: 'merging' } });
    await ana.page.locator('.told').getByRole('button', { name: 'Merge' }).click();
    await ana.page.getByText('Somebody was first: it is merging already.').waitFor();
  });

  it('a question is answered by a button, or by other words', async () => {
    const { page } = ana;
    const options = [
      { label: 'Keep <b>it</b>', description: 'as it is' },
      { label: '[Merge](https://evil.example)', description: '' },
    ];
    const asked = {
      kind: 'question',
      role: 'brainstormer',
      ask: 'b1-12',
      about: 'question',
      header: 'Scope',
      question: 'Which *one*?',
    } as const;
    const one = { ...asked, options, multi: false, part: 1, of: 3, picked: [], again: null, loud: true };
    await g.console.chat.tell('q1', g.thread, one);
    await enter();
    const told = page.locator('.told');
    await told.getByText('(1 of 3)').waitFor();
    expect(await told.getByRole('button').allInnerTexts()).toEqual([
      '1 · Keep <b>it</b>',
      '2 · [Merge](https://evil.example)',
      'Other…',
    ]);
    await told.getByRole('button', { name: 'Other…' }).click();
    expect(await page.evaluate('document.activeElement.id')).toBe('composer');
    await told.getByRole('button', { name: /^2 · / }).click();
    await told.getByText(/, Ana$/).waitFor();
    await page.getByLabel('Write to the agent').fill('neither, do both');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.locator('.said', { hasText: 'neither, do both' }).getByText('Taken').waitFor();
    expect(g.desk.inputs.map(({ command }) => command)).toEqual([
      { name: 'answer', ask: 'b1-12', part: 1, pick: 2 },
      { name: 'say', text: 'neither, do both' },
    ]);
  });

  it('a tool call that waits for leave is shown to the letter', async () => {
    const one = {
      kind: 'question',
      role: 'coder',
      ask: 'b1-12',
      about: 'tool',
      header: 'Bash',
      question: 'rm -rf *.o *.a && echo `id` <x>',
    } as const;
    await g.console.chat.tell('q1', g.thread, {
      ...one,
      options: [],
      multi: false,
      part: 1,
      of: 1,
      picked: [],
      again: null,
      loud: true,
    });
    await enter();
    await ana.page.locator('.agent pre').getByText('Bash: rm -rf *.o *.a && echo `id` <x>').waitFor();
    expect(await ana.page.locator('.told').getByRole('button').allInnerTexts()).toEqual(['Allow once', 'Refuse']);
  });

  it('what one asks to see is shown to who asked, with its file', async () => {
    const { page } = ana;
    await enter();
    const patch = 'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,1 +1,1 @@\n--- a removed line\n+an added line\n';
    const files = [{ path: 'x', status: 'M' as const, plus: 1, minus: 1 }];
    g.desk.answer = () => ({ kind: 'diff', slug: 'readme', diff: { head, base: head, files, patch } });
    await page.getByLabel('Write to the agent').fill('/diff');
    await page.getByRole('button', { name: 'Send' }).click();
    const answer = page.locator('.answer');
    await answer.locator('.diff.removed', { hasText: '--- a removed line' }).waitFor();
    expect(await answer.locator('.diff.added').allInnerTexts()).toEqual(['+an added line\n']);
    for (const [link, name] of [
      ['Save the patch', 'readme-abc1234.patch'],
      ['Save as a picture', 'readme-abc1234.png'],
    ] as const) {
      const coming = page.waitForEvent('download');
      await answer.getByRole('link', { name: link }).click();
      expect((await coming).suggestedFilename()).toBe(name);
    }
    await answer.getByRole('button', { name: /readme-abc1234.patch/ }).click();
    const saving = page.waitForEvent('download');
    await page.getByRole('dialog').getByRole('link', { name: 'Save' }).click();
    expect((await saving).suggestedFilename()).toBe('readme-abc1234.patch');
    expect(await page.locator('.line').count()).toBe(0);
  });

  it('files go along with words, and come back to be saved', async () => {
    const { page } = ana;
    await enter();
    const file = { name: '"><b>note</b>.html', mimeType: 'text/html', buffer: Buffer.from('<script>ran=1</script>') };
    await page.getByLabel('Attach files').setInputFiles(file);
    await page.locator('.attached', { hasText: 'note' }).waitFor();
    await page.getByLabel('Write to the agent').fill('Take this along');
    await page.getByRole('button', { name: 'Send' }).click();
    const link = page.locator('.said').getByRole('link', { name: /note/ });
    await link.waitFor();
    const saving = page.waitForEvent('download');
    await link.click();
    await saving;
    expect(await page.locator('.attached').count()).toBe(0);
    expect(g.desk.inputs[0]).toMatchObject({
      command: { name: 'say', text: 'Take this along' },
      files: [{ size: 22 }],
    });
  });

  it('words go to the task, and stay until they are taken', async () => {
    const { page } = ana;
    await enter();
    const field = page.getByLabel('Write to the agent');
    await field.fill('Mind the\nsecond paragraph');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.locator('.said', { hasText: 'second paragraph' }).getByText('Taken').waitFor();
    expect(await field.inputValue()).toBe('');
    g.desk.answer = () => ({ kind: 'refused', why: { code: 'not-now', command: 'say', phase: 'merged' } });
    await field.fill('too late');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('Nobody hears it: the task is merged.').waitFor();
    expect(await field.inputValue()).toBe('too late');
    expect(g.desk.inputs).toHaveLength(1);
  });

  it('commands are offered while they are typed, by finger and by key', async () => {
    const { page } = ana;
    await enter();
    const field = page.getByLabel('Write to the agent');
    await field.fill('/re');
    expect(await page.getByRole('option').allInnerTexts()).toEqual([
      expect.stringContaining('/resume'),
      expect.stringContaining('/retry'),
    ]);
    await field.press('ArrowDown');
    await field.press('Tab');
    await expect.poll(() => field.inputValue()).toBe('/retry');
    await field.fill('/ba');
    await page.getByRole('option').click();
    await expect.poll(() => field.inputValue()).toBe('/back ');
  });

  it('a task is begun in its channel, and opens', async () => {
    const { page } = ana;
    await enter(ana, '/');
    await page.getByLabel('Write in #site').fill('/task mend it');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.waitForURL(thread());
    expect(g.desk.inputs[0]).toMatchObject({ task: null, command: { name: 'task', idea: 'mend it' } });
  });

  it('a long text is read here, or saved as an attachment', async () => {
    const { page } = ana;
    await g.console.chat.tell('k', g.thread, {
      kind: 'document',
      what: 'plan',
      path: 'docs/a-plan.md',
      text: '# The plan\n\n- one',
    });
    await enter();
    await page.getByRole('button', { name: /a-plan.md/ }).click();
    await page.getByRole('dialog').getByRole('heading', { name: 'The plan' }).waitFor();
    const saving = page.waitForEvent('download');
    await page.getByRole('dialog').getByRole('link', { name: 'Save' }).click();
    expect((await saving).suggestedFilename()).toBe('a-plan.md');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('dialog').count()).toBe(0);
  });
});

describe('what an agent is writing', () => {
  const words = Array.from({ length: 30 }, (_, n) => `word${n}`);
  /** Notes each state of the text that grows, and what of it stands there twice. */
  const watch = `globalThis.seen = []; globalThis.doubled = 0; new MutationObserver(() => {
    const text = document.querySelector('.writing .typed')?.textContent;
    if (text !== undefined && text !== globalThis.seen.at(-1)) globalThis.seen.push(text);
    if (text !== undefined && [...document.querySelectorAll('.lines .agent')].some((told) => told.textContent.includes(text))) globalThis.doubled += 1;
  }).observe(document.body, { subtree: true, childList: true, characterData: true })`;

  it('is seen growing for three seconds, then stands there once, also after a reload', async () => {
    const { page } = ana;
    await enter();
    await page.getByRole('heading', { name: /Correct the spelling/ }).waitFor();
    await page.evaluate(watch);
    for (let n = 1; n <= words.length; n += 1) {
      g.console.chat.show(g.thread, { writes: words.slice(0, n).join(' ') });
      await page.waitForTimeout(100);
    }
    const text = words.join(' ');
    await page.locator('.writing', { hasText: text }).waitFor();
    expect(await page.locator('[aria-live=off].writing').count()).toBe(1);
    g.console.chat.show(g.thread, 'word0 word1');
    await g.console.chat.tell('k', g.thread, { kind: 'spoke', role: 'brainstormer', text });
    await page.locator('.lines .agent', { hasText: text }).waitFor();
    expect(await page.locator('.writing').count()).toBe(0);
    expect(await page.locator('.remark').innerText()).toBe('with the coder');
    const seen = await page.evaluate<string[]>('globalThis.seen');
    expect(seen.length).toBeGreaterThan(words.length / 2);
    for (const [n, now] of seen.entries()) expect(now.startsWith(seen[n - 1] ?? '')).toBe(true);
    expect(await page.evaluate('globalThis.doubled')).toBe(0);
    await page.reload();
    await page.locator('.lines .agent', { hasText: text }).waitFor();
    expect(await page.getByText(text).count()).toBe(1);
  });

  it('goes on from its beginning after a reload, and is gone when it was interrupted', async () => {
    const { page } = ana;
    await enter();
    await page.getByRole('heading', { name: /Correct the spelling/ }).waitFor();
    // Until the page listens, nobody keeps it.
    const grows = (writes: string) =>
      expect
        .poll(() => {
          g.console.chat.show(g.thread, { writes });
          return page.locator('.writing .typed').allInnerTexts();
        })
        .toEqual([writes]);
    await grows('One thing');
    await page.reload();
    await page.getByRole('heading', { name: /Correct the spelling/ }).waitFor();
    await grows('One thing first');
    g.console.chat.show(g.thread, { writes: '' });
    await page.locator('.writing').waitFor({ state: 'detached' });
  });
});

describe('a connection that drops', () => {
  it('loses nothing and doubles nothing, in the thread that is open and in the list', async () => {
    const { page } = ana;
    await enter();
    await page.getByRole('heading', { name: /Correct the spelling/ }).waitFor();
    await g.console.chat.tell('k1', g.thread, { kind: 'plan-approved', by: 'Ana' });
    await page.locator('.told').waitFor();
    const later = await g.again();
    try {
      await page.getByText('Reconnecting… Nothing is lost.').waitFor({ state: 'hidden' });
      await later.console.chat.tell('k2', g.thread, { kind: 'stopped', by: 'Ana' });
      await page.getByText('Stopped by Ana').waitFor();
      expect(await page.locator('.told').count()).toBe(2);
    } finally {
      await later.leave();
    }
  });

  it('says so calmly, and what is written meanwhile is sent once when it is back', async () => {
    const { page } = ana;
    await enter();
    await page.getByRole('heading', { name: /Correct the spelling/ }).waitFor();
    await ana.context.setOffline(true);
    await page.getByLabel('Write to the agent').fill('said in a tunnel');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('Sending…').waitFor();
    await ana.context.setOffline(false);
    await page.locator('.said', { hasText: 'said in a tunnel' }).getByText('Taken').waitFor();
    expect(g.desk.inputs.map(({ task, command }) => [task, command.name])).toEqual([[null, 'say']]);
    expect(await page.locator('.said').count()).toBe(1);
  });
});

it('the first paint takes less than 100 KB over the wire', async () => {
  const { page } = ana;
  const client = await ana.context.newCDPSession(page);
  await client.send('Network.enable');
  let bytes = 0;
  client.on('Network.loadingFinished', ({ encodedDataLength }) => void (bytes += encodedDataLength));
  await page.goto(g.url);
  await page.getByLabel('Your key').waitFor();
  expect(bytes).toBeGreaterThan(5_000);
  expect(bytes).toBeLessThan(100_000);
});
