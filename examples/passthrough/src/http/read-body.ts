import { type Call, refusal } from "./core.ts";

/** As much as is held in memory for one request. */
const formBytesMax = 25_000_000;
const jsonBytesMax = 1_000_000;

/**
 * Reads a form, whole: for those who may ask.
 *
 * @throws AppError - who asks is not known.
 * @throws Refused `payload_too_large`, `unsupported_media_type`, `validation_failed`.
 */
export function readForm(call: Call): Promise<FormData> {
  const contentType = call.request.headers.get("content-type") ?? "";
  if (!/^multipart\/form-data\b/i.test(contentType))
    throw refusal(415, "unsupported_media_type", "The body must be multipart/form-data.");
  return read(call, formBytesMax, (body) => body.formData(), "validation_failed");
}

/**
 * Reads JSON: for those who may ask.
 *
 * @throws AppError - who asks is not known.
 * @throws Refused `payload_too_large`, `invalid_json`.
 */
export function readJson(call: Call): Promise<unknown> {
  return read(call, jsonBytesMax, (body) => body.json(), "invalid_json");
}

async function read<Body>(
  { auth, request }: Call,
  bytesMax: number,
  parse: (body: Response) => Promise<Body>,
  otherwise: string,
): Promise<Body> {
  // Core asks again; nothing is held in memory for just anybody.
  await auth.authenticate(request);
  let bytes = 0;
  const counted = request.body?.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.byteLength;
        if (bytes > bytesMax) controller.error(new Error("too large"));
        else controller.enqueue(chunk);
      },
    }),
  );
  const headers = { "content-type": request.headers.get("content-type") ?? "" };
  try {
    return await parse(new Response(counted ?? null, { headers }));
  } catch {
    if (bytes > bytesMax) throw refusal(413, "payload_too_large", `At most ${bytesMax} bytes.`);
    throw refusal(400, otherwise, "The body cannot be read.");
  }
}
