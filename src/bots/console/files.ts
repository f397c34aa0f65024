import type { Hono } from 'hono';
import { shorten } from '../markdown.ts';
import { tree, verbatim } from '../tree.ts';
import type { Block } from '../tree.ts';
import { refuse } from './guard.ts';
import type { Env } from './guard.ts';
import type { Timeline } from './timeline.ts';

/** What the page shows of a file. `cut`: there is more, which is read elsewhere. */
export type PageFile = { readonly name: string; readonly blocks: readonly Block[]; readonly cut: boolean };

/** So much of a file is shown, so many lines, and so much of each: more stops a phone. The attachment is whole. */
const SHOWN_MAX = 120_000;
const LINE_MAX = 2_000;
const LINES_MAX = 3_000;

/** Long texts of messages. Only ever an attachment: what is in it never is a page of this address. */
export function fileRoutes(app: Hono<Env>, timeline: Timeline): void {
  app.get('/api/messages/:seq/file', (c) => {
    const entry = timeline.entries[Number(c.req.param('seq')) - 1];
    const file = entry?.is === 'message' ? entry.message.file : undefined;
    if (!file) return refuse(c, 404, `There is no file at message ${c.req.param('seq')}.`);
    if (c.req.query('as') === 'page') return c.json(pageFile(file));
    return c.body(file.text, 200, {
      'Content-Type': 'application/octet-stream',
      'Content-Disposition': `attachment; filename="${file.name.replace(/[^\w.-]/g, '-')}"`,
      'Content-Security-Policy': "default-src 'none'; sandbox",
    });
  });
}

export function pageFile({ name, text }: { readonly name: string; readonly text: string }): PageFile {
  const shown = shorten(text, SHOWN_MAX)
    .split('\n', LINES_MAX)
    .map((line) => shorten(line, LINE_MAX))
    .join('\n');
  if (/\.md$/i.test(name) && shown === text && text.length < 20_000) return { name, blocks: tree(text), cut: false };
  const language = /\.(patch|diff)$/i.test(name) ? 'diff' : null;
  return { name, blocks: verbatim(shown, language), cut: shown !== text };
}
