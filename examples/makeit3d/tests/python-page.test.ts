import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { commands } from "../../../packages/core/src/cli/commands.ts";
import { runCommand } from "../../../packages/core/src/cli/run-command.ts";
import { createTestDatabase } from "../../../packages/core/src/testing/embedded/test-database.ts";
import { blocksOf } from "../../../tools/docs/blocks.ts";
import { fieldNames, idleFields } from "../src/python/wire-names.ts";
import { root } from "./docs/pages.ts";
import { conversations } from "./python/conversation.ts";

// docs/coming-from-python.md says what the layer does, and what its blocks say works where they are to be run.

const page = readFileSync(join(root, "docs/coming-from-python.md"), "utf8");

it("the page names every field as the layer renames it", () => {
  const [, table = ""] = page.split("## Fields");
  const rows = table
    .split("\n")
    .filter((line) => /^\| `/.test(line))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll("`", "")),
    );
  const fields = rows.filter(([operation = ""]) => fieldNames.has(operation) || idleFields.has(operation));
  const renamed = [...fieldNames].flatMap(([operation, names]) =>
    Object.entries(names).map(([theirs, ours]) => [operation, theirs, ours]),
  );
  const idle = [...idleFields].flatMap(([operation, names]) =>
    names.map((name) => [operation, name, "none"]),
  );
  expect(fields).toEqual([...renamed, ...idle]);
});

it("the page names every recorded conversation", () => {
  const linked = [...page.matchAll(/tests\/python\/([\w-]+)\.json\)/g)].map(([, name]) => name);
  expect(linked.sort()).toEqual(conversations.map(({ name }) => name));
});

/** Of the services' own schema, what is in the way. */
const tablesBefore = `
  create table input_assets (id uuid primary key, task_id text not null, user_id uuid, asset_url text);
  create table concept_images (id uuid primary key, source_input_asset_id uuid references input_assets (id), prompt text not null);
  create table models (id uuid primary key, source_concept_image_id uuid references concept_images (id), prompt text not null);
  create table user_credits (user_id uuid primary key, balance int not null);
  create table credit_transactions (id uuid primary key, user_id uuid references user_credits (user_id));
  create table operation_costs (operation text primary key, cost int not null);
  insert into concept_images values (gen_random_uuid(), null, 'a compass');`;

it("tables that are there already make way as the page says, and keep their rows", async () => {
  const [makeWay] = blocksOf(page).filter(({ language }) => language === "text");
  const database = await createTestDatabase({ empty: true });
  try {
    const migrate = async () => {
      const complaints: string[] = [];
      const views = [
        "--view",
        "concept_images=image,vector",
        "--view",
        "models=model:source_concept_image_id",
      ];
      const code = await runCommand(commands, ["migrate", ...views], {
        env: { DATABASE_URL: database.url },
        print: () => undefined,
        complain: (line) => complaints.push(line),
      });
      return { code, complaints: complaints.join("\n") };
    };
    await database.query(tablesBefore);
    expect(await migrate()).toMatchObject({ code: 1, complaints: expect.stringContaining("already exists") });
    await database.query(makeWay?.text ?? "");
    expect(await migrate()).toEqual({ code: 0, complaints: "" });
    expect(await database.query("select prompt from before_genbff.concept_images")).toEqual([
      { prompt: "a compass" },
    ]);
    expect(await database.query("select id, source_concept_image_id from public.models")).toEqual([]);
  } finally {
    await database.close();
  }
});
