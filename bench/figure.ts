/** What every measurement is given. */
export type Bench = {
  /** Where the launcher is. */
  readonly root: string;
  /** A folder on the disk that the data folder is on; what is made in it is removed again. */
  readonly place: string;
  /** How often, where a figure repeats whole tasks or texts; null: as often as the figure does by itself. */
  readonly repeats: number | null;
  /** One line for whoever waits, at the start of what takes more than two seconds. */
  readonly say: (line: string) => void;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Removes the containers of a data folder. */
  readonly sweep: (data: string) => Promise<void>;
};

/** One line of the table: numbers of one unit, by the name of what they are, in order. `aim` is a wish in words: nothing is judged by it. */
export type Row = {
  readonly what: string;
  readonly unit: 'ms' | 's' | 'MB' | 'MB/s' | '1/s' | '×' | 'in all';
  readonly values: Readonly<Record<string, number>>;
  readonly aim?: string;
};

/** `how`: what was run, how often and on what, so that a reader could do it again. */
export type Measured = { readonly how: string; readonly rows: readonly Row[] };

/** null: what it measures is not in this checkout. Throws when it could not be measured. */
export type Measure = (bench: Bench) => Promise<Measured | null>;

export type Figure = {
  readonly title: string;
  /** Whether it takes Docker and the worker image. */
  readonly containers: boolean;
  readonly measure: Measure;
};
