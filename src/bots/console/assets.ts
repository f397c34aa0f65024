import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire, stripTypeScriptTypes } from 'node:module';
import { dirname, extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Context } from 'hono';

/** A file of the page as it is served. */
type Asset = {
  readonly type: string;
  readonly whole: Uint8Array<ArrayBuffer>;
  readonly packed: Uint8Array<ArrayBuffer>;
  readonly tag: string;
};

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ts': 'text/javascript; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

const page = join(import.meta.dirname, 'page');
// Node's own build of it lies in a folder beside the browser's.
const lit = dirname(dirname(createRequire(import.meta.url).resolve('lit-html')));
/** What of the library the page uses, and what that uses. */
const library = [
  'lit-html.js',
  'directive.js',
  'directive-helpers.js',
  'directives/repeat.js',
  'directives/live.js',
  'directives/ref.js',
  'async-directive.js',
];

/**
 * No inline script or style, nothing from elsewhere, no form that leaves, no frame around it. Script can make elements of text through
 * lit-html's own templates alone: a string that is given to innerHTML throws.
 */
export const PAGE_POLICY = [
  "default-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
  "require-trusted-types-for 'script'",
  'trusted-types lit-html',
].join('; ');

/** Every file of the page by its path, made when the first one is asked for. Scripts are served as they are written, without their types. */
function readAssets(): ReadonlyMap<string, Asset> {
  const own = readdirSync(page)
    .filter((name) => extname(name) in types)
    .map((name) => [`/page/${name}`, asset(name, join(page, name))] as const);
  const theirs = library.map((name) => [`/lib/${name}`, asset(name, join(lit, name))] as const);
  return new Map([...own, ...theirs]);
}

function asset(name: string, path: string): Asset {
  const text = readFileSync(path, 'utf8');
  const whole = Buffer.from(extname(name) === '.ts' ? script(text) : text);
  const packed = gzipSync(whole, { level: 9 });
  const tag = `"${createHash('sha256').update(whole).digest('base64url').slice(0, 22)}"`;
  return { type: types[extname(name)] ?? 'text/plain', whole, packed, tag };
}

/** Browsers know no packages: the one that there is has an address. */
const script = (text: string): string =>
  stripTypeScriptTypes(text).replace(
    /(from\s+')lit-html(?:\/lit-html\.js)?(\/[\w/.-]+)?'/g,
    (_all, from: string, file = '/lit-html.js') => `${from}/lib${file}'`,
  );

let assets: ReadonlyMap<string, Asset> | undefined;

/** The file at a path, or null. */
export function served(c: Context, path: string): Response | null {
  assets ??= readAssets();
  const found = assets.get(path);
  if (!found) return null;
  const headers: Record<string, string> = {
    'Content-Type': found.type,
    'Content-Security-Policy': PAGE_POLICY,
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cache-Control': 'no-cache',
    ETag: found.tag,
    Vary: 'Accept-Encoding',
  };
  if (c.req.header('if-none-match') === found.tag) return c.body(null, 304, headers);
  if (!/\bgzip\b/.test(c.req.header('accept-encoding') ?? '')) return c.body(found.whole, 200, headers);
  return c.body(found.packed, 200, { ...headers, 'Content-Encoding': 'gzip' });
}
