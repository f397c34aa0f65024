/** Takes what a container prints; what it throws ends the container. */
export type Output = (chunk: Buffer) => void | Promise<void>;

/** Docker's stream of a container without a terminal: frames of a type, three zeros, a length and that many bytes. */
export async function listen(stream: NodeJS.ReadableStream, output: Output, errors: Output): Promise<void> {
  let left: Buffer = Buffer.alloc(0);
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    left = left.length === 0 ? chunk : Buffer.concat([left, chunk]);
    while (left.length >= 8 && left.length >= 8 + left.readUInt32BE(4)) {
      const end = 8 + left.readUInt32BE(4);
      await (left[0] === 2 ? errors : output)(left.subarray(8, end));
      left = left.subarray(end);
    }
  }
}
