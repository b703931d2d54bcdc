import type { TestProject } from "vitest/node";
import { answering, failing, type Received, startBffServer, streaming } from "./bff-server.ts";
import { complete, created, generationId, status } from "./wire.ts";

declare module "vitest" {
  export interface ProvidedContext {
    baseUrl: string;
  }
}

/** A BFF on another origin than the tests' page, as a browser meets it: with CORS, and strict about the token. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startBffServer();
  const mayAsk = (request: Received) => request.headers.authorization === "Bearer token-1";

  let cutStream = () => {};

  server.on("POST /generate/text-to-image", (response, request) => {
    const known = mayAsk(request) && request.headers["idempotency-key"] && request.json().prompt === "a fox";
    return (known ? answering(202, created) : failing(401, "unauthenticated"))(response, request);
  });
  server.on(`GET /tasks/${generationId}/events`, (response, request) => {
    if (!mayAsk(request)) return failing(401, "unauthenticated")(response, request);
    const resumed = request.headers["last-event-id"] === "2";
    const events = resumed ? [status(2), status(3), complete(4)] : [status(1), status(2)];
    const messages = events.map((data) => ({ id: data.version, data }));
    if (!resumed) cutStream = () => response.destroy();
    return streaming(messages, "hold")(response, request);
  });
  // The test says when: a cut right behind the events would take them with it.
  server.on(`POST /generations/${generationId}/cancel`, (response, request) => {
    cutStream();
    return answering(200, { status: "processing", cancel_requested: true })(response, request);
  });
  server.on("POST /uploads", (response, request) => {
    const isForm = request.headers["content-type"]?.startsWith("multipart/form-data");
    const inputAsset = { input_asset_id: "input-1", asset_url: "/x", width: 1, height: 1 };
    if (isForm) {
      const whole = { ...inputAsset, content_type: "image/png", bytes: request.body.length };
      return answering(201, whole)(response, request);
    }
    const url = `${server.baseUrl}/files/inputs/1.png`;
    const upload = { method: "PUT", url, headers: { "content-type": "image/png" }, expires_at: "2026-01-01" };
    return answering(201, { ...inputAsset, upload })(response, request);
  });
  server.on("PUT /files/inputs/1.png", (response, request) =>
    answering(200, { bytes: request.body.length })(response, request),
  );
  server.on("POST /uploads/input-1/complete", (response, request) => {
    const bytes = server.of("PUT /files/inputs/1.png").at(-1)?.body.length;
    return answering(200, { input_asset_id: "input-1", bytes })(response, request);
  });
  server.on("GET /credits/balance", failing(429, "rate_limited", { headers: { "retry-after": "7" } }));

  project.provide("baseUrl", server.baseUrl);
  return () => server.close();
}
