import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Asset, GenerationStatus } from "../../packages/core/src/contract/generation.ts";
import type { UploadComplete, UploadReserved } from "../../packages/core/src/contract/upload.ts";

/** One user of a BFF, over HTTP. */
export interface Customer {
  /** Starts a generation and waits for its end. @throws Error - it did not come to a good one. */
  generate(operation: string, input: object): Promise<readonly Asset[]>;
  /** Reads a link of the BFF to its end. */
  read(url: string, how?: Reading): Promise<{ readonly sha256: string; readonly bytes: number }>;
  /** Uploads a GLB by a signed `PUT` and has it looked at; resolves to its `asset_url`. */
  putModel(bytes: number, pieces: Iterable<Uint8Array>): Promise<string>;
  /** Uploads a GLB in a form. */
  sendForm(file: Blob): Promise<UploadComplete>;
}

/** How a link is read. */
export interface Reading {
  /** First and last byte. */
  readonly range?: readonly [number, number];
  /** After each piece: a line that is slower than the disk. */
  readonly pauseMs?: number;
}

/** Makes one. */
export function createCustomer(address: string, token: string): Customer {
  const authorization = `Bearer ${token}`;
  const call = async (path: string, init: RequestInit & { headers?: Record<string, string> }) => {
    const headers = { authorization, ...init.headers };
    const response = await fetch(new URL(path, address), { ...init, headers });
    if (!response.ok) throw new Error(`${path} answers ${response.status}: ${await response.text()}`);
    return response;
  };
  const ask = async <T>(path: string, body: object, headers: Record<string, string> = {}): Promise<T> => {
    const init = { method: "POST", body: JSON.stringify(body) };
    const response = await call(path, {
      ...init,
      headers: { "content-type": "application/json", ...headers },
    });
    return (await response.json()) as T;
  };

  return {
    async generate(operation, input) {
      const body = { task_id: crypto.randomUUID(), ...input };
      let now = await ask<GenerationStatus>(`/api/generate/${operation}`, body, { prefer: "wait=20" });
      while (now.status === "pending" || now.status === "processing") {
        await pause(100);
        const response = await call(`/api/tasks/${body.task_id}/status?wait=20`, {});
        now = (await response.json()) as GenerationStatus;
      }
      if (now.status !== "complete" || now.failures.length > 0)
        throw new Error(`it ended ${now.status}: ${JSON.stringify(now.error ?? now.failures)}`);
      return now.assets;
    },

    async read(url, { range, pauseMs } = {}) {
      const response = await call(url, range ? { headers: { range: `bytes=${range.join("-")}` } } : {});
      const hash = createHash("sha256");
      let bytes = 0;
      for await (const piece of response.body ?? []) {
        hash.update(piece);
        bytes += piece.length;
        if (pauseMs !== undefined) await pause(pauseMs);
      }
      return { sha256: hash.digest("hex"), bytes };
    },

    async putModel(bytes, pieces) {
      const file = { filename: "model.glb", content_type: "model/gltf-binary", bytes };
      const reserved = await ask<UploadReserved>("/api/uploads", file);
      const { method, url, headers } = reserved.upload;
      const body = ReadableStream.from(pieces);
      await call(url, {
        method,
        headers: { ...headers, "content-length": String(bytes) },
        body,
        duplex: "half",
      });
      const completed = `/api/uploads/${reserved.input_asset_id}/complete`;
      await ask<UploadComplete>(completed, {});
      return reserved.asset_url;
    },

    async sendForm(file) {
      const form = new FormData();
      form.append("file", file, "model.glb");
      return (await (await call("/api/uploads", { method: "POST", body: form })).json()) as UploadComplete;
    },
  };
}
