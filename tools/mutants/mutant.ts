/** Where the test stands that must notice a defect. */
export interface Catcher {
  /** vitest project. */
  readonly project: string;
  readonly file: string;
  /** Part of the full names of the tests that must notice it; without it, all of the file. */
  readonly only?: string;
}

/** One deliberate defect, and the test that must notice it. */
export interface Mutant {
  /** What is broken, as somebody would say it in a review. */
  readonly name: string;
  /** The promise that it breaks; numbers are those of `reliability-spec.md`. */
  readonly why: string;
  /** A file, or a folder of migrations: then the last of its files that has `within` is meant. */
  readonly file: string;
  /** How the function, table or class begins that is changed; the change stays inside. */
  readonly within?: string;
  /** The text that is replaced, there exactly once. White space is any white space, so that reflowing changes nothing. */
  readonly find: string;
  readonly replace: string;
  /** `find` may be there several times, and each is replaced. */
  readonly everywhere?: boolean;
  readonly test: Catcher;
}

/** The tests of one file, or of those whose names hold `only`. */
export function tests(project: string, file: string): (only?: string) => Catcher {
  return (only) => ({ project, file, ...(only === undefined ? {} : { only }) });
}

const migrations = "packages/core/sql/migrations/";

/** A defect of one SQL function or table, wherever among the migrations it is defined last. */
export function sql(within: string, change: Omit<Mutant, "file" | "within">): Mutant {
  return { ...change, file: migrations, within };
}
