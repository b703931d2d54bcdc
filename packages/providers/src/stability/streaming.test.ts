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

it("leaves the question open when a picture breaks off", async () => {
  const provider = await vendor((request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": "image/png", "content-length": bytes });
    response.write(head, () => response.destroy());
  });
  const { error } = await buy(provider, job, submitContext());
  expect(error).toMatchObject({ code: "submission_unknown", outcome: "unknown" });
});
