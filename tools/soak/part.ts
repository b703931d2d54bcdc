/** What a part of the soak is told. */
export interface Order {
  /** Decides what is drawn by chance. */
  readonly seed: number;
  /** Whether to go on after so many have been done: until the time is over, or the full size is reached. */
  more(done: number): boolean;
  /** Says how far it is, now and then. */
  progress(done: number): void;
  /** Options of this part alone, e.g. `kill-every-ms`; undefined where none was given. */
  option(name: string): number | undefined;
}

/** What a part found. */
export interface Found {
  /** Everything that was counted, in the order in which it is printed. */
  readonly counts: Readonly<Record<string, number | string>>;
  /** Every broken promise, as a line that says which. Empty in a healthy product. */
  readonly violations: readonly string[];
}

/** One kind of soak. */
export interface Part {
  /** What is counted, e.g. `sequences`. */
  readonly unit: string;
  /** How many make a full run, as `reliability-spec.md` 6 asks. */
  readonly full: number;
  /** Its own options, each a number, with what they mean. */
  readonly options?: Readonly<Record<string, string>>;
  run(order: Order): Promise<Found>;
}
