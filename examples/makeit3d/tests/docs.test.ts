import { existsSync } from "node:fs";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { dirname, join, normalize } from "node:path";
import { parseEnv } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import { defaultLimits } from "../../../packages/core/src/limits/limits.ts";
import { createTestDatabase } from "../../../packages/core/src/testing/embedded/test-database.ts";
import { errorsPage } from "../../../tools/docs/errors.ts";
import { readConfig } from "../src/config.ts";
import { sendForged } from "./docs/backend.ts";
import { proveCommand } from "./docs/commands.ts";
import { contributing, readPages, root } from "./docs/pages.ts";
import { compile, fileOf, folderOf, writeBlocks } from "./docs/scratch.ts";
import { openWorld, type World } from "./docs/world.ts";

// Every block of every page runs here, in the order of its page: what is written down works.

const pages = readPages();
const withBlocks = pages.filter(({ path, blocks }) => blocks.length > 0 && path !== contributing);
const unrun = ["text", "mermaid"];
const link = /\/api\/files\/images\/[\w-]+\/0\.png\?/;

/** What must have been seen when a page has run. */
const seen: Record<string, (world: World) => void | Promise<void>> = {
  "README.md": ({ rendered }) => expect(rendered.at(-1)).toMatch(link),
  "docs/getting-started.md": ({ rendered }) => {
    expect(rendered[0]).toBe("costs 4 credits");
    expect(rendered.some((value) => link.test(String(value)))).toBe(true);
    expect(rendered.at(-1)).toBe(1);
  },
  "docs/authentication.md": ({ rendered }) =>
    expect(rendered).toEqual([
      "0b6f4c55-5be6-4d39-a0c0-0f3fd9f4a111",
      "lin",
      "unauthenticated",
      expect.stringContaining("text/event-stream"),
    ]),
  "docs/add-your-own-provider.md": ({ rendered }) => {
    expect(rendered).toEqual(expect.arrayContaining(["Waiting", "Drawing", 40, 80]));
    expect(rendered.filter((value) => value === "cancelled")).toHaveLength(2);
    expect(rendered.filter((value) => link.test(String(value)))).toHaveLength(3);
    expect(rendered.at(-1)).toMatch(link);
  },
  "docs/hosts.md": ({ rendered }) =>
    expect(rendered).toEqual([
      { status: "ready" },
      ...["Hono", 200, "Next.js", 200, "Deno", 200, "Edge", 200, "a stranger", 401],
      ...[200, { status: "ok" }],
      ...[204, "https://app.example.com", "GET, HEAD"],
      ...[405, null, null],
    ]),
  "docs/limits.md": () => {
    const told = vi.mocked(console.log).mock.calls.slice(-6);
    expect(told.map(([first]) => first)).toEqual(["3", "2", "1", "0", 429, 401]);
  },
  "docs/postgres.md": () => expect(console.log).toHaveBeenLastCalledWith({ ready: true }),
  "docs/scaling.md": ({ rendered }) => expect(rendered).toEqual(["complete"]),
  "docs/supabase.md": ({ rendered }) => expect(rendered).toEqual([expect.stringMatching(link)]),
  "docs/migrations.md": async () => {
    const files = (await readdir("supabase/migrations")).sort().map((name) => name.replace(/^\d{14}_/, ""));
    expect(files[0]).toBe("genbff_0001_ledger.sql");
    expect(files.at(-2)).toBe("genbff_shop_0001_prices.sql");
    expect(files.at(-1)).toMatch(/^genbff_settings_[0-9a-f]{8}\.sql$/);
  },
  "docs/webhooks.md": async ({ rendered }) => {
    // Two events, which come when they come.
    const heard = () => {
      expect(rendered).toEqual(expect.arrayContaining(["ada", 19]));
      expect(JSON.stringify(rendered)).toMatch(link);
    };
    await vi.waitFor(heard, { timeout: 20_000 });
    expect(rendered).toContainEqual(
      expect.stringMatching(/^https:\/\/app\.example\.com\/api\/webhooks\/tripo\/.{40}/),
    );
    expect(await sendForged()).toBe(401);
  },
  "docs/security.md": ({ rendered }) => expect(rendered).toEqual([422, "content_rejected"]),
  "docs/realtime.md": ({ rendered }) => {
    expect(rendered).toEqual(expect.arrayContaining([100, "open", true]));
    expect(rendered.at(-1)).toBe("complete");
  },
  "packages/client-sdk/README.md": ({ rendered }) => expect(rendered).toContain(100),
};

beforeAll(() => writeBlocks(pages));

describe("the blocks of the pages", () => {
  it("compile together, as strictly as our own code", async () => {
    expect(await compile()).toBe("");
  });

  it.each(withBlocks)("$path runs from top to bottom", async (page) => {
    vi.spyOn(console, "log").mockImplementation(() => undefined);
    await mkdir(folderOf(page), { recursive: true });
    const server = inject(page.path === "docs/migrations.md" ? "supabasePostgresUrl" : "postgresUrl");
    const world = await openWorld(folderOf(page), server);
    const sql = await createTestDatabase();
    try {
      for (const block of page.blocks) {
        const where = `${page.path}:${block.line}`;
        if (block.language === "ts") await world.run(fileOf(page, block));
        else if (block.language === "sql") await sql.query(block.text);
        else if (block.language === "json") JSON.parse(block.text);
        else if (block.language === "ini") readConfig(parseEnv(block.text));
        else if (block.language === "sh")
          for (const line of block.text.trim().split("\n")) await proveCommand(line, world);
        else expect(unrun, `${where} is of a kind that nobody runs`).toContain(block.language);
      }
      await seen[page.path]?.(world);
    } finally {
      await world.close();
      await sql.close();
    }
  });
  afterAll(() => vi.restoreAllMocks());
});

