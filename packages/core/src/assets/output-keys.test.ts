import { describe, expect, it } from "vitest";
import { createOutputKeys, type OutputKeyOptions, type OutputOfRequest } from "./output-keys.ts";

const fieldsOf = (operation: string) => (operation === "render" ? ["image_url", "project_id"] : undefined);
const output: OutputOfRequest = {
  operation: "render",
  input: { project_id: "p7", seed: 42 },
  kind: "image",
  task_id: "t1",
  generation_id: "g1",
  user_id: "ada",
  index: 0,
  file_index: 3,
};
const renders = ["renders/{user_id}/{project_id}-{generation_id}.png", "renders/{user_id}/{generation_id}"];

describe("output keys", () => {
  it.each<[string, OutputKeyOptions, Partial<OutputOfRequest>, string]>([
    ["the default", {}, {}, "images/t1/3"],
    ["a folder of the team's", { folders: { image: "concepts" } }, {}, "concepts/t1/3"],
    ["a folder of another kind", { folders: { model: "meshes" } }, {}, "images/t1/3"],
    ["a template", { keys: { render: "r/{generation_id}/{file_index}" } }, {}, "r/g1/3"],
    ["the first whose words are there", { keys: { render: renders } }, {}, "renders/ada/p7-g1"],
    ["the second, where they are not", { keys: { render: renders } }, { input: {} }, "renders/ada/g1"],
    [
      "an empty text, like none",
      { keys: { render: renders } },
      { input: { project_id: "" } },
      "renders/ada/g1",
    ],
    ["the default, where none fits", { keys: { render: renders[0] } }, { input: {} }, "images/t1/3"],
    ["another operation, by the default", { keys: { render: renders } }, { operation: "x" }, "images/t1/3"],
    [
      "a second output, which gets a number",
      { keys: { render: renders } },
      { index: 1 },
      "renders/ada/p7-g1_1",
    ],
    [
      "several outputs that a template numbers",
      { keys: { render: "r/{generation_id}/{filename}" } },
      { index: 1 },
      "r/g1/3",
    ],
    [
      "a folder in a template",
      { folders: { image: "c" }, keys: { render: "r/{asset_type_plural}/{generation_id}" } },
      {},
      "r/c/g1",
    ],
  ])("know %s", (_what, options, change, key) => {
    expect(createOutputKeys(options, fieldsOf)({ ...output, ...change })).toBe(key);
  });

  it("put text of a client into its segment as a hash, where it is no name", () => {
    const keyOf = createOutputKeys({ keys: { render: renders } }, fieldsOf);
    const key = keyOf({ ...output, input: { project_id: "../../../etc/passwd" } });
    expect(key).toMatch(/^renders\/ada\/x\.[0-9a-f]{40}-g1$/);
  });

  it("let no field of the input take the place of a word of ours", () => {
    const keyOf = createOutputKeys({ keys: { render: "r/{user_id}/{generation_id}" } }, fieldsOf);
    expect(keyOf({ ...output, input: { user_id: "eve", generation_id: "g0" } })).toBe("r/ada/g1");
  });

  it.each<[string, OutputKeyOptions]>([
    ["lacks {generation_id}", { keys: { render: "renders/{project_id}/{filename}" } }],
    ["lacks {generation_id}", { keys: { render: "renders/{task_id}" } }],
    ["unknown word", { keys: { render: "renders/{projekt}/{generation_id}" } }],
    ["unknown word", { keys: { render: ["renders/{generation_id}", "r/{toString}/{generation_id}"] } }],
    ["unknown operation", { keys: { rendering: "renders/{generation_id}" } }],
    ["folder of its own", { keys: { render: "inputs/{generation_id}" } }],
    ["folder of its own", { keys: { render: "{user_id}/{generation_id}" } }],
    ["folder of its own", { keys: { render: "{generation_id}" } }],
    ["folder of its own", { folders: { image: "previews" } }],
    ["does not make a key", { keys: { render: "/renders/{generation_id}" } }],
    ["does not make a key", { keys: { render: "renders/../{generation_id}" } }],
    ["does not make a key", { folders: { image: "mes images" } }],
  ])("refuse at the start what %s", (message, options) => {
    expect(() => createOutputKeys(options, fieldsOf)).toThrow(message);
  });
});
