/** One simple command of a shell line: its words, with quotes taken off, and the files that it writes by redirection. */
export type Simple = { readonly words: readonly string[]; readonly writes: readonly string[] };

const ENDS: ReadonlySet<string> = new Set([';', '&', '|', '\n', '(', ')', '{', '}', '!']);
/** Programs that run the rest of their words as a command, and how many words of their own stand before it at least. */
const WRAPPERS: ReadonlySet<string> = new Set(
  'sudo doas env command exec nohup nice ionice time timeout xargs stdbuf setsid busybox then do else if while until builtin'.split(
    ' ',
  ),
);
const SHELLS = /^(?:.*\/)?(?:ba|da|z|k|a)?sh$/;
const DEEPEST = 8;

/**
 * The simple commands in a line of shell, also those in substitutions, in `sh -c` and `eval`, and behind wrappers such as env and xargs. It knows
 * words and not what they come to: a name in a variable, an alias, a script that was written before, base64 piped into a shell are not seen.
 */
export function commandsOf(line: string, depth = 0): readonly Simple[] {
  if (depth > DEEPEST) return [];
  return split(line).flatMap(({ words, writes, inner }) => [
    ...inner.flatMap((text) => commandsOf(text, depth + 1)),
    ...unwrapped(words).map((each) => ({ words: each, writes })),
    ...unwrapped(words).flatMap((each) => scriptsIn(each).flatMap((text) => commandsOf(text, depth + 1))),
  ]);
}

/** The words, and again from where a wrapper's command may begin. */
function unwrapped(words: readonly string[]): readonly (readonly string[])[] {
  const rest = words.slice(words.findIndex((word) => !/^\w+=/.test(word)));
  const [program = ''] = rest;
  if (rest.length === 0) return [];
  const inner = WRAPPERS.has(base(program)) ? rest.slice(1).map((_, n) => rest.slice(n + 1)) : [];
  return [rest, ...inner];
}

const base = (program: string): string => program.split('/').at(-1) ?? program;

/** What `sh -c`, `eval` and `find -exec` are given. */
function scriptsIn(words: readonly string[]): readonly string[] {
  const [program = '', ...rest] = words;
  if (base(program) === 'eval') return [rest.join(' ')];
  const at = rest.findIndex((word) => /^-\w*c\w*$/.test(word));
  const script = SHELLS.test(program) && at !== -1 ? rest[at + 1] : undefined;
  const exec = base(program) === 'find' ? rest.findIndex((word) => /^-(exec|execdir|ok)$/.test(word)) : -1;
  return [...(script === undefined ? [] : [script]), ...(exec === -1 ? [] : [rest.slice(exec + 1).join(' ')])];
}

type Part = { words: string[]; writes: string[]; inner: string[] };

/** Reads a line as a shell does, as far as words go. */
function split(line: string): readonly Part[] {
  const parts: Part[] = [];
  let part: Part = { words: [], writes: [], inner: [] };
  let word: string | null = null;
  let writes = false;
  const endWord = (): void => {
    if (word !== null) (writes ? part.writes : part.words).push(word);
    if (word !== null) writes = false;
    word = null;
  };
  const endPart = (): void => {
    endWord();
    parts.push(part);
    part = { words: [], writes: [], inner: [] };
  };
  for (let at = 0; at < line.length; at += 1) {
    const char = line[at] ?? '';
    if (char === '\\') {
      at += 1;
      if (line[at] !== '\n') word = (word ?? '') + (line[at] ?? '');
    } else if (char === "'" || char === '"') {
      const [text, end] = quoted(line, at, part);
      word = (word ?? '') + text;
      at = end;
    } else if (char === '`' || (char === '$' && line[at + 1] === '(')) {
      const [text, end] = substitution(line, at);
      part.inner.push(text);
      word = (word ?? '') + '$()';
      at = end;
    } else if (char === '>') {
      endWord();
      while (line[at + 1] === '>' || line[at + 1] === '|' || line[at + 1] === '&') at += 1;
      writes = true;
    } else if (char === ' ' || char === '\t' || char === '\r') endWord();
    else if (char === '#' && word === null) while (at + 1 < line.length && line[at + 1] !== '\n') at += 1;
    else if (ENDS.has(char) && !(word !== null && '{}!'.includes(char))) endPart();
    else word = (word ?? '') + char;
  }
  endPart();
  return parts.filter(({ words, inner, writes: files }) => words.length + inner.length + files.length > 0);
}

/** A quoted text from its opening quote on, and where it ends. */
function quoted(line: string, from: number, part: Part): readonly [string, number] {
  const quote = line[from];
  let text = '';
  for (let at = from + 1; at < line.length; at += 1) {
    const char = line[at] ?? '';
    if (char === quote) return [text, at];
    if (quote === '"' && char === '\\') {
      at += 1;
      text += line[at] ?? '';
    } else if (quote === '"' && (char === '`' || (char === '$' && line[at + 1] === '('))) {
      const [inner, end] = substitution(line, at);
      part.inner.push(inner);
      text += '$()';
      at = end;
    } else text += char;
  }
  return [text, line.length];
}

/** What stands in `…` or $(…), and where it ends. */
function substitution(line: string, from: number): readonly [string, number] {
  if (line[from] === '`') {
    const end = line.indexOf('`', from + 1);
    return end === -1 ? [line.slice(from + 1), line.length] : [line.slice(from + 1, end), end];
  }
  let open = 0;
  for (let at = from + 1; at < line.length; at += 1) {
    if (line[at] === '(') open += 1;
    if (line[at] === ')') open -= 1;
    if (open === 0) return [line.slice(from + 2, at), at];
  }
  return [line.slice(from + 2), line.length];
}
