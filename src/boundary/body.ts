import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { unfitContents } from './contents.ts';
import type { Size } from './cost.ts';
import type { Account } from './files.ts';
import { readJson } from './json.ts';
import { forbidden, refusal } from './refusal.ts';
import type { Refusal } from './refusal.ts';
import { sizeOf } from './size.ts';

const Body = z.looseObject({ model: z.string() });

/** How many bytes of bodies a session's requests hold now. */
export type Held = { bytes: number };

/** Reads a body whole; what it takes is added to `held` and is the caller's to give back. Rejects when the client goes away. */
export async function readBody(
  request: IncomingMessage,
  held: Held,
  limits: { readonly bodyBytes: number; readonly bodyPieces: number; readonly heldBytes: number },
): Promise<{ readonly ok: true; readonly bytes: Buffer } | Refusal> {
  const whole = growing();
  let [length, pieces] = [0, 0];
  const refused = (): Refusal | null => {
    if (Math.max(length, Number(request.headers['content-length'] ?? 0)) > limits.bodyBytes) {
      return { ...refusal(413, `the body is longer than ${limits.bodyBytes} bytes`), forbidden: true };
    }
    if (pieces > limits.bodyPieces) {
      return { ...refusal(413, `the body comes in more than ${limits.bodyPieces} pieces`), forbidden: true };
    }
    return held.bytes > limits.heldBytes ? refusal(429, 'the requests under way hold too much') : null;
  };
  let refusing = refused();
  try {
    // Destroying what is left unread would reset the connection before the answer is read.
    for await (const chunk of refusing === null ? request.iterator({ destroyOnReturn: false }) : []) {
      whole.add(chunk as Buffer);
      pieces += 1;
      length += (chunk as Buffer).length;
      held.bytes += (chunk as Buffer).length;
      refusing = refused();
      if (refusing !== null) {
        break;
      }
    }
  } catch (error) {
    held.bytes -= length;
    throw error;
  }
  if (refusing !== null) {
    held.bytes -= length;
    return refusing;
  }
  return { ok: true, bytes: whole.bytes() };
}

/** One buffer: a list of short ones would take a hundred times their length. */
function growing(): { add(chunk: Buffer): void; bytes(): Buffer } {
  let [room, length] = [Buffer.alloc(0), 0];
  return {
    add(chunk) {
      if (length + chunk.length > room.length) {
        const more = Buffer.allocUnsafe(Math.max(65_536, 2 * (length + chunk.length)));
        room.copy(more, 0, 0, length);
        room = more;
      }
      length += chunk.copy(room, length);
    },
    bytes: () => room.subarray(0, length),
  };
}

/** Everything that is asked of a request's body before it may leave. The bytes themselves go on as they came. */
export function judgeBody(
  bytes: Buffer,
  models: readonly string[],
  provider: Account['provider'],
): { readonly ok: true; readonly model: string; readonly size: Size } | Refusal {
  const read = readJson(bytes);
  if (!read.ok) {
    return refusal(400, read.why);
  }
  const body = Body.safeParse(read.value);
  if (!body.success) {
    return forbidden('the body names no model');
  }
  const { model } = body.data;
  if (!models.includes(model)) {
    return forbidden(`model ${JSON.stringify(model.slice(0, 80))} is not among this session's`);
  }
  const unfit = unfitContents(provider, body.data);
  return unfit === null ? { ok: true, model, size: sizeOf(bytes.length, body.data) } : forbidden(unfit);
}
