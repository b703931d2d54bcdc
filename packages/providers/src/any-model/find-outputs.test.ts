import { describe, expect, it } from "vitest";
import { findOutputs, isEmpty } from "./find-outputs.ts";

const a = "https://files.example.com/a.png";
const b = "https://files.example.com/b.glb";
const rejected = { rejected: true };
const missing = { missing: true };

describe("findOutputs", () => {
  it.each([
    ["a URL", a, [a]],
    ["a list of URLs", [a, b], [a, b]],
    ["a file", { url: a, width: 1 }, [a]],
    ["a list of files", [{ url: a }, { url: b }], [a, b]],
    ["images before anything else", { preview: a, images: [{ url: b }] }, [b]],
    ["one image", { image: { url: a }, seed: 7 }, [a]],
    ["a mesh beside its preview", { model_mesh: { url: b }, rendered_image: { url: a } }, [b]],
    ["a URL by name", { model_url: b, status: "ok" }, [b]],
    ["the only file there is, whatever its name", { lamp: b, note: "done" }, [b]],
    ["neither of two unknown files", { lamp: b, shade: a }, []],
    ["no text", "a lamp", []],
    ["no other scheme", ["file:///etc/passwd"], []],
    ["no list that is half of files", [a, "done"], []],
    ["nothing", null, []],
  ])("finds %s", (_what, output, urls) => {
    expect(findOutputs(output)).toEqual(urls.map((url) => ({ url })));
  });

  it.each([
    [{ images: [{ url: a }, { url: b }], has_nsfw_concepts: [false, true] }, [{ url: a }, rejected]],
    [{ image: { url: a }, nsfw_content_detected: true }, [rejected]],
    [{ image: { url: a }, has_nsfw_concepts: [false] }, [{ url: a }]],
    [{ image: { url: a }, has_nsfw_concepts: null }, [{ url: a }]],
    [
      { images: [{ url: null, width: 8 }, { url: b }], has_nsfw_concepts: [false, true] },
      [missing, rejected],
    ],
  ])("knows the flags of %j", (output, expected) => {
    expect(findOutputs(output)).toEqual(expected);
  });
});

it("keeps the places of a list that were left empty beside files, so that the others keep theirs", () => {
  expect(findOutputs([null, a, ""])).toEqual([missing, { url: a }, missing]);
  expect(findOutputs([null, { url: "" }])).toEqual([]);
});

describe("isEmpty", () => {
  it.each([
    null,
    undefined,
    "",
    [],
    {},
    [null],
    { images: [] },
    { images: [], seed: 7 },
    { image: { url: "" } },
  ])("%j is nothing", (output) => expect(isEmpty(output)).toBe(true));
  it.each([7, "text", [1], { pictures: [] }, { images: [], files: [a] }])("%j is something", (output) =>
    expect(isEmpty(output)).toBe(false),
  );
});
