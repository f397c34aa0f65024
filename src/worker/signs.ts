import type { Spec } from './files.ts';
import { fields, fieldsOf, listOf, textOf } from './json.ts';

/** What a line of a CLI says about the turn and the conversation. */
export type Sign =
  /** Codex names its conversation. */
  | { readonly sign: 'thread'; readonly id: string }
  /** A message went into a turn: the one with this uuid, or the one that the process was given. */
  | { readonly sign: 'begun'; readonly uuid: string | null }
  /** The model spoke: from here on the CLI has the conversation on disk, and in it every message that was begun. */
  | { readonly sign: 'answered' }
  /** The message has had its turn, or part of one. */
  | { readonly sign: 'settled'; readonly uuid: string }
  | { readonly sign: 'over' };

/** A line that says nothing of the kind has no signs. */
export const signsOf: Readonly<Record<Spec['cli'], (line: string) => readonly Sign[]>> = { claude, codex };

/** `init` proves nothing: killed right after it, Claude Code 2.1.329 had not written the conversation yet. */
function claude(line: string): readonly Sign[] {
  const said = fieldsOf(line);
  switch (said['type']) {
    case 'command_lifecycle': {
      const uuid = textOf(said['command_uuid']);
      if (said['state'] === 'started') return [{ sign: 'begun', uuid }];
      return said['state'] === 'queued' ? [] : [{ sign: 'settled', uuid }];
    }
    case 'assistant':
      return [{ sign: 'answered' }];
    case 'result':
      return listOf(said['errors']).some((error) => noConversation.test(textOf(error))) ? [] : [{ sign: 'over' }];
    default:
      return [];
  }
}

/** Killed up to `turn.started`, Codex 0.169.0 had lost the message, and a new thread; at the first item it had both. */
function codex(line: string): readonly Sign[] {
  const said = fieldsOf(line);
  switch (said['type']) {
    case 'thread.started': {
      // It becomes an argument of the next process, which a tool could have made the CLI say.
      const id = textOf(said['thread_id']);
      return threadId.test(id) ? [{ sign: 'thread', id }] : [];
    }
    case 'turn.started':
      return [{ sign: 'begun', uuid: null }];
    case 'item.started':
    case 'item.updated':
    case 'item.completed':
      // An item of this type is a warning, and the first comes before the turn.
      return fields(said['item'])['type'] === 'error' ? [] : [{ sign: 'answered' }];
    case 'turn.completed':
    case 'turn.failed':
      return [{ sign: 'over' }];
    default:
      return [];
  }
}

const threadId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What the CLIs print, before any turn, when the record and they disagree whether the conversation exists. */
export const noConversation = /No conversation found with session ID|no rollout found for thread/;
export const isInUse = /Session ID \S+ is already in use/;
