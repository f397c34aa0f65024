import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openBrowser } from '../page/ground.ts';
import type { Browser, Visitor } from '../page/ground.ts';
import { eventually, whole } from './ground.ts';
import type { Whole } from './ground.ts';

let browser: Browser;
let at: Whole;
let you: Visitor;
let guest: Visitor;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser.leave());
beforeEach(async () => {
  at = await whole({ latencyMs: 1_000 });
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

describe('a whole task in the page', () => {
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
    const answers = await Promise.all([you, guest].map(({ page }) => page.locator('.answer').innerText()));
    expect(answers.filter((text) => text.includes('The gate looks once more'))).toHaveLength(1);
    expect(answers.filter((text) => /does nothing now|was first|already/.test(text))).toHaveLength(1);
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
