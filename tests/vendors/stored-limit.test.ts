import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { files } from "@genbff/core/files";
import { type Simulator, startSimulator } from "@genbff/simulator";
import { afterAll, beforeAll, expect, it } from "vitest";
import { storeOutput } from "../../packages/core/src/assets/store-output.ts";
import { submitContext } from "../../packages/providers/src/conformance/context.ts";
import { makeJob } from "./make-job.ts";
import { place } from "./order.ts";
import { joinedVendor } from "./vendors.ts";

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.close());

// 25 and 26 of the fault list, where the answer is the file and no provider counts its bytes. A JPEG may be followed by
// anything, so that nothing but the limit ends it.
it.each([{ kind: "endless_body" }, { kind: "compressed_body", megabytes: 8 }] as const)(
  "a file of Stability's with $kind ends at core's limit, and nothing of it is kept",
  async (fault) => {
    simulator.setFaults([fault]);
    const provider = joinedVendor("stability").create(simulator.url, 30_000);
    const input = { prompt: "a lamp", output_format: "jpeg" };
    const job = makeJob(provider, { operation: "text-to-image", input, media: "jpeg" });
    const { answer } = await place(provider, job, submitContext());
    if (answer?.state !== "done") throw new Error("It was not made.");
    const directory = await mkdtemp(join(tmpdir(), "limit-"));
    const store = files(directory);
    const key = "images/task/0";
    for await (const { source } of answer.outputs) {
      if (!("stream" in source)) throw new Error("It does not stream.");
      const output = { kind: "image", keyWithoutExtension: key, bytesMax: 4_000_000 } as const;
      await expect(storeOutput(store, { ...output, source: source.stream })).rejects.toMatchObject({
        code: "output_unavailable",
        reason: "too_large",
      });
    }
    expect(await store.open(`${key}.jpg`)).toBeNull();
    await rm(directory, { recursive: true });
    expect(simulator.purchases()).toHaveLength(fault.kind === "endless_body" ? 1 : 2);
  },
);
