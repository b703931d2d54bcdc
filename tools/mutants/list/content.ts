import { type Mutant, tests } from "../mutant.ts";

const assets = "packages/core/src/assets";
const hostile = tests("core", `${assets}/hostile-files.test.ts`);
const storing = tests("core", `${assets}/ways-of-storing.test.ts`);
const names = tests("core", "packages/core/src/storage/hostile-names.test.ts");

/** What files hold and are called, and what may not be read in what we say. */
export const content: readonly Mutant[] = [
  {
    name: "a bomb is padded until it passes",
    why: "8.4: a small picture that blows up to a huge one is refused",
    file: `${assets}/inspector.ts`,
    find: "this.#bytes - besides",
    replace: "this.#bytes",
    test: hostile(),
  },
  {
    name: "a small file may hide behind a picture",
    why: "8.4: one file is one file, whoever reads it",
    file: `${assets}/inspector.ts`,
    find: "|| !(isTrailingBlank || this.type === fbx)",
    replace: "",
    test: hostile(),
  },
  {
    name: "a picture is decoded as often as it says",
    why: "8.4: decode in a bounded way",
    file: `${assets}/jpeg.ts`,
    find: "checkScans(scans);",
    replace: "",
    test: hostile(),
  },
  {
    name: "an animation's frames may be larger than its canvas",
    why: "8.4: what was checked is what is decoded",
    file: `${assets}/webp.ts`,
    find: "left * 2 + frame.width > canvas.width",
    replace: "false",
    test: hostile(),
  },
  {
    name: "an animation may have more frames than it says",
    why: "8.4: frame limits",
    file: `${assets}/png.ts`,
    find: "checkFrames(header.width, header.height, frames);",
    replace: "",
    test: hostile(),
  },
  {
    name: "a package may hold a link",
    why: "8.4: whoever unpacks it is not led astray",
    file: `${assets}/zip.ts`,
    find: 'if (isLink) throw new MediaRejected("not_allowed", "zip: a link");',
    replace: "",
    test: hostile(),
  },
  {
    name: "a task on Windows can be a device",
    why: "8.4: a key names a file",
    file: "packages/core/src/storage/disk-path.ts",
    find: 'platform === "win32" && device.test(segment)',
    replace: "false",
    test: names("device"),
  },
  {
    name: "a preview is shown whatever it is",
    why: "8.4: the type is sniffed, of unfinished pictures too",
    file: "packages/core/src/generations/previews.ts",
    find: 'kinds: ["image"],',
    replace: 'kinds: ["image", "vector", "model"],',
    test: storing("a preview brings none"),
  },
  {
    name: "a refusal is told in the vendor's own words",
    why: "8.6: no vendor's text reaches clients, whatever a test is about",
    file: "packages/core/src/generations/steps/on-answer.ts",
    find: "...(details === undefined ? {} : { details: details as JsonObject })",
    replace: "details: { said: error.message }",
    test: tests("core", "packages/core/src/generations/fallback.test.ts")(),
  },
  {
    name: "a job's stage is what its vendor calls it",
    why: "8.6: no job's id reaches clients, whatever a test is about",
    file: "packages/core/src/generations/steps/on-answer.ts",
    find: "...(answer.stage === undefined ? {} : { stage: answer.stage }),",
    replace: "stage: answer.reference.key,",
    test: tests("core", "packages/core/src/http/watching.test.ts")(),
  },
];
