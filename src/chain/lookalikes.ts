/**
 * What looks like a key by its own form: people paste them, and repositories hold them. Covered as it stands, in no other spelling. No pattern is
 * tried twice over the same characters, however the text is made.
 */

/** Not within a longer word; a line feed that JSON wrote as `\n` ends one too. */
const BEGIN = String.raw`(?:(?<![A-Za-z0-9_-])|(?<=\\[nrt]))`;

const shapes: readonly (readonly [what: string, pattern: string])[] = [
  ['an Anthropic key', String.raw`sk-ant-[\w-]{16,}`],
  ['an OpenAI key', String.raw`sk-(?=[\w-]*\d)(?=[\w-]*[A-Z])[\w-]{32,}`],
  ['a GitHub token', String.raw`(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{36,})`],
  ['a GitLab token', String.raw`gl(?:pat|dt|rt|cbt|ptt)-[\w-]{20,}`],
  ['a Slack token', String.raw`(?:xox[abeoprs]|xapp)-[\w-]{10,}`],
  ['an AWS key', String.raw`(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])`],
  ['a Google key', String.raw`(?:AIza[\w-]{35}|ya29\.[\w-]{20,}|GOCSPX-[\w-]{20,})`],
  ['a Stripe key', String.raw`(?:[rs]k|whsec)_(?:live_|test_)?[A-Za-z0-9]{20,}`],
  ['an npm token', String.raw`npm_[A-Za-z0-9]{36,}`],
  ['a PyPI token', String.raw`pypi-AgE[\w-]{40,}`],
  ['a Hugging Face token', String.raw`hf_[A-Za-z0-9]{30,}`],
  ["a bot's token", String.raw`(?:\d{8,10}:AA[\w-]{32,}|[MNO][\w-]{22,28}\.[\w-]{6}\.[\w-]{27,})`],
  ['a signed token', String.raw`eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}`],
];

/** With its body, as far as that is one: also where its end was cut off, and where JSON wrote the line feeds. */
const PEM =
  /-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----(?:[\w+/=\s\\:,.]|-(?!-))*(?:-----END (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----)?/g;

const names = shapes.map(([what]) => what);
const SHAPES = new RegExp(`${BEGIN}(?:${shapes.map(([, pattern]) => `(${pattern})`).join('|')})`, 'g');

/** What stands in a key's place: says that something stood there, and what it looked like. */
export const covered = (what: string): string => `(covered: ${what})`;

export function coverLookalikes(text: string): string {
  return text.replace(PEM, covered('a private key')).replace(SHAPES, (found, ...groups: unknown[]) => {
    const n = groups.slice(0, names.length).findIndex((group) => group === found);
    return covered(names[n] ?? 'a key');
  });
}
