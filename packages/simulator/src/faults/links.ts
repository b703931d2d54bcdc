import type { Act } from "./act.ts";
import type { Fault } from "./rule.ts";

/** A result link that leads nowhere: 403, 404 or 410, in the words of an object store. */
export async function linkDead({ status = 403 }: Fault, act: Act): Promise<Response> {
  if (act.role !== "media") return notHere(act);
  const code = status === 403 ? "AccessDenied" : status === 410 ? "Gone" : "NoSuchKey";
  const xml = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}${act.canary === undefined ? "" : ` ${act.canary}`}</Message></Error>`;
  return new Response(xml, { status, headers: { "content-type": "application/xml" } });
}

/**
 * A result link that leads elsewhere.
 *
 * `foreign` ends at the honest file, on another host name; `private`, `loop` and `file` must never be followed.
 */
export async function redirect(fault: Fault, act: Act): Promise<Response> {
  if (act.role !== "media") return notHere(act);
  const location = fault.location ?? (await targetOf(fault.variant ?? "foreign", act));
  return new Response(null, { status: fault.status ?? 302, headers: { location } });
}

async function targetOf(variant: string, act: Act): Promise<string> {
  const { origin, vendor, request, memory } = act;
  switch (variant) {
    case "private":
      return "http://169.254.169.254/latest/meta-data/";
    case "file":
      return "file:///etc/passwd";
    case "loop":
      return `${origin}/${vendor.name}${request.path}?${request.query}`;
    default: {
      const elsewhere = new URL(`/_/files/${memory.keepFile(await act.answer())}`, origin);
      elsewhere.hostname = elsewhere.hostname === "localhost" ? "127.0.0.1" : "localhost";
      return elsewhere.href;
    }
  }
}

function notHere(act: Act): Promise<Response> {
  act.undo();
  return act.answer();
}
