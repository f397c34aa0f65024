import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { BrowserContext, Page } from 'playwright-core';

export type Browser = {
  /** A person's own browser: cookies and storage are nobody else's. At a phone's width unless told. */
  person(options?: {
    readonly width?: number;
    readonly height?: number;
    readonly dark?: boolean;
    readonly bypassCSP?: boolean;
  }): Promise<Visitor>;
  leave(): Promise<void>;
};

/** `wrong`: what no page may ever do here: errors of its script, what the policy stopped, requests that leave this address. */
export type Visitor = { readonly page: Page; readonly context: BrowserContext; readonly wrong: string[] };

/** Debian's Chromium with a profile of its own, which reaches nothing but the loopback. */
export async function openBrowser(): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), 'signalbox-browser-'));
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost',
    ],
    env: { ...process.env, HOME: profile },
  });
  return {
    async person({ width = 390, height = 844, dark = false, bypassCSP = false } = {}) {
      const context = await browser.newContext({
        viewport: { width, height },
        hasTouch: width < 600,
        isMobile: width < 600,
        deviceScaleFactor: width < 600 ? 2 : 1,
        colorScheme: dark ? 'dark' : 'light',
        bypassCSP,
        locale: 'en-GB',
        timezoneId: 'UTC',
        reducedMotion: 'reduce',
      });
      const page = await context.newPage();
      const wrong: string[] = [];
      page.on('pageerror', (error) => wrong.push(`error: ${error.message}`));
      page.on('console', (line) => {
        if (/Content Security Policy|Trusted/i.test(line.text())) wrong.push(`policy: ${line.text()}`);
      });
      page.on('dialog', (dialog) => {
        wrong.push(`dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
      context.on('request', (request) => {
        const { protocol, hostname } = new URL(request.url());
        if (!(protocol === 'http:' && hostname === '127.0.0.1') && protocol !== 'blob:')
          wrong.push(`left: ${request.url().slice(0, 100)}`);
      });
      return { page, context, wrong };
    },
    async leave() {
      await browser.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}
