import { routes } from "../../contract/routes.ts";
import { AppError } from "../../errors/app-error.ts";
import { assetUrlOf } from "../../generations/asset-url.ts";
import { readChunks } from "../body/body-stream.ts";
import type { Call, RouteHandler } from "../call.ts";
import { json } from "../respond.ts";
import { urlValidS } from "../sign-urls.ts";

/** `GET /assets/{id}/url`: of an output, or of an upload. */
export const assetUrl: RouteHandler<"assetUrl"> = async ({ context, caller, params }) => {
  const file = { userId: caller.userId, assetId: params.id ?? "", validS: urlValidS };
  return json(200, await assetUrlOf(context, file));
};

/** `GET /files/{key}`, and its head. */
export const readFile: RouteHandler<"readFile"> = (call) => serve(call);

/** `PUT /files/{key}` */
export const writeFile: RouteHandler<"writeFile"> = ({ context, params, request }) =>
  serve({ context, params, request: inTime(request, context.limits.fileTimeoutMs) });

/** The same request, whose body ends with `request_timeout` where it drips. */
function inTime(request: Request, timeoutMs: number): Request {
  const { body: given } = request;
  if (given === null) return request;
  const chunks = readChunks(request, { bytesMax: routes.writeFile.bodyBytesMax, timeoutMs });
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      // What is refused before a byte of it was read is let go too.
      async cancel(reason) {
        void chunks.return().catch(() => undefined);
        if (!given.locked) await given.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  const { method, url, headers, signal } = request;
  return new Request(url, { method, headers, signal, body, duplex: "half" } as RequestInit);
}

/** Storage that has its own host answers its own URLs; ours then has no such path. */
async function serve({
  context,
  params,
  request,
}: Pick<Call, "context" | "params" | "request">): Promise<Response> {
  if (context.storage.serve === undefined) throw new AppError("not_found");
  return context.storage.serve(request, params.key ?? "");
}
