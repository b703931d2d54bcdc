import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { jobOf } from "../conformance/cases.ts";
import { submitContext } from "../conformance/context.ts";
import { openai } from "./index.ts";

const pictures = 10;
const pictureBytes = 4_000_000;

it("lets a large answer wait at the vendor until each picture is taken", async () => {
  const base64 = Buffer.alloc(pictureBytes, 7).toString("base64");
  const answer = JSON.stringify({ data: Array.from({ length: pictures }, () => ({ b64_json: base64 })) });
  let sent = 0;
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": "application/json" });
    const write = () => {
      while (sent < answer.length) {
        const more = response.write(answer.slice(sent, sent + 65_536));
        sent = Math.min(answer.length, sent + 65_536);
        if (!more) return response.once("drain", write);
      }
      return response.end();
    };
    write();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = openai({ apiKey: "key", baseUrl });
  const context = submitContext();
  const job = jobOf("text-to-image", { prompt: "p", n: pictures }, { outputs: pictures });

  const result = await provider.submit(job, await provider.prepare(job, context), context);
  if (result.state !== "done") throw new Error("It was not answered at once.");
  let [read, lead] = [0, 0];
  for await (const { source } of result.outputs) {
    if (!("stream" in source)) throw new Error("It is no stream.");
    for await (const bytes of source.stream) read += bytes.length;
    // A consumer that is busy storing: whoever buffers ahead has the time to do it now.
    await new Promise((resolve) => setTimeout(resolve, 50));
    lead = Math.max(lead, sent - (read * 4) / 3);
  }
  expect(read).toBe(pictures * pictureBytes);
  // The sockets of both ends hold a few megabytes; the rest of the fifty never left the vendor.
  expect(lead).toBeLessThan(16_000_000);
  await new Promise((resolve) => server.close(resolve));
});
