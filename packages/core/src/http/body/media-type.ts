import { AppError } from "../../errors/app-error.ts";

/** A `Content-Type`, taken apart. */
export interface MediaType {
  /** Lower case, e.g. `application/json`. */
  readonly type: string;
  readonly boundary: string | undefined;
}

const parameter = /;\s*([a-z]+)\s*=\s*(?:"([^"\\]*)"|([^\s;"]*))\s*/gi;

/**
 * The type of a request's body.
 *
 * @throws AppError `unsupported_media_type` - missing, not one of `takes`, not UTF-8, or compressed.
 */
export function mediaTypeOf(request: Request, takes: readonly string[]): MediaType {
  const header = request.headers.get("content-type") ?? "";
  const type = (header.split(";", 1)[0] ?? "").trim().toLowerCase();
  const parameters = new Map(
    [...header.matchAll(parameter)].map(([, name = "", quoted, plain]) => [
      name.toLowerCase(),
      quoted ?? plain ?? "",
    ]),
  );
  const encoding = request.headers.get("content-encoding")?.trim().toLowerCase() ?? "identity";
  const charset = parameters.get("charset")?.toLowerCase() ?? "utf-8";
  if (!takes.includes(type) || encoding !== "identity" || !["utf-8", "utf8"].includes(charset)) {
    throw new AppError("unsupported_media_type", { details: { takes: [...takes] } });
  }
  return { type, boundary: parameters.get("boundary") };
}
