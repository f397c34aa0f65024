/** What one session may use up. Bytes and milliseconds. */
export type Limits = {
  /** Connections at once; each carries one request. */
  readonly connections: number;
  /** Of one request's body. Both providers refuse more than this themselves. */
  readonly bodyBytes: number;
  /** In which a body comes: each takes the boundary's time, however short it is. */
  readonly bodyPieces: number;
  /** Of the bodies of all requests under way. */
  readonly heldBytes: number;
  readonly headerBytes: number;
  /** Until a request's headers are there. */
  readonly headersMs: number;
  /** Until a request's body is there. */
  readonly requestMs: number;
  /** Until the upstream takes the connection: of a tunnel, all its tries. Its answer may take any time. */
  readonly connectMs: number;
  /** Requests that are read at all, whatever becomes of them: each is a line in usage.jsonl and a call at the provider's. */
  readonly requestsPerMinute: number;
  /** In a minute, for judging bodies: the boundary serves nobody else while it judges. */
  readonly judgingMs: number;
  /** Refusals written to usage.jsonl in a minute; the rest are counted. */
  readonly refusalsPerMinute: number;
  /** Tunnels at once: fewer than connections, so that the model is in reach beside them. */
  readonly tunnels: number;
  readonly tunnelsPerMinute: number;
  /** Until an opened tunnel has said which name it wants. */
  readonly helloMs: number;
  /** Without a byte, either way. */
  readonly tunnelIdleMs: number;
  /** Of all tunnels of a session, both ways; counted anew when the boundary starts again. */
  readonly tunnelBytes: number;
  /** From a place's first refusal to its line in refused.jsonl. */
  readonly settleMs: number;
};

const MiB = 2 ** 20;

export const usualLimits: Limits = {
  connections: 64,
  bodyBytes: 32 * MiB,
  bodyPieces: 8_192,
  heldBytes: 64 * MiB,
  headerBytes: 32 * 1024,
  headersMs: 15_000,
  requestMs: 60_000,
  connectMs: 30_000,
  requestsPerMinute: 240,
  judgingMs: 5_000,
  refusalsPerMinute: 60,
  tunnels: 40,
  tunnelsPerMinute: 600,
  helloMs: 10_000,
  tunnelIdleMs: 300_000,
  tunnelBytes: 8 * 1024 * MiB,
  settleMs: 10_000,
};
