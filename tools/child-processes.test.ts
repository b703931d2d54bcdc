import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

// What a server of ours says and answers is searched for secrets and vendors' names in the whole run of the tests
// (`reliability-spec.md` 8.6). It would be easy to start one past the search: here that fails.

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string) => readFileSync(join(root, path), "utf8");
/** What `npm test` runs, and what that starts. The long runs, the benchmarks and the tools themselves are none of it. */
const tested = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((path) => /^(packages|examples|tests)\/.*\.[cm]?tsx?$|^tools\/[^/]+\.test\.ts$/.test(path))
  .filter((path) => existsSync(join(root, path)));

/** Who says it, and nobody else: an entry that nobody needs any more is a mistake too. */
const saying = (pattern: RegExp) => tested.filter((path) => pattern.test(read(path))).sort();

describe("a program that tests start", () => {
  /** The way, and files that start what is no server of ours. */
  const starters: Record<string, string> = {
    "packages/core/src/testing/start-program.ts": "the way itself",
    "examples/lambda/emulator/environment.ts": "functions, whose output tests/cloud.ts has searched",
    "examples/lambda/tests/emulator.test.ts": "ps",
    "examples/makeit3d/tests/docs/commands.ts": "curl, and a script that prints options",
    "examples/makeit3d/tests/docs/pages.ts": "git",
    "examples/makeit3d/tests/docs/scratch.ts": "tsc",
    "examples/render-jobs/tests/memory.test.ts": "one call of sharp, which answers nobody",
    "packages/client-sdk/src/typescript-6.test.ts": "tsc",
    "packages/core/src/cli/emit-migrations.test.ts": "a command that ends at its own help",
    "packages/core/src/testing/embedded/pgbouncer.ts": "pgbouncer",
    "packages/core/src/testing/embedded/postgres-binaries.ts": "postgres",
    "packages/core/src/testing/embedded/postgres-server.ts": "postgres",
    "packages/core/src/testing/embedded/redis-server.ts": "redis",
    "packages/simulator/src/cli.test.ts": "the vendors, who may say their names",
    "tools/child-processes.test.ts": "git",
    "tools/server-only.test.ts": "imports that must fail, and reach no line of a server",
    "tools/structure.test.ts": "git",
  };
  it("is started by startProgram in packages/core/src/testing, which searches what it says", () => {
    expect(saying(/(from|import\(|require\() ?"(node:)?(child_process|cluster|worker_threads)"/)).toEqual(
      Object.keys(starters).sort(),
    );
  });
});

describe("a browser that tests start", () => {
  /** What they look at is no server of ours, or is searched where it is made. */
  const without: Record<string, string> = {
    "examples/makeit3d/studio/studio.test.ts": "the page alone, before answers that the test makes up",
    "examples/makeit3d/tests/supabase.test.ts": "a BFF of the test's own process, by watchBff",
    "packages/simulator/src/page.test.ts": "the vendors' page",
  };
  it("reads through searchPages in packages/core/src/testing/leaks", () => {
    const launching = saying(/chromium\.launch\(/);
    const searching = saying(/chromium\.launch\([^;]*proxy: \w+\.proxy/);
    expect(launching.filter((path) => !searching.includes(path))).toEqual(Object.keys(without).sort());
  });
});

describe("a BFF that tests make in their own process", () => {
  /** Those whose answers nobody reads, and those that are started by a program, which is searched from outside. */
  const without: Record<string, string> = {
    "examples/makeit3d/tests/crash-bff.ts": "crash-world.ts searches it; else it is a process",
    "examples/makeit3d/tests/docs/scratch.ts": "world.ts searches it",
    "packages/adapter-express/src/testing/serving-process.ts": "a process",
    "packages/core/src/assets/client-files.test.ts": "it is refused",
    "packages/core/src/diagnosis/diagnose.test.ts": "nobody asks it for anything but its diagnosis",
    "packages/core/src/http/stopping.test.ts": "nobody asks it for anything",
    "packages/core/src/http/who-asks.test.ts": "it is refused",
    "packages/core/src/limits/rate-options.test.ts": "it is refused",
    "packages/core/src/testing/webhooks/sender-process.ts": "a process",
    "tests/shop/shop.ts": "run.ts gives it the watch",
  };
  it("is watched by watchLeaks, watchBff or watchServer in packages/core/src/testing/leaks", () => {
    const making = saying(/\bcreate(Bff|Makeit3d|Logokraft|RenderBff|PassthroughBff)\(/).filter((path) =>
      /\.test\.ts$|\/(testing|tests)\/|^tests\//.test(path),
    );
    const watched = saying(/\b(watchLeaks|watchBff|watchServer)\(/);
    expect(making.filter((path) => !watched.includes(path))).toEqual(Object.keys(without).sort());
  });
});
