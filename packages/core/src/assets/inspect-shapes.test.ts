import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { streamOf } from "./__fixtures__/media.ts";
import * as shapes from "./__fixtures__/shapes.ts";
import { inspect } from "./inspect.ts";
import type { RejectionReason } from "./media-rejected.ts";
import { inputTypes, type MediaKind } from "./media-types.ts";

// Drawings and the file formats that models are converted to.

const { text, zipOf } = shapes;
const everything = { kinds: ["image", "vector", "model"] as readonly MediaKind[], bytesMax: 3_000_000 };

type Sample = [bytes: Uint8Array, extension: string, contentType: string];
const valid: Record<string, Sample> = {
  svg: [shapes.drawing, "svg", "image/svg+xml"],
  "svg with a prefix and a mark": [
    text(
      '\ufeff  <!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "x"><s:svg xmlns:s="http://www.w3.org/2000/svg"/>',
    ),
    "svg",
    "image/svg+xml",
  ],
  obj: [shapes.objText, "obj", "model/obj"],
  "stl as text": [shapes.stlText, "stl", "model/stl"],
  stl: [shapes.stlBinary(), "stl", "model/stl"],
  fbx: [shapes.fbxBinary(), "fbx", "application/vnd.autodesk.fbx"],
  "fbx of today": [shapes.fbxBinary(7700), "fbx", "application/vnd.autodesk.fbx"],
  "fbx as text": [shapes.fbxText, "fbx", "application/vnd.autodesk.fbx"],
  usdz: [shapes.usdz, "usdz", "model/vnd.usdz+zip"],
  "3mf": [shapes.threeMf, "3mf", "model/3mf"],
  "gltf in a zip": [shapes.gltfZip, "zip", "application/zip"],
  "obj in a zip": [
    zipOf([
      ["a.obj", "v 0 0 0"],
      ["a.mtl", "newmtl a"],
      ["tex/", ""],
    ]),
    "zip",
    "application/zip",
  ],
};

async function expectRefusal(bytes: Uint8Array, reason: RejectionReason, limits: object = {}) {
  await expect(inspect(streamOf(bytes), { ...everything, ...limits })).rejects.toMatchObject({ reason });
}

describe("shapes and drawings", () => {
  it.each(Object.entries(valid))("knows %s by its bytes", async (_, [bytes, extension, contentType]) => {
    const found = await inspect(streamOf(bytes), everything);
    expect(found).toMatchObject({ extension, contentType, bytes: bytes.length, width: null, height: null });
    expect(found.kind).toBe(extension === "svg" ? "vector" : "model");
  });

  it("finds the same in whatever pieces they arrive", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.values(valid)),
        fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 8 }),
        async ([bytes, extension], sizes) => {
          expect(await inspect(streamOf(bytes, sizes), everything)).toMatchObject({
            extension,
            bytes: bytes.length,
          });
        },
      ),
      { seed: 11, numRuns: 200 },
    );
  });

  it("finds that they were cut off, wherever that shows", async () => {
    const whole = [
      valid.svg,
      valid.stl,
      valid["stl as text"],
      valid.usdz,
      valid["3mf"],
      valid["gltf in a zip"],
    ];
    for (const [bytes] of whole as Sample[])
      for (const share of [0.3, 0.5, 0.7, 0.9])
        await expect(
          inspect(streamOf(bytes.subarray(0, bytes.length * share)), everything),
        ).rejects.toThrow();
    await expectRefusal(shapes.fbxBinary().subarray(0, 300), "truncated");
    await expectRefusal(shapes.fbxText.subarray(0, shapes.fbxText.length - 3), "truncated");
    await expectRefusal(shapes.drawing.subarray(0, shapes.drawing.length - 5), "truncated");
  });

  it("are no pictures, and packages and drawings are no inputs", async () => {
    for (const [bytes] of Object.values(valid))
      await expectRefusal(bytes, "not_allowed", { kinds: ["image"] });
    const inputs = { kinds: ["image", "model"], types: inputTypes };
    for (const name of ["svg", "usdz", "3mf", "gltf in a zip"])
      await expectRefusal((valid[name] as Sample)[0], "not_allowed", inputs);
    for (const name of ["obj", "stl", "fbx", "fbx as text"])
      expect(
        await inspect(streamOf((valid[name] as Sample)[0]), { ...everything, ...inputs } as never),
      ).toBeDefined();
  });
});

const svg = (content: string, attributes = "") =>
  text(`<svg xmlns="http://www.w3.org/2000/svg" ${attributes}>${content}</svg>`);

