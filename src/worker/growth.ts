import { fields, fieldsOf, textOf } from './json.ts';

/** The first piece comes at once, the others so far apart. */
const APART_MS = 100;
/** So much of one text is passed on while it grows, in characters: it comes whole at its end. */
const MOST = 20_000;

export type Growth = {
  /** Takes a line of Claude's about a message that is not whole yet; false: it is another line. */
  take(line: string): boolean;
  /** Passes on what waits. */
  flush(): void;
  /** No process writes any more. */
  drop(): void;
};

/**
 * What the model is writing just now, in pieces: at most ten a second, its words alone. They take the place of the CLI's own lines, of which
 * there is one for each few letters, also for what it thinks and for every file that it writes.
 */
export function growth(write: (piece: { readonly first: boolean; readonly text: string }) => void): Growth {
  let [text, first, length] = ['', true, 0];
  let waiting: NodeJS.Timeout | undefined;

  function flush(): void {
    if (text === '') return;
    write({ first, text });
    [text, first] = ['', false];
  }

  function begin(): void {
    [text, first, length] = ['', true, 0];
  }

  function add(more: string): void {
    if (length >= MOST) return;
    const piece = more.slice(0, MOST - length);
    length += piece.length;
    text += piece;
    if (waiting === undefined) next();
  }

  /** What waits goes on, and nothing more for a while. */
  function next(): void {
    waiting = undefined;
    if (text === '') return;
    flush();
    waiting = setTimeout(next, APART_MS);
  }

  return {
    take(line) {
      if (!line.includes('"stream_event"')) return false;
      const { type, event, parent_tool_use_id: within } = fieldsOf(line);
      if (type !== 'stream_event') return false;
      const said = fields(event);
      // What an agent of the agent's writes is nobody's answer.
      if (within !== null && within !== undefined) return true;
      if (said['type'] === 'message_start' || said['type'] === 'content_block_start') begin();
      const delta = fields(said['delta']);
      if (said['type'] === 'content_block_delta' && delta['type'] === 'text_delta') add(textOf(delta['text']));
      return true;
    },
    flush,
    drop() {
      clearTimeout(waiting);
      waiting = undefined;
      begin();
    },
  };
}
