/** The longest line that is kept, in bytes. What the CLIs print stays far below it. */
export const LONGEST_LINE = 8 * 1024 * 1024;

export type LineSink = {
  line(text: string): void;
  /** A line longer than the limit came to its end; none of it was kept. */
  oversized(bytes: number): void;
};

/**
 * Cuts a stream of bytes at every newline and nowhere else: node:readline also cuts at U+2028, which JSON may hold raw.
 * `end` gives what the last newline left over.
 */
export function lineSplitter(limit: number, sink: LineSink): { push(chunk: Buffer): void; end(): void } {
  let parts: Buffer[] = [];
  let length = 0;

  const keep = (part: Buffer): void => {
    length += part.length;
    if (length <= limit) parts.push(part);
    else parts = [];
  };
  const finish = (): void => {
    const [whole, bytes] = [parts, length];
    parts = [];
    length = 0;
    if (bytes > limit) sink.oversized(bytes);
    else sink.line(Buffer.concat(whole).toString('utf8'));
  };

  return {
    push(chunk) {
      let start = 0;
      for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, start)) {
        keep(chunk.subarray(start, at));
        finish();
        start = at + 1;
      }
      if (start < chunk.length) keep(chunk.subarray(start));
    },
    end() {
      if (length > 0) finish();
    },
  };
}
