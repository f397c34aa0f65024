/** One guard taken out. `find` is in `file` exactly once; the tests in `tests` must go red without it. */
export type Mutant = {
  readonly guard: string;
  readonly file: string;
  readonly find: string;
  readonly put: string;
  readonly tests: readonly string[];
};
