import type { TaskId } from './ids.ts';

/** Where a session wanted to go and was not let, as the boundary counted it. `host` is the agent's word, in the characters of names and addresses alone. */
export type RefusedSeen = {
  readonly task: TaskId;
  readonly host: string;
  readonly port: number;
  /**
   * unlisted: not among the project's hosts. address: the name leads to an address that is not public. tls: something else than TLS for that name.
   * request: no host, but the provider of its own model, asked for what no session may have.
   */
  readonly why: 'unlisted' | 'address' | 'tls' | 'request';
  readonly count: number;
  /** Whether a project may list it: it is a host's name, refused for not being listed. */
  readonly listable: boolean;
};

/** The boundary's record of refusals. Gives, in order, what came after `n`, which is 0 at the beginning, and the `n` to ask with the next time. It MAY give a line again. */
export type Refusals = {
  seen(n: number): Promise<{ readonly lines: readonly RefusedSeen[]; readonly n: number }>;
};
