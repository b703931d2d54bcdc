import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { keySegment, outputKey } from "../assets/path.ts";
import { isAppError } from "../errors/app-error.ts";
import { deviceNames, hostileNames } from "./__fixtures__/hostile-names.ts";
import { diskPath } from "./disk-path.ts";
import { files } from "./files.ts";
import { isKey } from "./key.ts";
import type { ObjectStore } from "./port.ts";

// reliability-spec.md 8.4: which words can be in a key, and what comes of all the others.

let folder: string;
let store: ObjectStore;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "genbff-names-"));
  store = files(join(folder, "files"));
  store.configure?.({ publicUrl: "https://bff.test", basePath: "/api", secret: "s".repeat(32) });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const png = { contentType: "image/png" };
const place = {
  kind: "image",
  task_id: "t",
  generation_id: "g",
  user_id: "u",
  index: 0,
  file_index: 0,
} as const;

describe.each(hostileNames)("a name that %s", (_, name) => {
  it("is no key, and none is found in its URL", () => {
    expect(isKey(name)).toBe(false);
    expect(isKey(`images/${name}`)).toBe(false);
    for (const url of [`https://bff.test/api/files/${name}`, `/api/files/${name}`]) {
      const key = store.keyOf(url);
      // A query or a fragment is not of the path: what is left is a name like any other.
      expect(key === null || (/[?#]/.test(name) && key === "a.png")).toBe(true);
    }
  });

  it("is neither written, nor read, nor served, though it is signed", async () => {
    await expect(store.put(name, new Blob(["x"]).stream(), png)).rejects.toThrow();
    expect(await store.open(name)).toBeNull();
    await store.remove([name]);
    const link = await store.signedUrl(name, { expiresInS: 60 });
    const upload = await store.signedUpload(name, { expiresInS: 60, contentType: "image/png", bytesMax: 9 });
    const query = (url: string) =>
      `https://bff.test/api/files/x?${url.slice(url.lastIndexOf("?expires=") + 1)}`;
    const refusals = await Promise.all([
      refusalOf(new Request(query(link)), name),
      refusalOf(new Request(query(upload.url), { method: "PUT", body: "x", headers: upload.headers }), name),
    ]);
    expect(refusals).toEqual(["not_found", "unavailable"]);
  });

  it("becomes a segment of a key that nobody else has", () => {
    const given = { ...place, words: { project_id: name } };
    for (const word of ["task_id", "user_id", "generation_id", "project_id"]) {
      const key = outputKey({ ...given, [word]: name }, `a/{${word}}/{filename}`);
      expect(key).toMatch(/^a\/x\.[0-9a-f]{40}\/0$/);
      expect(isKey(key)).toBe(true);
    }
    expect(new Set(hostileNames.map(([, each]) => keySegment(each))).size).toBe(hostileNames.length);
  });
});

it("leaves nothing anywhere", async () => {
  expect(await readdir(folder, { recursive: true })).toEqual([]);
});

it.each(deviceNames)("keeps %s from being a device of Windows, and a file elsewhere", (name) => {
  const at = (platform: NodeJS.Platform) => diskPath("/data", `images/${name}/${name}`, platform);
  for (const segment of at("win32").split("/").slice(3)) expect(segment).toMatch(/^=/);
  expect(at("linux")).toBe(`/data/images/${name}/${name}`);
  expect(new Set(["con", "Con", "conference", "com1x"].map((key) => diskPath("/", key, "win32"))).size).toBe(
    4,
  );
  expect(diskPath("/", "conference", "win32")).toBe("/conference");
});

describe("a file, whatever it is called", () => {
  const shown = ["png", "jpg", "webp"];
  const never =
    "html htm xhtml xht shtml svg svgz xml xsl js mjs css json pdf swf php wasm exe hta mht vbs ics vcf md txt PNG jpeg HTML html-png";
  it.each([...shown, ...never.split(" ")])("named .%s runs nowhere", async (extension) => {
    const key = `a/page.png.${extension}`;
    await store.put(key, new Blob(["<script>alert(1)</script>"]).stream(), { contentType: "text/html" });
    const response = await store.serve?.(new Request(await store.signedUrl(key, { expiresInS: 60 })), key);
    const headers = Object.fromEntries(response?.headers ?? []);
    await response?.body?.cancel();
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none'; sandbox",
      "content-disposition": `${shown.includes(extension) ? "inline" : "attachment"}; filename="page.png.${extension}"`,
    });
    expect(headers["content-type"]).toMatch(
      shown.includes(extension)
        ? /^image\/(?:png|jpeg|webp)$/
        : /^(?:image\/svg\+xml|application\/octet-stream)$/,
    );
    await store.remove([key]);
  });
});

async function refusalOf(request: Request, key: string): Promise<string> {
  try {
    await store.serve?.(request, key);
    return "served";
  } catch (error) {
    if (!isAppError(error)) throw error;
    return error.code;
  }
}
