/** More than any conversation has; a body of nothing but brackets, or of names, would keep the boundary from every other session. */
const mostValues = 100_000;
const mostNames = 10_000;
const deepest = 200;

/** One JSON text, read the only way it can be read; or what makes it unfit. */
export type JsonRead = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly why: string };

/**
 * Parses JSON that somebody else will parse again, with another parser: refuses what two parsers may read differently (a name twice in an
 * object, names at the top that differ in case alone, bytes that are not UTF-8, a byte order mark) and what is too deep or too much.
 */
export function readJson(bytes: Buffer): JsonRead {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { ok: false, why: 'the body is not UTF-8' };
  }
  try {
    const why = unfit(text);
    return why === null ? { ok: true, value: JSON.parse(text) } : { ok: false, why };
  } catch {
    return { ok: false, why: 'the body is not JSON' };
  }
}

/** Walks the text's structure without building it. Throws SyntaxError on some texts that are not JSON; JSON.parse finds the others. */
function unfit(text: string): string | null {
  /** The names seen in each open object; null for an open array. */
  const open: (Set<string> | null)[] = [];
  const mark = /["{}[\],]/g;
  let values = 0;
  for (let found = mark.exec(text); found !== null; found = mark.exec(text)) {
    switch (found[0]) {
      case '{':
      case '[':
        open.push(found[0] === '{' ? new Set() : null);
        values += 1;
        break;
      case '}':
      case ']':
        open.pop();
        break;
      case ',':
        values += 1;
        break;
      default: {
        const end = endOfString(text, found.index);
        const names = open.at(-1);
        if (names !== null && names !== undefined && isName(text, end)) {
          const name = JSON.parse(text.slice(found.index, end)) as string;
          const seen = open.length === 1 ? name.toLowerCase() : name;
          if (names.has(seen)) {
            return `the body has ${JSON.stringify(name.slice(0, 40))} twice in one object`;
          }
          names.add(seen);
          if (names.size > mostNames) {
            return 'the body has too many names in one object';
          }
        }
        mark.lastIndex = end;
      }
    }
    if (open.length > deepest || values > mostValues) {
      return 'the body is nested too deep or has too many values';
    }
  }
  return null;
}

/** The index after the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let slash = quote;
    while (text[slash - 1] === '\\') {
      slash -= 1;
    }
    if ((quote - slash) % 2 === 0) {
      return quote + 1;
    }
  }
  throw new SyntaxError('a string does not end');
}

function isName(text: string, from: number): boolean {
  const next = /[^ \t\r\n]/g;
  next.lastIndex = from;
  return next.exec(text)?.[0] === ':';
}
