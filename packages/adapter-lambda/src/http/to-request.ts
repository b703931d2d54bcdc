import type { HttpApiEvent, HttpEvent, RestEvent } from "./events.ts";

/** A request, and who has sent it. */
export interface Received {
  readonly request: Request;
  readonly remoteAddress: string | undefined;
}

/** Methods that Fetch knows no request of. Nobody's routes have them. */
const forbiddenMethods = /^(connect|trace|track)$/i;

/**
 * Makes a `Request` of what a gateway wrote down. The path is the one that the client asked for, a stage included.
 *
 * @param options.pathPrefix - What a custom domain's mapping has taken off the path, e.g. `/v1`.
 */
export function toRequest(
  given: HttpEvent,
  { signal, pathPrefix = "" }: { readonly signal: AbortSignal; readonly pathPrefix?: string | undefined },
): Received {
  const { event } = given;
  const headers = headersOf(given);
  const path =
    given.shape === "http"
      ? given.event.rawPath
      : given.shape === "rest"
        ? restPath(given.event)
        : given.event.path;
  const query = queryOf(given);
  const host = hostOf(headers.get("host"));
  const scheme = headers.get("x-forwarded-proto") === "http" ? "http" : "https";
  const method = given.shape === "http" ? given.event.requestContext.http.method : given.event.httpMethod;
  const bodiless = /^(get|head)$/i.test(method);
  const body = bodiless ? undefined : bodyOf(event);
  const url = `${scheme}://${host}${pathPrefix}${writtenPath(path)}${query === "" ? "" : `?${query}`}`;
  const request = new Request(url, {
    // What cannot be asked for is answered like any other method that a path does not take.
    method: forbiddenMethods.test(method) ? "OPTIONS" : method,
    headers,
    signal,
    ...(body === undefined ? {} : { body }),
  });
  return { request, remoteAddress: addressOf(given, headers) };
}

/** The stage is left out of a REST API's `path`, and is in what the client asked for. */
function restPath({ path, requestContext: { stage, path: asked = "" } }: RestEvent): string {
  const prefix = `/${stage ?? ""}`;
  const isHidden = stage !== undefined && asked.startsWith(`${prefix}/`) && asked.length > path.length;
  return isHidden ? prefix + path : path;
}

/**
 * HTTP APIs hand a path over decoded, everybody else as it was sent, and nothing tells which it is. What can stand in no
 * written path is written out; the rest stays as it is.
 */
function writtenPath(path: string): string {
  const written = path
    .replace(/%(?![\da-f]{2})/gi, "%25")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
    .replace(/[\u0000-\u0020"#<>?\\^`{|}\u007f-\uffff]+/g, (text) => encodeURIComponent(text.toWellFormed()));
  return written.startsWith("/") ? written : `/${written}`;
}

function headersOf(given: HttpEvent): Headers {
  const headers = new Headers();
  const several = given.shape === "http" ? undefined : given.event.multiValueHeaders;
  const told: Readonly<Record<string, string | readonly string[] | undefined>> =
    several ?? given.event.headers ?? {};
  for (const [name, value] of Object.entries(told))
    for (const each of valuesOf(value)) headers.append(name, asBytes(each));
  // Taken out of the headers, one by one.
  const cookies = given.shape === "http" ? (given.event.cookies ?? []) : [];
  if (cookies.length > 0) headers.set("cookie", asBytes(cookies.join("; ")));
  return headers;
}

function valuesOf(value: string | readonly string[] | undefined): readonly string[] {
  return typeof value === "string" ? [value] : (value ?? []);
}

/** A header's letters are bytes: whoever decoded them as UTF-8 is undone, as a socket would have told them. */
function asBytes(value: string): string {
  return /^[\0-\xff]*$/.test(value) ? value : Buffer.from(value).toString("latin1");
}

function queryOf(given: HttpEvent): string {
  if (given.shape === "http") return given.event.rawQueryString;
  const { multiValueQueryStringParameters: several, queryStringParameters: single } = given.event;
  const pairs = Object.entries(several ?? single ?? {}).flatMap(([name, value]) =>
    valuesOf(value).map((each) => [name, each] as const),
  );
  // A load balancer hands them over as they were sent, a REST API decoded.
  const written =
    given.shape === "rest"
      ? (text: string) => encodeURIComponent(text.toWellFormed())
      : (text: string) => text;
  return pairs.map(([name, value]) => `${written(name)}=${written(value)}`).join("&");
}

function hostOf(host: string | null): string {
  return host !== null && URL.canParse(`http://${host}/`) && !/[/?#@\\]/.test(host) ? host : "localhost";
}

function bodyOf({ body, isBase64Encoded }: RestEvent | HttpApiEvent): Uint8Array<ArrayBuffer> | undefined {
  if (body == null || body === "") return undefined;
  return new Uint8Array(Buffer.from(body, isBase64Encoded === true ? "base64" : "utf8"));
}

/** Whom the gateway heard from. A load balancer says it at the end of a header, which the client may have begun. */
function addressOf(given: HttpEvent, headers: Headers): string | undefined {
  switch (given.shape) {
    case "http":
      return given.event.requestContext.http.sourceIp;
    case "rest":
      return given.event.requestContext.identity?.sourceIp;
    default:
      return headers.get("x-forwarded-for")?.split(",").at(-1)?.trim();
  }
}
