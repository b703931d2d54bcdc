import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { errorCodes } from "../contract/error-codes.ts";
import { isAppError } from "../errors/app-error.ts";
import type { FilesOptions } from "../storage/files.ts";
import type { ObjectStore } from "../storage/port.ts";
import type { StoreUnderTest } from "./object-store-suite.ts";

/**
 * A store over files, served as the BFF does: by the key in the path, errors as their status.
 *
 * @param make - Of a folder that goes with the test, and options with a clock that can be turned.
 */
export async function servedFiles(
  make: (folder: string, options: FilesOptions) => ObjectStore,
): Promise<StoreUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), "genbff-served-"));
  let now = Date.parse("2026-01-01T00:00:00Z");
  const store = make(folder, { now: () => now });
  store.configure?.({ publicUrl: "https://bff.example.com", basePath: "/api", secret: "s".repeat(32) });
  return {
    store,
    async request(url, init) {
      const request = new Request(url, init);
      const key = new URL(url).pathname.replace(/^.*?\/files\//, "");
      try {
        return (await store.serve?.(request, key)) as Response;
      } catch (error) {
        if (!isAppError(error)) throw error;
        return new Response(error.code, { status: errorCodes[error.code].status });
      }
    },
    passTime: (seconds) => {
      now += seconds * 1000;
    },
    dispose: () => rm(folder, { recursive: true }),
  };
}
