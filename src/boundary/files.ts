import { z } from 'zod';

/**
 * The files between the controller and the boundary, under `<data>/boundary/`. The controller writes one file a session into
 * `sessions/` (durably: temp file, fsync, rename, fsync of the folder); the boundary serves that session's socket while the file is there.
 */
export const Grant = z.object({
  v: z.literal(1),
  session: z.string(),
  task: z.string(),
  role: z.string(),
  /** A name in the boundary's own accounts; which credential is added on the way. */
  account: z.string(),
  /** Full ids of the models that may be asked for. */
  models: z.array(z.string()).min(1),
  /** Absolute path of the unix socket to serve, at most 107 bytes, in a folder of its own made by the controller. */
  socket: z.string().max(107),
});
export type Grant = z.infer<typeof Grant>;

function keepsSecret(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') {
    return false;
  }
  return (
    url.protocol === 'https:' ||
    (url.protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname))
  );
}

/** Whose model API, where it is, and which credential the boundary adds. The secret is read by the boundary alone. */
export const Account = z.object({
  provider: z.enum(['anthropic', 'openai']),
  /**
   * Base URL; the provider's own unless a rehearsal or a company's relay stands in. What the provider has below `/v1` is below its `/v1`.
   * The credential is sent there: https, or http on this machine alone.
   */
  upstream: z
    .url()
    .refine(
      keepsSecret,
      'must be https:// (or http:// on 127.0.0.1, ::1 or localhost), without credentials, query or fragment',
    )
    .optional(),
  /** subscription: an OAuth token, and an API key is refused. key: a paid API key. */
  kind: z.enum(['subscription', 'key']),
  /** Path of a file, mode 0600, with the secret and nothing else. */
  credentialFile: z.string().min(1),
  /** ChatGPT subscriptions: sent as `chatgpt-account-id`. */
  accountId: z.string().optional(),
});
export type Account = z.infer<typeof Account>;

/**
 * Tokens, as the provider counted them at the end of its answer. `input` is all that was read, `cached` the part of it that came from the
 * provider's cache, `output` all that was written, reasoning included.
 */
export const Usage = z.object({ input: z.number(), cached: z.number(), output: z.number() });
export type Usage = z.infer<typeof Usage>;

/** usage.jsonl: `started` is durable before the request is forwarded; one without `ended` counts in full. `t` in ms since the epoch. */
export const MeterLine = z.discriminatedUnion('event', [
  z.object({
    event: z.literal('started'),
    t: z.number(),
    id: z.string(),
    session: z.string(),
    account: z.string(),
    model: z.string(),
  }),
  z.object({
    event: z.literal('ended'),
    t: z.number(),
    id: z.string(),
    session: z.string(),
    /** HTTP status of the provider's answer; null when there was none. */
    status: z.number().nullable(),
    /** Null when the provider's last count did not pass by: an error, or an answer that was cut off. */
    usage: Usage.nullable(),
    ms: z.number(),
  }),
  z.object({
    event: z.literal('refused'),
    t: z.number(),
    session: z.string(),
    method: z.string(),
    path: z.string(),
    why: z.string(),
  }),
]);
export type MeterLine = z.infer<typeof MeterLine>;
