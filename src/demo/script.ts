import type { ChatCompletionRequest, ChatMessage } from '@copilotkit/aimock';
import type { Role } from '../chain/roles.ts';
import { promptOf, prompts, roleOf, textOf } from './conversation.ts';
import { partOf, type Call, type Part, type Step } from './parts.ts';
import type { Turn } from './faults.ts';

/** What the rehearsed model says: words, and the one tool it calls, if any. `id` begins with the step's name. */
export type Answer = {
  readonly say: string;
  readonly call: { readonly id: string; readonly name: string; readonly input: object } | null;
};

/**
 * The next answer, from the conversation alone: the step of the role's part that this turn has not called yet, and after the last one
 * the handoff. Nothing is remembered between requests, so that repeated, resumed and concurrent conversations all go on rightly.
 * A new message begins the part again: each of its steps is safe to repeat.
 */
export function answer(request: ChatCompletionRequest, turn: Turn | Part | null): Answer {
  const said = prompts(request.messages);
  const role = roleOf(said);
  if (role === null) return { say: 'This model is rehearsed and knows the roles of Signalbox only.', call: null };
  const calls = callsOf(request.messages);
  const waiting = stillRunning(request.messages);
  if (waiting !== null)
    return call(request, 'wait', 'Still running.', 'write_stdin', { session_id: waiting, yield_time_ms: 30_000 });
  const part = turn !== null && typeof turn === 'object' ? turn : partOf(role, turn);
  const step = part.steps.find(
    (each) =>
      (each.does !== 'ask' || offers(request, 'AskUserQuestion')) &&
      !calls.some((made) => made.step === each.name && (made.now || each.once === true)),
  );
  if (step !== undefined) return perform(request, step, said.join('\n'));
  return finish(request, role, part, calls);
}

function perform(request: ChatCompletionRequest, step: Step, said: string): Answer {
  if (step.does === 'read') {
    return call(request, step.name, step.say, 'Read', { file_path: fileOf(step.file, said, request.messages) });
  }
  if (step.does === 'call') return call(request, step.name, step.say, step.tool, step.input);
  if (step.does === 'ask') return call(request, step.name, step.say, 'AskUserQuestion', { questions: step.questions });
  return offers(request, 'Bash')
    ? call(request, step.name, step.say, 'Bash', { command: step.command, description: step.say })
    : call(request, step.name, step.say, 'exec_command', { cmd: step.command, yield_time_ms: 30_000 });
}

function finish(request: ChatCompletionRequest, role: Role, part: Part, calls: readonly Call[]): Answer {
  if (part.handoff === null) return { say: `The ${role} stops here, without a handoff.`, call: null };
  const handoff = part.handoff(calls.filter((made) => made.now));
  return offers(request, 'StructuredOutput')
    ? call(request, 'handoff', '', 'StructuredOutput', handoff)
    : { say: JSON.stringify(handoff), call: null };
}

function call(request: ChatCompletionRequest, step: string, say: string, name: string, input: object): Answer {
  return { say, call: { id: `${step}_${request.messages.length}`, name, input } };
}

function offers(request: ChatCompletionRequest, tool: string): boolean {
  return request.tools?.some((each) => each.function.name === tool) ?? false;
}

/** Every tool call of the conversation that has an answer; `now` when nobody said anything after it. */
function callsOf(messages: readonly ChatMessage[]): readonly Call[] {
  const lastSaid = messages.findLastIndex((message) => promptOf(message) !== null);
  return messages.flatMap((message, at) =>
    (message.tool_calls ?? []).map(({ id }) => ({
      step: id.replace(/_\d+$/, ''),
      now: at > lastSaid,
      result: messages
        .filter((each) => each.tool_call_id === id)
        .map(textOf)
        .join('\n'),
    })),
  );
}

/** Codex gives up waiting for a command after a while and names the session to ask again. */
function stillRunning(messages: readonly ChatMessage[]): number | null {
  const last = messages.at(-1);
  const session = last?.role === 'tool' ? /Process running with session ID (\d+)/.exec(textOf(last))?.[1] : undefined;
  return session === undefined ? null : Number(session);
}

/** A file that the prompt names by its path where there is one; else one of the checkout, whose folder Claude Code tells. */
function fileOf(file: Extract<Step, { does: 'read' }>['file'], said: string, messages: readonly ChatMessage[]): string {
  const named = file.named?.exec(said)?.[0];
  if (named !== undefined) return named;
  const folder = /Primary working directory: (\S+)/.exec(messages.map(textOf).join('\n'))?.[1];
  return folder === undefined ? file.path : `${folder}/${file.path}`;
}
