import { z } from 'zod';
import type { SessionId } from '../chain/ids.ts';
import type { Mail, RecordLine, Spec } from '../worker/files.ts';
import { RECORD_BYTES } from './record.ts';

/**
 * A session's record as Markdown that the next role can read, whole: what it was asked, what people said, what it said, each tool call
 * and each result. Left out is only what the CLI says about itself, and what comes after `most` characters: a record can be written so that it would fill
 * the memory here. All of it is a claim.
 */
export function renderTranscript(
  session: SessionId,
  spec: Pick<Spec, 'cli' | 'prompt'>,
  mail: readonly Mail[],
  record: readonly RecordLine[],
  most = RECORD_BYTES,
): string {
  const letters = new Map(
    mail.flatMap((letter) => ('text' in letter && letter.text ? [[letter.uuid, letter.text]] : [])),
  );
  const tell = (line: RecordLine): readonly string[] => {
    if (line.src === 'mail') return letters.has(line.line) ? [`## A message\n\n${letters.get(line.line)}`] : [];
    if (line.src === 'person') return [`## Typed at the pane\n\n${line.line}`];
    // It came whole later, or never was said.
    if (line.src === 'partial') return [];
    if (line.src === 'stderr') return [`stderr: ${line.line}`];
    if (line.src === 'worker')
      return line.line.includes('"resumed":true') ? ['_The container was replaced here._'] : [];
    return cliLine(spec.cli, line.line);
  };
  const told = [`# Session ${session} (${spec.cli})`, `## It was asked\n\n${spec.prompt.text}`];
  let length = 0;
  for (const line of record) {
    const more = tell(line).join('\n\n');
    length += more.length;
    if (length > most) return [...told, '_The rest is left out: it is too long._\n'].join('\n\n');
    if (more !== '') told.push(more);
  }
  return `${told.join('\n\n')}\n`;
}

const Block = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('thinking'), thinking: z.string() }),
  z.object({ type: z.literal('tool_use'), name: z.string(), input: z.unknown() }),
  z.object({ type: z.literal('tool_result'), content: z.unknown() }),
]);

const ClaudeLine = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['assistant', 'user']), message: z.object({ content: z.unknown() }) }),
  z.object({
    type: z.literal('result'),
    is_error: z.boolean().optional(),
    result: z.string().optional(),
    structured_output: z.unknown().optional(),
  }),
]);

const CodexLine = z.discriminatedUnion('type', [
  z.object({ type: z.literal('item.completed'), item: z.looseObject({ type: z.string() }) }),
  z.object({ type: z.literal('turn.failed'), error: z.object({ message: z.string() }) }),
]);

function cliLine(cli: Spec['cli'], line: string): readonly string[] {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return [line];
  }
  return cli === 'claude' ? claude(json) : codex(json);
}

function claude(json: unknown): readonly string[] {
  const line = ClaudeLine.safeParse(json);
  if (!line.success) return [];
  if (line.data.type === 'result') {
    const { structured_output: handoff, is_error: failed, result = '' } = line.data;
    if (handoff !== undefined) return [`## Its handoff\n\n${fenced(pretty(handoff))}`];
    return failed ? [`_The turn failed: ${result}_`] : [];
  }
  const { content } = line.data.message;
  return Array.isArray(content) ? content.flatMap(block) : [];
}

function block(content: unknown): readonly string[] {
  const read = Block.safeParse(content);
  if (!read.success) return [fenced(pretty(content))];
  const { data } = read;
  switch (data.type) {
    case 'text':
      return [data.text];
    case 'thinking':
      return data.thinking === '' ? [] : [`_Thinking:_ ${data.thinking}`];
    case 'tool_use':
      return [`**${data.name}**\n\n${fenced(pretty(data.input))}`];
    case 'tool_result':
      return [`Result:\n\n${fenced(resultText(data.content))}`];
  }
}

function resultText(content: unknown): string {
  const parts = z.array(z.object({ type: z.literal('text'), text: z.string() })).safeParse(content);
  return parts.success ? parts.data.map(({ text }) => text).join('\n') : pretty(content);
}

function codex(json: unknown): readonly string[] {
  const line = CodexLine.safeParse(json);
  if (!line.success) return [];
  if (line.data.type === 'turn.failed') return [`_The turn failed: ${line.data.error.message}_`];
  const { type, id: _id, ...item } = line.data.item;
  if (typeof item['text'] === 'string') return [type === 'reasoning' ? `_Thinking:_ ${item['text']}` : item['text']];
  if (typeof item['command'] === 'string') {
    const code = pretty(item['exit_code']);
    return [
      `**${type}** (exit code ${code})\n\n${fenced(`$ ${item['command']}\n${pretty(item['aggregated_output'])}`)}`,
    ];
  }
  return [`**${type}**\n\n${fenced(pretty(item))}`];
}

/** In one line: indented, what is nested deep becomes thousands of times as long. Deeper still, it cannot be written at all. */
function pretty(value: unknown): string {
  if (typeof value === 'string') return value;
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '(nested too deep to be shown)';
  }
}

/** A fence longer than any in the text, so that the text cannot end it. */
function fenced(text: string): string {
  let longest = 2;
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${text.trimEnd()}\n${fence}`;
}
