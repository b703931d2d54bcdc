import type { ServerResponse } from "node:http";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { readDirectly } from "./body-stream.ts";
import { restoreBody } from "./parsed-body.ts";
import { type BreakLogger, sendStream } from "./send-stream.ts";
import { sendWhole } from "./send-whole.ts";

/** Fits `app.use` of Express 4 and 5, and the request listener of `node:http`. Answers every request itself. */
export type ExpressHandler = (
  request: HttpBindings["incoming"],
  response: HttpBindings["outgoing"],
) => Promise<void>;

/**
 * Mounts a BFF in Express 4 or 5, before or after `express.json()`.
 *
 * Mount it at the BFF's `basePath`, which its links are made of. A client that goes away aborts its request.
 *
 * @example
 * app.use("/api", toExpress(bff));
 */
export function toExpress(bff: {
  readonly fetch: (request: Request, host?: object) => Promise<Response>;
  readonly logger?: BreakLogger;
}): ExpressHandler {
  // The default would replace the global Request and Response of the whole host process.
  const listener = getRequestListener(
    async (request, env) => {
      const { incoming, outgoing } = env as HttpBindings;
      const { remoteAddress } = incoming.socket;
      readDirectly(request, incoming);
      const response = await sendWhole(await bff.fetch(request, { remoteAddress }), outgoing);
      return sendStream(response, outgoing as ServerResponse, bff.logger);
    },
    { overrideGlobalObjects: false },
  );
  return async (request, response) => {
    restoreBody(request);
    // Express writes it before anybody else: nobody needs to know.
    response.removeHeader("x-powered-by");
    await listener(request, response);
  };
}