/** The rows of a part's tables, cell by cell, without their marks. */
const rowsOf = (text: string) =>
  text
    .split("\n")
    .filter((line) => line.startsWith("| `") || /^\| \w/.test(line))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll("`", "")),
    );
const read = (path: string) => readFile(join(root, path), "utf8");

describe("a provider of one's own", () => {
  const page = pages.find(({ path }) => path === "docs/add-your-own-provider.md");
  it.each(["render-farm.ts", "painter.ts"])(
    "is at most 30 lines in %s, imports and comments aside",
    (name) => {
      const text = page?.blocks.find(({ file }) => file === name)?.text ?? "";
      const lines = text.split("\n").filter((line) => !/^\s*(\/\/.*|import .*|)$/.test(line));
      expect(lines.length).toBeGreaterThan(10);
      expect(lines.length).toBeLessThanOrEqual(30);
    },
  );
});

describe("the tables", () => {
  it("docs/errors.md is what `node tools/docs/errors.ts` writes", async () => {
    expect(await read("docs/errors.md")).toBe(errorsPage());
  });

  it("docs/configuration.md names every variable of the example with its default", async () => {
    const source = await read("examples/makeit3d/src/config.ts");
    const [schema = ""] = /z\.object\(\{[\s\S]*?\n\}\);/.exec(source) ?? [];
    const expected = [...schema.matchAll(/^ {2}([A-Z_]+): (.*),$/gm)].map(([, name, type = ""]) => {
      const value = /\.default\("?([^")]+)"?\)/.exec(type)?.[1]?.replace(/(?<=\d)_(?=\d)/g, "");
      return [name, value ?? "none"];
    });
    const written = rowsOf(await read("docs/configuration.md")).map(([name, value]) => [name, value]);
    expect(written.slice(1)).toEqual(expected);
    expect(expected.length).toBeGreaterThan(10);
  });

  it("docs/how-a-generation-lives.md tells the ends that the crash matrix expects", async () => {
    const source = await read("examples/makeit3d/tests/crash-matrix.test.ts");
    let vendor = "";
    const expected: string[][] = [];
    for (const line of source.slice(source.indexOf("const points")).split("\n")) {
      vendor = /^ {2}(\w+): \{$/.exec(line)?.[1] ?? vendor;
      const [, call = "", before = "", after = ""] =
        /^ {4}"?([\w. ]+)"?: \{ before: "(\w+)", after: "(\w+)" \}/.exec(line) ?? [];
      if (call) expected.push([vendor, call, before, after]);
    }
    const rows = rowsOf(await read("docs/how-a-generation-lives.md"));
    expect(rows.filter((row) => /^(complete|lost)$/.test(row[3] ?? ""))).toEqual(expected);
    expect(expected.length).toBeGreaterThan(10);
  });

  it("docs/crash-points.md names every crash point, and tests that say themselves that they are about it", async () => {
    const rows = (await read("docs/crash-points.md")).split("\n").filter((line) => /^\| C\d+ /.test(line));
    const points = rows.map((row) => Number(/C(\d+)/.exec(row)?.[1]));
    expect(points).toEqual(
      expect.arrayContaining([...Array(18).keys()].map((index) => index + 1).concat(22)),
    );
    for (const [index, row] of rows.entries()) {
      const files = [...row.matchAll(/\(\.\.\/([^)]+\.test\.ts)\)/g)].map(([, file = ""]) => file);
      expect(files.length, row).toBeGreaterThan(0);
      for (const file of files) expect(await pointsOf(file), file).toContain(points[index]);
    }
  });

  /** The crash points in the titles of a file's tests; `C4-C9` are six of them. */
  async function pointsOf(file: string): Promise<number[]> {
    const source = (await read(file)).replaceAll(/^\s*(\/\/|\*|\/\*).*$/gm, "");
    return [...source.matchAll(/\bC(\d+)(?:-C(\d+))?\b/g)].flatMap(([, from, to = from]) =>
      Array.from({ length: Number(to) - Number(from) + 1 }, (_, index) => Number(from) + index),
    );
  }

  it("packages/core/README.md names every limit with its default", async () => {
    const page = await read("packages/core/README.md");
    const rows = rowsOf(page.slice(page.indexOf("limits.…"), page.indexOf("## Entry points")));
    const limits = rows.map(([name = "", value = ""]) => [name, Number(value.replaceAll(",", ""))]);
    expect(Object.fromEntries(limits)).toEqual(defaultLimits);
  });
});

describe("the links", () => {
  const anchorsOf = (text: string) =>
    [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    );
  it.each(pages)("of $path lead somewhere", ({ path, text }) => {
    const prose = text.replaceAll(/^```[\s\S]*?^```$/gm, "");
    const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? "");
    const dead = targets.filter((target) => {
      if (/^https?:/.test(target)) return false;
      const [file = "", anchor] = target.split("#");
      const found = file === "" ? path : normalize(join(dirname(path), file));
      if (!existsSync(join(root, found))) return true;
      const other = pages.find((page) => page.path === found);
      return anchor !== undefined && !anchorsOf(other?.text ?? "").includes(anchor);
    });
    expect(dead).toEqual([]);
  });
});
