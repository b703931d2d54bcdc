import type { Route } from "../../contract/routes.ts";
import { jsonBytesMax } from "../../contract/routes.ts";
import { parseOrRefuse } from "../../errors/validation-failed.ts";
import type { Limits } from "../../limits/limits.ts";
import type { JsonObject } from "../../shared/json.ts";
import { readChunks } from "./body-stream.ts";
import { mediaTypeOf } from "./media-type.ts";
import { brokenForm, type FormPart, readParts } from "./multipart.ts";
import { readJson } from "./read-json.ts";

/** A form whose parts are read as they arrive: the route checks them, because files cannot be checked before. */
export interface Form {
  readonly parts: AsyncIterable<FormPart>;
}

/** How long a body may take to arrive. */
export type BodyTimeouts = Pick<Limits, "jsonTimeoutMs" | "fileTimeoutMs">;

/**
 * What the route takes: a JSON object by its schema, a form, or nothing.
 *
 * @throws AppError `unsupported_media_type`, `payload_too_large`, `request_timeout`, `invalid_json`, `validation_failed`.
 */
export async function readBody(
  route: Route,
  request: Request,
  timeouts: BodyTimeouts,
): Promise<JsonObject | Form | undefined> {
  if (route.body === undefined || route.takes === undefined) return undefined;
  const { type, boundary } = mediaTypeOf(request, route.takes);
  if (type === "multipart/form-data") {
    if (boundary === undefined || !/^[\x21-\x7e]{1,70}$/.test(boundary)) throw brokenForm();
    const limits = { bytesMax: route.bodyBytesMax ?? jsonBytesMax, timeoutMs: timeouts.fileTimeoutMs };
    return { parts: readParts(readChunks(request, limits), boundary) };
  }
  const value = await readJson(request, { bytesMax: jsonBytesMax, timeoutMs: timeouts.jsonTimeoutMs });
  return parseOrRefuse(route.body, value) as JsonObject;
}

/** Whether a body is a form. */
export function isForm(body: JsonObject | Form): body is Form {
  return Symbol.asyncIterator in ((body as Partial<Form>).parts ?? {});
}
