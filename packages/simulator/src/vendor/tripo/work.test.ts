import { crc32 } from "node:zlib";
import { validateBytes } from "gltf-validator";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Simulator, startSimulator } from "../../simulator.ts";
import { type Buyer, createBuyer, finished, type Json, photo } from "../../testing/buyer.ts";

let simulator: Simulator;
let buyer: Buyer;
let source: string;
beforeAll(async () => {
  simulator = await startSimulator({ jobMs: 20 });
  buyer = createBuyer(simulator);
  const order = { model: "v3.1-20260211", prompt: "a vase", face_limit: 400 };
  source = (await json(buyer.post("/tripo/v3/generation/text-to-model", order))).data.task_id;
  await finished(buyer, source);
});
afterAll(() => simulator.close());

const json = async (response: Promise<Response>): Promise<Json> => (await response).json();
const work = (operation: string, body: unknown) => buyer.post(`/tripo/v3/models/${operation}`, body);
async function done(operation: string, body: unknown): Promise<Json> {
  const { data } = (await (await work(operation, body)).json()) as Json;
  return finished(buyer, data.task_id);
}
async function file(task: Json): Promise<{ name: string; type: string | null; bytes: Buffer }> {
  const response = await fetch(task.output.model_url);
  const bytes = Buffer.from(await response.arrayBuffer());
  const name = new URL(task.output.model_url).pathname.split("/").at(-1) ?? "";
  return { name, type: response.headers.get("content-type"), bytes };
}
const convert = async (format: string, more: object = {}) =>
  file(await done("convert", { input: source, format, ...more }));

/** Reads an archive as strictly as a phone does: stored, sums right. Returns each file and where its bytes begin. */
function unzip(bytes: Buffer): Record<string, { bytes: Buffer; start: number }> {
  const end = bytes.lastIndexOf(Buffer.from("504b0506", "hex"));
  const files: Record<string, { bytes: Buffer; start: number }> = {};
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    const [size, nameLength] = [bytes.readUInt32LE(at + 20), bytes.readUInt16LE(at + 28)];
    const name = bytes.toString("utf8", at + 46, at + 46 + nameLength);
    const local = bytes.readUInt32LE(at + 42);
    expect(bytes.readUInt32LE(local)).toBe(0x04034b50);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const content = bytes.subarray(start, start + size);
    expect(crc32(content)).toBe(bytes.readUInt32LE(at + 16));
    files[name] = { bytes: content, start };
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return files;
}

describe("POST models/convert", () => {
  let faces: number;
  beforeAll(async () => {
    faces = (await validateBytes(new Uint8Array((await convert("GLB")).bytes))).info.totalTriangleCount;
  });

  it("writes GLTF in one file, without errors or warnings", async () => {
    const { name, bytes } = await convert("GLTF");
    expect(name).toBe("model.gltf");
    const report = await validateBytes(new Uint8Array(bytes));
    expect(report.issues).toMatchObject({ numErrors: 0, numWarnings: 0 });
    expect(report.info.totalTriangleCount).toBe(faces);
  });

  it("writes OBJ in an archive with its materials and textures", async () => {
    const { name, type, bytes } = await convert("OBJ", { texture_format: "PNG", texture_size: 64 });
    expect([name, type]).toEqual(["model.zip", "application/zip"]);
    const files = unzip(bytes);
    expect(Object.keys(files)).toEqual(["model.obj", "model.mtl", "texture-0.png"]);
    const lines = files["model.obj"]?.bytes.toString().split("\n") ?? [];
    expect(lines.filter((line) => line.startsWith("f "))).toHaveLength(faces);
    expect(files["model.mtl"]?.bytes.toString()).toContain("map_Kd texture-0.png");
    const texture = await sharp(files["texture-0.png"]?.bytes).metadata();
    expect(texture).toMatchObject({ format: "png", width: 64 });
  });

  it("writes binary STL, as large as asked for", async () => {
    const { bytes } = await convert("STL", { scale_factor: 100 });
    expect(bytes.readUInt32LE(80)).toBe(faces);
    expect(bytes.length).toBe(84 + 50 * faces);
    const heights = Array.from({ length: faces }, (_, face) => bytes.readFloatLE(84 + face * 50 + 12 + 8));
    expect(Math.max(...heights)).toBeGreaterThan(20);
  });

  it("writes USDZ with each file at a multiple of 64 bytes", async () => {
    const { name, bytes } = await convert("USDZ");
    expect(name).toBe("model.usdz");
    const files = unzip(bytes);
    expect(Object.keys(files)[0]).toBe("model.usda");
    expect(Object.values(files).map(({ start }) => start % 64)).toEqual(Object.keys(files).map(() => 0));
    const scene = files["model.usda"]?.bytes.toString() ?? "";
    const counts = [...scene.matchAll(/faceVertexCounts = \[([^\]]*)\]/g)];
    expect(counts.reduce((sum, [, list = ""]) => sum + list.split(",").length, 0)).toBe(faces);
    expect(scene).toContain("asset inputs:file = @texture-0.jpg@");
  });

  it("writes 3MF", async () => {
    const files = unzip((await convert("3MF")).bytes);
    expect(Object.keys(files)).toEqual(["[Content_Types].xml", "_rels/.rels", "3D/3dmodel.model"]);
    expect(files["3D/3dmodel.model"]?.bytes.toString().split("<triangle ")).toHaveLength(faces + 1);
  });

  it("writes FBX, with fewer faces if it is told to", async () => {
    const { bytes } = await convert("FBX", { face_limit: 60 });
    const text = bytes.toString();
    expect(text.startsWith("; FBX 7.4.0")).toBe(true);
    // Readers go by the tabs: each line stands as deep as the brackets around it are many.
    let depth = 0;
    for (const line of text.split("\n").slice(1, -1)) {
      if (line.endsWith("}")) depth -= 1;
      expect(/^\t*/.exec(line)?.[0].length).toBe(depth);
      if (line.endsWith("{")) depth += 1;
    }
    expect(Number(/PolygonVertexIndex: \*(\d+)/.exec(text)?.[1])).toBeLessThan(faces * 2);
  });

  it("costs more with options than without", async () => {
    await done("convert", { input: source, format: "STL" });
    await done("convert", { input: source, format: "STL", face_limit: 100 });
    expect(simulator.purchases().slice(-2)).toMatchObject([{ credits: 5 }, { credits: 10 }]);
    expect(simulator.purchases().at(-1)?.operation).toBe("convert_model");
  });
});

