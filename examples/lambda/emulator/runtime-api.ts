import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Readable } from "node:stream";
import { json } from "node:stream/consumers";

/** An event as it is handed to a process. */
export interface GivenEvent {
  readonly id: string;
  /** As JSON. */
  readonly body: string;
  /** When the process is ended, in ms since 1970. */
  readonly deadlineMs: number;
}

/** What a process answers. */
export interface Answer {
  /** Whether it is written while it is made. */
  readonly streaming: boolean;
  /** Must be read to its end. Breaks off where its process is killed. */
  readonly body: Readable;
}

/** What a process says by the interface. */
export interface RuntimeEvents {
  /** It has nothing more to do, and gets its next event by `give`. */
  onReady(give: (event: GivenEvent) => void): void;
  onAnswer(answer: Answer): void;
  /** The handler failed, or could not be loaded. */
  onError(error: { readonly errorType: string; readonly errorMessage: string }): void;
}

/** The interface between Lambda and one process. */
export interface RuntimeApi {
  /** As `AWS_LAMBDA_RUNTIME_API` has it. */
  readonly address: string;
  close(): void;
}

const path = /^\/2018-06-01\/runtime\/(?:invocation\/(next|[\w-]+\/(?:response|error))|init\/error)$/;

/**
 * Opens Lambda's runtime interface for one process.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export async function openRuntimeApi(told: RuntimeEvents): Promise<RuntimeApi> {
  const server = createServer((request, response) => {
    const [isKnown, what] = path.exec(request.url ?? "") ?? [];
    if (isKnown === undefined) return void response.writeHead(404).end();
    if (what === "next")
      return told.onReady(({ id, body, deadlineMs }) =>
        response
          .writeHead(200, {
            "content-type": "application/json",
            "lambda-runtime-aws-request-id": id,
            "lambda-runtime-deadline-ms": String(deadlineMs),
            "lambda-runtime-invoked-function-arn": "arn:aws:lambda:us-east-1:123456789012:function:local",
            "lambda-runtime-trace-id": "Root=1-00000000-000000000000000000000000;Sampled=0",
          })
          .end(body),
      );
    request.once("end", () => response.writeHead(202).end('{"status":"OK"}\n'));
    if (what?.endsWith("/response")) return told.onAnswer({ streaming: isStreamed(request), body: request });
    json(request).then(
      (error) => told.onError(error as Parameters<RuntimeEvents["onError"]>[0]),
      () => told.onError({ errorType: "Runtime.Unknown", errorMessage: "an error that is no JSON" }),
    );
  });
  // A process may be frozen for longer than any limit of a server.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function isStreamed({ headers }: IncomingMessage): boolean {
  return headers["lambda-runtime-function-response-mode"] === "streaming";
}
