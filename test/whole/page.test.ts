import { readFile } from 'node:fs/promises';
import { execa } from 'execa';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { partOf } from '../../src/demo/parts.ts';
import type { Part, Step } from '../../src/demo/parts.ts';
import type { Role } from '../../src/chain/roles.ts';
import { openBrowser } from '../page/ground.ts';
import type { Browser, Visitor } from '../page/ground.ts';
import { eventually, whole } from './ground.ts';
import type { Whole } from './ground.ts';

let browser: Browser;
let at: Whole;
let you: Visitor;
let guest: Visitor;
/** The latest request of each role: it has the whole conversation. */
let asked: Partial<Record<Role, string>> = {};
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.leave());
beforeEach(async () => {
  asked = {};
  at = await whole({ latencyMs: 1_000, hear: (role, body) => void (role && (asked[role] = body)) });
  [you, guest] = [await browser.person(), await browser.person({ width: 1280, height: 800 })];
  // A wait here is for agents: the test's own time limit ends it.
  for (const { page } of [you, guest]) page.setDefaultTimeout(200_000);
});
afterEach(async () => {
  expect([...you.wrong, ...guest.wrong]).toEqual([]);
  await Promise.all([you.context.close(), guest.context.close()]);
  await at.leave();
});

const merge = (page: Page) => page.locator('.told').getByRole('button', { name: 'Merge', exact: true });

/** Begins a task in the page, and answers with the address of its thread. */
async function ask(text: string): Promise<string> {
  await you.page.goto(`${at.url}/#key=${at.world.keys.you}`);
  await you.page.getByLabel(`Write in #${at.world.channel}`).fill(text);
  await you.page.getByRole('button', { name: 'Send' }).click();
  await you.page.waitForURL('**/t/*');
  return you.page.url();
}

/** What the thread says, each message once. */
const told = async (page: Page): Promise<readonly string[]> =>
  page.locator('.told > .words:first-child').allInnerTexts();

const question = (name: string, text: string, ...labels: readonly string[]): Step => ({
  name,
  say: `One thing about ${name}.`,
  once: true,
  does: 'ask',
  questions: [
    {
      question: text,
      header: name,
      options: labels.map((label) => ({ label, description: '' })),
      multiSelect: false,
    },
  ],
});

/** Asks four times, one after the other, and writes the document anew each time that it is asked to. */
function asking(): Part {
  const usual = partOf('brainstormer', null);
  let written = 0;
  return {
    steps: [
      question('where', 'Where is it wrong?', 'Only here', 'Everywhere'),
      question('style', 'Which spelling?', 'British', 'American'),
      question('length', 'How much of it?', 'A line', 'A page'),
      question('when', 'By when?', 'Today', 'Some day'),
    ],
    handoff: (calls) => ({ ...usual.handoff?.(calls), title: `Fix the typo, version ${(written += 1)}` }),
  };
}

/** Does something long first, which only an interruption ends. */
function slow(): Part {
  const usual = partOf('coder', null);
  const long: Step = { name: 'long', say: 'Something long', once: true, does: 'run', command: 'sleep 400' };
  return { ...usual, steps: [long, ...usual.steps] };
}

const conversations = (role: Role): number =>
  new Set(
    at.world.rehearsal
      .asked()
      .filter((one) => one.role === role)
      .map(({ conversation }) => conversation),
  ).size;

async function write(page: Page, text: string): Promise<void> {
  await page.getByLabel('Write to the agent').fill(text);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
}

/** What a link saves, as it lies on the disk afterwards. */
async function saved(page: Page, name: string): Promise<Buffer> {
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name }).click()]);
  return readFile(await download.path());
}

