import type { RecordLine, Spec } from './files.ts';
import { fields, fieldsOf, jsonOf, listOf, textOf } from './json.ts';
import type { Fields } from './json.ts';

/** C0 but newline and tab, DEL and C1: an agent's words must not steer a person's terminal. */
// oxlint-disable-next-line no-control-regex
const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

const SHORT = 160;

/** What the pane shows for a line of the record: a readable view, and nothing that a terminal acts on. Empty when it shows nothing. */
export function paneLines(cli: Spec['cli'], { src, line }: RecordLine): readonly string[] {
  const shown = view(cli, src, line);
  return shown.map((text) => text.replace(control, '�'));
}

function view(cli: Spec['cli'], src: RecordLine['src'], line: string): readonly string[] {
  switch (src) {
    case 'cli':
      return cli === 'claude' ? claude(line) : codex(line);
    case 'stderr':
      return [`! ${line}`];
    case 'person':
    case 'partial':
      return [];
    case 'mail':
      return ['── a message was taken ──'];
    case 'worker':
      return note(line);
  }
}

function note(line: string): readonly string[] {
  const said = fieldsOf(line);
  switch (said['note']) {
    case 'started':
      return [said['resumed'] === true ? '── the conversation goes on ──' : '── a conversation begins ──'];
    case 'idle':
      return ['── the turn is over ──'];
    case 'interrupted':
      return ['── interrupted ──'];
    case 'failed':
      return [`! ${textOf(said['reason'])}`];
    case 'asked':
      return [...asked(said), '  (the thread was asked; an answer there, or a line here to a question)'];
    case 'answered':
      return ['── answered ──'];
    case 'blocked':
      return [`! not allowed: ${short(textOf(said['text']))} (${textOf(said['rule'])})`];
    default:
      return [];
  }
}

function asked(said: Fields): readonly string[] {
  if (said['about'] === 'tool') return [`? May it? ${textOf(said['tool'])} ${short(textOf(said['text']))}`];
  return listOf(said['questions']).flatMap((one) => {
    const { question, options } = fields(one);
    const choices = listOf(options).map((option, n) => `  ${n + 1} ${textOf(fields(option)['label'])}`);
    return [`? ${textOf(question)}`, ...choices];
  });
}

function claude(line: string): readonly string[] {
  const said = fieldsOf(line);
  if (said['type'] === 'result') return said['is_error'] === true ? [`! ${textOf(said['result'])}`] : [];
  if (said['type'] !== 'assistant' && said['type'] !== 'user') return [];
  return listOf(fields(said['message'])['content']).flatMap((part) => {
    const block = fields(part);
    if (block['type'] === 'text') return [`● ${textOf(block['text'])}`];
    if (block['type'] === 'tool_use') return [`⚙ ${textOf(block['name'])} ${short(jsonOf(block['input']))}`];
    if (block['type'] === 'tool_result') return [`  ${short(asText(block['content']))}`];
    return [];
  });
}

function codex(line: string): readonly string[] {
  const said = fieldsOf(line);
  if (said['type'] === 'turn.failed') return [`! ${textOf(fields(said['error'])['message'])}`];
  const item = fields(said['item']);
  if (said['type'] === 'item.started' && item['type'] === 'command_execution')
    return [`⚙ ${short(textOf(item['command']))}`];
  if (said['type'] !== 'item.completed') return [];
  if (item['type'] === 'agent_message') return [`● ${textOf(item['text'])}`];
  if (item['type'] === 'command_execution') return [`  ${short(textOf(item['aggregated_output']))}`];
  return item['type'] === 'error' ? [`! ${textOf(item['message'])}`] : [];
}

const asText = (content: unknown): string => (typeof content === 'string' ? content : jsonOf(content));

function short(text: string): string {
  const one = text.replace(/\s+/g, ' ').trim();
  return one.length > SHORT ? `${one.slice(0, SHORT)}…` : one;
}
