/** Where the boundary's own words go. A credential is never among them. */
export type Log = {
  info(message: string, facts?: Readonly<Record<string, unknown>>): void;
  error(message: string, facts?: Readonly<Record<string, unknown>>): void;
};
