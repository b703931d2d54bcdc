import { afterEach, beforeEach, expect, test } from "vitest";
import { answering, type BffServer, dropping, failing, startBffServer } from "../test/bff-server.ts";
import { clientOf } from "../test/client.ts";
import { taskId } from "../test/wire.ts";
import type { UploadProgress } from "./index.ts";

let server: BffServer;
beforeEach(async () => {
  server = await startBffServer();
});
afterEach(() => server.close());

const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);
const large = new Uint8Array(8_000_001);
large.set(new TextEncoder().encode("glTF"));
const uploaded = {
  input_asset_id: "input-1",
  asset_url: "/api/files/inputs/1.png",
  content_type: "image/png",
  bytes: 11,
  width: 4,
  height: 4,
};
const reserved = (url: string) => ({
  input_asset_id: "input-1",
  asset_url: uploaded.asset_url,
  upload: {
    method: "PUT",
    url,
    headers: { "content-type": "model/gltf-binary" },
    expires_at: "2026-01-01T00:10:00Z",
  },
});

test("sends a small file in one request, as what it is", async () => {
  server.on("POST /uploads", answering(201, uploaded));
  const file = new File([png], "holiday.jpg", { type: "image/jpeg" });
  const progress: UploadProgress[] = [];
  const answer = await clientOf(server).upload(file, { taskId, onProgress: (one) => progress.push(one) });
  expect(answer).toEqual(uploaded);
  const [received] = server.of("POST /uploads");
  expect(received?.headers["content-type"]).toContain("multipart/form-data");
  expect(received?.headers.authorization).toBe("Bearer token-1");
  const body = received?.body.toString("latin1") ?? "";
  expect(body).toContain('name="task_id"\r\n\r\ndesk-1');
  expect(body).toContain('name="file"; filename="holiday.jpg"\r\nContent-Type: image/png');
  expect(body.indexOf("task_id")).toBeLessThan(body.indexOf("holiday.jpg"));
  expect(progress).toEqual([
    { sentBytes: 0, totalBytes: 11 },
    { sentBytes: 11, totalBytes: 11 },
  ]);
});

test("sends a large file straight to the storage, and repeats only the PUT", async () => {
  server.on("POST /uploads", answering(201, reserved("/api/files/inputs/1.glb?signature=s")));
  server.on("PUT /files/inputs/1.glb", dropping, answering(200, {}));
  server.on("POST /uploads/input-1/complete", answering(200, uploaded));
  expect(await clientOf(server).upload(new Blob([large]), { taskId })).toEqual(uploaded);
  expect(server.of("POST /uploads")).toHaveLength(1);
  expect(server.of("POST /uploads")[0]?.json()).toEqual({
    filename: "upload",
    content_type: "model/gltf-binary",
    bytes: 8_000_001,
    task_id: taskId,
  });
  const [, put] = server.of("PUT /files/inputs/1.glb");
  expect(put?.body.length).toBe(8_000_001);
  expect(put?.headers["content-type"]).toBe("model/gltf-binary");
  expect(put?.headers.authorization).toBeUndefined();
  expect(put?.query.get("signature")).toBe("s");
});

test("goes to the storage when the host takes no body of this size", async () => {
  const tooLarge = answering(413, { message: "Request Too Long" });
  server.on("POST /uploads", tooLarge, answering(201, reserved(`${server.baseUrl}/files/inputs/1.png`)));
  server.on("PUT /files/inputs/1.png", answering(200, {}));
  server.on("POST /uploads/input-1/complete", answering(200, uploaded));
  expect(await clientOf(server).upload(new Blob([png], { type: "image/png" }))).toEqual(uploaded);
  expect(server.of("POST /uploads")).toHaveLength(2);
});

test("does not repeat an upload that was refused", async () => {
  server.on("POST /uploads", failing(422, "asset_unusable"));
  await expect(clientOf(server).upload(new Blob(["not a picture"]))).rejects.toMatchObject({
    code: "asset_unusable",
  });
  expect(server.of("POST /uploads")).toHaveLength(1);
});

test("can be stopped", async () => {
  const stop = new AbortController();
  server.on("POST /uploads", () => stop.abort(new Error("another file")));
  const uploading = clientOf(server).upload(new Blob([png]), { signal: stop.signal });
  await expect(uploading).rejects.toThrow("another file");
});
