/** What the beginning of a TLS connection says. `name` is the server's, as it stands there; `why` is for the journal. */
export type Hello = { readonly ok: true; readonly name: string } | { readonly ok: false; readonly why: string };

/** Bytes of a record's header. */
export const HEADER = 5;
const LONGEST = 2 ** 14;
const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
/** encrypted_client_hello and its draft: the name that counts would be another one, which nobody here can read. */
const hiding = new Set([0xfe0d, 0xffce]);

const no = (why: string): Hello => ({ ok: false, why });

/** How long the whole first record is, by its header; null when this is not how TLS begins. */
export function recordLength(header: Buffer): number | null {
  const length = header.readUInt16BE(3);
  const isTls = header[0] === HANDSHAKE && header[1] === 3 && (header[2] ?? 0) <= 3 && length > 0 && length <= LONGEST;
  return isTls ? HEADER + length : null;
}

/** Reads a ClientHello (RFC 8446, 4.1.2) that must be the whole of one record. Anything unusual is a no: two readers must not see two names. */
export function readHello(record: Buffer): Hello {
  const message = record.subarray(HEADER);
  if (message[0] !== CLIENT_HELLO) {
    return no('not a ClientHello');
  }
  if (message.length < 4 || message.readUIntBE(1, 3) !== message.length - 4) {
    return no('a ClientHello that is not one record');
  }
  // Version and random, then the session's id, the ciphers and the compressions.
  const id = vector(message, 4 + 2 + 32, 1);
  const ciphers = id && vector(message, id.next, 2);
  const compressions = ciphers && vector(message, ciphers.next, 1);
  const extensions = compressions && vector(message, compressions.next, 2);
  if (!extensions || extensions.next !== message.length) {
    return no('a malformed ClientHello');
  }
  return nameIn(extensions.body);
}

function nameIn(extensions: Buffer): Hello {
  const seen = new Set<number>();
  let found: Hello = no('no server name');
  for (let at = 0; at < extensions.length;) {
    const extension = vector(extensions, at + 2, 2);
    if (!extension) {
      return no('a malformed ClientHello');
    }
    const type = extensions.readUInt16BE(at);
    if (hiding.has(type)) {
      return no('an encrypted server name');
    }
    if (seen.has(type)) {
      return no('an extension twice');
    }
    seen.add(type);
    if (type === SERVER_NAME) {
      found = serverName(extension.body);
    }
    at = extension.next;
  }
  return found;
}

/** RFC 6066, 3: a list, of which only a single host name is taken. */
function serverName(body: Buffer): Hello {
  const list = vector(body, 0, 2);
  const name = list && list.body[0] === 0 ? vector(list.body, 1, 2) : null;
  if (!list || !name || list.next !== body.length || name.next !== list.body.length) {
    return no('a malformed server name');
  }
  return { ok: true, name: name.body.toString('latin1') };
}

/** A length of `size` bytes and as many bytes as it says; null where they are not all there. */
function vector(bytes: Buffer, at: number, size: 1 | 2): { readonly body: Buffer; readonly next: number } | null {
  if (at + size > bytes.length) {
    return null;
  }
  const begin = at + size;
  const next = begin + bytes.readUIntBE(at, size);
  return next > bytes.length ? null : { body: bytes.subarray(begin, next), next };
}