it.each<[string, RejectionReason, Uint8Array]>([
  ["another root", "not_allowed", text('<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>')],
  ["no namespace", "not_allowed", text("<svg><path/></svg>")],
  ["a script", "not_allowed", svg("<g><script>alert(1)</script></g>")],
  ["a script with a prefix", "not_allowed", svg('<x:Script xmlns:x="http://www.w3.org/2000/svg"/>')],
  ["a page in it", "not_allowed", svg("<foreignObject><p>x</p></foreignObject>")],
  ["an event handler", "not_allowed", svg("", 'onload="alert(1)"')],
  ["a link that runs", "not_allowed", svg('<a xlink:href=" javascript:alert(1)"/>')],
  ["a picture elsewhere", "not_allowed", svg('<image href="https://vendor.example/a.png"/>')],
  ["a drawing within a picture", "not_allowed", svg('<image href="data:image/svg+xml;base64,PHN2Zz4="/>')],
  [
    "entities",
    "not_allowed",
    text('<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg xmlns="http://www.w3.org/2000/svg">&a;</svg>'),
  ],
  ["tags that cross", "damaged", svg("<g><a></g></a>")],
  [
    "two roots",
    "damaged",
    text('<svg xmlns="http://www.w3.org/2000/svg"/><svg xmlns="http://www.w3.org/2000/svg"/>'),
  ],
  ["text behind it", "damaged", Buffer.concat([svg(""), text("<!-- --> and more")])],
  ["an attribute without quotes", "damaged", svg("<path d=M0/>")],
  ["the same attribute twice", "damaged", svg('<path d="" d=""/>')],
  ["bytes that are no text", "damaged", Buffer.concat([svg("").subarray(0, 45), Buffer.from([0xff, 0xfe])])],
  ["no end of depth", "too_large", svg("<g>".repeat(600))],
])("refuses an SVG with %s", async (_, reason, bytes) => {
  await expectRefusal(bytes, reason);
});

it("takes a drawing with a link into itself and a picture of its own", async () => {
  const bytes = svg('<use href="#a"/><image xlink:href="data:image/png;base64,iVBORw0KGgo="/>');
  expect(await inspect(streamOf(bytes, [7]), everything)).toMatchObject({ extension: "svg" });
});

const gltf: [string, string] = ["lamp.gltf", "{}"];
it.each<[string, RejectionReason, Uint8Array]>([
  ["that is sealed", "not_allowed", zipOf([gltf], { encrypted: true })],
  ["with a name that leaves its folder", "not_allowed", zipOf([gltf, ["../../a.png", ""]])],
  ["with an absolute name", "not_allowed", zipOf([gltf, ["/a.png", ""]])],
  ["with a page in it", "not_allowed", zipOf([gltf, ["index.html", "<p>"]])],
  ["with a program in it", "not_allowed", zipOf([gltf, ["lamp.exe", "MZ"]])],
  ["of pictures alone", "damaged", zipOf([["a.png", "png"]])],
  ["that blows up", "too_large", zipOf([["a.gltf", "0".repeat(80_000_000)]])],
  [
    "with something before its directory",
    "damaged",
    Buffer.concat([shapes.gltfZip.subarray(0, 40), shapes.gltfZip]),
  ],
  ["that names more than it holds", "damaged", lying(zipOf([gltf]))],
])("refuses a package %s", async (_, reason, bytes) => {
  await expectRefusal(bytes, reason);
});

it("refuses a USDZ that is packed, and a 3MF without a model", async () => {
  await expectRefusal(zipOf([["lamp.usdc", "PXR-USDC"]]), "damaged");
  await expectRefusal(zipOf([["[Content_Types].xml", "<Types/>"]]), "damaged");
});

it.each<[string, RejectionReason, Uint8Array]>([
  ["an OBJ with a line of something else", "damaged", text("v 0 0 0\nf 1 1 1\n<script>alert(1)</script>\n")],
  ["an OBJ without a face", "truncated", text("v 0 0 0\nv 1 0 0\n")],
  ["an OBJ that is not a text", "damaged", Buffer.concat([shapes.objText, Buffer.alloc(4)])],
  ["a script", "not_allowed", text("#!/bin/sh\necho of something longer than twelve\n")],
  ["a plain text", "not_allowed", text("To whom it may concern: this is no model.\n".repeat(40))],
  ["numbers that are no shape", "not_allowed", Buffer.alloc(2000, 0x7f)],
  ["an STL with something behind it", "damaged", Buffer.concat([shapes.stlBinary(), Buffer.alloc(600)])],
  ["an FBX of no version", "damaged", shapes.fbxBinary(1)],
  ["an FBX whose brace closes nothing", "damaged", text("; FBX 7.4.0 project file\nA: {\n}\n}\n")],
])("refuses %s", async (_, reason, bytes) => {
  await expectRefusal(bytes, reason);
});

it("holds a long drawing in no more memory than its longest tag", async () => {
  const path = text(`<path d="${"M0 0h1v1z".repeat(500)}"/>`);
  let left = 20_000;
  const [head, tail] = [text('<svg xmlns="http://www.w3.org/2000/svg">'), text("</svg>")];
  const before = process.memoryUsage().rss;
  let most = 0;
  const source = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(head),
    pull(controller) {
      if (left % 1000 === 0) most = Math.max(most, process.memoryUsage().rss - before);
      if (left-- > 0) return controller.enqueue(path);
      controller.enqueue(tail);
      controller.close();
    },
  });
  expect(await inspect(source, { ...everything, bytesMax: 200_000_000 })).toMatchObject({ extension: "svg" });
  expect(most).toBeLessThan(150_000_000);
});

/** The directory says that an entry is larger than the whole archive. */
function lying(archive: Uint8Array): Uint8Array {
  const bytes = Buffer.from(archive);
  bytes.writeUInt32LE(1_000_000, bytes.lastIndexOf("PK\x01\x02", undefined, "latin1") + 20);
  return bytes;
}
