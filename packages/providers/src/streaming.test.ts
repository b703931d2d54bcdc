import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { secrets } from "./conformance/cases.ts";
import { submitContext } from "./conformance/context.ts";
import { geminiCases } from "./gemini/conformance-cases.ts";
import { openaiCases, openaiStreamCases } from "./openai/conformance-cases.ts";
import { stabilityCases } from "./stability/conformance-cases.ts";

// Vendors that answer with bytes. Over real sockets, for whoever answers in place of a vendor reads everything ahead.

const bytes = 40_000_000;
/** 64 KiB of base64, which is plain bytes as well. */
const piece = Buffer.alloc(65_536, "A");

/** A vendor that sends as far as somebody takes it. */
async function startVendor({ contentType, before, after }: NonNullable<typeof geminiCases.large>) {
  let sent = 0;
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": contentType });
    response.write(before);
    const write = () => {
      while (sent < bytes) {
        sent += piece.length;
        if (!response.write(piece)) return response.once("drain", write);
      }
      return response.end(after);
    };
    write();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent: () => sent,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

it.each([openaiCases, openaiStreamCases, geminiCases, stabilityCases])(
  "$vendor lets a large picture wait at the vendor until it is taken",
  async ({ create, job, large }) => {
    if (large === undefined) throw new Error("It answers with links.");
    const vendor = await startVendor(large);
    try {
      const provider = create({ baseUrl: vendor.baseUrl, apiKey: secrets.key });
      const context = submitContext();
      const answer = await provider.submit(job, await provider.prepare(job, context), context);
      if (answer.state !== "done") throw new Error("It was not answered at once.");
      let [read, ahead, pieces] = [0, 0, 0];
      for await (const { source } of answer.outputs) {
        if (!("stream" in source)) throw new Error("It is no stream.");
        for await (const { length } of source.stream) {
          read += length;
          // A consumer that is busy storing: whoever reads ahead has the time to do it now.
          if (pieces++ % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
          ahead = Math.max(ahead, vendor.sent() - (read * 4) / 3);
        }
      }
      expect(read).toBeGreaterThan(bytes / 2);
      // The sockets of both ends hold a few megabytes; the rest never left the vendor.
      expect(ahead).toBeLessThan(16_000_000);
    } finally {
      await vendor.close();
    }
  },
);