describe('a whole task in the page', () => {
  it('the dialogue: by button, in other words, over SIGKILL and a lost container; Change, Wait, Interrupt and tell it', async () => {
    at.world.rehearsal.fail({ role: 'brainstormer', kind: 'played', part: asking() });
    at.world.rehearsal.fail({ role: 'coder', kind: 'played', part: slow() });
    const thread = await ask('/task fix the typo in the README');
    await guest.page.goto(`${thread}#key=${at.world.keys.guest}`);
    const messages = (page: Page) => page.locator('.told');
    const option = (page: Page, label: string) => messages(page).getByRole('button', { name: label });

    const first = option(you.page, 'Only here');
    await first.waitFor();
    const task = /^answer:(t[0-9a-f]{10}):/.exec((await first.getAttribute('data-button')) ?? '')?.[1] ?? '';
    await first.click();
    await option(guest.page, 'British').waitFor();
    await write(guest.page, 'Neither: as it was');

    await option(you.page, 'A line').waitFor();
    const pid = await at.pid();
    process.kill(pid, 'SIGKILL');
    await eventually(async () => ![0, pid].includes(await at.pid()));
    await option(you.page, 'A line').click();

    await option(guest.page, 'Today').waitFor();
    const containers = async (): Promise<string> =>
      (await execa('docker', ['ps', '-q', '--filter', `label=signalbox.session=${task}-brainstormer-1`])).stdout;
    const lost = await containers();
    await execa('docker', ['kill', lost]);
    await eventually(async () => !['', lost].includes(await containers()));
    await option(guest.page, 'Today').click();

    const button = (page: Page, id: string) => messages(page).locator(`[data-button="${id}:${task}:1"]`);
    await button(you.page, 'change').waitFor();
    const said = asked.brainstormer ?? '';
    for (const answer of ['Only here', 'Neither: as it was', 'A line', 'Today']) expect(said).toContain(answer);
    expect(said).toContain('Answer to your question');
    expect(await messages(you.page).getByText('brainstorm complete, chain running headless').count()).toBe(1);

    await button(you.page, 'change').click();
    await messages(you.page).getByText('requirements to change').waitFor();
    await write(you.page, 'Name the second paragraph');
    await messages(guest.page).locator(`[data-button="wait:${task}:2"]`).click();
    expect(asked.brainstormer).toContain('Name the second paragraph');
    expect(conversations('brainstormer')).toBe(1);
    await messages(you.page).getByText('said wait: the coder has not begun').waitFor();
    expect(at.world.rehearsal.requests().coder).toBe(0);
    await option(you.page, 'Resume now').click();

    await eventually(async () => asked.coder !== undefined);
    await write(you.page, 'Mind the second paragraph, too');
    await option(you.page, 'Interrupt and tell it').click();
    await eventually(async () => asked.coder?.includes('Mind the second paragraph, too') ?? false);
    expect(conversations('coder')).toBe(1);
    await merge(you.page).waitFor();

    await option(you.page, 'Findings').click();
    await you.page.locator('.answer', { hasText: 'Look at the change first' }).waitFor();
    await option(you.page, 'Diff').click();
    await you.page.getByRole('button', { name: /\.patch$/ }).click();
    const shown = you.page.locator('dialog .diff');
    expect(await shown.filter({ hasText: /^-.*recieve/ }).count()).toBe(2);
    expect(await shown.filter({ hasText: /^\+.*receive/ }).count()).toBeGreaterThan(1);
    await you.page.locator('dialog').getByRole('button', { name: 'Close' }).click();
    const patch = await saved(you.page, 'Save the patch');
    expect(patch.toString()).toContain('\n-Says in words how many letters you recieve.\n+Says in words');
    const picture = await saved(you.page, 'Save as a picture');
    expect(picture.subarray(1, 4).toString()).toBe('PNG');
    expect(picture.readUInt32BE(16)).toBe(780);
    await option(you.page, 'Findings').click();
    await you.page.locator('.answer', { hasText: 'The reviewer found nothing' }).waitFor();
  }, 900_000);

  it('two people: steer, read, both tap Merge; one merge, and the other is told', async () => {
    const before = await at.onMain();
    const thread = await ask('/task --quick fix the typo in the README');
    await guest.page.goto(`${thread}#key=${at.world.keys.guest}`);
    await guest.page.locator('.title').getByText('with the coder').waitFor();
    await guest.page.getByLabel('Write to the agent').fill('Mind the second paragraph, too');
    await guest.page.getByLabel('Write to the agent').press('Enter');
    await you.page.locator('.said', { hasText: 'Mind the second paragraph' }).getByText('Taken').waitFor();

    await Promise.all([merge(you.page).waitFor(), merge(guest.page).waitFor()]);
    // Both see the button; neither has heard of the other's tap.
    await Promise.all([merge(you.page).dblclick(), merge(guest.page).click()]);
    await Promise.all([you, guest].map(({ page }) => page.locator('.title').getByText('⋅ merged').waitFor()));
    await you.page
      .locator('.told')
      .getByText(/✅ merged/)
      .waitFor();
    expect(await at.onMain()).toHaveLength(before.length + 1);
    expect(await you.page.locator('.pressed', { hasText: 'The gate looks once more' }).count()).toBe(1);
    const answers = await Promise.all([you, guest].map(({ page }) => page.locator('.answer').allInnerTexts()));
    expect(answers.flat()).toEqual([expect.stringMatching(/was first|already/)]);
    expect(await you.page.locator('.told [data-button^=merge]').count()).toBe(0);
  }, 600_000);

  it('reload and a dropped network in every state, SIGKILL of the controller with a button waiting: the same button works', async () => {
    await ask('/task --headless fix the typo in the README');
    const seen = new Set<string>();
    let dropped = 0;
    while (!(await merge(you.page).isVisible())) {
      const state = await you.page
        .locator('.title .doing')
        .innerText({ timeout: 20_000 })
        .catch(() => '');
      if (state === '' || seen.has(state)) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        continue;
      }
      seen.add(state);
      if (seen.size % 2 === 0) {
        await you.page.reload();
        await you.page.locator('.title').waitFor();
        continue;
      }
      await you.context.setOffline(true);
      await new Promise((resolve) => setTimeout(resolve, 150));
      await you.context.setOffline(false);
      dropped += 1;
    }
    expect(seen.size).toBeGreaterThan(3);
    expect(dropped).toBeGreaterThan(1);
    const pid = await at.pid();
    process.kill(pid, 'SIGKILL');
    await eventually(async () => ![0, pid].includes(await at.pid()));
    await merge(you.page).click();
    await you.page
      .locator('.told')
      .getByText(/✅ merged/)
      .waitFor({ timeout: 60_000 });
    const texts = await told(you.page);
    expect(texts.filter((text, n) => texts.indexOf(text) !== n)).toEqual([]);
    await you.page.reload();
    await you.page
      .locator('.told')
      .getByText(/✅ merged/)
      .waitFor();
    expect(await told(you.page)).toEqual(texts);
    expect(await at.onMain()).toContain('docs: Fix the spelling of "receive" in the README (#1)');
  }, 600_000);
});
