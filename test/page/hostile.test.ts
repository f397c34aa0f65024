import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ground, keys } from '../bots/console/ground.ts';
import type { Ground } from '../bots/console/ground.ts';
import { head, id, task } from '../bots/samples.ts';
import { openBrowser } from './ground.ts';
import type { Browser, Visitor } from './ground.ts';

/** Each sets `ran` where a script of it runs. The word READ has to be there to be read. */
const texts: Readonly<Record<string, string>> = {
  'a script': 'READ <script>ran=1</script>',
  'a script in a block of its own': 'READ\n\n<script>\nran=1\n</script>\n',
  'a script in a list': '- READ <script>ran=1</script>\n- <img src=x onerror=ran=1>',
  'a script in a table': '| READ | <script>ran=1</script> |\n|---|---|\n| <img src=x onerror=ran=1> | x |',
  'a script in a heading': '# READ <svg onload=ran=1>',
  'a script in a quote': '> READ <iframe srcdoc="<script>parent.ran=1</script>"></iframe>',
  'a script after a fence that ends early': '```\nREAD\n```\n<script>ran=1</script>',
  'a script in the name of a language': '```ts"><script>ran=1</script>\nREAD\n```',
  'a script in code': '`READ</code><script>ran=1</script>`',
  'a picture with a handler': 'READ <img src=x onerror="ran=1">',
  'a picture from elsewhere': 'READ ![pixel](https://evil.example/pixel.png)',
  'a picture by its address as HTML': 'READ <img src="https://evil.example/pixel.png">',
  'a picture as data': 'READ ![x](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9ImFsZXJ0KDEpIi8+)',
  'an SVG': 'READ <svg><animate onbegin=ran=1 attributeName=x dur=1s><a xlink:href="javascript:ran=1">x</a></svg>',
  MathML: 'READ <math><mtext><style><img src=x onerror=ran=1></style></mtext></math>',
  'a link that is a script': '[READ](javascript:ran=1) [x](java\tscript:ran=1) <javascript:ran=1>',
  'a link that is a script, in entities': '[READ](&#106;avascript&colon;ran=1)',
  'a link that is data': '[READ](data:text/html,<script>opener.ran=1</script>)',
  'a link by reference': '[READ][x]\n\n[x]: javascript:ran=1 "title"',
  'a link with a handler in its title': '[READ](https://evil.example "x\\" onmouseover=ran=1 y=\\"")',
  'a link that names this page': '[READ Merge](/api/inputs) [x](//evil.example) [y](#merge)',
  'a link that seems to lead elsewhere': '[READ https://bank.example](https://evil.example/)',
  'a form': 'READ <form action=/api/inputs method=post><input name=button><button>Merge</button></form>',
  'a style over everything': 'READ <style>*{display:none}</style><div style="position:fixed;inset:0">x</div>',
  'a page of its own':
    'READ <base href=https://evil.example/><meta http-equiv=refresh content="0;url=https://evil.example/"><link rel=stylesheet href=https://evil.example/x.css>',
  'an object': 'READ <object data="data:text/html,<script>parent.ran=1</script>"></object><embed src=javascript:ran=1>',
  'a template of the library':
    'READ ${ran=1} {{ran=1}} <!--?lit$123456789$--> ?lit$ <!--lit-part--><script>ran=1</script>',
  prototypes: 'READ __proto__ constructor [x](__proto__) `constructor`\n\n```constructor\nx\n```',
  'control characters': 'READ \u0000\u0007\u001b[2J\u001b]0;title\u0007\u009b31m \ufffe \ud800 end',
  'text that runs from right to left': 'READ \u202eegreM\u202c \u2066x\u2069 \u200fשלום\u200e \u061c',
  'letters over each other': `READ ${'Z\u0351\u036b\u0343'.repeat(200)}`,
  'one very long word': `READ ${'x'.repeat(1_400)}`,
  'a hundred levels': `READ\n\n${'> '.repeat(100)}deep\n\n${'- '.repeat(100)}deep`,
  'our own message': `🔔 held for review ⋅ **site** ⋅ READ\nChange #3 at \`abc1234\` is done.\n\n[Merge](merge:${id}:${head}) [Send back](sendback:${id})\n\n\`[Merge]\` \`[Stop]\``,
  'our own card and its buttons, as HTML': `READ </div></figure></article><section class="card"><button class="primary" data-button="merge:${id}:${head}">Merge</button></section>`,
  'a frame of events': 'READ\n\nevent: message\ndata: {"is":"message"}\n\nid: 999999\n\n',
};

const LONG = 10 * 1024 * 1024;
const files: Readonly<Record<string, { readonly path: string; readonly text: string }>> = {
  'a page': { path: 'docs/evil.html', text: 'READ <script>ran=1</script>' },
  'a picture with a script': {
    path: 'docs/evil.svg',
    text: 'READ <svg xmlns="http://www.w3.org/2000/svg" onload="ran=1"/>',
  },
  'Markdown with a script': { path: 'docs/evil.md', text: '# READ\n\n<script>ran=1</script> [x](javascript:ran=1)' },
  'a name that leads elsewhere': { path: '../../"; filename="evil.html\r\nX: y', text: 'READ' },
  'a line of 10 MB': { path: 'docs/long.txt', text: `READ ${'x'.repeat(LONG)}` },
  'a million lines': { path: 'docs/lines.patch', text: `READ\n${'+\n'.repeat(1_000_000)}` },
};

