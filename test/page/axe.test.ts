import axe from 'axe-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ground, keys } from '../bots/console/ground.ts';
import type { Ground } from '../bots/console/ground.ts';
import { head, held, tasks } from '../bots/samples.ts';
import { openBrowser } from './ground.ts';
import type { Browser, Visitor } from './ground.ts';

let browser: Browser;
let g: Ground;
beforeAll(async () => {
  browser = await openBrowser();
  g = await ground();
  const { chat } = g.console;
  const text =
    '# Plan\n\n1. one\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```ts\nconst a = 1;\n```\n[a link](https://a.example)';
  await chat.tell('k1', g.thread, { kind: 'document', what: 'plan', path: 'docs/a-plan.md', text });
  await chat.tell('k2', g.thread, { kind: 'handoff', role: 'coder', summary: text });
  await g.post({ source: 'source-0001', channel: 'site', thread: g.thread.thread, text: 'Mind the second paragraph' });
  await chat.card(g.thread, tasks.review);
  const patch = 'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n';
  await chat.tell('k3', g.thread, { kind: 'confirm', by: 'Ana', head, patch });
  await chat.tell('k4', g.thread, { kind: 'held-for-review', number: 3, head, verdict: held, byHand: '', holds: 2 });
});
afterAll(async () => {
  await g.leave();
  await browser.leave();
});

type View = { readonly name: string; show(visitor: Visitor): Promise<unknown> };
const at = (path: string) => async (visitor: Visitor) => {
  await visitor.page.goto(`${g.url}${path}#key=${keys.ana}`);
  await visitor.page.locator('#composer').waitFor();
};
const inThread = async (visitor: Visitor) => {
  await at(`/t/${g.thread.thread}`)(visitor);
  await visitor.page.getByRole('button', { name: /a-plan.md/ }).waitFor();
};

const writing = async (visitor: Visitor) => {
  await inThread(visitor);
  // Until the page listens, nobody keeps it.
  await expect
    .poll(() => {
      g.console.chat.show(g.thread, { writes: 'One thing first' });
      return visitor.page.locator('.writing').count();
    })
    .toBe(1);
};

const working = (): void => {
  g.desk.answer = ({ command }) =>
    command.name === 'status'
      ? { kind: 'status', tasks: [tasks.review, tasks.held], waits: new Map(), lock: null }
      : null;
};
const fleet = async (visitor: Visitor) => {
  working();
  await visitor.page.goto(`${g.url}/fleet#key=${keys.ana}`);
  await visitor.page.getByText('The login of claude ran out.').waitFor();
};
const timeline = async (visitor: Visitor) => {
  working();
  await visitor.page.goto(`${g.url}/t/${g.thread.thread}/times#key=${keys.ana}`);
  await visitor.page.getByRole('img', { name: /^Timeline of/ }).waitFor();
  await expect
    .poll(() => visitor.page.evaluate(`document.querySelector('.times img').naturalWidth`))
    .toBeGreaterThan(0);
};

const views: readonly View[] = [
  { name: 'the key', show: async ({ page }) => (await page.goto(g.url), page.getByLabel('Your key').waitFor()) },
  { name: 'the channels', show: at('/') },
  { name: 'a channel', show: at('/c/site') },
  { name: 'a thread', show: inThread },
  { name: 'a text that grows', show: writing },
  { name: 'the fleet', show: fleet },
  { name: 'a timeline', show: timeline },
  {
    name: 'the commands',
    async show(visitor) {
      await inThread(visitor);
      await visitor.page.getByLabel('Write to the agent').fill('/');
      await visitor.page.getByRole('option').first().waitFor();
    },
  },
  {
    name: 'a file',
    async show(visitor) {
      await inThread(visitor);
      await visitor.page.getByRole('button', { name: /a-plan.md/ }).click();
      await visitor.page.getByRole('dialog').waitFor();
    },
  },
];

/** Ends of what axe found, for whoever mends it. */
type Found = { readonly id: string; readonly impact: string | null; readonly where: readonly string[] };

async function findings({ page }: Visitor): Promise<readonly Found[]> {
  await page.evaluate(axe.source);
  return page.evaluate<readonly Found[]>(
    `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
      violations.map(({ id, impact, nodes }) => ({ id, impact, where: nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)) })))`,
  );
}

describe.each(views)('axe on $name', ({ show }) => {
  it.each([
    ['a phone, light', { width: 390, height: 844, dark: false }],
    ['a desk, dark', { width: 1280, height: 800, dark: true }],
  ])('%s: nothing', async (_on, options) => {
    const visitor = await browser.person({ ...options, bypassCSP: true });
    await show(visitor);
    expect(await findings(visitor)).toEqual([]);
    await visitor.context.close();
  });
});
