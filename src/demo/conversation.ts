import { z } from 'zod';
import { Role } from '../chain/roles.ts';

/** The shape that messages share in the Anthropic API, in OpenAI's Responses API and in aimock's own form. */
const Message = z.object({
  role: z.string().optional(),
  content: z.union([z.string(), z.array(z.object({ text: z.string().optional() })), z.null()]).optional(),
});
export type Message = z.infer<typeof Message>;

/** What is read of a request to either model API, as it came in. */
const Request = z.object({
  messages: z.array(Message).optional(),
  input: z.array(Message).optional(),
  metadata: z.object({ user_id: z.string().optional() }).nullish(),
  prompt_cache_key: z.string().optional(),
});

/**
 * Who asks. `id` is the CLI's own id of the conversation, which a resume keeps; `said` is all that was said to the model in it, in so many
 * `turns`.
 */
export type Caller = { readonly role: Role | null; readonly id: string; readonly said: string; readonly turns: number };

/** Reads who asks from the body of a request; null when the body is none of the two APIs'. */
export function callerOf(body: string): Caller | null {
  const request = Request.safeParse(parse(body));
  if (!request.success) return null;
  const { messages, input, metadata, prompt_cache_key: thread } = request.data;
  const said = prompts(messages ?? input ?? []);
  const id = thread ?? metadata?.user_id ?? said[0] ?? '';
  return { role: roleOf(said), id, said: said.join('\n'), turns: said.length };
}

/** The role is told by the line `Role: <role>` in the first message that has one. */
export function roleOf(said: readonly string[]): Role | null {
  for (const text of said) {
    const role = Role.safeParse(/^Role: (\w+)$/m.exec(text)?.[1]);
    if (role.success) return role.data;
  }
  return null;
}

/** The texts that somebody said to the model, without what the CLIs add around them. */
export function prompts(messages: readonly Message[]): readonly string[] {
  return messages.map(promptOf).filter((text) => text !== null);
}

/** One message's own words; null for another speaker's, and for one that the CLI made up: its surroundings, or a reminder to hand over. */
export function promptOf(message: Message): string | null {
  if (message.role !== 'user') return null;
  const words = textOf(message)
    .replaceAll(/<(system-reminder|environment_context|INSTRUCTIONS)>[\s\S]*?<\/\1>/g, '')
    .trim();
  return words === '' || words.startsWith('[structured-output-enforce]') ? null : words;
}

export function textOf(message: Message): string {
  if (typeof message.content === 'string') return message.content;
  return (message.content ?? []).map((part) => part.text ?? '').join('\n');
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