let browser: Browser;
let g: Ground;
let ana: Visitor;
beforeAll(async () => {
  browser = await openBrowser();
  g = await ground();
  ana = await browser.person();
  await ana.context.addInitScript(
    `addEventListener('securitypolicyviolation', (event) => console.error('Content Security Policy', event.violatedDirective, event.blockedURI));`,
  );
  await ana.page.goto(`${g.url}/t/${g.thread.thread}#key=${keys.ana}`);
  await ana.page.locator('#composer').waitFor();
});
afterAll(async () => {
  await g.leave();
  await browser.leave();
});

/** Nothing ran, nothing was sent, nothing left; and what a text brought is words in elements that do nothing. */
async function harmless(): Promise<void> {
  expect(await ana.page.evaluate('typeof ran')).toBe('undefined');
  expect(ana.wrong).toEqual([]);
  expect(g.desk.inputs).toEqual([]);
  const brought = await ana.page.evaluate<
    readonly string[]
  >(`[...document.querySelectorAll('.agent *, .row *, .title *, .typed *')]
    .flatMap((element) => [element.localName, ...[...element.attributes].map(({ name, value }) => element.localName + ' ' + name + (name === 'href' || name === 'src' ? '=' + value : ''))])`);
  const allowed =
    /^(p|span|strong|em|del|code|pre|br|hr|ul|ol|li|blockquote|figcaption|div|table|thead|tbody|tr|th|td|h1|b|a|time|small)$|^(?!\w+ (on|style|src|data))[a-z0-9]+ (class|role|aria-\w+|tabindex|start|scope|target|rel|datetime|href=https?:\/\/.*)$/;
  expect(brought.filter((one) => !allowed.test(one))).toEqual([]);
}

let told = 0;
/** The message that was told last, once it is there. */
async function newest(): Promise<Locator> {
  told += 1;
  await expect.poll(() => ana.page.locator('.told').count()).toBe(told);
  return ana.page.locator('.told').last();
}

describe("an agent's text", () => {
  it.each(Object.entries(texts))('%s: does nothing, and is there to be read', async (name, text) => {
    await g.console.chat.tell(`text-${name}`, g.thread, { kind: 'handoff', role: 'coder', summary: text });
    const last = await newest();
    await last.getByText('READ').first().waitFor();
    expect(await last.locator('button').count()).toBe(0);
    for (const link of await last.locator('a').all()) {
      expect(await link.getAttribute('href')).toMatch(/^https?:\/\/\w+\.example\//);
      expect(await link.getAttribute('rel')).toContain('noopener');
    }
    // All that could be clicked in it is.
    for (const word of await last.locator('.agent p, .agent td, .agent code').all()) await word.dispatchEvent('click');
    await harmless();
  });

  it('that seems to lead elsewhere says where it leads', async () => {
    await ana.page.getByText('(evil.example)').first().waitFor();
  });
});

describe("an agent's file", () => {
  it.each(Object.entries(files))('%s: is an attachment, and is read here as text', async (name, { path, text }) => {
    await g.console.chat.tell(`file-${name}`, g.thread, { kind: 'document', what: 'plan', path, text });
    const last = await newest();
    const href = await last.getByRole('link', { name: /^Save/ }).getAttribute('href');
    const answer = await g.get(href!);
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="[\w.-]+"$/);
    expect(answer.headers.get('content-type')).toBe('application/octet-stream');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect((await answer.text()).length).toBe(text.length);
    await last.getByRole('button', { name: /📄/ }).click();
    const dialog = ana.page.getByRole('dialog');
    await dialog.getByText('READ').first().waitFor();
    await harmless();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await expect.poll(() => ana.page.getByRole('dialog').count()).toBe(0);
  });
});

describe('a name', () => {
  it('of a task is words, in lists, titles and notifications', async () => {
    const evil = task(
      { at: 'preparing' },
      { title: 'READ <img src=x onerror=ran=1> [Merge](https://evil.example) `x`' },
    );
    await g.console.chat.card(g.thread, evil);
    await ana.page.locator('.title').getByText('READ <img src=x onerror=ran=1>').waitFor();
    await harmless();
  });

  it('what people write is words too', async () => {
    await g.post({
      source: 'source-0001',
      channel: 'site',
      thread: g.thread.thread,
      text: 'READ <script>ran=1</script> [x](javascript:ran=1)',
    });
    await ana.page.locator('.typed', { hasText: 'READ <script>' }).waitFor();
    g.desk.inputs.length = 0;
    await harmless();
  });

  it('what an agent does just now is words', async () => {
    g.console.chat.show(g.thread, 'READ <b onclick=ran=1>Merge</b>');
    await ana.page.locator('.remark', { hasText: 'READ <b' }).waitFor();
    await harmless();
  });

  it('what an agent is writing is words', async () => {
    const writes = 'READ **[Merge](javascript:ran=1)** <img src=x onerror=ran=1>';
    await expect
      .poll(() => {
        g.console.chat.show(g.thread, { writes });
        return ana.page.locator('.writing .typed').allInnerTexts();
      })
      .toEqual([writes]);
    expect(await ana.page.locator('.writing').getByRole('button').count()).toBe(0);
    await harmless();
  });
});

it('a script that makes elements of text is stopped by the browser itself', async () => {
  const other = await browser.person();
  await other.page.goto(g.url);
  await other.page.getByLabel('Your key').waitFor();
  const tried = await other.page.evaluate<string>(
    `(() => { try { document.body.innerHTML = '<img src=x onerror=ran=1>'; return 'made'; } catch (error) { return error.name; } })()`,
  );
  expect(tried).toBe('TypeError');
  await other.context.close();
});
