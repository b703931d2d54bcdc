import { it } from "vitest";

/** Tests of a suite that one of its kind cannot pass, by their names, and why. */
export interface Cannot {
  readonly reason: string;
  readonly cases: readonly string[];
}

/** `it` of a suite without what cannot be; `end` after the last refuses names that are of no test. */
export function testsBut(cannot: readonly Cannot[]): {
  it(name: string, run: () => Promise<void>): void;
  end(): void;
} {
  const left = new Set(cannot.flatMap(({ cases }) => cases));
  return {
    it(name, run) {
      if (!left.delete(name)) it(name, run);
    },
    end() {
      for (const name of left) throw new Error(`no test is called "${name}"`);
    },
  };
}
