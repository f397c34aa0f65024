/** What somebody asked for on the machine itself. `id` orders them and makes a repeat harmless; `upTo` numbers the last lock that is ended. */
export type AskedHere = { readonly id: string } & (
  | { readonly is: 'lock' }
  | { readonly is: 'unlock'; readonly upTo: number }
);

/**
 * What was asked for on the machine, where the controller may be down: it waits there until a controller has taken it.
 * - asked MUST give all that was asked for and is not done, in order, the same after a restart.
 * - done takes one away; one that is gone is fine.
 */
export type Machine = {
  asked(): Promise<readonly AskedHere[]>;
  done(id: string): Promise<void>;
};
