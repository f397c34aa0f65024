import { z } from 'zod';
import { Budget, Dollars } from './money.ts';
import { safeUrl } from './servers.ts';

export { Budget, Over, Spent } from './money.ts';
export { Server } from './servers.ts';
export type { Servers } from './servers.ts';

/**
 * A name that sessions of a project may reach over TLS: exact, in lower case, with `:port` where that is not 443. No wildcard (one name below it
 * may be anybody's), no address (what it leads to is looked up and judged each time).
 */
export const Host = z
  .string()
  .max(259)
  .regex(
    /^(?=[^:]{1,253}(?::|$))(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?(?::[1-9]\d{0,4})?$/,
    'a host name in lower case, e.g. registry.npmjs.org, or with its port, e.g. git.example.org:8443; no wildcard and no IP address',
  )
  .refine((host) => Number(host.split(':')[1] ?? 443) <= 65_535, 'a port is at most 65535');

/**
 * The files between the controller and the boundary, under `<data>/boundary/`. The controller writes one file a session into
 * `sessions/` (durably: temp file, fsync, rename, fsync of the folder); the boundary serves that session's socket while the file is there.
 */
export const Grant = z.object({
  v: z.literal(1),
  session: z.string(),
  task: z.string(),
  role: z.string(),
  /** A name in the boundary's own accounts; which credential is added on the way. Nobody's where no model may be asked for. */
  account: z.string(),
  /** Full ids of the models that may be asked for. Without one it is a way to hosts alone: nothing goes to a provider. */
  models: z.array(z.string()),
  /** Where it may go beside its model. Grants of an older controller have none. */
  hosts: z.array(Host).default([]),
  /** Names in the boundary's own MCP servers: those that it may call. Grants of an older controller have none. */
  servers: z.array(z.string()).default([]),
  /** Null: what it spends is counted and not capped. Grants of an older controller have none. */
  budget: Budget.nullable().default(null),
  /** Absolute path of the unix socket to serve, at most 107 bytes, in a folder of its own made by the controller. */
  socket: z.string().max(107),
});
export type Grant = z.infer<typeof Grant>;

const keepsSecret = (text: string): boolean => safeUrl(text)?.search === '';

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
 * provider's cache, `written` the part that it put there, `output` all that was written, reasoning included.
 */
export const Usage = z.object({
  input: z.number(),
  cached: z.number(),
  written: z.number().default(0),
  /** The part of `written` that is kept for longer than usual, where the provider says. */
  writtenLong: z.number().optional(),
  output: z.number(),
});
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
    /** Lines of an older boundary have neither. */
    task: z.string().optional(),
    /** The most that it can cost, in USD. */
    worst: Dollars.optional(),
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
    /** In USD. Without it nobody knows, and its worst stays counted. */
    cost: Dollars.optional(),
    ms: z.number(),
  }),
  /** A request to an MCP server: `called` is durable before it leaves. Of what is said there nothing is written. */
  z.object({
    event: z.literal('called'),
    t: z.number(),
    id: z.string(),
    session: z.string(),
    server: z.string(),
    method: z.string(),
    bytes: z.number(),
  }),
  /** `status` null: no answer came. `bytes` of the answer, as many as passed by. */
  z.object({
    event: z.literal('answered'),
    t: z.number(),
    id: z.string(),
    session: z.string(),
    status: z.number().nullable(),
    bytes: z.number(),
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

/** What stands for a host where the provider of the session's own model was asked: no name has a space. */
export const MODEL = 'model requests';
/** The same for MCP servers. */
export const SERVERS = 'calls of MCP servers';

/**
 * `<data>/boundary/refused.jsonl`: where sessions wanted to go and were not let, for people; at most two lines a place, at most 32 places a
 * session beside its provider and its MCP servers. Each refusal as it came is in usage.jsonl. `host` is the agent's word, in the characters of
 * names and addresses alone; or MODEL or SERVERS.
 */
export const RefusedLine = z.object({
  t: z.number(),
  session: z.string(),
  task: z.string(),
  host: z.string().max(253),
  port: z.number().int().min(1).max(65_535),
  /**
   * unlisted: it is not among the grant's hosts. address: the name leads to an address that is not public. tls: something else than TLS for that name.
   * request: its provider, or an MCP server, was asked for what no session may have.
   */
  why: z.enum(['unlisted', 'address', 'tls', 'request']),
  /** How often since the line of this place before. */
  count: z.number().int().positive(),
});
export type RefusedLine = z.infer<typeof RefusedLine>;

/**
 * `<data>/boundary/accounts.jsonl`: what the boundary saw of model accounts; append-only, durable line by line. Only a `shut` line shuts an
 * account, only `opened` opens it; the last of both holds. `t` in ms since the epoch.
 */
export const AccountLine = z.discriminatedUnion('event', [
  /** No request of the account leaves from here on. A second one while it is shut only moves `until`. */
  z.object({
    event: z.literal('shut'),
    t: z.number(),
    account: z.string(),
    /** quota: a window is spent. overage: paid extra usage is in progress. login: the credential was refused. billing: no credit, or no such plan. */
    why: z.enum(['quota', 'overage', 'login', 'billing']),
    /** As a person knows it: `5-hour window`, `weekly window`. Null where there is none or it is not known. */
    window: z.string().nullable(),
    /** When it opens by itself, ms since the epoch. Null: when its credential is renewed (login), or when somebody asks (any). */
    until: z.number().nullable(),
    /** For login: which state of the credential's file was refused. */
    credential: z.string().optional(),
  }),
  z.object({
    event: z.literal('opened'),
    t: z.number(),
    account: z.string(),
    why: z.enum(['reset', 'asked', 'renewed']),
    /** For asked: the name of the asking, which has taken effect with this. */
    key: z.string().optional(),
  }),
  /** An asking that had nothing to open: the account was open, or shut after what the asker knew. It has no effect later either. */
  z.object({ event: z.literal('spent'), t: z.number(), account: z.string(), key: z.string() }),
  /** How full a subscription's windows are: `used` from 0 to 1, `until` its next reset in ms. At most one line a minute an account. */
  z.object({
    event: z.literal('windows'),
    t: z.number(),
    account: z.string(),
    windows: z.array(z.object({ name: z.string(), used: z.number().min(0).max(1), until: z.number().nullable() })),
  }),
]);
export type AccountLine = z.infer<typeof AccountLine>;

/**
 * `<data>/boundary/asked/<name>`, `name` the sha256 of the asker's key in hex: opens an account before it would open by itself. The
 * controller writes it whole (temp file, fsync, link); the boundary writes down what came of it, and then removes it.
 */
export const Asking = z.object({
  v: z.literal(1),
  account: z.string(),
  /** Lines of accounts.jsonl that the asker had seen: a shut that is written later is none that it asked about. */
  seen: z.number().int().nonnegative(),
});
export type Asking = z.infer<typeof Asking>;

/** One spelling of a secret, for who does not have it: see prints.ts. */
export const Print = z.object({
  length: z.number().int().min(8),
  sum: z.number().int().min(0).max(4095),
  hash: z.string().regex(/^[0-9a-f]{32}$/),
});
export type Print = z.infer<typeof Print>;

/** `<data>/boundary/prints.json`: prints of each account's latest credentials, each in all its spellings, the newest first. */
export const Prints = z.object({
  v: z.literal(1),
  salt: z.string().regex(/^[0-9a-f]{32}$/),
  accounts: z.record(z.string(), z.array(z.array(Print))),
});
export type Prints = z.infer<typeof Prints>;
