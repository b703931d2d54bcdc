// What runs in a function's process between Lambda and the handler, as AWS's own `aws-lambda-ric` does: asks for an event,
// calls the handler, posts its answer, asks for the next. `_HANDLER` and `LAMBDA_TASK_ROOT` say what is loaded.

import { once } from "node:events";
import { Agent, type IncomingMessage, type RequestOptions, request } from "node:http";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { finished } from "node:stream/promises";
import { pathToFileURL } from "node:url";
import { awslambda } from "../../../packages/adapter-lambda/src/testing/streaming-runtime.ts";

const {
  AWS_LAMBDA_RUNTIME_API: address = "",
  _HANDLER: name = "",
  LAMBDA_TASK_ROOT: root = "",
} = process.env;

interface Context {
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
}
type Buffered = (event: unknown, context: Context) => Promise<unknown>;
type Streaming = (event: unknown, out: PassThrough, context: Context) => Promise<void>;

const streaming = new WeakSet<object>();
Object.assign(globalThis, {
  awslambda: {
    ...awslambda,
    streamifyResponse(handler: Streaming) {
      streaming.add(handler);
      return handler;
    },
  },
});

const agent = new Agent({ keepAlive: true });

function begin(method: string, path: string, headers: RequestOptions["headers"] = {}) {
  const begun = request(`http://${address}/2018-06-01/runtime/${path}`, { agent, method, headers });
  const answered = once(begun, "response").then(([response]) => response as IncomingMessage);
  return { begun, answered };
}

async function post(path: string, body: unknown): Promise<void> {
  const { begun, answered } = begin("POST", path, { "content-type": "application/json" });
  begun.end(JSON.stringify(body ?? null));
  await text(await answered);
}

/** Said in the function's log too: its caller is told nothing but that it failed. */
function reported(error: unknown) {
  console.error(error);
  return {
    errorType: error instanceof Error ? error.name : typeof error,
    errorMessage: error instanceof Error ? error.message : String(error),
  };
}

async function answerInOne(handler: Buffered, event: unknown, context: Context): Promise<void> {
  const path = `invocation/${context.awsRequestId}`;
  const result = await handler(event, context).then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  await ("error" in result
    ? post(`${path}/error`, reported(result.error))
    : post(`${path}/response`, result.value));
}

async function answerByAndBy(handler: Streaming, event: unknown, context: Context): Promise<void> {
  const { begun, answered } = begin("POST", `invocation/${context.awsRequestId}/response`, {
    "content-type": "application/vnd.awslambda.http-integration-response",
    "lambda-runtime-function-response-mode": "streaming",
    "transfer-encoding": "chunked",
    trailer: "Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body",
  });
  const out = new PassThrough();
  out.pipe(begun, { end: false });
  // One that breaks off has nothing more to say either.
  const drained = finished(out).catch(() => undefined);
  try {
    await handler(event, out, context);
    out.end();
  } catch (error) {
    const { errorType, errorMessage } = reported(error);
    begun.addTrailers({
      "Lambda-Runtime-Function-Error-Type": errorType,
      "Lambda-Runtime-Function-Error-Body": Buffer.from(errorMessage).toString("base64"),
    });
    out.end();
  }
  await drained;
  begun.end();
  await text(await answered);
}

async function load(): Promise<Buffered | Streaming> {
  const [file = "", exported = ""] = name.split(".");
  const module = await import(pathToFileURL(join(root, `${file}.mjs`)).href);
  return module[exported] as Buffered | Streaming;
}

async function serve(handler: Buffered | Streaming): Promise<never> {
  for (;;) {
    const { begun, answered } = begin("GET", "invocation/next");
    begun.end();
    const { headers, ...given } = await answered.then(async (response) => ({
      headers: response.headers,
      event: JSON.parse(await text(response)) as unknown,
    }));
    const endsAt = Number(headers["lambda-runtime-deadline-ms"]);
    const context: Context = {
      awsRequestId: String(headers["lambda-runtime-aws-request-id"]),
      getRemainingTimeInMillis: () => endsAt - Date.now(),
    };
    if (streaming.has(handler)) await answerByAndBy(handler as Streaming, given.event, context);
    else await answerInOne(handler as Buffered, given.event, context);
  }
}

try {
  await serve(await load());
} catch (error) {
  await post("init/error", reported(error)).catch(() => undefined);
  process.exitCode = 1;
}
