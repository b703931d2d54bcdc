import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

// The rules that prose alone does not hold. Each message says how to comply.

const root = fileURLToPath(new URL("..", import.meta.url));
const tracked = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((path) => path !== "" && existsSync(join(root, path)));
const read = (path: string) => readFileSync(join(root, path), "utf8");
const isTest = (path: string) =>
  /\.(test|test-d|browser)\.tsx?$/.test(path) ||
  /\/(testing|conformance|__fixtures__|tests|dev)\//.test(path);
const shipped = tracked.filter((path) => /^packages\/[^/]+\/src\/.*\.tsx?$/.test(path) && !isTest(path));
const sources = tracked.filter((path) => /^(packages|examples)\/.*\.tsx?$/.test(path) && !isTest(path));

/** Every offending place, named so that the failure says where to go. */
function offences(
  paths: readonly string[],
  pattern: RegExp,
  allowed: (path: string) => boolean = () => false,
): string[] {
  return paths
    .filter((path) => !allowed(path))
    .flatMap((path) =>
      read(path)
        .split("\n")
        .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [])),
    );
}

describe("modules", () => {
  it("name what they export: no export *, no default export", () => {
    expect(
      offences(
        sources,
        /^export (\*|default)/,
        (path) => /config\.ts$/.test(path) || path.endsWith("/browser-server.ts"),
      ),
    ).toEqual([]);
  });

  it("are small: a file over 300 lines has more than one reason to change", () => {
    expect(sources.filter((path) => read(path).split("\n").length > 301)).toEqual([]);
  });

  it("have names that say what is inside: no utils, helpers or common", () => {
    expect(tracked.filter((path) => /(^|\/)(utils|helpers|common)(\.|\/)/.test(path))).toEqual([]);
  });

  it("use import type for the server's App: `import { type App }` would bundle the server into the page", () => {
    expect(offences(sources, /^import \{[^}]*\btype App\b/)).toEqual([]);
  });

  it("import zod whole: `import { z }` keeps every locale in a bundle", () => {
    expect(offences(sources, /import \{[^}]*\} from "zod"/)).toEqual([]);
  });
});

