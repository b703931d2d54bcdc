import { join } from "node:path";
import { createVitest, type TestRunResult, type Vitest } from "vitest/node";
import { literally } from "./apply.ts";

/** What became of the tests of one run. */
export interface TestRun {
  /** Full names. */
  readonly passed: readonly string[];
  readonly failed: readonly { readonly test: string; readonly message: string }[];
  /** What failed outside of any test: a file that does not load, a database that is not made, an audit at the end. */
  readonly around: string;
  /** Stopped because it did not come to an end. */
  readonly stopped: boolean;
}

/** Which tests of which file. */
export interface Place {
  readonly project: string;
  readonly file: string;
  /** None: all of them. */
  readonly names: readonly string[];
}

/** One vitest that stays open, and one Postgres with it: what a run costs is its tests alone. */
export interface Tests {
  /** The tests of a file whose names hold one of `names`; with `bail`, up to the first that fails. */
  run(where: Place, options: { bail: boolean; limitMs: number }): Promise<TestRun>;
  /** Says that a file has another text now. */
  changed(path: string): void;
  close(): Promise<void>;
}

/** Opens the tests of a copy. */
export async function openTests(copy: string): Promise<Tests> {
  let vitest: Promise<Vitest> | undefined;
  const opened = () => (vitest ??= open(copy));
  const close = async () => {
    const closing = vitest;
    vitest = undefined;
    await (await closing)?.close();
  };
  return {
    async run({ project, file, names }, { bail, limitMs }) {
      const runner = await opened();
      runner.config.bail = bail ? 1 : 0;
      for (const one of runner.projects) one.config.bail = runner.config.bail;
      // Between a suite and its test vitest writes " > ".
      runner.setGlobalTestNamePattern(
        names.map((name) => literally(name).replaceAll(" ", "(?: >)? ")).join("|"),
      );
      const specifications = (await runner.globTestSpecifications([join(copy, file)])).filter(
        (specification) => specification.project.name === project,
      );
      const late = Promise.withResolvers<undefined>();
      const timer = setTimeout(() => late.resolve(undefined), limitMs);
      const result = await Promise.race([runner.runTestSpecifications(specifications), late.promise]);
      clearTimeout(timer);
      if (result !== undefined) return read(result, join(copy, file));
      // Workers that are stuck go with their vitest; the next run has a new one.
      await Promise.race([close(), new Promise((resolve) => setTimeout(resolve, 20_000))]);
      return { passed: [], failed: [], around: "", stopped: true };
    },
    changed(path) {
      void vitest?.then((runner) => runner.invalidateFile(path));
    },
    close,
  };
}

async function open(copy: string): Promise<Vitest> {
  const vitest = await createVitest("test", {
    root: copy,
    config: join(copy, "vitest.config.ts"),
    watch: false,
    reporters: [{}],
  });
  await vitest.standalone();
  return vitest;
}

/** A result holds the modules of earlier runs too. */
function read(result: TestRunResult, file: string): TestRun {
  const modules = result.testModules.filter(({ moduleId }) => moduleId === file);
  const tests = modules.flatMap((module) => [...module.children.allTests()]);
  const messageOf = (errors: readonly { message: string }[] | undefined) =>
    (errors ?? []).map(({ message }) => message).join("\n");
  return {
    passed: tests.filter((test) => test.result().state === "passed").map((test) => nameOf(test.fullName)),
    failed: tests
      .filter((test) => test.result().state === "failed")
      .map((test) => ({ test: nameOf(test.fullName), message: messageOf(test.result().errors) })),
    around: messageOf(
      modules.flatMap((module) => [module, ...module.children.allSuites()].flatMap((part) => part.errors())),
    ),
    stopped: false,
  };
}

/** As it is named in the list. */
const nameOf = (fullName: string) => fullName.replaceAll(" > ", " ");
