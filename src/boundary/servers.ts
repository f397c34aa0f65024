import { z } from 'zod';

/** An URL that a credential may be sent to: https, or http on this machine alone, and no secret or fragment in it; null otherwise. */
export function safeUrl(text: string): URL | null {
  const url = URL.parse(text);
  if (url === null || url.hash !== '' || url.username !== '' || url.password !== '') {
    return null;
  }
  const isHere = ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isHere) ? url : null;
}

/** What the boundary or the transport itself says in a request. */
const taken =
  /^(accept|accept-encoding|connection|content-.*|cookie|expect|host|keep-alive|last-event-id|mcp-.*|proxy-.*|te|trailer|transfer-encoding|upgrade|user-agent)$/;

/** An MCP server of the machine's owner that is reached over HTTP, and the credential that the boundary adds. The secret is read by the boundary alone. */
export const Server = z.object({
  /** Requests go to exactly this URL. */
  url: z
    .url()
    .refine(
      (text) => safeUrl(text) !== null,
      'must be https:// (or http:// on 127.0.0.1, ::1 or localhost), without a user, a password or a fragment',
    ),
  /** Path of a file, mode 0600, with the secret and nothing else. Without one no credential is added. */
  credentialFile: z.string().startsWith('/', 'an absolute path of a file on this machine').optional(),
  /** Which header carries the secret: `authorization` as `Bearer <secret>`, any other as it is. */
  header: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,59}$/, 'a header in lower case, e.g. x-api-key')
    .refine((name) => !taken.test(name), 'that header is set by the boundary itself or by the transport')
    .default('authorization'),
});
export type Server = z.infer<typeof Server>;

/** By the name that sessions know them by. */
export type Servers = Readonly<Record<string, Server>>;
