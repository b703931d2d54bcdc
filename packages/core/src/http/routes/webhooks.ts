import { receiveWebhook, webhookAddress } from "../../generations/receive-webhook.ts";
import { readChunks } from "../body/body-stream.ts";
import type { RouteHandler } from "../call.ts";
import { json } from "../respond.ts";

const timeoutMs = 15_000;

/** `POST /webhooks/{provider}/{secret}`: answered only after what it says is committed. */
export const webhook: RouteHandler<"webhook"> = async ({ context, params, request }) => {
  const { provider = "", secret = "" } = params;
  const address = await webhookAddress(context, provider, secret);
  const body = await readBytes(request, context.limits.webhookBytesMax);
  const { headers, url } = request;
  await receiveWebhook(context, { provider, address, request: { headers, body, url } });
  return json(200, { received: true });
};

/** The bytes as they came: a signature covers nothing else. */
async function readBytes(request: Request, bytesMax: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of readChunks(request, { bytesMax, timeoutMs })) chunks.push(chunk);
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}
