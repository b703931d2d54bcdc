import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer, json } from "node:stream/consumers";
import { functionUrl } from "../../../packages/adapter-lambda/src/testing/gateways.ts";
import type { SentRequest } from "../../../packages/adapter-lambda/src/testing/sent-request.ts";
import { readHead } from "../../../packages/adapter-lambda/src/testing/streaming-runtime.ts";
import type { LambdaFunction } from "./lambda-function.ts";
import type { Answer } from "./runtime-api.ts";

/** The address at which clients reach a function. */
export interface FunctionUrl {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * A function URL on this machine, in either invoke mode: the function's answers say themselves whether they are streamed.
 * A client that goes away is not told to the function, as there.
 *
 * @param invoke - What answers, e.g. `lambdaFunction(…).invoke`.
 */
export async function openFunctionUrl(invoke: LambdaFunction["invoke"]): Promise<FunctionUrl> {
  const server = createServer(async (request, response) => {
    try {
      const body = await buffer(request);
      const answer = await invoke(functionUrl.toEvent(sentRequest(request, body)));
      await (answer.streaming ? passOn(answer, response) : writeOut(answer, response));
    } catch {
      // As AWS: what went wrong is in the function's log.
      if (response.headersSent) response.destroy();
      else response.writeHead(502).end('{"message":"Internal Server Error"}');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function sentRequest(
  { method = "GET", url = "/", rawHeaders, headers }: IncomingMessage,
  body: Buffer,
): SentRequest {
  const pairs = rawHeaders.flatMap((name, at) =>
    at % 2 === 0 ? [[name.toLowerCase(), rawHeaders[at + 1] ?? ""] as const] : [],
  );
  return {
    method,
    url: new URL(url, `http://${headers.host ?? "localhost"}`),
    headers: [...pairs, ["x-forwarded-proto", "https"], ["x-forwarded-for", "127.0.0.1"]],
    body,
  };
}

async function writeOut({ body }: Answer, response: ServerResponse): Promise<void> {
  const answered = functionUrl.toAnswer(await json(body));
  if (answered === undefined) throw new Error("the function's answer is none of HTTP");
  for (const [name, value] of answered.headers) response.appendHeader(name, value);
  response.writeHead(answered.status).end(answered.body);
}

async function passOn({ body }: Answer, response: ServerResponse): Promise<void> {
  const broken = new Promise<never>((_, reject) => {
    body.once("error", reject);
    body.once("close", () => reject(new Error("the function's process ended")));
  });
  // One that has ended in order closes too.
  broken.catch(() => undefined);
  const { head, rest } = await Promise.race([readHead(body), broken]);
  for (const cookie of head.cookies ?? []) response.appendHeader("set-cookie", cookie);
  response.writeHead(head.statusCode, head.headers);
  response.flushHeaders();
  if (rest.length > 0) response.write(rest);
  // Read to its end though nobody may listen any more: the function goes on until then.
  for await (const chunk of body) if (!response.destroyed) response.write(chunk);
  response.end();
}