describe("the network", () => {
  const doors = [
    /^packages\/core\/src\/assets\/guarded-fetch/,
    /^packages\/core\/src\/auth\//,
    // What the guarded fetch and the next one are made of.
    /^packages\/core\/src\/shared\/(open-connection|send-request)\.ts$/,
    // Streams to our own bucket: docs/adr/2026-11-22-streams-to-supabase-storage.md.
    /^packages\/core\/src\/supabase\/storage-put\.ts$/,
    /^packages\/providers\/src\/shared\//,
    /^packages\/client-sdk\/src\/transport\.ts$/,
    // In a browser, where a progress of uploads can be had in no other way.
    /^packages\/client-sdk\/src\/send-with-progress\.ts$/,
    // Simulators fetch the inputs they are told of, on this machine only.
    /^packages\/simulator\/src\//,
  ];
  it("is reached through few doors: fetch, ky and sockets appear nowhere else", () => {
    const calls =
      /^(?!import type ).*?((^|[^.\w])fetch\(|globalThis\.fetch\(|"(ky|undici|axios|got|ws)"|"node:(https?|http2|net|tls|dgram)"|\/(open-connection|send-request)\.ts"|new (WebSocket|EventSource|XMLHttpRequest)\b)/;
    expect(offences(shipped, calls, (path) => doors.some((door) => door.test(path)))).toEqual([]);
  });
});

describe("vendors' clients", () => {
  it("stay in one folder: supabase-js in packages/core/src/supabase", () => {
    const pattern = /from "@supabase\/|import\("@supabase\//;
    expect(offences(shipped, pattern, (path) => path.startsWith("packages/core/src/supabase/"))).toEqual([]);
  });

  it("stay in one folder: Amazon's SDK in packages/core/src/s3", () => {
    const pattern = /from "@aws-sdk\/|import\("@aws-sdk\//;
    expect(offences(shipped, pattern, (path) => path.startsWith("packages/core/src/s3/"))).toEqual([]);
  });
});

describe("directions", () => {
  /** Folder of core → what it may never import. */
  const forbidden: Record<string, RegExp> = {
    contract: /^(?!contract\/)/,
    credits: /^(http|generations|engine|storage\/files|database\/(postgres|pglite)|supabase)/,
    operations: /^(http|generations|engine|assets|storage|database)/,
    assets: /^(http|generations|engine)/,
    storage: /^(http|generations|engine|operations)/,
    database: /^(http|generations|engine|operations|assets|storage|supabase)/,
    engine: /^(http|generations|operations|assets|storage|database)/,
    generations: /^http/,
    webhooks: /^(generations|engine)/,
    events: /^(http|generations|engine|operations)/,
    auth: /^(http|generations|engine|operations|assets|storage|database)/,
    limits: /^(http|generations|engine|operations|assets|storage|database)/,
    supabase: /^(http|generations|engine|operations)/,
    s3: /^(http|generations|engine|operations|database|supabase)/,
    shared: /^(?!(shared|contract|errors)\/)/,
    errors: /^(?!(errors|contract)\/)/,
  };
  it("point one way inside core", () => {
    const base = "packages/core/src/";
    const wrong = shipped
      .filter((path) => path.startsWith(base))
      .flatMap((path) => {
        const folder = path.slice(base.length).split("/")[0] ?? "";
        const rule = forbidden[folder];
        if (rule === undefined) return [];
        return [...read(path).matchAll(/^(?:import|export)(?! type)[^"]*from "(\.[^"]+)"/gm)]
          .map((match) => normalize(join(dirname(path), match[1] ?? "")).slice(base.length))
          .filter((target) => rule.test(target) && target !== "create-bff.ts")
          .map((target) => `${path} → ${target}`);
      });
    expect(wrong).toEqual([]);
  });
});

describe("sql", () => {
  const migrations = tracked.filter((path) => /^packages\/core\/sql\/migrations\/.*\.sql$/.test(path));
  it("switches row security on in the file that creates the table", () => {
    const open = migrations.flatMap((path) =>
      [...read(path).matchAll(/create table ([a-z_.]+)/g)]
        .filter(([, table]) => !read(path).includes(`alter table ${table} enable row level security`))
        .map(([, table]) => `${path}: ${table}`),
    );
    expect(open).toEqual([]);
  });

  it("gives every public function the rights of its owner and an empty search path, and closes the doors last", () => {
    for (const path of migrations) {
      const text = read(path);
      for (const [declaration] of text.matchAll(/create (?:or replace )?function public\.[\s\S]*?as \$\$/g)) {
        expect(declaration, path).toContain("security definer");
        expect(declaration, path).toContain("set search_path = ''");
      }
      expect(
        text.trimEnd().endsWith("select genbff.close_doors();"),
        `${path} must end with select genbff.close_doors();`,
      ).toBe(true);
    }
  });
});

describe("releases", () => {
  it("leave the migrations of a released version as they were released", async () => {
    const { editedAfterRelease, readReleases } = await import(
      "../packages/core/src/testing/releases/releases.ts"
    );
    expect(editedAfterRelease(await readReleases())).toEqual([]);
  });
});

describe("promises", () => {
  it("give every port a suite in testing/", () => {
    const suites: Record<string, string> = {
      "packages/core/src/database/port.ts": "packages/core/src/testing/database-suite.ts",
      "packages/core/src/storage/port.ts": "packages/core/src/testing/object-store-suite.ts",
      "packages/core/src/engine/port.ts": "packages/core/src/testing/engine-suite.ts",
      "packages/core/src/providers/port.ts": "packages/providers/src/conformance/suite.ts",
      "packages/core/src/auth/port.ts": "packages/core/src/testing/auth-suite.ts",
    };
    const ports = tracked.filter((path) => path.endsWith("/port.ts"));
    expect(ports.sort()).toEqual(Object.keys(suites).sort());
    expect(Object.values(suites).filter((suite) => !tracked.includes(suite))).toEqual([]);
  });

  it("produce every error code in some test", async () => {
    const { errorCodes } = await import("../packages/core/src/contract/error-codes.ts");
    const tests = tracked
      .filter((path) => isTest(path) || /(\.|-)cases\.ts$/.test(path))
      .map(read)
      .join("\n");
    expect(Object.keys(errorCodes).filter((code) => !tests.includes(`"${code}"`))).toEqual([]);
  });

  it("name only paths that exist in AGENTS.md", () => {
    const named = [...read("AGENTS.md").matchAll(/`((?:packages|examples|docs|tools)\/[^`\s*<{]+)`/g)].map(
      (match) => match[1] ?? "",
    );
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});
