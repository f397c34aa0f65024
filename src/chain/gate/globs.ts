import picomatch from 'picomatch/posix.js';
import { canonical } from './pathname.ts';

/** A glob that cannot be read: a rule that matches nothing in silence would merge what it should hold. */
export type Unreadable = { readonly ok: false; readonly glob: string };
export type Globs = { readonly ok: true; readonly match: (path: string) => boolean };

const strict = { debug: true, strictBrackets: true };

/** Globs that let something through: as they are written, no hidden files, no negation. */
export function allowing(globs: readonly string[]): Globs | Unreadable {
  return compile(globs, (glob) => [picomatch(glob, strict)]);
}

/** Globs that stop something: in any spelling of the path, hidden files too, and a folder's name stands for all that is in it. */
export function denying(globs: readonly string[]): Globs | Unreadable {
  const options = { ...strict, nocase: true, dot: true };
  const read = compile(globs, (glob) => {
    const plain = glob.replace(/^\/+|\/+$/gu, '');
    return [picomatch(plain, options), picomatch(`${plain}/**`, options)];
  });
  return read.ok ? { ok: true, match: (path) => read.match(path) || read.match(canonical(path)) } : read;
}

function compile(globs: readonly string[], read: (glob: string) => picomatch.Matcher[]): Globs | Unreadable {
  const matchers: picomatch.Matcher[] = [];
  for (const glob of globs) {
    if (glob.startsWith('!')) return { ok: false, glob };
    try {
      matchers.push(...read(glob));
    } catch {
      return { ok: false, glob };
    }
  }
  return { ok: true, match: (path) => matchers.some((matches) => matches(path)) };
}
