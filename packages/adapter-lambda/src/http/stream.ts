import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { invoked, type LambdaContext, settle, workMs } from "../invocation.ts";
import { type AnsweringBff, type LambdaOptions, workMsDefault } from "../to-lambda.ts";
import { readEvent } from "./events.ts";
import { received } from "./received.ts";
import { headOf } from "./to-result.ts";

type StreamingHandler = (event: unknown, out: Writable, context: LambdaContext) => Promise<void>;

/** What Lambda's own Node.js runtime has as the global `awslambda`. */
interface StreamingRuntime {
  streamifyResponse(handler: StreamingHandler): (...given: never[]) => Promise<void>;
  readonly HttpResponseStream: {
    /** The head goes out with the first write. */
    from(out: Writable, head: object): Writable;
  };
}

/** Makes the handler for answers that are written while they are made. */
export function streamingHandler(
  bff: AnsweringBff,
  options: LambdaOptions,
): (...given: never[]) => Promise<void> {
  const { awslambda: runtime } = globalThis as { awslambda?: Partial<StreamingRuntime> };
  // Outside of Lambda a module with a handler can still be loaded, by its tests or by a bundler. AWS's own SDK leaves an
  // empty one there.
  if (!isStreaming(runtime))
    return async () => {
      throw new Error("there is no awslambda: answers are streamed in Lambda's Node.js runtime alone");
    };
  return runtime.streamifyResponse(async (event, out, context) => {
    const given = readEvent(event);
    await invoked(workMs(context, options.budgetMs ?? workMsDefault), async () => {
      const { request, host, leave, done } = received(given, context, options);
      // What has become of the line shows only on the stream itself; nobody is there to be told.
      out.once("error", leave);
      out.once("close", leave);
      try {
        const answer = await bff.fetch(request, host);
        await write(
          answer,
          runtime.HttpResponseStream.from(out, { statusCode: answer.status, ...headOf(answer) }),
        );
        await settle(bff, context);
      } finally {
        done();
      }
    });
  });
}

function isStreaming(runtime: Partial<StreamingRuntime> | undefined): runtime is StreamingRuntime {
  return runtime?.streamifyResponse !== undefined;
}

async function write({ body }: Response, out: Writable): Promise<void> {
  // The head goes now, and not with the first byte of a body that may take its time, or is none.
  out.write("");
  if (body === null) {
    out.end();
    return;
  }
  try {
    await pipeline(Readable.fromWeb(body as Parameters<typeof Readable.fromWeb>[0]), out);
  } catch (error) {
    // The body is cancelled by then. A reader that went away, or was too slow, is nobody's failure.
    if (!out.destroyed) throw error;
  }
}
