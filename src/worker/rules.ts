import { fields, textOf } from './json.ts';
import { commandsOf } from './shell.ts';
import type { Simple } from './shell.ts';

export type Verdict = 'allow' | 'ask' | 'block';
/** A tool call in words, and what the rules say of it. */
export type Judged = { readonly verdict: Verdict; readonly text: string; readonly rule: string };

/** Rules by pattern, in the order of the policy: `Bash(git push *)`, `Write(migrations/**)`, `Edit(*.sql)`. */
export type Rules = Readonly<Record<string, Verdict>>;

type BuiltIn = { readonly rule: string; readonly verdict: Verdict; fits(command: Simple): boolean };

const option = (words: readonly string[], short: string, long: RegExp): boolean =>
  words.some((word) => long.test(word) || (/^-[a-zA-Z]+$/.test(word) && word.includes(short)));
const git = (words: readonly string[], act: string): boolean => base(words[0]) === 'git' && words.includes(act);
const base = (word = ''): string => word.split('/').at(-1) ?? word;

/** Homes and roots, by the names that they go by, and all in them; what another variable holds is not known. */
const HOME_OR_ROOT =
  /^(?:~|\$(?:HOME|PWD)|\$\{(?:HOME|PWD)\b[^}]*\}|\/home(?:\/[^/]+)?|\/root(?:\/.*)?|\/work|\.git|\.\.\/work|\.{1,2}|\.?\*|(?=\/))(?:\/(?:\.{1,2}|\*)?)*$/;
/** Files that hold secrets by their name, but for samples of them. */
const SECRETS =
  /(?:^|\/)(?:\.env(?:\.(?!example$|sample$|template$|dist$)[\w.-]+)?|\.npmrc|\.netrc|\.pgpass|\.git-credentials|id_(?:rsa|dsa|ecdsa|ed25519)|[^/]*\.(?:pem|p12|pfx|keystore|jks)|credentials(?:\.json)?|secrets?\.(?:ya?ml|json|toml))$/i;

/** Always on; a project's rules cannot loosen them. */
const builtIns: readonly BuiltIn[] = [
  {
    rule: 'force push',
    verdict: 'block',
    fits: ({ words }) =>
      git(words, 'push') && (option(words, 'f', /^--(?:for|mi)/) || words.some((word) => /^\+\S/.test(word))),
  },
  {
    rule: 'hard reset',
    verdict: 'block',
    fits: ({ words }) => git(words, 'reset') && words.some((word) => word.startsWith('--ha')),
  },
  {
    rule: 'removes a home, a root or the whole checkout',
    verdict: 'block',
    fits: ({ words }) =>
      base(words[0]) === 'rm' &&
      (option(words.slice(1), 'r', /^--recursive$/) || option(words.slice(1), 'R', /^--recursive$/)) &&
      words.slice(1).some((word) => HOME_OR_ROOT.test(word)),
  },
  {
    rule: 'a file of secrets',
    verdict: 'ask',
    fits: ({ words, writes }) => [...words, ...writes].some((word) => isSecret(word.replace(/^(?:[^=]*=|@)/, ''))),
  },
];

const isSecret = (path: string): boolean => SECRETS.test(path);

/** Tools that write a file, by the field that names it. */
const WRITERS: Readonly<Record<string, string>> = {
  Write: 'file_path',
  Edit: 'file_path',
  MultiEdit: 'file_path',
  NotebookEdit: 'notebook_path',
};
const READERS: Readonly<Record<string, string>> = { Read: 'file_path' };

const STRICT: readonly Verdict[] = ['allow', 'ask', 'block'];
const stricter = (one: Judged, other: Judged): Judged =>
  STRICT.indexOf(other.verdict) > STRICT.indexOf(one.verdict) ? other : one;

/** What the rules say of a call. The strictest of all that is in it counts; of a project's rules, the first that fits. */
export function judgeCall(rules: Rules, tool: string, input: unknown): Judged {
  const of = fields(input);
  const file = textOf(of[WRITERS[tool] ?? READERS[tool] ?? '']);
  if (file !== '') return judgeFile(rules, tool, file);
  if (tool === 'apply_patch')
    return judgePatch(rules, textOf(of['command']) || textOf(of['input']) || textOf(of['patch']));
  const command = commandIn(of['command'] ?? of['cmd']);
  if (command === null) return { verdict: 'allow', text: tool, rule: '' };
  const start: Judged = { verdict: 'allow', text: command, rule: '' };
  return commandsOf(command)
    .flatMap((simple) => judgeSimple(rules, simple))
    .reduce((worst, next) => stricter(worst, { ...next, text: command }), start);
}

/** A line of shell, or the words of one command. */
function commandIn(command: unknown): string | null {
  if (typeof command === 'string') return command;
  if (!Array.isArray(command)) return null;
  return command.map((word) => `'${textOf(word).replaceAll("'", `'\\''`)}'`).join(' ');
}

function judgeSimple(rules: Rules, simple: Simple): readonly Judged[] {
  const text = simple.words.join(' ');
  const always = builtIns.filter(({ fits }) => fits(simple)).map(({ rule, verdict }) => ({ verdict, text, rule }));
  const files = simple.writes.map((path) => judgeFile(rules, 'Write', path));
  return [...always, first(rules, ['Bash'], text), ...files];
}

function judgeFile(rules: Rules, tool: string, path: string): Judged {
  const text = `${tool} ${path}`;
  const here = path.replace(/^\/work\//, '').replace(/^\.\//, '');
  const named = first(rules, tool in READERS ? [tool] : ['Write', 'Edit'], here);
  const secret: Judged = { verdict: 'ask', text, rule: 'a file of secrets' };
  return isSecret(path) ? stricter({ ...named, text }, secret) : { ...named, text };
}

/** A patch names its files in lines of their own. */
function judgePatch(rules: Rules, patch: string): Judged {
  const files = [...patch.matchAll(/^\*\*\* (?:Add File|Update File|Delete File|Move to): (.+)$/gm)].map(
    ([, path = '']) => path.trim(),
  );
  const text = `apply_patch ${files.join(', ')}`;
  const start: Judged = { verdict: 'allow', text, rule: '' };
  return files
    .map((path) => judgeFile(rules, 'Edit', path))
    .reduce((worst, next) => stricter(worst, { ...next, text }), start);
}

/** The first of the project's rules for one of these tools that fits. */
function first(rules: Rules, tools: readonly string[], text: string): Judged {
  for (const [rule, verdict] of Object.entries(rules)) {
    const [, tool = '', pattern = ''] = /^(\w+)\(([\s\S]*)\)$/.exec(rule) ?? [];
    if (tools.includes(tool) && glob(pattern).test(text)) return { verdict, text, rule };
  }
  return { verdict: 'allow', text, rule: '' };
}

/** `*` and `**` stand for anything; a pattern without a slash fits a file's bare name too. */
function glob(pattern: string): RegExp {
  const source = pattern.split(/\*+/).map((text) => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${pattern.includes('/') || pattern.includes(' ') ? '' : '(?:.*/)?'}${source.join('[\\s\\S]*')}$`);
}
