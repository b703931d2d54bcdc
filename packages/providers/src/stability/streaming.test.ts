import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { buy } from "../conformance/buy.ts";
import { jobOf } from "../conformance/cases.ts";
import { submitContext } from "../conformance/context.ts";
import { stability } from "./index.ts";

const head = Buffer.from("\x89PNG\r\n\x1a\n and so on", "latin1");
const bytes = 40_000_000;
const job = jobOf("text-to-image", { prompt: "p" });
let close: () => Promise<void> = async () => undefined;
afterEach(() => close());

async function vendor(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return stability({ apiKey: "key", baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

it("lets a large picture wait at the vendor until it is taken", async () => {
  let sent = head.length;
  const provider = await vendor((request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": "image/png", "content-length": bytes });
    response.write(head);
    const write = () => {
      while (sent < bytes) {
        const piece = Buffer.alloc(Math.min(65_536, bytes - sent));
        sent += piece.length;
        if (!response.write(piece)) return response.once("drain", write);
      }
      return response.end();
    };
    write();
  });
  const context = submitContext();
  const answer = await provider.submit(job, await provider.prepare(job, context), context);
  if (answer.state !== "done") throw new Error("It was not answered at once.");
  let [read, lead] = [0, 0];
  for await (const { source } of answer.outputs) {
    if (!("stream" in source)) throw new Error("It is no stream.");
    for await (const piece of source.stream) {
      read += piece.length;
      // A consumer that is busy storing: whoever buffers ahead has the time to do it now.
      await new Promise((resolve) => setTimeout(resolve, 0));
      lead = Math.max(lead, sent - read);
    }
  }
  expect(read).toBe(bytes);
  // The sockets of both ends hold a few megabytes; the rest never left the vendor.
  expect(lead).toBeLessThan(16_000_000);
});

it("leaves the question open when a picture breaks off", async () => {
  const provider = await vendor((request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": "image/png", "content-length": bytes });
    response.write(head, () => response.destroy());
  });
  const { error } = await buy(provider, job, submitContext());
  expect(error).toMatchObject({ code: "submission_unknown", outcome: "unknown" });
});
