import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { readChunks } from "../../packages/core/src/http/body/body-stream.ts";
import { createHttp } from "../../packages/providers/src/shared/http.ts";
import { createStreamedBody } from "../../packages/providers/src/shared/streamed-body.ts";
import { trackPieces } from "./tracked-pieces.ts";

// `pnpm bench memory` measures how far a process grows. Here is counted what would make it grow: pieces of a body that are
// done with and that somebody still holds.

const count = 200;
/** What streams and sockets may have under way, on any platform. */
const underWayMax = 40;

it("a form that comes in is not held while it is read", async () => {
  const pieces = trackPieces(count);
  const body = ReadableStream.from(pieces.make());
  const request = new Request("http://body.test", { method: "POST", body, duplex: "half" });
  let bytes = 0;
  for await (const chunk of readChunks(request, { bytesMax: pieces.bytes, timeoutMs: 600_000 }))
    bytes += chunk.length;
  expect(bytes).toBe(pieces.bytes);
  expect(pieces.heldMax()).toBeLessThan(underWayMax);
});

it("a file that is sent to a vendor is not held while it is on its way", async () => {
  const server = createServer(async (request, response) => {
    let bytes = 0;
    for await (const chunk of request) bytes += (chunk as Buffer).length;
    response.end(String(bytes));
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const pieces = trackPieces(count);
  const answer = await createHttp({ vendor: "vendor", baseUrl, apiKey: "key" })({
    purpose: "prepare",
    method: "POST",
    path: "files",
    form: createStreamedBody("application/octet-stream", pieces.bytes, pieces.make()),
    signal: new AbortController().signal,
  });
  expect(new TextDecoder().decode(await answer.body.next())).toBe(String(pieces.bytes));
  await answer.body.cancel();
  expect(pieces.heldMax()).toBeLessThan(underWayMax);
});