describe("POST models/texture", () => {
  it("gives a model another surface, by words or by a picture", async () => {
    const before = await file(await done("convert", { input: source, format: "GLB" }));
    const byWords = await done("texture", { input: source, texture_prompt: { text: "green jade" } });
    const upload = await buyer.form("/tripo/v3/files", [["file", await photo(300, 300)]]);
    const { file_token } = ((await upload.json()) as Json).data;
    const byPicture = await done("texture", {
      input: source,
      image_prompt: file_token,
      texture_quality: "extreme",
    });
    const files = [before, await file(byWords), await file(byPicture)].map(({ bytes }) =>
      bytes.toString("base64"),
    );
    expect(new Set(files).size).toBe(3);
    expect([byWords.credits_consumed, byPicture.credits_consumed]).toEqual([10, 30]);
    const report = await validateBytes(new Uint8Array(Buffer.from(files[2] ?? "", "base64")));
    expect(report.issues).toMatchObject({ numErrors: 0, numWarnings: 0 });
  });
});

describe("POST models/import", () => {
  it("makes a task of an uploaded GLB, to be worked on", async () => {
    const glb = await convert("GLB");
    const upload = await buyer.form("/tripo/v3/files", [["file", glb.bytes]]);
    const { file_token } = ((await upload.json()) as Json).data;
    expect((await json(work("convert", { input: file_token, format: "STL" }))).code).toBe(1004);
    const imported = await done("import", { input: file_token });
    expect(imported).toMatchObject({ type: "import_model", credits_consumed: 0 });
    const stl = await file(await done("convert", { input: imported.task_id, format: "STL" }));
    expect(stl.bytes.readUInt32LE(80)).toBe(
      (await validateBytes(new Uint8Array(glb.bytes))).info.totalTriangleCount,
    );
  });

  it("takes a file by a presigned address", async () => {
    const presigned = (await json(buyer.post("/tripo/v3/files/presign", { format: "stl" }))).data;
    expect(presigned).toMatchObject({ expires_in: 1800 });
    expect((await json(work("import", { input: presigned.file_token }))).code).toBe(1004);
    const forged = presigned.upload_url.replace("Signature=", "Signature=x");
    const { bytes } = await convert("STL");
    expect((await fetch(forged, { method: "PUT", body: new Uint8Array(bytes) })).status).toBe(403);
    expect((await fetch(presigned.upload_url, { method: "PUT", body: new Uint8Array(bytes) })).status).toBe(
      200,
    );
    expect((await done("import", { input: presigned.file_token })).status).toBe("success");
  });
});

describe("refusals", () => {
  it.each([
    ["convert", { format: "STL" }, 400, 1004],
    ["convert", { input: "nobody", format: "STL" }, 404, 2001],
    ["convert", { input: "$source" }, 400, 1004],
    ["convert", { input: "$source", format: "PLY" }, 400, 1004],
    ["convert", { input: "$source", format: "STL", export_vertex_colors: true }, 400, 1004],
    ["convert", { input: "$source", format: "OBJ", texture_format: "GIF" }, 400, 1004],
    ["texture", { input: "$source", model: "P1-20260311" }, 400, 1004],
    ["texture", { input: "$source", texture_prompt: "jade" }, 400, 1004],
    ["texture", { input: "$source", texture_prompt: { images: ["a"] } }, 400, 1004],
    ["import", { input: "file_none" }, 400, 1004],
    // No model of today makes drafts.
    ["refine", { input: "$source" }, 400, 2006],
  ])("answers %s with %j by %i and code %i", async (operation, body, status, code) => {
    const before = simulator.purchases().length;
    const sent = JSON.stringify(body).replace("$source", source);
    const response = await work(operation, sent);
    expect([response.status, ((await response.json()) as Json).code]).toEqual([status, code]);
    expect(simulator.purchases().length).toBe(before);
  });

  it("works on finished tasks only", async () => {
    const slow = await startSimulator({ jobMs: 60_000 });
    const customer = createBuyer(slow);
    const order = { model: "v3.1-20260211", prompt: "a vase" };
    const made = await customer.post("/tripo/v3/generation/text-to-model", order);
    const input = ((await made.json()) as Json).data.task_id;
    const response = await customer.post("/tripo/v3/models/texture", { input });
    expect(((await response.json()) as Json).code).toBe(2007);
    await slow.close();
  });
});
