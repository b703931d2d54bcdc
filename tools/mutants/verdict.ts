import type { TestRun } from "./run-tests.ts";

/** What became of one mutant. An ERROR proves nothing: the defect could not be put in, or broke more than it should. */
export interface Verdict {
  readonly kind: "caught" | "time-out" | "SURVIVED" | "ERROR";
  readonly because: string;
}

/** What a run with a defect says. Pure. */
export function judge({ passed, failed, around, stopped }: TestRun): Verdict {
  if (stopped) return { kind: "time-out", because: "stopped: it did not come to an end" };
  // A file that does not load, or SQL that is not accepted, would be noticed without any test.
  const broken = [around, ...failed.map(({ message }) => message)].find((message) =>
    /Migration \S+ failed:/.test(message),
  );
  if (broken !== undefined) return { kind: "ERROR", because: `it does not even load: ${firstLine(broken)}` };
  const [first] = failed;
  if (first !== undefined)
    return failed.every(({ message }) => /timed out in \d+ ?ms/i.test(message))
      ? { kind: "time-out", because: first.test }
      : { kind: "caught", because: `${first.test}: ${firstLine(first.message)}` };
  // The audit of a whole file stands behind its last test.
  if (around !== "" && passed.length > 0)
    return { kind: "caught", because: `at the end: ${firstLine(around)}` };
  if (around !== "") return { kind: "ERROR", because: `no test ran: ${firstLine(around)}` };
  return passed.length === 0
    ? { kind: "ERROR", because: "no test ran" }
    : { kind: "SURVIVED", because: `${passed.length} tests pass with it` };
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0]?.slice(0, 200) ?? "";
}
