import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

// reliability-spec 8.6: what holds keys refuses to load where a bundler gathers files for browsers. Bundlers name the
// condition `browser`, and so can Node.

const root = fileURLToPath(new URL("..", import.meta.url));
/** Read by browsers too: schemas and the arithmetic of prices. */
const forEverybody = ["./contract", "./price", "./package.json"];

type Exports = Record<string, Record<string, string> | string>;

describe.each(["core", "providers"])("@genbff/%s", (name) => {
  const folder = `${root}packages/${name}`;
  const { exports, publishConfig } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8")) as {
    exports: Exports;
    publishConfig: { exports: Exports };
  };

  it.each([
    ["in this repository", exports],
    ["as it is published", publishConfig.exports],
  ])("refuses browsers by every entry of servers, %s", (_, entries) => {
    const servers = Object.entries(entries).filter(([entry]) => !forEverybody.includes(entry));
    expect(servers.length).toBeGreaterThan(5);
    for (const [entry, targets] of servers) {
      const { browser, default: file, ...others } = targets as Record<string, string>;
      expect(browser, entry).toBe("./not-for-browsers.js");
      // Workers at the edge are servers, and name `browser` after the word for themselves.
      expect([others["edge-light"], others.worker, others.workerd], entry).toEqual([file, file, file]);
      const conditions = Object.keys(targets);
      expect(conditions.indexOf("workerd"), entry).toBeLessThan(conditions.indexOf("browser"));
      expect(conditions.at(-1), entry).toBe("default");
    }
  });

  it("says why, and what to import instead", () => {
    const script = `import "@genbff/${name}"`;
    const options = { cwd: `${root}examples/makeit3d`, encoding: "utf8" as const };
    const node = ["--conditions=browser", "--input-type=module", "-e", script];
    const { status, stderr } = spawnSync(process.execPath, node, options);
    expect(status).toBe(1);
    expect(stderr).toContain("@genbff/client-sdk");
  });
});

it("lets everybody have the contract", () => {
  const options = { cwd: `${root}examples/makeit3d` };
  const conditions = ["--conditions=@genbff/source", "--conditions=browser"];
  const script = 'import "@genbff/core/contract"; import "@genbff/core/price"';
  execFileSync(process.execPath, [...conditions, "--input-type=module", "-e", script], options);
});
