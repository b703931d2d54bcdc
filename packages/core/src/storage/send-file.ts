import { parseRange } from "./byte-range.ts";
import { contentTypeOf, isShown } from "./key.ts";
import type { OpenFile } from "./read-file.ts";

/** So that a link that was shown keeps its picture in the browser's cache, but not for longer than an hour. */
const cacheSecondsMax = 3600;

/**
 * Answers `GET` or `HEAD` of a stored file: whole, one range (206), unchanged (304), or no such range (416).
 *
 * The headers let nothing in it run: our own content type, `nosniff`, a sandbox, and a download for everything that
 * is not a picture, a sound or a film. SVG is always a download.
 */
export async function sendFile(
  request: Request,
  { key, file, secondsLeft }: { key: string; file: OpenFile; secondsLeft: number },
): Promise<Response> {
  const etag = `"${file.version}"`;
  const headers = headersOf(key, etag, secondsLeft);
  if (matches(request.headers.get("if-none-match"), etag)) {
    await file.close();
    return new Response(null, { status: 304, headers });
  }
  const range = rangeOf(request, file.bytes, etag);
  if (range === "unsatisfiable") {
    await file.close();
    return new Response(null, {
      status: 416,
      headers: { ...headers, "content-range": `bytes */${file.bytes}` },
    });
  }
  const { start, end } = range ?? { start: 0, end: file.bytes };
  const answer = {
    status: range ? 206 : 200,
    headers: {
      ...headers,
      "content-length": String(end - start),
      ...(range ? { "content-range": `bytes ${start}-${end - 1}/${file.bytes}` } : {}),
    },
  };
  if (request.method !== "HEAD" && end > start) return new Response(file.read({ start, end }), answer);
  await file.close();
  return new Response(null, answer);
}

function headersOf(key: string, etag: string, secondsLeft: number): Record<string, string> {
  const contentType = contentTypeOf(key);
  // A key's last segment is plain ASCII without quotes: it needs no escaping.
  const name = key.slice(key.lastIndexOf("/") + 1);
  return {
    "content-type": contentType,
    "content-disposition": `${isShown(contentType) ? "inline" : "attachment"}; filename="${name}"`,
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    // Whoever has the link may show it, on a page of any origin: the link is the right. Reading it by script is CORS.
    "cross-origin-resource-policy": "cross-origin",
    "cache-control": `private, max-age=${Math.max(0, Math.min(cacheSecondsMax, Math.floor(secondsLeft)))}`,
    "accept-ranges": "bytes",
    etag,
  };
}

/** A range of a file that was replaced in between would glue two files together: then all of it is sent. */
function rangeOf(request: Request, bytes: number, etag: string): ReturnType<typeof parseRange> {
  const ifRange = request.headers.get("if-range");
  if (ifRange !== null && ifRange !== etag) return undefined;
  return request.method === "GET" ? parseRange(request.headers.get("range"), bytes) : undefined;
}

function matches(header: string | null, etag: string): boolean {
  if (header === null) return false;
  return header.split(",").some((given) => given.trim() === "*" || given.trim().replace(/^W\//, "") === etag);
}
