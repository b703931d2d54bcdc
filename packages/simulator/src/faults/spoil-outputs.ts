import { placeholderFor } from "../media/placeholder.ts";
import type { Act } from "./act.ts";
import { isJson, withBody } from "./json.ts";
import { countOutputs, createIsOutput, type IsOutput, inlineFile, mapLists, mapOutputs } from "./outputs.ts";
import type { Fault } from "./rule.ts";

/** The outputs of a vendor: what its media routes serve, and files inside its answers. */
export function isOutputOf({ vendor, origin }: Pick<Act, "vendor" | "origin">): IsOutput {
  const prefix = `/${vendor.name}`;
  return createIsOutput(
    (url) =>
      url.origin === origin &&
      url.pathname.startsWith(`${prefix}/`) &&
      vendor.roleOf("GET", url.pathname.slice(prefix.length)) === "media",
  );
}

/**
 * Spoils what an answer delivers: a file, files in base64 inside JSON or events, or links to files.
 *
 * An answer that delivers nothing is left alone, and the fault waits for one that does.
 */
export async function spoilOutputs(fault: Fault, act: Act): Promise<Response> {
  const honest = await act.answer();
  const nothing = () => {
    // A vendor may act a placeholder out by itself, for a job that has only begun.
    if (fault.kind !== "moderated") act.undo();
    return honest;
  };
  if (!honest.ok) return nothing();
  const type = honest.headers.get("content-type") ?? "";
  if (isJson(honest)) {
    const body: unknown = await honest.clone().json();
    const spoiled = await spoilJson(body, fault, isOutputOf(act));
    return spoiled === undefined ? nothing() : retyped(withBody(honest, JSON.stringify(spoiled)), fault);
  }
  if (type === "text/event-stream")
    return withBody(honest, await spoilEvents(honest, fault, isOutputOf(act)));
  if (!/^(?:image|model|video|audio|application)\//.test(type)) return nothing();
  if (fault.kind === "odd_outputs") return nothing();
  const bytes = await spoilFile(new Uint8Array(await honest.arrayBuffer()), fault);
  return retyped(withBody(honest, bytes), fault);
}

/** Undefined where there is nothing to spoil. */
async function spoilJson(body: unknown, fault: Fault, isOutput: IsOutput): Promise<unknown> {
  if (countOutputs(body, isOutput) === 0) return undefined;
  const concerned = concernedBy(fault);
  if (fault.kind === "odd_outputs") return oddOutputs(body, fault, isOutput);
  const files: Promise<[string, string]>[] = [];
  mapOutputs(body, isOutput, (text, index) => {
    const file = inlineFile(text);
    if (file && concerned(index)) files.push(spoiledText(text, file, fault));
    return text;
  });
  // Links are honest here: what they lead to is spoiled when it is fetched.
  if (files.length === 0 && fault.kind !== "wrong_type") return undefined;
  const spoiled = new Map(await Promise.all(files));
  return mapOutputs(body, isOutput, (text, index) => (concerned(index) ? (spoiled.get(text) ?? text) : text));
}

async function spoiledText(
  text: string,
  { head, base64 }: { head: string; base64: string },
  fault: Fault,
): Promise<[string, string]> {
  const bytes = await spoilFile(new Uint8Array(Buffer.from(base64, "base64")), fault);
  return [text, head + Buffer.from(bytes).toString("base64")];
}

async function spoilEvents(response: Response, fault: Fault, isOutput: IsOutput): Promise<string> {
  const lines = (await response.text()).split("\n");
  const spoiled = lines.map(async (line) => {
    if (!line.startsWith("data: {")) return line;
    const body: unknown = JSON.parse(line.slice("data: ".length));
    return `data: ${JSON.stringify((await spoilJson(body, fault, isOutput)) ?? body)}`;
  });
  return (await Promise.all(spoiled)).join("\n");
}

function oddOutputs(body: unknown, fault: Fault, isOutput: IsOutput): unknown {
  const concerned = concernedBy(fault);
  const each = (odd: (text: string, first: string) => unknown) => {
    let first: string | undefined;
    return mapOutputs(body, isOutput, (text, index) => {
      first ??= text;
      return concerned(index) ? odd(text, first) : text;
    });
  };
  switch (fault.variant ?? "null") {
    case "missing":
      return mapLists(body, isOutput, (list) => list.filter((_, index) => !concerned(index)));
    case "too_many":
      return mapLists(body, isOutput, (list) => [...list, list.at(-1), list.at(-1)]);
    case "duplicate":
      return each((_, first) => first);
    case "data":
      return each(() => `data:image/png;base64,${onePixel}`);
    case "relative":
      return each(() => "/files/output.png");
    case "file":
      return each(() => "file:///etc/passwd");
    case "private":
      return each(() => "http://169.254.169.254/latest/meta-data/");
    default:
      return each(() => null);
  }
}

const onePixel =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

const strangers: Record<string, Uint8Array> = {
  html: Buffer.from("<!doctype html><title>Not found</title><script>alert(1)</script>"),
  svg: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
  zip: Buffer.from("504b0506000000000000000000000000000000000000", "hex"),
  picture: Buffer.from(onePixel, "base64"),
  text: Buffer.from("The picture is ready."),
};

async function spoilFile(bytes: Uint8Array, fault: Fault): Promise<Uint8Array> {
  switch (fault.kind) {
    case "wrong_content":
      return strangers[fault.variant ?? "html"] ?? strangers.text ?? bytes;
    case "truncated_media":
      return bytes.subarray(0, Math.floor(bytes.length * 0.6));
    case "empty_media":
      return new Uint8Array();
    case "moderated":
      return placeholderFor(bytes);
    default:
      return bytes;
  }
}

function retyped(response: Response, fault: Fault): Response {
  if (fault.kind === "wrong_type") response.headers.set("content-type", fault.variant ?? "text/html");
  return response;
}

/** Tells which outputs, by their numbers from 0, the option `only` leaves to a fault. */
export function concernedBy({ only }: Fault): (index: number) => boolean {
  if (only === undefined) return () => true;
  const numbers = new Set(String(only).split(/\D+/).map(Number));
  return (index) => numbers.has(index);
}
