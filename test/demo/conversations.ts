import { randomUUID } from 'node:crypto';

/** One answer of the rehearsed model, as either CLI reads it. */
type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly say: string;
  readonly call: { readonly id: string; readonly name: string; readonly input: Record<string, unknown> } | null;
};

/** A CLI's side of a conversation: asks with its whole history each time, as Claude Code 2.1.329 and Codex 0.169.0 were seen to. */
export type Conversation = {
  /** The body that it would send now. */
  body(): Record<string, unknown>;
  /** Asks, and takes the answer into the history when it is one. */
  ask(): Promise<Answer>;
  /** What the tool that was called last said. */
  result(text: string): void;
  /** A new message to the model. */
  prompt(text: string): void;
};

type Item = Record<string, unknown>;

const reminder = (cwd: string): Item => ({
  type: 'text',
  text: `<system-reminder>\n# Environment\n - Primary working directory: ${cwd}\n - Platform: linux\n</system-reminder>`,
});

/** `tools` beyond StructuredOutput: a reader's, or a coder's. */
export function claude(url: string, prompt: string, tools: readonly string[] = ['Glob', 'Grep', 'Read']): Conversation {
  const session = randomUUID();
  const messages: Item[] = [];
  let asked = '';
  const body = (): Item => ({
    model: 'claude-opus-5-5',
    max_tokens: 64_000,
    system: [{ type: 'text', text: 'You are a Claude agent.' }],
    metadata: { user_id: JSON.stringify({ device_id: '0', account_uuid: '', session_id: session }) },
    tools: [...tools, 'StructuredOutput'].map((name) => ({ name, input_schema: { type: 'object' } })),
    messages,
  });
  const say = (...content: Item[]): void => void messages.push({ role: 'user', content });
  say(reminder('/work'), { type: 'text', text: prompt });
  return {
    body,
    async ask() {
      const { status, headers, json } = await post(`${url}/v1/messages?beta=true`, body());
      const content = (json['content'] ?? []) as Item[];
      if (status === 200) messages.push({ role: 'assistant', content });
      const call = content.find((block) => block['type'] === 'tool_use');
      asked = String(call?.['id']);
      const words = content.filter((block) => block['type'] === 'text').map((block) => block['text']);
      return { status, headers, say: words.join(''), call: (call as Answer['call'] | undefined) ?? null };
    },
    result: (text) =>
      say(
        { type: 'tool_result', tool_use_id: asked, content: text },
        {
          type: 'text',
          text: '<system-reminder>\n<total_tokens>14999880 tokens left</total_tokens>\n</system-reminder>',
        },
      ),
    prompt: (text) => say({ type: 'text', text }),
  };
}

export function codex(url: string, prompt: string): Conversation {
  const thread = randomUUID();
  const input: Item[] = [];
  let asked = '';
  const body = (): Item => ({
    model: 'signalbox-rehearsal',
    store: false,
    prompt_cache_key: thread,
    tools: [
      ...['exec_command', 'write_stdin'].map((name) => ({ type: 'function', name, parameters: { type: 'object' } })),
      { type: 'namespace', name: 'multi_agent_v1', tools: [] },
    ],
    input,
  });
  const message = (role: string, ...texts: string[]): void =>
    void input.push({ type: 'message', role, content: texts.map((text) => ({ type: 'input_text', text })) });
  message('developer', 'You are a coding agent running in the Codex CLI.');
  message(
    'user',
    '# AGENTS.md instructions for /work\n\n<INSTRUCTIONS>\n# For agents\n\nRole: nobody\n</INSTRUCTIONS>',
    '<environment_context>\n  <cwd>/work</cwd>\n  <shell>bash</shell>\n</environment_context>',
  );
  message('user', prompt);
  return {
    body,
    async ask() {
      const { status, headers, json } = await post(`${url}/v1/responses`, body());
      const output = (json['output'] ?? []) as Item[];
      input.push(...output);
      const call = output.find((item) => item['type'] === 'function_call');
      asked = String(call?.['call_id']);
      const words = output.flatMap((item) => (item['type'] === 'message' ? (item['content'] as Item[]) : []));
      return {
        status,
        headers,
        say: words.map((part) => part['text']).join(''),
        call:
          call === undefined
            ? null
            : { id: asked, name: String(call['name']), input: JSON.parse(String(call['arguments'])) },
      };
    },
    result: (text) => void input.push({ type: 'function_call_output', call_id: asked, output: text }),
    prompt: (text) => message('user', text),
  };
}

async function post(url: string, body: Item): Promise<{ status: number; headers: Headers; json: Item }> {
  const answered = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: answered.status, headers: answered.headers, json: (await answered.json()) as Item };
}

/** Goes on with a conversation until its handoff, its last words, or `limit` answers; `tool` says what each tool answers. */
export async function play(
  conversation: Conversation,
  tool: (name: string, input: Record<string, unknown>, id: string) => Promise<string> = () => Promise.resolve('done'),
  limit = 12,
): Promise<{ readonly calls: readonly string[]; readonly handoff: unknown; readonly last: string }> {
  const calls: string[] = [];
  for (let n = 0; n < limit; n += 1) {
    const { status, say, call } = await conversation.ask();
    if (status !== 200) throw new Error(`answered ${status}`);
    if (call === null) return { calls, handoff: say.startsWith('{') ? JSON.parse(say) : null, last: say };
    if (call.name === 'StructuredOutput') {
      conversation.result('Structured output provided successfully');
      return { calls, handoff: call.input, last: say };
    }
    calls.push(call.id.replace(/_\d+$/, ''));
    conversation.result(await tool(call.name, call.input, call.id));
  }
  throw new Error(`no end after ${limit} answers: ${calls.join(', ')}`);
}
