import { describe, expect, it } from 'vitest';
import { SessionId } from '../../src/chain/ids.ts';
import { renderTranscript } from '../../src/runtime/transcript.ts';
import { paneLines } from '../../src/worker/pane.ts';
import type { RecordLine } from '../../src/worker/files.ts';

const session = SessionId.parse('t0000000001-coder-1');
const prompt = { uuid: 'u', text: 'Mend it' };
const lines = (...said: readonly string[]): readonly RecordLine[] =>
  said.map((line, n) => ({ n, t: n, src: 'cli' as const, line }));
const rendered = (cli: 'claude' | 'codex', record: readonly RecordLine[], most?: number): string =>
  renderTranscript(session, { cli, prompt }, [], record, most);

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const block = (content: string): string => `{"type":"assistant","message":{"content":[${content}]}}`;

/** As CLIs may be made to print it. */
const deep: readonly (readonly [string, 'claude' | 'codex', (depth: number) => string])[] = [
  ['a call', 'claude', (depth) => block(`{"type":"tool_use","name":"Read","input":${nested(depth)}}`)],
  ['a result', 'claude', (depth) => block(`{"type":"tool_result","content":${nested(depth)}}`)],
  ['a block that nobody knows', 'claude', (depth) => block(`{"type":"new","more":${nested(depth)}}`)],
  ['a handoff', 'claude', (depth) => `{"type":"result","structured_output":${nested(depth)}}`],
  ['an item', 'codex', (depth) => `{"type":"item.completed","item":{"type":"new","more":${nested(depth)}}}`],
  [
    'an exit code',
    'codex',
    (depth) => `{"type":"item.completed","item":{"type":"command","command":"ls","exit_code":${nested(depth)}}}`,
  ],
];

describe('a record that is written to harm who reads it', () => {
  it.each(deep)('%s of %s that is nested deep becomes no longer than it is', (_what, cli, line) => {
    const text = line(3_000);
    expect(rendered(cli, lines(text)).length).toBeLessThan(text.length + 200);
  });

  it.each(deep)('%s of %s that is nested too deep to be written is named as that', (_what, cli, line) => {
    expect(rendered(cli, lines(line(50_000), 'the next line'))).toMatch(/nested too deep to be shown[^]*the next line/);
  });

  it('a text of backticks cannot end its fence, however many there are', () => {
    const text = '` '.repeat(300_000);
    const said = rendered('claude', lines(block(`{"type":"tool_use","name":"Write","input":${JSON.stringify(text)}}`)));
    expect(said).toContain(`\`\`\`\n${text.trimEnd()}\n\`\`\``);
  });

  it('what is too long is left out, and said', () => {
    const record = lines('a'.repeat(50), 'b'.repeat(50), 'c'.repeat(50));
    const said = rendered('claude', record, 120);
    expect(said).toContain('b'.repeat(50));
    expect(said).not.toContain('c'.repeat(50));
    expect(said).toContain('The rest is left out');
    expect(rendered('claude', record, 150)).toContain('c'.repeat(50));
  });

  it.each(deep)('the pane shows %s of %s in a short line', (_what, cli, line) => {
    for (const depth of [3_000, 50_000]) {
      const shown = paneLines(cli, { n: 0, t: 0, src: 'cli', line: line(depth) });
      expect(shown.join('\n').length).toBeLessThan(200);
    }
  });
});

it('a record that is no trick is told whole, with what is given and answered as JSON', () => {
  const record = lines(
    block('{"type":"text","text":"I look."},{"type":"tool_use","name":"Read","input":{"file_path":"README.md"}}'),
    block('{"type":"tool_result","content":[{"type":"text","text":"# Readme"}]}'),
    '{"type":"result","structured_output":{"summary":"done"}}',
  );
  expect(rendered('claude', record)).toBe(
    `# Session ${session} (claude)

## It was asked

Mend it

I look.

**Read**

\`\`\`
{"file_path":"README.md"}
\`\`\`

Result:

\`\`\`
# Readme
\`\`\`

## Its handoff

\`\`\`
{"summary":"done"}
\`\`\`
`,
  );
});
